use super::*;
use crate::pattern::{Flags, Pattern};
use proptest::prelude::*;

fn filter(patterns: &[&str]) -> Prefilter {
    let mut builder = Prefilter::builder();
    for (id, pattern) in (0..).zip(patterns) {
        let pattern = Pattern::compile(pattern, Flags::default()).unwrap_or_else(|e| panic!("{pattern}: {e}"));
        builder.add(id, pattern.required().clone());
    }
    builder.build()
}

fn named(filter: &Prefilter, value: &[u8]) -> Vec<u32> {
    let mut ids = IdSet::default();
    filter.scan(value, &mut ids);
    ids.iter().collect()
}

#[test]
fn names_what_may_match() {
    let filter = filter(&["(?i)union.+select", "sleep\\(", "select", "[<>]x", "a*", "lect", "\\d{9}", "(?:ab|cd)ef", "(?:foobar|'\\d{3})"]);
    assert_eq!(filter.always().iter().collect::<Vec<_>>(), [4]);
    for (value, want) in [
        ("", vec![]),
        ("plain words", vec![]),
        // Literals that overlap or lie within others are all found.
        ("UNION SELECT 1", vec![0, 2, 5]),
        ("select", vec![2, 5]),
        ("SleEp(1)", vec![1]),
        ("sleep", vec![]),
        ("a<b", vec![]),
        ("a<x", vec![3]),
        ("1234567890", vec![6]),
        ("12345678", vec![]),
        ("xcdef", vec![7]),
        // A byte is enough for one of the branches, a literal for the other.
        ("it's", vec![8]),
        ("it'", vec![]),
        ("afooBAR", vec![8]),
        ("foo", vec![]),
    ] {
        let mut got = named(&filter, value.as_bytes());
        // Six is without literals: only its length rules it out.
        if !want.contains(&6) {
            got.retain(|id| *id != 6);
        }
        assert_eq!(got, want, "{value:?}");
    }
}

#[test]
fn phrases_are_found_in_either_case_and_at_every_place() {
    let mut builder = Prefilter::builder();
    builder.add(0, Required::phrases([&b"Nikto"[..], b"wget"]));
    builder.add(1, Required::phrases([&b"ab"[..]]));
    builder.add(2, Required::phrases([&b""[..]]));
    builder.add(70, Required::phrases([&b"xyz"[..], b"\xc3\xa9"]));
    let filter = builder.build();
    assert!(filter.always().contains(2));
    for (value, want) in [
        (&b"NIKTO"[..], vec![0]),
        (b"nikt", vec![]),
        (b"..wGet", vec![0]),
        (b"ab", vec![1]),
        (b"..ab", vec![1]),
        (b".ab.", vec![1]),
        (b"a b", vec![]),
        (b"xyz", vec![70]),
        (b"axyzb", vec![70]),
        (b"\xc3\xa9", vec![70]),
        (b"niktoabxyz", vec![0, 1, 70]),
    ] {
        assert_eq!(named(&filter, value), want, "{value:?}");
    }
}

#[test]
fn much_that_only_looks_like_literals_is_found_out() {
    // Many literals with the same rare bytes: comparing them everywhere would take long.
    let literals: Vec<Vec<u8>> = (0..200u8).map(|n| vec![b'@', b'|', b'~', b'^', b'!' + n / 16, b'0' + n % 16, b'#']).collect();
    let mut builder = Prefilter::builder();
    builder.add(3, Required::phrases(literals.iter().map(Vec::as_slice)));
    let filter = builder.build();
    assert_eq!(named(&filter, b"@|~^ once"), [] as [u32; 0]);
    let vain = b"@|~^".repeat(100);
    assert_eq!(named(&filter, &vain), [] as [u32; 0]);
    // A literal that stands where the comparing ends, before it, and behind it.
    for at in [0, 4, 40, 100, 200, 396, 400] {
        let mut value = vain.clone();
        value.splice(at..at, b"@|~^&3#".iter().copied());
        assert_eq!(named(&filter, &value), [3], "{at}");
    }
}

const PIECES: [&str; 24] = [
    "union", "select", "SELECT", " ", "(", ")", "'", "sleep", "xp_", "cmd", "<script", "on", "load", "=", "a", "1", "%", "\\", "/*", "*/",
    "or", "and", ";", "\n",
];

proptest! {
    /// Patterns and values of the same pieces: whatever matches was named.
    #[test]
    fn never_leaves_out_a_match(shape in prop::collection::vec((0..PIECES.len(), 0..9u8), 1..6), value in prop::collection::vec(0..PIECES.len(), 0..12)) {
        let mut source = String::new();
        for (piece, form) in &shape {
            let piece: String = PIECES[*piece].chars().map(|c| if c.is_ascii_alphanumeric() || c == ' ' { c.to_string() } else { format!("\\{}", if c == '\n' { 'n' } else { c }) }).collect();
            let part = match form {
                0 => format!("(?:{piece})?"),
                1 => format!("(?:{piece})+"),
                2 => format!("(?i:{piece})"),
                3 => format!("(?:{piece}|or|')"),
                4 => format!("{piece}.*"),
                5 => format!("[ {piece}]"),
                6 => format!("(?:{piece}){{2}}"),
                7 => format!("\\s*{piece}"),
                _ => piece,
            };
            source.push_str(&part);
        }
        let pattern = Pattern::compile(&source, Flags::default());
        prop_assume!(pattern.is_ok());
        let pattern = pattern.unwrap_or_else(|e| panic!("{e}"));
        let mut builder = Prefilter::builder();
        builder.add(0, pattern.required().clone());
        let filter = builder.build();
        let value: String = value.iter().map(|piece| PIECES[*piece]).collect();
        if pattern.is_match(value.as_bytes()) {
            prop_assert!(filter.always().contains(0) || named(&filter, value.as_bytes()) == [0], "{source} on {value:?}: {:?}", pattern.required());
        }
    }
}
