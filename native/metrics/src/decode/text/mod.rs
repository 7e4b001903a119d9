//! Prometheus text exposition 0.0.4 and `OpenMetrics` 1.0: `name{label="value"} 1 1700000000000`.
//!
//! Names in quotes (UTF-8) are taken in both, exemplars passed over. A bad line is a fault with its number, the others are taken.

mod about;
mod series;
#[cfg(test)]
mod tests;

use super::number::{integer, number};
use super::{MILLISECOND, NAN};
use crate::sink::{Protocol, Report, Sink, Source};
use about::Families;
use memchr::memchr;
use series::Series;

/// Which of the two it is: the sender's `Content-Type` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// 0.0.4: timestamps are integers in milliseconds.
    Prometheus,
    /// 1.0: timestamps are in seconds with a fraction, and `# EOF` ends it.
    OpenMetrics,
}

/// Decodes a body. `now` (µs) is the time of samples that have none.
pub fn decode<S: Sink + ?Sized>(body: &[u8], format: Format, now: i64, sink: &mut S) -> Report {
    let mut report = Report::default();
    let mut families = Families::default();
    let (mut at, mut number) = (0, 0u64);
    let mut ended = false;
    while let Some(rest) = body.get(at..).filter(|r| !r.is_empty()) {
        number += 1;
        let end = memchr(b'\n', rest).unwrap_or(rest.len());
        at += end + 1;
        let line = rest.get(..end).unwrap_or_default();
        let line = blanks(line.strip_suffix(b"\r").unwrap_or(line));
        if line.is_empty() {
            continue;
        }
        if ended {
            report.reject(number, "there is something behind the end");
            continue;
        }
        if let Some(comment) = line.strip_prefix(b"#") {
            match families.comment(blanks(comment), sink) {
                Ok(end) => ended = end && format == Format::OpenMetrics,
                Err(reason) => report.reject(number, reason),
            }
            continue;
        }
        match sample(line, format) {
            Ok((series, value, time)) => {
                let describe = Series(series);
                let parts = [series];
                let source = Source { protocol: Protocol::Text, parts: &parts, again: false, delta: false, describe: &describe };
                report.outcome(number, 1, sink.row(&source, time.unwrap_or(now), &[value]));
            }
            Err(reason) => report.reject(number, reason),
        }
    }
    families.end(sink);
    if format == Format::OpenMetrics && !ended {
        report.reject(number + 1, "the end is missing: no # EOF");
    }
    report
}

/// The bytes that name the series, the value, and the time in µs if there is one.
fn sample(line: &[u8], format: Format) -> Result<(&[u8], f64, Option<i64>), &'static str> {
    let (series, rest) = series::split(line)?;
    // An exemplar follows.
    let rest = memchr(b'#', rest).and_then(|at| rest.get(..at)).unwrap_or(rest);
    let mut words = rest.split(|b| matches!(b, b' ' | b'\t')).filter(|word| !word.is_empty());
    let value = words.next().ok_or("the sample has no value")?;
    let value = float(value).ok_or("the sample's value is no number")?;
    let time = match (words.next(), format) {
        (None, _) => None,
        (Some(word), Format::Prometheus) => integer(word).and_then(|t| t.checked_mul(MILLISECOND)).map(Some).ok_or(BAD_TIME)?,
        (Some(word), Format::OpenMetrics) => seconds(word).map(Some).ok_or(BAD_TIME)?,
    };
    if words.next().is_some() {
        return Err("there is something behind the sample");
    }
    Ok((series, value, time))
}

const BAD_TIME: &str = "the timestamp cannot be read";

/// A value: a number, or the words for what is none.
fn float(word: &[u8]) -> Option<f64> {
    if let Some(read) = number(word) {
        return (read.len == word.len() && read.value.is_finite()).then_some(read.value);
    }
    let (negative, bare) = match word.split_first()? {
        (b'-', rest) => (true, rest),
        (b'+', rest) => (false, rest),
        _ => (false, word),
    };
    if bare.eq_ignore_ascii_case(b"inf") || bare.eq_ignore_ascii_case(b"infinity") {
        return Some(if negative { f64::NEG_INFINITY } else { f64::INFINITY });
    }
    word.eq_ignore_ascii_case(b"nan").then(|| f64::from_bits(NAN))
}

/// Seconds with a fraction as µs. A float is exact to a quarter of one for the next two centuries, so rounding finds it.
#[allow(clippy::cast_possible_truncation)] // within the bound
fn seconds(word: &[u8]) -> Option<i64> {
    let read = number(word).filter(|read| read.len == word.len())?;
    let time = (read.value * 1e6).round();
    (time.abs() < 9.2e18).then_some(time as i64)
}

/// Without blanks before it.
fn blanks(text: &[u8]) -> &[u8] {
    let count = text.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
    text.get(count..).unwrap_or_default()
}
