//! `Content-Type` by the letter (RFC 9110 section 8.3.1), for whoever wants its parts.
//!
//! The boundary of a multipart body is found another way (`boundary.rs`): there the question is what lenient readers may make of it.

use std::borrow::Cow;

/// A media type and its parameters; borrowed from the field's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MediaType<'v> {
    /// The part before the slash.
    pub kind: &'v [u8],
    /// The part behind the slash.
    pub subtype: &'v [u8],
    parameters: &'v [u8],
}

/// The field is not a media type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAMediaType;

impl<'v> MediaType<'v> {
    /// Parses a field's value; all parameters are checked here.
    pub fn parse(value: &'v [u8]) -> Result<Self, NotAMediaType> {
        let (kind, rest) = token(value.trim_ascii()).ok_or(NotAMediaType)?;
        let (subtype, parameters) = rest.strip_prefix(b"/").and_then(token).ok_or(NotAMediaType)?;
        let media_type = Self { kind, subtype, parameters };
        let mut rest = media_type.parameters;
        while let Some(next) = parameter(rest) {
            (_, rest) = next?;
        }
        Ok(media_type)
    }

    /// Whether it is `kind/subtype`; both in lower case.
    pub fn is(&self, kind: &str, subtype: &str) -> bool {
        self.kind.eq_ignore_ascii_case(kind.as_bytes()) && self.subtype.eq_ignore_ascii_case(subtype.as_bytes())
    }

    /// The parameters in their order, values without quotes.
    pub fn parameters(&self) -> impl Iterator<Item = (&'v [u8], Cow<'v, [u8]>)> {
        let mut rest = self.parameters;
        std::iter::from_fn(move || {
            let (found, after) = parameter(rest)?.ok()?;
            rest = after;
            Some(found)
        })
    }

    /// The first parameter of this name.
    pub fn parameter(&self, name: &str) -> Option<Cow<'v, [u8]>> {
        self.parameters().find(|(n, _)| n.eq_ignore_ascii_case(name.as_bytes())).map(|(_, value)| value)
    }
}

type Parameter<'v> = ((&'v [u8], Cow<'v, [u8]>), &'v [u8]);

/// `None` at the end. Empty parameters, as in `a/b;;c=d`, are allowed since RFC 9110.
fn parameter(mut rest: &[u8]) -> Option<Result<Parameter<'_>, NotAMediaType>> {
    let mut after_semicolon = false;
    loop {
        rest = rest.trim_ascii_start();
        match rest.strip_prefix(b";") {
            Some(tail) => (rest, after_semicolon) = (tail, true),
            None if rest.is_empty() => return None,
            None if after_semicolon => return Some(pair(rest).ok_or(NotAMediaType)),
            None => return Some(Err(NotAMediaType)),
        }
    }
}

fn pair(rest: &[u8]) -> Option<Parameter<'_>> {
    let (name, rest) = token(rest)?;
    let rest = rest.strip_prefix(b"=")?;
    if let Some((value, rest)) = token(rest) {
        return Some(((name, Cow::Borrowed(value)), rest));
    }
    let (quoted, mut at, mut escaped) = (rest.strip_prefix(b"\"")?, 0, false);
    loop {
        match quoted.get(at)? {
            b'"' => break,
            b'\\' => {
                escaped = true;
                at += 2;
            }
            b'\t' | b' '..=b'~' | 0x80.. => at += 1,
            _ => return None,
        }
    }
    let (inside, rest) = (quoted.get(..at)?, quoted.get(at + 1..)?);
    Some(((name, if escaped { Cow::Owned(unescaped(inside)) } else { Cow::Borrowed(inside) }), rest))
}

fn unescaped(quoted: &[u8]) -> Vec<u8> {
    let mut bytes = quoted.iter();
    let mut out = Vec::with_capacity(quoted.len());
    while let Some(byte) = bytes.next() {
        out.extend(if *byte == b'\\' { bytes.next() } else { Some(byte) });
    }
    out
}

/// A token (RFC 9110 section 5.6.2) and what follows it.
fn token(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let length = bytes.iter().take_while(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(b)).count();
    if length == 0 { None } else { bytes.split_at_checked(length) }
}

#[cfg(test)]
#[allow(clippy::type_complexity)] // tables
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn media_types() {
        let table: &[(&str, &str, &[(&str, &str)])] = &[
            ("text/html", "text/html", &[]),
            (" text/html ", "text/html", &[]),
            ("Text/HTML;Charset=\"utf-8\"", "text/html", &[("charset", "utf-8")]),
            ("text/html; charset=utf-8", "text/html", &[("charset", "utf-8")]),
            ("text/html \t;\tcharset=utf-8", "text/html", &[("charset", "utf-8")]),
            ("multipart/form-data; boundary=\"a b\\\"c\"; x=y", "multipart/form-data", &[("boundary", "a b\"c"), ("x", "y")]),
            ("a/b;;c=d;", "a/b", &[("c", "d")]),
            ("a/b; c=\"\"", "a/b", &[("c", "")]),
            ("application/ld+json; charset=\"u;=\"", "application/ld+json", &[("charset", "u;=")]),
        ];
        for (value, essence, parameters) in table {
            let parsed = MediaType::parse(value.as_bytes()).unwrap_or_else(|_| panic!("{value}"));
            let (kind, subtype) = essence.split_once('/').unwrap_or_default();
            assert!(parsed.is(kind, subtype), "{value}");
            let found: Vec<_> = parsed.parameters().map(|(n, v)| (n.to_ascii_lowercase(), v.into_owned())).collect();
            let expected: Vec<_> = parameters.iter().map(|(n, v)| (n.as_bytes().to_vec(), v.as_bytes().to_vec())).collect();
            assert_eq!(found, expected, "{value}");
        }
    }

    #[test]
    fn what_is_none() {
        for value in [
            "",
            "text",
            "text/",
            "/html",
            "text /html",
            "text/ html",
            "text/html charset=a",
            "text/html, text/plain",
            "text/html;charset",
            "text/html;charset=",
            "text/html;charset =a",
            "text/html;charset= a",
            "text/html;charset=\"a",
            "text/html;charset=\"a\"b",
            "text/html;charset=\"a\\",
            "text/html;=a",
            "text/html;charset=\"a\nb\"",
            "text/html;charset=a b",
            "t\u{e9}xt/html",
        ] {
            assert_eq!(MediaType::parse(value.as_bytes()), Err(NotAMediaType), "{value:?}");
        }
    }

    #[test]
    fn the_first_of_a_name() {
        let parsed = MediaType::parse(b"a/b; charset=x; CHARSET=y").unwrap_or_else(|_| panic!("parses"));
        assert_eq!(parsed.parameter("charset").as_deref(), Some(&b"x"[..]));
        assert_eq!(parsed.parameter("boundary"), None);
    }

    proptest! {
        #[test]
        fn a_quoted_value_comes_back(value in "[ -~]{0,20}") {
            let field = format!("a/b; c=\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""));
            let parsed = MediaType::parse(field.as_bytes()).map(|p| p.parameter("c").map(Cow::into_owned));
            prop_assert_eq!(parsed, Ok(Some(value.into_bytes())));
        }
    }
}
