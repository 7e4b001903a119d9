//! Text with `{name}` in it: where redirects lead and what rewritten paths are.

use std::borrow::Cow;

/// A template, read once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Name(String),
}

/// Where a value comes to stand, which decides what is escaped.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Path,
    /// After the template's own `?`, where `&` and `=` mean something.
    Query,
}

impl Template {
    /// Reads a template; `names` are those that may stand in braces. `{*rest}` and `{rest}` are the same.
    pub(super) fn compile(text: &str, names: &[&str]) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut left = text;
        while let Some((before, after)) = left.split_once('{') {
            let (inner, rest) = after.split_once('}').ok_or_else(|| format!("a brace without end in {text}"))?;
            let name = inner.strip_prefix('*').unwrap_or(inner);
            if !names.contains(&name) {
                return Err(format!("{{{inner}}} in {text} is not known"));
            }
            parts.push(Part::Text(before.to_owned()));
            parts.push(Part::Name(name.to_owned()));
            left = rest;
        }
        if left.contains('}') {
            return Err(format!("a brace without beginning in {text}"));
        }
        parts.push(Part::Text(left.to_owned()));
        parts.retain(|p| *p != Part::Text(String::new()));
        if let Some(Part::Text(bad)) = parts.iter().find(|p| matches!(p, Part::Text(t) if !t.bytes().all(|b| b.is_ascii_graphic()))) {
            return Err(format!("only visible ASCII can stand in {bad}"));
        }
        Ok(Self { parts })
    }

    /// The template with each name replaced by what `value` makes of it.
    pub(super) fn fill<'v>(&self, mut value: impl FnMut(&str, Place) -> Cow<'v, [u8]>) -> Vec<u8> {
        let mut out = Vec::new();
        let mut place = Place::Path;
        for part in &self.parts {
            match part {
                Part::Text(text) => {
                    out.extend_from_slice(text.as_bytes());
                    if text.contains('?') {
                        place = Place::Query;
                    }
                }
                Part::Name(name) => out.extend_from_slice(&value(name, place)),
            }
        }
        out
    }

    /// The text before the first name.
    pub(super) fn head(&self) -> &str {
        match self.parts.first() {
            Some(Part::Text(text)) => text,
            _ => "",
        }
    }

    /// Each part in order: `Ok` is text, `Err` a name.
    pub(super) fn parts(&self) -> impl Iterator<Item = Result<&str, &str>> {
        self.parts.iter().map(|p| match p {
            Part::Text(text) => Ok(text.as_str()),
            Part::Name(name) => Err(name.as_str()),
        })
    }
}

/// Escapes what cannot stand in a path or query (RFC 3986 section 3.3 and 3.4); escapes that are whole stay as they are.
pub(super) fn escape(value: &[u8], keep: impl Fn(u8) -> bool) -> Cow<'_, [u8]> {
    let whole = |at: usize| value.get(at + 1..at + 3).is_some_and(|h| h.iter().all(u8::is_ascii_hexdigit));
    let fine =
        |at: usize, b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~') || (b == b'%' && whole(at)) || keep(b);
    if value.iter().enumerate().all(|(at, b)| fine(at, *b)) {
        return Cow::Borrowed(value);
    }
    let mut out = Vec::with_capacity(value.len() + 8);
    for (at, b) in value.iter().enumerate() {
        if fine(at, *b) {
            out.push(*b);
        } else {
            const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
            out.extend([b'%', DIGITS[usize::from(b >> 4)], DIGITS[usize::from(b & 15)]]);
        }
    }
    Cow::Owned(out)
}

/// What may stand in a path besides letters, digits and escapes.
pub(super) fn in_path(b: u8) -> bool {
    b == b'/' || in_segment(b)
}

fn in_segment(b: u8) -> bool {
    matches!(b, b'!' | b'$' | b'&' | b'\'' | b'(' | b')' | b'*' | b'+' | b',' | b';' | b'=' | b':' | b'@')
}

/// What may stand in a query.
pub(super) fn in_query(b: u8) -> bool {
    matches!(b, b'/' | b'?') || in_segment(b)
}

/// What a value inside a query may hold: nothing that ends it.
pub(super) fn in_query_value(b: u8) -> bool {
    matches!(b, b'/' | b':' | b'@' | b',' | b'!' | b'*' | b'(' | b')' | b'$')
}
