//! One line's fields and time.

use super::escape::find;
use super::number::{integer, number, signed};
use super::{Bad, Line, Precision};
use memchr::{memchr, memchr2};

/// Numeric fields of a line. A line of the whole body's length would cost several times that in memory.
const FIELDS: usize = 4_096;

/// Reads the line that `text` begins with.
pub(super) struct Reader<'a> {
    /// From the line's first byte to the end of the body.
    pub text: &'a [u8],
    /// How long the line is: up to the first newline.
    pub line: usize,
    /// Whether there is a backslash anywhere in the body.
    pub escapes: bool,
    /// Whether a text may go on after a newline.
    pub many: bool,
    /// The unit of the timestamp.
    pub precision: Precision,
}

impl<'a> Reader<'a> {
    /// Gives measurement with tags and then the names of numeric fields to `parts`, their values to `values`.
    pub(super) fn read(self, parts: &mut Vec<&'a [u8]>, values: &mut Vec<f64>) -> Result<Line, Bad> {
        let mut end = self.line;
        let mut at = 0;
        let mut strings = 0;
        let bad = |reason, reached| Err(Bad { reason, reached });
        let line = self.upto(0, end);
        let blank = if self.escapes { find(line, true, |b| b == b' ') } else { memchr(b' ', line) };
        let Some(key) = blank.and_then(|blank| line.get(..blank)) else {
            return bad("the line has no fields", end);
        };
        if matches!(key.first(), None | Some(b',')) {
            return bad("the line has no measurement", 0);
        }
        parts.push(key);
        at += key.len();
        at += blanks(self.upto(at, end));
        loop {
            let rest = self.upto(at, end);
            let Some(equals) = find(rest, self.escapes, |b| matches!(b, b'=' | b',' | b' ')) else {
                return bad(if rest.is_empty() { "the line has no fields" } else { "a field has no value" }, end);
            };
            if rest.get(equals) != Some(&b'=') {
                return bad("a field has no value", at + equals);
            }
            if equals == 0 {
                return bad("a field has no name", at);
            }
            let name = rest.get(..equals).unwrap_or_default();
            at += equals + 1;
            let value = self.upto(at, end);
            if value.first() == Some(&b'"') {
                let Some(len) = self.string(at, end) else {
                    return bad("a text has no closing quote", if self.many { self.text.len() } else { end });
                };
                at += len;
                if at > end {
                    let more = self.text.get(at..).unwrap_or_default();
                    end = at + memchr(b'\n', more).unwrap_or(more.len());
                }
                strings += 1;
            } else {
                match scalar(value) {
                    Ok(_) if values.len() >= FIELDS => return bad("the line has too many fields", at),
                    Ok((number, len)) => {
                        parts.push(name);
                        values.push(number);
                        at += len;
                    }
                    Err(reason) => return bad(reason, at),
                }
            }
            match self.upto(at, end).first() {
                Some(b',') => at += 1,
                None | Some(b' ') => break,
                Some(_) => return bad("a field's value is no number, boolean or text", at),
            }
        }
        let time = self.upto(at, end).trim_ascii();
        let time = match time {
            [] => None,
            digits => match integer(digits).and_then(|t| self.precision.microseconds(t)) {
                Some(time) => Some(time),
                None => return bad("the timestamp is no integer of 64 bits", end),
            },
        };
        Ok(Line { time, strings, len: end })
    }

    /// From `at` to the end of the line, without the carriage return before it.
    fn upto(&self, at: usize, end: usize) -> &'a [u8] {
        let rest = self.text.get(at..end).unwrap_or_default();
        rest.strip_suffix(b"\r").unwrap_or(rest)
    }

    /// Length of the text whose opening quote stands at `at`, with both quotes.
    fn string(&self, at: usize, end: usize) -> Option<usize> {
        let whole = if self.many { self.text.get(at..)? } else { self.text.get(at..end)? };
        let mut len = 1;
        loop {
            len += memchr2(b'"', b'\\', whole.get(len..)?)?;
            if whole.get(len) == Some(&b'"') {
                return Some(len + 1);
            }
            len += 2;
        }
    }
}

/// The value at the beginning of `text`, and its length. Values that end in nothing sensible are found by the caller.
#[inline]
fn scalar(text: &[u8]) -> Result<(f64, usize), &'static str> {
    if let Some(read) = number(text) {
        return match (text.get(read.len), read.integer) {
            (Some(b'i'), Some((negative, magnitude))) if signed(negative, magnitude).is_some() => Ok((read.value, read.len + 1)),
            (Some(b'u'), Some((false, _))) => Ok((read.value, read.len + 1)),
            (Some(b'u'), None) => unsigned(text.get(..read.len).unwrap_or_default(), read.value, read.len),
            (Some(b'i' | b'u'), _) => Err("an integer is beyond 64 bits, or has a fraction"),
            _ if read.value.is_finite() => Ok((read.value, read.len)),
            _ => Err("a number is beyond the floats"),
        };
    }
    boolean(text).ok_or("a field's value is no number, boolean or text")
}

/// An unsigned integer of 20 digits may still fit.
fn unsigned(digits: &[u8], value: f64, len: usize) -> Result<(f64, usize), &'static str> {
    let fits = std::str::from_utf8(digits).is_ok_and(|d| d.parse::<u64>().is_ok());
    if fits { Ok((value, len + 1)) } else { Err("an integer is beyond 64 bits, or has a fraction") }
}

fn boolean(text: &[u8]) -> Option<(f64, usize)> {
    let len = text.iter().take(6).take_while(|b| b.is_ascii_alphabetic()).count();
    match text.get(..len)? {
        b"t" | b"T" | b"true" | b"True" | b"TRUE" => Some((1.0, len)),
        b"f" | b"F" | b"false" | b"False" | b"FALSE" => Some((0.0, len)),
        _ => None,
    }
}

fn blanks(text: &[u8]) -> usize {
    text.iter().take_while(|b| **b == b' ').count()
}
