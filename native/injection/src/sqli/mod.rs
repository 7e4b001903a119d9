//! SQL injection by fingerprints: the value is read as SQL in each place where it might be put.

mod fingerprints;
mod fold;
mod lexer;
mod numbers;
mod pairs;
mod quotes;
mod token;
mod triples;
mod verdict;
mod words;

use crate::classes;
use lexer::{Dialect, Lexer};
use memchr::memchr;
use verdict::judge;

pub use verdict::Fingerprint;

/// The fingerprint of a value that is an SQL injection; `None` for any other.
///
/// The value is read as it is, then, if it has such a quote, as if it stood in single and in double quotes. Linear in the
/// length of the value; reads nothing beyond its sixth token unless tokens are folded.
pub fn sqli(value: &[u8]) -> Option<Fingerprint> {
    // A number or two and a word: no fingerprint is made of these alone.
    if value.iter().all(|b| classes::is(*b, classes::PLAIN)) {
        return None;
    }
    unfiltered(value)
}

fn unfiltered(value: &[u8]) -> Option<Fingerprint> {
    both(value, 0)
        .or_else(|| memchr(b'\'', value).and_then(|_| both(value, b'\'')))
        .or_else(|| memchr(b'"', value).and_then(|_| judge(Lexer::new(value, b'"', Dialect::MySql)).0))
}

/// In ANSI's reading, and in MySQL's where that differs.
fn both(value: &[u8], quote: u8) -> Option<Fingerprint> {
    let (found, ambiguous) = judge(Lexer::new(value, quote, Dialect::Ansi));
    found.or_else(|| if ambiguous { judge(Lexer::new(value, quote, Dialect::MySql)).0 } else { None })
}
