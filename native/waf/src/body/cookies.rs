//! The `Cookie` field's pairs.

use super::{BodyVariables, Field, Limits, Text};
use memchr::memchr;

/// Hands over the cookies of one `Cookie` field; answers false when there were more than [`Limits::arguments`].
///
/// Pairs end at `;`, the first `=` ends a name, white space before a name and behind the last pair is left away. Pairs without a name
/// are passed over, pairs without `=` have an empty value. Nothing is decoded (`ModSecurity` 3, version 0 cookies).
pub fn parse(input: &[u8], limits: &Limits, sink: &mut impl BodyVariables) -> bool {
    let closed = input.strip_suffix(b";").unwrap_or(input);
    let whole = closed.iter().rposition(|b| !is_space(*b)).map_or(0, |n| n + 1);
    let (mut at, mut count) = (0, 0);
    while at < whole {
        let rest = input.get(at..whole).unwrap_or_default();
        let end = memchr(b';', rest).map_or(whole, |n| at + n);
        let begin = at + rest.iter().take(end - at).take_while(|b| is_space(**b)).count();
        let pair = input.get(begin..end).unwrap_or_default();
        let (name, value) = memchr(b'=', pair).map_or((begin..end, end..end), |n| (begin..begin + n, begin + n + 1..end));
        if !name.is_empty() {
            if count >= limits.arguments {
                return false;
            }
            count += 1;
            sink.put(Field::Cookie, Text::standing(input, name), Text::standing(input, value));
        }
        at = end + 1;
    }
    true
}

/// C's `isspace`.
pub(super) const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn run(input: &[u8], limits: &Limits) -> (Vec<(String, String)>, bool) {
        let mut out = Vec::new();
        let mut sink = |_: Field, name: Text<'_>, value: Text<'_>| {
            out.push((String::from_utf8_lossy(&name).into_owned(), String::from_utf8_lossy(&value).into_owned()));
        };
        let whole = parse(input, limits, &mut sink);
        (out, whole)
    }

    #[test]
    fn pairs() {
        let table: &[(&str, &[(&str, &str)])] = &[
            ("", &[]),
            ("a=1", &[("a", "1")]),
            ("a=1; b=2", &[("a", "1"), ("b", "2")]),
            ("a=1;b=2;", &[("a", "1"), ("b", "2")]),
            ("a=1; b=2 \t", &[("a", "1"), ("b", "2")]),
            ("a=1 ;", &[("a", "1")]),
            ("a=1 ; ", &[("a", "1 ")]),
            ("a=1 ;;", &[("a", "1 ")]),
            ("a=1 ; b=2", &[("a", "1 "), ("b", "2")]),
            ("a=b=c; d==", &[("a", "b=c"), ("d", "=")]),
            ("a", &[("a", "")]),
            ("a; =1; b", &[("a", ""), ("b", "")]),
            (";;foo=bar", &[("foo", "bar")]),
            ("  =bar; ;", &[]),
            ("a= 1", &[("a", " 1")]),
            ("a =1", &[("a ", "1")]),
            ("\t\x0b a=1", &[("a", "1")]),
            ("a=\"x; y\"", &[("a", "\"x"), ("y\"", "")]),
            ("$Version=1; a=1; $Path=/", &[("$Version", "1"), ("a", "1"), ("$Path", "/")]),
            ("a=1, b=2", &[("a", "1, b=2")]),
            ("a=%41+", &[("a", "%41+")]),
            ("a=1; a=2", &[("a", "1"), ("a", "2")]),
        ];
        for (input, expected) in table {
            let expected: Vec<_> = expected.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
            assert_eq!(run(input.as_bytes(), &Limits::default()), (expected, true), "{input:?}");
        }
    }

    #[test]
    fn the_limit_is_said() {
        let limits = Limits { arguments: 2, ..Limits::default() };
        assert!(run(b"a;b;;", &limits).1);
        let (out, whole) = run(b"a;b;c", &limits);
        assert_eq!((out.len(), whole), (2, false));
    }

    proptest! {
        #[test]
        fn cookies_come_back(pairs in proptest::collection::vec(("[a-zA-Z_$]{1,9}", "[!-:<-~]{0,9}"), 0..9), gap in "[ \t]{0,2}") {
            let text = pairs.iter().map(|(n, v)| format!("{n}={v}")).collect::<Vec<_>>().join(&format!(";{gap}"));
            prop_assert_eq!(run(text.as_bytes(), &Limits::default()), (pairs, true));
        }
    }
}
