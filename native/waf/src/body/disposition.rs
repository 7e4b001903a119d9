//! A part's `Content-Disposition` (RFC 7578 section 4.2), read the strict way.
//!
//! What readers disagree about (single quotes, quotes in values, duplicates, unknown parameters, names in capitals) is an error or
//! sets a flag.

use super::{Fault, multipart_flags::Flags, urlencoded::digit};
use std::ops::Range;

/// A parameter's value within the header's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Parameter {
    /// Where it stands, without quotes.
    pub range: Range<usize>,
    /// The quote about it; `\` before it or another `\` is no part of the value.
    pub quote: Option<u8>,
    /// Whether it has such a `\`.
    pub escaped: bool,
}

impl Parameter {
    /// The value itself, appended to `out`.
    pub fn unescape(&self, header: &[u8], out: &mut Vec<u8>) {
        let mut rest = header.get(self.range.clone()).unwrap_or_default();
        while let [byte, after @ ..] = rest {
            rest = match after {
                [next, after @ ..] if *byte == b'\\' && (*next == b'\\' || Some(*next) == self.quote) => {
                    out.push(*next);
                    after
                }
                _ => {
                    out.push(*byte);
                    after
                }
            };
        }
    }

    /// The value of a `filename*` (RFC 8187), whose `%XX` are known to be right, appended to `out`.
    pub fn percent_decode(&self, header: &[u8], out: &mut Vec<u8>) {
        let mut rest = header.get(self.range.clone()).unwrap_or_default();
        while let [byte, after @ ..] = rest {
            rest = match after {
                [high, low, after @ ..] if *byte == b'%' => {
                    out.push(digit(*high) << 4 | digit(*low));
                    after
                }
                _ => {
                    out.push(*byte);
                    after
                }
            };
        }
    }
}

/// The parameters that a form's part may have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Disposition {
    pub name: Option<Parameter>,
    pub filename: Option<Parameter>,
    pub filename_star: Option<Parameter>,
}

/// Reads a header's value.
pub(super) fn parse(header: &[u8], flags: &mut Flags) -> Result<Disposition, Fault> {
    let mut found = Disposition::default();
    let mut at = blanks(header, if header.starts_with(b"form-data") { 9 } else { return Err(Fault::Disposition) });
    match header.get(at) {
        None => return Ok(found),
        Some(b';') => at += 1,
        Some(_) => return Err(Fault::Disposition),
    }
    while at < header.len() {
        let begin = blanks(header, at);
        let rest = header.get(begin..).unwrap_or_default();
        let end = begin + rest.iter().position(|b| matches!(b, b'=' | b'\t' | b' ')).ok_or(Fault::Disposition)?;
        let name = header.get(begin..end).unwrap_or_default();
        let equals = blanks(header, end);
        if header.get(equals) != Some(&b'=') {
            return Err(Fault::Disposition);
        }
        let begin = blanks(header, equals + 1);
        let (slot, starred) = match name {
            b"name" => (&mut found.name, false),
            b"filename" => (&mut found.filename, false),
            b"filename*" => (&mut found.filename_star, true),
            _ => return Err(Fault::Disposition),
        };
        let (value, after) = if starred { extended(header, begin)? } else { plain(header, begin, flags)? };
        let inside = header.get(value.range.clone()).unwrap_or_default();
        // An apostrophe between double quotes is only that.
        flags.invalid_quoting |= !starred && value.quote != Some(b'"') && inside.contains(&b'\'');
        if slot.replace(value).is_some() {
            return Err(Fault::DispositionTwice);
        }
        at = blanks(header, after);
        match header.get(at) {
            None => break,
            Some(b';') => at += 1,
            Some(_) => {
                flags.invalid_quoting |= at.checked_sub(1).and_then(|n| header.get(n)).is_some_and(|b| matches!(b, b'\'' | b'"'));
                return Err(Fault::Disposition);
            }
        }
    }
    if found.filename_star.is_some() && found.filename.as_ref().is_none_or(|f| f.range.is_empty()) {
        return Err(Fault::DispositionFilenameStar);
    }
    // Crude readers look for these very letters.
    if found.filename.as_ref().is_some_and(|f| !f.range.is_empty()) && memchr::memmem::find(header, b"filename=").is_none() {
        return Err(Fault::Disposition);
    }
    Ok(found)
}

fn blanks(header: &[u8], from: usize) -> usize {
    let rest = header.get(from..).unwrap_or_default();
    from + rest.iter().take_while(|b| matches!(b, b'\t' | b' ')).count()
}

/// A value in quotes, or a token; and where it ends.
fn plain(header: &[u8], begin: usize, flags: &mut Flags) -> Result<(Parameter, usize), Fault> {
    let first = *header.get(begin).ok_or(Fault::Disposition)?;
    if !matches!(first, b'"' | b'\'') {
        let rest = header.get(begin..).unwrap_or_default();
        let end = begin + rest.iter().take_while(|b| is_token(**b)).count();
        return Ok((Parameter { range: begin..end, quote: None, escaped: false }, end));
    }
    flags.invalid_quoting |= first == b'\'';
    let (mut at, mut escaped) = (begin + 1, false);
    loop {
        match *header.get(at).ok_or(Fault::Disposition)? {
            b'\\' => {
                let next = *header.get(at + 1).ok_or(Fault::Disposition)?;
                // Old browsers send paths with single backslashes: those stay.
                let counts = next == first || next == b'\\';
                escaped |= counts;
                at += if counts { 2 } else { 1 };
            }
            byte if byte == first => break,
            _ => at += 1,
        }
    }
    Ok((Parameter { range: begin + 1..at, quote: Some(first), escaped }, at + 1))
}

/// `charset'language'value`, RFC 8187; the range is the value's.
fn extended(header: &[u8], begin: usize) -> Result<(Parameter, usize), Fault> {
    const CHARSET: &[u8] = b"!#$%&+-^_`{}~";
    const PLAIN: &[u8] = b"!#$&+-.^_`~";
    let rest = header.get(begin..).unwrap_or_default();
    let charset = rest.iter().take_while(|b| b.is_ascii_alphanumeric() || CHARSET.contains(b)).count();
    if charset == 0 || rest.get(charset) != Some(&b'\'') {
        return Err(Fault::DispositionFilenameStar);
    }
    let language = rest.get(charset + 1..).unwrap_or_default();
    let language = memchr::memchr(b'\'', language).ok_or(Fault::DispositionFilenameStar)?;
    let from = begin + charset + 1 + language + 1;
    let mut at = from;
    loop {
        match header.get(at..).unwrap_or_default() {
            [] | [b';', ..] => break,
            [b'%', high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => at += 3,
            [byte, ..] if byte.is_ascii_alphanumeric() || PLAIN.contains(byte) => at += 1,
            _ => return Err(Fault::DispositionFilenameStar),
        }
    }
    Ok((Parameter { range: from..at, quote: None, escaped: false }, at))
}

/// A character of RFC 2045's tokens.
const fn is_token(byte: u8) -> bool {
    byte.is_ascii_graphic()
        && !matches!(byte, b'(' | b')' | b'<' | b'>' | b'@' | b',' | b';' | b':' | b'\\' | b'"' | b'/' | b'[' | b']' | b'?' | b'=')
}

#[cfg(test)]
#[path = "disposition_tests.rs"]
#[allow(clippy::type_complexity)] // tables
mod tests;
