//! Influx line protocol: `measurement,tag=value field=1,other=2i 1700000000000000000`.
//!
//! Field `other` of measurement `m` is series `m_other` with the tags as labels. Booleans are 0 and 1; text has no value and is
//! skipped. A bad line is a fault with its number, the others are taken.

mod escape;
mod fields;
#[cfg(test)]
mod oracle_tests;
mod series;
#[cfg(test)]
mod tests;

use super::number;
use crate::sink::{Protocol, Report, Sink, Source};
use memchr::memchr;
use series::Series;

/// The unit that timestamps are in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Precision {
    /// What counts when nobody says.
    #[default]
    Nanoseconds,
    /// Kept as they are.
    Microseconds,
    /// 1,000 µs.
    Milliseconds,
    /// 1,000,000 µs.
    Seconds,
    /// 60 s.
    Minutes,
    /// 3,600 s.
    Hours,
}

impl Precision {
    /// The word of the parameter `precision`: both versions' spellings. An empty one is nanoseconds.
    pub fn from_word(word: &[u8]) -> Option<Self> {
        Some(match word {
            b"" | b"n" | b"ns" => Precision::Nanoseconds,
            b"u" | b"us" | b"\xc2\xb5" | b"\xc2\xb5s" => Precision::Microseconds,
            b"ms" => Precision::Milliseconds,
            b"s" => Precision::Seconds,
            b"m" => Precision::Minutes,
            b"h" => Precision::Hours,
            _ => return None,
        })
    }

    /// µs since the epoch, rounded down; none when that is beyond 64 bits.
    #[inline]
    fn microseconds(self, time: i64) -> Option<i64> {
        match self {
            Precision::Nanoseconds => Some(time.div_euclid(1_000)),
            Precision::Microseconds => Some(time),
            Precision::Milliseconds => time.checked_mul(1_000),
            Precision::Seconds => time.checked_mul(1_000_000),
            Precision::Minutes => time.checked_mul(60_000_000),
            Precision::Hours => time.checked_mul(3_600_000_000),
        }
    }
}

/// What a line amounts to, apart from its values.
struct Line {
    /// None: when it was received.
    time: Option<i64>,
    /// Fields of text.
    strings: u64,
    /// Bytes from its beginning to its newline or the end of the body.
    len: usize,
}

/// Why a line is not taken, and how far reading got.
#[derive(Debug)]
struct Bad {
    reason: &'static str,
    reached: usize,
}

/// Decodes a body. `now` (µs) is the time of lines that have none.
pub fn decode<S: Sink + ?Sized>(body: &[u8], precision: Precision, now: i64, sink: &mut S) -> Report {
    let escapes = memchr(b'\\', body).is_some();
    let (mut parts, mut values) = (Vec::new(), Vec::new());
    let mut report = Report::default();
    let (mut at, mut number) = (0, 0u64);
    // A text may hold newlines. When such a line is bad, reading goes on at its second physical line, so bytes are read twice;
    // this many may be, then texts end with their line. It keeps the whole linear.
    let mut patience = body.len();
    while let Some(rest) = body.get(at..).filter(|r| !r.is_empty()) {
        number += 1;
        let end = memchr(b'\n', rest).unwrap_or(rest.len());
        let line = trimmed(rest.get(..end).unwrap_or_default());
        if line.is_empty() || line.first() == Some(&b'#') {
            at += end + 1;
            continue;
        }
        parts.clear();
        values.clear();
        // The line without its leading blanks, and all that follows, for texts that go on.
        let lead = rest.iter().take_while(|b| **b == b' ').count();
        let text = rest.get(lead..).unwrap_or_default();
        let reader = fields::Reader { text, line: end - lead, escapes, many: patience > 0, precision };
        match reader.read(&mut parts, &mut values) {
            Ok(read) => {
                report.skipped_strings += read.strings;
                if values.is_empty() {
                    // Nothing but text, and nothing wrong with that.
                    report.rows += 1;
                } else {
                    let describe = Series { parts: &parts, escapes };
                    let source = Source { protocol: Protocol::Line, parts: &parts, again: false, delta: false, describe: &describe };
                    report.outcome(number, values.len(), sink.row(&source, read.time.unwrap_or(now), &values));
                }
                let whole = lead + read.len;
                number += memchr::memchr_iter(b'\n', rest.get(end..whole).unwrap_or_default()).count() as u64;
                at += whole + 1;
            }
            Err(bad) => {
                report.reject(number, bad.reason);
                patience = patience.saturating_sub((lead + bad.reached).saturating_sub(end));
                at += end + 1;
            }
        }
    }
    report
}

/// Without blanks before it and what ends a line after it.
fn trimmed(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    line.trim_ascii_start()
}
