use super::token::Kind;
use super::{fingerprints, sqli, sqli_in_full, words};
use crate::classes;

const WORDS: &str = include_str!("../../data/words.txt");
const FINGERPRINTS: &str = include_str!("../../data/fingerprints.txt");

fn listed() -> impl Iterator<Item = (Kind, &'static str)> {
    WORDS.lines().map(|l| (Kind::of_word(l.as_bytes()[0]), &l[2..]))
}

#[test]
fn every_word_is_found_in_any_case() {
    assert!(WORDS.lines().map(|l| &l[2..]).is_sorted());
    let mut numbers = std::collections::HashSet::new();
    for (kind, word) in listed() {
        let (number, found) = words::lookup(word.as_bytes());
        assert!(number != 0 && numbers.insert(number), "{word}");
        assert_eq!(found, kind, "{word}");
        assert_eq!(words::lookup(word.to_ascii_lowercase().as_bytes()), (number, kind), "{word}");
        assert_eq!(words::text(number), word.as_bytes());
    }
    for none in ["", "a", "selec", "selects", "select ", " select", "union all ", "0UE", "se\0lect", "unionunionunionunionunionunion"] {
        assert_eq!(words::lookup(none.as_bytes()), (0, Kind::Nothing), "{none}");
    }
}

#[test]
fn phrases() {
    let number = |text: &str| words::lookup(text.as_bytes()).0;
    let mut cuts = 0;
    for (kind, phrase) in listed().filter(|(kind, _)| *kind != Kind::Nothing) {
        for (at, _) in phrase.match_indices(' ') {
            assert_eq!(words::join(number(&phrase[..at]), number(&phrase[at + 1..])), Some((number(phrase), kind)), "{phrase}");
            cuts += 1;
        }
    }
    assert!(cuts > 100, "{cuts}");
    for (a, b) in [("all", "union"), ("union", "select"), ("foo", "bar"), ("left", "outer "), ("natural full", "join")] {
        assert_eq!(words::join(number(a), number(b)), None, "{a} {b}");
    }
}

#[test]
fn inert() {
    for (word, inert) in
        [("foo", true), ("table", true), ("union", false), ("user", false), ("password", false), ("at", false), ("by", true)]
    {
        assert_eq!(words::inert(words::lookup(word.as_bytes()).0), inert, "{word}");
    }
}

#[test]
fn every_fingerprint_is_known_in_any_case() {
    assert!(FINGERPRINTS.lines().map(|l| l.split_once(' ').map(|(stem, _)| stem)).is_sorted());
    let mut count = 0;
    for (stem, ends) in FINGERPRINTS.lines().filter_map(|l| l.split_once(' ')) {
        for end in ends.chars() {
            let letters = format!("{stem}{end}");
            assert!(fingerprints::known(letters.as_bytes()) && fingerprints::known(letters.to_lowercase().as_bytes()), "{letters}");
            if let [a, b, rest @ ..] = letters.as_bytes() {
                assert!(
                    fingerprints::begins(*a, *b, None) && fingerprints::begins(*a, *b, rest.first().copied()) != rest.is_empty()
                        || rest.is_empty(),
                    "{letters}"
                );
            }
            count += 1;
        }
    }
    assert_eq!(count, 8367);
}

/// Of all combinations of letters, as many are known as there are in the list, and the beginnings are theirs.
#[test]
fn nothing_else_is_known() {
    let alphabet = b"&(),1:;ABCEFKNOSTUVX?.{}\\";
    let (mut known, mut begins) = (0, 0);
    for number in 0..alphabet.len().pow(5) * 2 {
        // Every length from one to five: the number is read as digits, and ends where the rest of it is zero.
        let (mut letters, mut rest) = (Vec::with_capacity(6), number);
        while rest > 0 && letters.len() < 6 {
            letters.push(alphabet[(rest - 1) % alphabet.len()]);
            rest = (rest - 1) / alphabet.len();
        }
        if letters.len() == 6 || letters.is_empty() {
            continue;
        }
        known += usize::from(fingerprints::known(&letters));
        if let [a, b] = letters[..] {
            begins += usize::from(fingerprints::begins(a, b, None));
        }
    }
    assert_eq!((known, begins), (8367, 96));
    assert!(!fingerprints::known(b""));
}

/// The filter before the reading: what it lets through unread has no fingerprint. Every word stands behind everything that can
/// precede it in such a value.
#[test]
fn plain_values_have_no_fingerprint() {
    let numbers =
        ["", "1", "0b1", "0b12", "0b120b13", "0x", "0x1", "0xg", "0b", "1e", "1e5", "1e5d", "1d", "1f", "9fu", "0b12e1f", "1e1e1e1"];
    let mut tried = 0;
    for (_, word) in listed() {
        for number in numbers {
            for tail in ["", "1", "_", "\u{e9}"] {
                let value = format!("{number}{word}{tail}");
                if value.bytes().all(|b| classes::is(b, classes::PLAIN)) {
                    assert_eq!(sqli_in_full(value.as_bytes()), None, "{value}");
                    assert_eq!(sqli(value.as_bytes()), None, "{value}");
                    tried += 1;
                }
            }
        }
    }
    assert!(tried > 50_000, "{tried}");
}

/// All values of up to four of the bytes on which numbers, literals and words turn.
#[test]
fn short_plain_values_have_no_fingerprint() {
    let alphabet = b"019abefnqux_\xe9";
    let mut value = Vec::new();
    for number in 0..alphabet.len().pow(4) {
        value.clear();
        value.extend((0..4).map(|place| alphabet[number / alphabet.len().pow(place) % alphabet.len()]));
        for len in 1..=4 {
            assert_eq!(sqli_in_full(&value[..len]), None, "{}", value.escape_ascii());
        }
    }
}
