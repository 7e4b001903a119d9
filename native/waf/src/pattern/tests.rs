//! Values and what PCRE makes of them.

use super::*;

fn groups(pattern: &str, value: &[u8]) -> String {
    let compiled = Pattern::compile(pattern, Flags::default()).unwrap_or_else(|e| panic!("{pattern}: {e}"));
    let mut groups = Groups::default();
    let found = compiled.captures(value, &mut groups);
    assert_eq!(found, compiled.is_match(value), "{pattern}");
    let text = |group| groups.text(group, value).map_or_else(|| "-".into(), |text| String::from_utf8_lossy(text).into_owned());
    (0..groups.count()).map(text).collect::<Vec<_>>().join("|")
}

#[test]
fn matches_as_pcre_does() {
    for (pattern, value, want) in [
        // Literals that look like something else.
        (r"a{b}", "xa{b}", "a{b}"),
        (r"{{.*?}}", "a{{1}}b}}", "{{1}}"),
        (r"x{,3}", "x{,3}", "x{,3}"),
        (r"]", "]", "]"),
        (r"[]a]+", "]a]", "]a]"),
        (r"[^]a]", "]b", "b"),
        (r"[[a]+", "[a", "[a"),
        (r"[a\-z]+", "m-a", "-a"),
        (r"[\w-]+", "a-b", "a-b"),
        (r"[a-]", "-", "-"),
        (r"\Qa.b*\E+", "a.b**", "a.b**"),
        (r"\%\,\&\!\@\'", "%,&!@'", "%,&!@'"),
        // Escapes.
        (r"[\v]+", "a\x0b\x0c\n", "\x0b\x0c\n"),
        (r"\h+", "a \t", " \t"),
        (r"a\Rb", "a\r\nb", "a\r\nb"),
        (r"\x41\x{42}\103\o{104}", "ABCD", "ABCD"),
        (r"\x4", "\x04", "\x04"),
        (r"\0", "\0", "\x00"),
        (r"\cA\e\f\a", "\x01\x1b\x0c\x07", "\x01\x1b\x0c\x07"),
        (r"[\b]", "\x08", "\x08"),
        (r"[[:alpha:]_]+[[:^digit:]]", "ab_!", "ab_!"),
        (r"[:a]+", ":a:", ":a:"),
        (r"\s", "\x0b", "\x0b"),
        // Anchors: `$` is the end and nothing else, `.` is every byte.
        (r"^a$", "a\n", ""),
        (r"^a\Z", "a\n", "a"),
        (r"^a\z", "a\n", ""),
        (r"^b", "a\nb", ""),
        (r"(?m)^b$", "a\nb\nc", "b"),
        (r"a.b", "a\nb", "a\nb"),
        (r"(?-s)a.b", "a\nb", ""),
        (r"\bfoo\b", "a foo.", "foo"),
        (r"\Boo", "foo", "oo"),
        // Case.
        (r"a(?i)b", "aB", "aB"),
        (r"a(?i)b", "AB", ""),
        (r"(?i:a)b", "Ab", "Ab"),
        (r"(a(?i)b|c)d", "Cd", "Cd|C"),
        (r"(?i)[a-c]+[^x]", "ABCX", "ABC"),
        // Order of preference.
        (r"a|ab", "ab", "a"),
        (r"(a|ab)(c|bcd)(d*)", "abcd", "abcd|a|bcd|"),
        (r"(a+?)(a*)", "aaa", "aaa|a|aa"),
        (r"(?U)(a+)(a*)", "aaa", "a|a|"),
        (r"(?:(a)|b)*", "ab", "ab|a"),
        (r"(?<year>\d{4})-(?P<m>\d\d)", "on 2024-05", "2024-05|2024|05"),
        // Comments.
        (r"a(?#no)b", "ab", "ab"),
        ("(?x) a b # c\n [ ]", "ab ", "ab "),
    ] {
        assert_eq!(groups(pattern, value.as_bytes()), want, "{pattern} on {value:?}");
    }
}

#[test]
fn non_ascii_is_bytes() {
    // The class holds the two bytes of U+00B4, each on its own.
    assert_eq!(groups("[\u{b4}]", b"\xb4"), "\u{fffd}");
    assert_eq!(groups(r"[\x80-\xff]{2}", "\u{e9}".as_bytes()), "\u{e9}");
    assert_eq!(groups(r"\W", b"\xe9"), "\u{fffd}");
    assert_eq!(groups("(?i)\u{e9}", "\u{c9}".as_bytes()), "");
    let pattern = Pattern::compile_bytes(b"\xb4+", Flags::default()).unwrap_or_else(|e| panic!("{e}"));
    assert!(pattern.is_match(b"a\xb4"));
}

#[test]
fn constructs_that_no_automaton_has() {
    for (pattern, value, want) in [
        (r"<\?(?!xml)", "<?xml <?php", "<?"),
        (r"<\?(?!xml)", "<?xml", ""),
        (r"<\?(?!xml)", "<?xm", "<?"),
        (r"foo(?=bar)", "foo foobar", "foo"),
        (r"(?<!&amp);|'", "&amp;", ""),
        (r"(?<!&amp);|'", "&am;'", ";"),
        (r"(?<!a|bc)d", "ad bcd cd", "d"),
        (r"(?<=a|bc)d", "d bcd", "d"),
        (r"(\w+) \1", "ab ac ac", "ac ac|ac"),
        (r"(?i)(a)\1", "aA", "aA|a"),
        (r"(a)\g{-1}\g1", "aaa", "aaa|a"),
        (r"(?<q>['\x22])x\k<q>", "'x\" \"x\"", "\"x\"|\""),
        (r"(?>a+)b", "aab", "aab"),
        (r"(?>a|ab)c", "abc", ""),
        (r"a++b", "aab", "aab"),
        (r"a++a", "aaa", ""),
        (r"(?:a?+){2}b", "ab", "ab"),
        (r"\w++\B", "ab", ""),
        (r";\s*+[^a]", ";  b", ";  b"),
        (r";\s*+[^a]", ";  a", ""),
        (r"foo\Kbar", "foobar", "bar"),
        (r"(?:(?=(a+))a*b\1)", "baaabac", "aba|a"),
    ] {
        assert_eq!(groups(pattern, value.as_bytes()), want, "{pattern} on {value:?}");
    }
}

#[test]
fn approaches() {
    for (pattern, want) in [
        (r"a+b", Approach::Linear),
        (r"a++b", Approach::Rewritten { why: "possessive repetition" }),
        (r"a++", Approach::Rewritten { why: "possessive repetition" }),
        (r";\s*+[^a]", Approach::Rewritten { why: "possessive repetition" }),
        (r"[^x]++[\s'].*y", Approach::Rewritten { why: "possessive repetition" }),
        (r"\w++\B", Approach::Bounded { why: "possessive repetition" }),
        (r"(?>a|ab)", Approach::Rewritten { why: "atomic group" }),
        (r"(?>a|ab)c", Approach::Bounded { why: "atomic group" }),
        (r"a(?!b|cd)", Approach::Rewritten { why: "look-ahead" }),
        (r"a(?!b).*c", Approach::Bounded { why: "look-ahead" }),
        (r"(?<!ab);", Approach::Rewritten { why: "look-behind" }),
        (r"a\Z", Approach::Rewritten { why: "end before a final newline" }),
        (r"(a)\1", Approach::Bounded { why: "back-reference" }),
    ] {
        let compiled = Pattern::compile(pattern, Flags::default()).unwrap_or_else(|e| panic!("{pattern}: {e}"));
        assert_eq!(*compiled.approach(), want, "{pattern}");
    }
}

#[test]
fn refused_with_the_place() {
    let deep = "(".repeat(200);
    for (pattern, offset, reason) in [
        ("a(b", 2, Reason::Unfinished("group")),
        ("a)", 1, Reason::UnopenedGroup),
        ("a[b", 2, Reason::Unfinished("class")),
        ("*a", 0, Reason::NothingToRepeat),
        ("a|+", 2, Reason::NothingToRepeat),
        ("a**", 2, Reason::NothingToRepeat),
        ("(?i)*", 4, Reason::NothingToRepeat),
        ("a{3,2}", 1, Reason::BadQuantifier),
        ("a{70000}", 1, Reason::BadQuantifier),
        ("a{99999999999999999999}", 1, Reason::BadQuantifier),
        ("[b-a]", 4, Reason::BadRange),
        ("[[:alfa:]]", 1, Reason::UnknownPosixClass),
        (r"a\y", 2, Reason::UnknownEscape(b'y')),
        ("a\\", 2, Reason::Unfinished("escape")),
        (r"\x{100}", 7, Reason::CodeTooLarge),
        (r"\777", 4, Reason::CodeTooLarge),
        (r"(a)\2", 5, Reason::UnknownGroup),
        (r"\k<a>", 5, Reason::UnknownGroup),
        ("(?<a>.)(?<a>.)", 12, Reason::BadGroupName),
        (r"\p{L}", 2, Reason::Unsupported("a Unicode property")),
        ("(?R)", 3, Reason::Unsupported("a call of a group")),
        ("(?(1)a)", 3, Reason::Unsupported("a condition")),
        ("(*FAIL)", 2, Reason::Unsupported("a control verb")),
        ("(?<=a*)b", 0, Reason::VariableLookBehind),
        (deep.as_str(), 100, Reason::TooDeep(100)),
        ("(?:(?:.{1000}){1000}){1000}", 0, Reason::TooLarge(MAX_NFA)),
    ] {
        let error = Pattern::compile(pattern, Flags::default()).err().unwrap_or_else(|| panic!("{pattern} was taken"));
        assert_eq!((error.offset, error.reason), (offset, reason), "{pattern}");
    }
    let long = "a".repeat(40_000);
    assert!(matches!(Pattern::compile(&long, Flags::default()), Err(PatternError { reason: Reason::TooLong(_), .. })));
}

#[test]
fn patterns_made_to_take_long_are_compiled_or_refused_soon() {
    for (part, times) in [
        ("a++b*[ab]c++", 2_500),
        ("a++", 10_000),
        ("a?", 16_000),
        ("(?:a++b?)*", 3_000),
        ("(?:a|b)*?", 3_000),
        ("(?<!a)", 5_000),
        ("[a-z]", 6_000),
        ("(?:a?){9}", 3_000),
        ("(?:(?:ab|cd|ef)(?:gh|ij))|", 1_000),
        ("(a)\\1", 4_000),
    ] {
        let source = part.repeat(times);
        match Pattern::compile(&source, Flags::default()) {
            Ok(pattern) => assert!(pattern.memory() <= 4 * MAX_NFA, "{part}: {}", pattern.memory()),
            Err(error) => assert!(matches!(error.reason, Reason::TooLarge(_)), "{part}: {error}"),
        }
    }
    let nested = format!("{}a++b?{}", "(?:".repeat(90), "c?a++b?)*".repeat(90));
    assert!(Pattern::compile(&nested, Flags::default()).is_ok());
}

#[test]
fn how_lines_are_read() {
    let compile = |pattern, flags| Pattern::compile(pattern, flags).unwrap_or_else(|e| panic!("{e}"));
    let crs = Flags::MOD_SECURITY;
    for (pattern, flags, value, want) in [
        ("^b", crs, "a\nb", false),
        ("^b", Flags::MOD_SECURITY_3, "a\nb", true),
        ("a$", Flags::MOD_SECURITY_3, "a\nb", true),
        ("a$", crs, "a\n", false),
        ("a$", crs.without(Flags::DOLLAR_END_ONLY), "a\n", true),
        ("a$", crs.without(Flags::DOLLAR_END_ONLY), "a\nb", false),
        ("A", crs.with(Flags::CASELESS), "a", true),
        ("a.b", Flags::NONE, "a\nb", false),
    ] {
        assert_eq!(compile(pattern, flags).is_match(value.as_bytes()), want, "{pattern} {flags:?} {value:?}");
    }
}

#[test]
fn a_search_that_would_not_end_is_given_up_and_counted() {
    let pattern = Pattern::compile(r"^(a+)+\1b(?=.)c", Flags::default()).unwrap_or_else(|e| panic!("{e}"));
    let mut value = vec![b'a'; 60];
    value.extend(b"xbc!");
    // The wider pattern matches nothing here: it is known at once.
    assert_eq!(pattern.try_match(b"aaaa"), Ok(false));
    assert_eq!(pattern.try_match(b"aabc!"), Ok(true));
    assert_eq!(pattern.gave_up(), 0);
    assert_eq!(pattern.try_match(&value), Err(GaveUp));
    assert!(!pattern.is_match(&value));
    assert_eq!(pattern.gave_up(), 2);
}

#[test]
fn searching_on_sees_what_stands_before() {
    let pattern = Pattern::compile(r"\bo", Flags::default()).unwrap_or_else(|e| panic!("{e}"));
    let mut groups = Groups::default();
    assert!(!pattern.captures_at(b"foo", 1, &mut groups));
    assert!(pattern.captures_at(b"f oo", 1, &mut groups));
    assert_eq!(groups.get(0), Some(2..3));
    assert!(!pattern.captures_at(b"o", 2, &mut groups));
}

#[test]
fn a_thread_keeps_no_more_than_its_share() {
    let value: Vec<u8> = (0..20_000u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
    for size in 0..60 {
        let source = format!(r"[a-q][^z]{{{}}}x.{{2,40}}[^k]y", 100 + size);
        let pattern = Pattern::compile(&source, Flags::default()).unwrap_or_else(|e| panic!("{e}"));
        pattern.is_match(&value);
        assert!(thread_memory() <= 16 * 1024 * 1024);
    }
    assert!(thread_memory() > 0);
}
