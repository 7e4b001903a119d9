//! `application/x-www-form-urlencoded`, in bodies and in queries.

use super::{BodyVariables, Field, Limits, Scratch, Text};
use memchr::{memchr, memchr2};
use std::ops::Range;

/// What was seen beside the arguments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Form {
    /// Arguments handed over.
    pub arguments: usize,
    /// A `%` without two hexadecimal digits behind it (`URLENCODED_ERROR`). `ModSecurity` sees those of values only.
    pub invalid_encoding: bool,
    /// There were more arguments than [`Limits::arguments`]; those are left out.
    pub over_limit: bool,
}

/// Hands over the arguments of a query or a body.
///
/// Pairs end at `separator` (`SecArgumentSeparator`), the first `=` ends a name. An empty pair is an argument with neither name nor
/// value, but not behind the last separator, as in `ModSecurity`.
pub fn parse(input: &[u8], separator: u8, limits: &Limits, scratch: &mut Scratch, sink: &mut impl BodyVariables) -> Form {
    let mut form = Form::default();
    let mut at = 0;
    while at < input.len() {
        if form.arguments >= limits.arguments {
            form.over_limit = true;
            break;
        }
        let rest = input.get(at..).unwrap_or_default();
        let end = memchr(separator, rest).map_or(input.len(), |n| at + n);
        let pair = input.get(at..end).unwrap_or_default();
        let (name, value) = memchr(b'=', pair).map_or((at..end, end..end), |n| (at..at + n, at + n + 1..end));
        let name = decoded(input, name, &mut scratch.name, &mut form.invalid_encoding);
        let value = decoded(input, value, &mut scratch.value, &mut form.invalid_encoding);
        sink.put(Field::Argument, name, value);
        form.arguments += 1;
        at = end + 1;
    }
    form
}

/// The range decoded, as it stands when there is nothing to decode.
fn decoded<'a>(input: &'a [u8], range: Range<usize>, out: &'a mut Vec<u8>, invalid: &mut bool) -> Text<'a> {
    let raw = input.get(range.clone()).unwrap_or_default();
    if memchr2(b'%', b'+', raw).is_none() {
        return Text::standing(input, range);
    }
    out.clear();
    *invalid |= decode(raw, out);
    Text::made(out)
}

/// Appends `raw` to `out` with `%XX` as the byte and `+` as space; an invalid `%` stays as it is, and then the answer is true.
pub fn decode(raw: &[u8], out: &mut Vec<u8>) -> bool {
    out.reserve(raw.len());
    // Up to the first there is nothing to do; behind it, in text, the next is a word away: too near to search for.
    let (plain, mut rest) = raw.split_at_checked(memchr2(b'%', b'+', raw).unwrap_or(raw.len())).unwrap_or_default();
    out.extend_from_slice(plain);
    let mut invalid = false;
    while let [byte, after @ ..] = rest {
        rest = after;
        let decoded = match (byte, after) {
            (b'%', [high, low, after @ ..]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                rest = after;
                digit(*high) << 4 | digit(*low)
            }
            (b'%', _) => {
                invalid = true;
                b'%'
            }
            (b'+', _) => b' ',
            _ => *byte,
        };
        out.push(decoded);
    }
    invalid
}

/// The value of a hexadecimal digit; of other bytes something below 16.
pub(super) const fn digit(byte: u8) -> u8 {
    match byte {
        b'0'..=b'9' => byte - b'0',
        _ => (byte & 7) + 9,
    }
}

#[cfg(test)]
#[path = "urlencoded_tests.rs"]
#[allow(clippy::type_complexity)] // tables
mod tests;
