//! The part of a sample that names its series.

use super::blanks;
use crate::sink::{Describe, Refused, SeriesKey};
use memchr::memchr2;
use std::borrow::Cow;

/// Divides a line behind the name and labels.
pub(super) fn split(line: &[u8]) -> Result<(&[u8], &[u8]), &'static str> {
    let name = line.iter().position(|b| matches!(b, b'{' | b' ' | b'\t')).ok_or("the sample has no value")?;
    let behind = line.get(name..).unwrap_or_default();
    // Blanks may stand before the brace.
    let labels = blanks(behind);
    if labels.first() != Some(&b'{') {
        return line.split_at_checked(name).ok_or("the sample has no value");
    }
    let mut at = line.len() - labels.len();
    loop {
        let rest = line.get(at..).unwrap_or_default();
        at += memchr2(b'"', b'}', rest).ok_or("the labels have no closing brace")?;
        if line.get(at) == Some(&b'}') {
            return line.split_at_checked(at + 1).ok_or("the sample has no value");
        }
        let text = line.get(at..).unwrap_or_default();
        at += quoted(text).ok_or("a label has no closing quote")?;
    }
}

/// Length of the text in quotes at the beginning, both quotes with it.
pub(super) fn quoted(text: &[u8]) -> Option<usize> {
    let mut len = 1;
    loop {
        len += memchr2(b'"', b'\\', text.get(len..)?)?;
        if text.get(len) == Some(&b'"') {
            return Some(len + 1);
        }
        len += 2;
    }
}

/// `name{label="value",…}` as it was sent.
pub(super) struct Series<'a>(pub &'a [u8]);

impl Describe for Series<'_> {
    fn count(&self) -> usize {
        1
    }

    fn series(&self, _: usize, key: &mut SeriesKey) -> Result<(), Refused> {
        let (name, mut rest) = word(self.0);
        let named = !name.is_empty();
        if named {
            key.name(&[name])?;
        }
        rest = blanks(rest);
        if rest.is_empty() {
            return Ok(());
        }
        rest = blanks(rest.strip_prefix(b"{").ok_or(Refused::Malformed("the metric's name has a letter that needs quotes"))?);
        while rest != b"}" {
            let (name, behind) = if rest.first() == Some(&b'"') {
                let (name, behind) = text(rest)?;
                let behind = blanks(behind);
                if !named && behind.first() != Some(&b'=') {
                    // In quotes and alone: the metric's name.
                    key.label(b"__name__", &name)?;
                    rest = next(behind)?;
                    continue;
                }
                (name, behind)
            } else {
                let (name, behind) = word(rest);
                (Cow::Borrowed(name), blanks(behind))
            };
            let value = blanks(behind.strip_prefix(b"=").ok_or(Refused::Malformed("a label has no value"))?);
            if value.first() != Some(&b'"') {
                return Err(Refused::Malformed("a label's value is not in quotes"));
            }
            let (value, behind) = text(value)?;
            key.label(&name, &value)?;
            rest = next(blanks(behind))?;
        }
        Ok(())
    }
}

/// What follows the comma, or the closing brace.
fn next(rest: &[u8]) -> Result<&[u8], Refused> {
    match rest {
        [b',', behind @ ..] => Ok(blanks(behind)),
        b"}" => Ok(rest),
        _ => Err(Refused::Malformed("between labels there is no comma")),
    }
}

/// A name without quotes: what the older form allows, and points, dashes, slashes and letters beyond ASCII besides.
pub(super) fn word(text: &[u8]) -> (&[u8], &[u8]) {
    let letter = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b':' | b'.' | b'-' | b'/') || *b >= 0x80;
    text.split_at(text.iter().position(|b| !letter(b)).unwrap_or(text.len()))
}

/// A text in quotes, and what follows it.
pub(super) fn text(text: &[u8]) -> Result<(Cow<'_, [u8]>, &[u8]), Refused> {
    let len = quoted(text).ok_or(Refused::Malformed("a label has no closing quote"))?;
    let (text, rest) = text.split_at(len);
    Ok((unescaped(text.get(1..len - 1).unwrap_or_default(), true), rest))
}

/// `\n`, `\\` and, where `quotes` says so, `\"`; other backslashes mean themselves.
pub(super) fn unescaped(text: &[u8], quotes: bool) -> Cow<'_, [u8]> {
    if memchr::memchr(b'\\', text).is_none() {
        return Cow::Borrowed(text);
    }
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.iter().copied();
    while let Some(byte) = bytes.next() {
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        match bytes.next() {
            Some(b'n') => out.push(b'\n'),
            Some(b'\\') => out.push(b'\\'),
            Some(b'"') if quotes => out.push(b'"'),
            other => {
                out.push(b'\\');
                out.extend(other);
            }
        }
    }
    Cow::Owned(out)
}
