use super::*;
use proptest::prelude::*;

fn run(input: &[u8], separator: u8, limits: &Limits) -> (Vec<(Vec<u8>, Vec<u8>)>, Form) {
    let mut out = Vec::new();
    let mut sink = |field: Field, name: Text<'_>, value: Text<'_>| {
        assert_eq!(field, Field::Argument);
        for text in [name, value] {
            assert!(text.range().is_none_or(|r| input[r] == *text));
        }
        out.push((name.to_vec(), value.to_vec()));
    };
    let form = parse(input, separator, limits, &mut Scratch::default(), &mut sink);
    assert_eq!(form.arguments, out.len());
    (out, form)
}

#[test]
fn pairs() {
    let table: &[(&str, &[(&str, &str)], bool)] = &[
        ("", &[], false),
        ("a=1", &[("a", "1")], false),
        ("a=1&b=2", &[("a", "1"), ("b", "2")], false),
        ("a", &[("a", "")], false),
        ("a=", &[("a", "")], false),
        ("=1", &[("", "1")], false),
        ("=", &[("", "")], false),
        ("&", &[("", "")], false),
        ("a=1&", &[("a", "1")], false),
        ("&a=1", &[("", ""), ("a", "1")], false),
        ("a=1&&b=2", &[("a", "1"), ("", ""), ("b", "2")], false),
        ("a=1=2==", &[("a", "1=2==")], false),
        ("a=1&a=2&a=3", &[("a", "1"), ("a", "2"), ("a", "3")], false),
        ("a+b=c+d", &[("a b", "c d")], false),
        ("a%20b=c%2Bd", &[("a b", "c+d")], false),
        ("a=%41%6a%4A", &[("a", "AjJ")], false),
        ("a%3Db=c%26d%3De", &[("a=b", "c&d=e")], false),
        ("a=%00x", &[("a", "\0x")], false),
        ("a=%2541", &[("a", "%41")], false),
        ("a=1;b=2", &[("a", "1;b=2")], false),
        ("a=%", &[("a", "%")], true),
        ("a=%4", &[("a", "%4")], true),
        ("a=%zz", &[("a", "%zz")], true),
        ("a=%4g%41", &[("a", "%4gA")], true),
        ("a=%%41", &[("a", "%A")], true),
        ("a=%u0041", &[("a", "%u0041")], true),
        ("%=1", &[("%", "1")], true),
        ("a=%&b=%41", &[("a", "%"), ("b", "A")], true),
        ("a\0=b\r\n", &[("a\0", "b\r\n")], false),
    ];
    for (input, expected, invalid) in table {
        let (out, form) = run(input.as_bytes(), b'&', &Limits::default());
        let expected: Vec<_> = expected.iter().map(|(n, v)| (n.as_bytes().to_vec(), v.as_bytes().to_vec())).collect();
        assert_eq!((out, form.invalid_encoding, form.over_limit), (expected, *invalid, false), "{input:?}");
    }
}

#[test]
fn another_separator() {
    let (out, _) = run(b"a=1;b=2&c=3", b';', &Limits::default());
    assert_eq!(out, [(b"a".to_vec(), b"1".to_vec()), (b"b".to_vec(), b"2&c=3".to_vec())]);
}

#[test]
fn bytes_that_are_not_text() {
    let (out, form) = run(b"a=\xff%FF\x80&\xc0\xaf=1", b'&', &Limits::default());
    assert_eq!(out, [(b"a".to_vec(), b"\xff\xff\x80".to_vec()), (b"\xc0\xaf".to_vec(), b"1".to_vec())]);
    assert!(!form.invalid_encoding);
}

#[test]
fn the_limit_is_said() {
    let limits = Limits { arguments: 3, ..Limits::default() };
    for (input, count, over) in [("a&b&c", 3, false), ("a&b&c&", 3, false), ("a&b&c&d", 3, true), ("&&&&&&&&", 3, true)] {
        let (out, form) = run(input.as_bytes(), b'&', &limits);
        assert_eq!((out.len(), form.over_limit), (count, over), "{input}");
    }
}

#[test]
fn what_needs_no_decoding_is_not_copied() {
    let mut standing = Vec::new();
    let mut sink = |_: Field, name: Text<'_>, value: Text<'_>| standing.push((name.range(), value.range()));
    parse(b"ab=cd&e+=f&g", b'&', &Limits::default(), &mut Scratch::default(), &mut sink);
    assert_eq!(standing, [(Some(0..2), Some(3..5)), (None, Some(9..10)), (Some(11..12), Some(12..12))]);
}

proptest! {
    #[test]
    fn what_was_encoded_comes_back(pairs in proptest::collection::vec((any::<Vec<u8>>(), any::<Vec<u8>>()), 1..8)) {
        let encode = |bytes: &[u8]| bytes.iter().map(|b| format!("%{b:02x}")).collect::<Vec<_>>().concat();
        let input = pairs.iter().map(|(n, v)| format!("{}={}", encode(n), encode(v))).collect::<Vec<_>>().join("&");
        let (out, form) = run(input.as_bytes(), b'&', &Limits::default());
        prop_assert_eq!((out, form.invalid_encoding), (pairs, false));
    }

    #[test]
    fn decoding_never_grows(raw in any::<Vec<u8>>()) {
        let mut out = Vec::new();
        decode(&raw, &mut out);
        prop_assert!(out.len() <= raw.len());
    }
}
