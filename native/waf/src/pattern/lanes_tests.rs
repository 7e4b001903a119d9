use super::{BLOCK, LANES, Lazy, SHORTEST, is_match};
use crate::pattern::automaton::nfa;
use crate::pattern::{Flags, Pattern};
use proptest::prelude::*;
use regex_automata::dfa::{Automaton, dense};
use regex_automata::hybrid::dfa as lazy;
use regex_automata::nfa::thompson::{NFA, WhichCaptures};
use regex_automata::util::syntax;
use regex_automata::{Input, MatchKind};

const PATTERNS: [&str; 14] = [
    "abc",
    "a+b+c",
    "a[^b]*b[^c]*c.{3}a",
    r"(?-u)\bab\b",
    r"(?-u)\Bab\B",
    r"(?m)^b.*c$",
    "c$",
    "(?:a|ab)(?:c|bcd)(?:d*)e",
    "a.{6}c",
    "(?:aa)+b",
    "x",
    "a(?:b|c)*?d|e",
    "[ab]{5,9}c",
    r"\n",
];

fn made(pattern: &str) -> NFA {
    let config = syntax::Config::new().utf8(false).unicode(false);
    nfa(&syntax::parse_with(pattern, &config).expect(pattern), WhichCaptures::None).expect(pattern)
}

/// The outcome of one search from the beginning, and of searches side by side.
fn outcomes(pattern: &str, value: &[u8], block: usize, cache: usize) -> [Option<bool>; 3] {
    let nfa = made(pattern);
    let config = dense::Config::new().match_kind(MatchKind::LeftmostFirst).accelerate(false);
    let dense = dense::Builder::new().configure(config).build_from_nfa(&nfa).expect(pattern);
    let config = lazy::Config::new().match_kind(MatchKind::LeftmostFirst).cache_capacity(cache).skip_cache_capacity_check(true);
    let lazy = lazy::Builder::new().configure(config).build_from_nfa(nfa).expect(pattern);
    let mut cache = lazy.create_cache();
    let plain = dense.try_search_fwd(&Input::new(value).earliest(true)).expect(pattern).is_some();
    [Some(plain), is_match(&dense, value, block), is_match(Lazy { dfa: &lazy, cache: &mut cache }, value, block)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]
    #[test]
    fn side_by_side_is_one_after_the_other(value in "[abcde \n]{0,90}", piece in "[abcdex \n]{1,4}", block in 1_usize..6, which in 0..PATTERNS.len()) {
        for value in [value.clone(), piece.repeat(40), value + &piece.repeat(20)] {
            let [plain, dense, lazy] = outcomes(PATTERNS[which], value.as_bytes(), block, 1 << 20);
            let long = value.len() >= LANES * block;
            prop_assert_eq!(dense, plain.filter(|_| long), "{} {:?}", PATTERNS[which], value);
            prop_assert_eq!(lazy, plain.filter(|_| long), "{} {:?}", PATTERNS[which], value);
        }
    }
}

#[test]
fn a_cache_that_is_cleared_is_another_searchs() {
    // So many states that the smallest cache is cleared on the way.
    let value: Vec<u8> =
        (0..9_000_u32).map(|n| if n.wrapping_mul(n).wrapping_mul(2_654_435_761) >> 30 == 0 { b'a' } else { b'b' }).collect();
    let [plain, dense, lazy] = outcomes("a[ab]{9}c", &value, 64, 0);
    assert_eq!((plain, dense, lazy), (Some(false), Some(false), None));
}

#[test]
fn matches_anywhere_in_long_values() {
    // (pattern, what is put into a long value, what fills it)
    for (pattern, text, fill) in [
        ("needle", "needle", "hay "),
        (r"<a[^>]*needle", "<a", "x"),
        (r"<a[^>]*?>end$", "", "<a"),
        (r"^needle", "\nneedle", "."),
        (r"\bneedle\b", " needle ", "n"),
        (r"(?:o{1,40}r\s*){7}x", "or or or or or or orx", "or "),
    ] {
        let pattern = Pattern::compile(pattern, Flags::MOD_SECURITY).expect(pattern);
        for length in [SHORTEST + 17, 19 * BLOCK + 17] {
            let filled: Vec<u8> = fill.bytes().cycle().take(length).collect();
            for at in [0, 1, 61, length / LANES - 2, length / 2 - 1, length - 70, length - text.len()] {
                let mut value = filled.clone();
                value.splice(at..at + text.len(), text.bytes());
                let plain = pattern.question.is_match_in_one(&value);
                assert_eq!(pattern.is_match(&value), plain, "{text:?} at {at} of {length}");
            }
        }
    }
}
