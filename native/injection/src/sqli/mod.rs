//! SQL injection by fingerprints: the value is read as SQL in each place where it might be put.

#[cfg(test)]
mod attacks_tests;
#[cfg(test)]
mod dump;
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
#[cfg(test)]
mod words_tests;

use crate::classes;
use lexer::{Dialect, Lexer};
use memchr::{memchr, memchr2};
use verdict::{Judge, judge, judge_in_full};

#[cfg(test)]
pub(crate) use dump::{folding as reference_folding, tokens as reference_tokens};
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
    let plain = both(value, 0, judge);
    if plain.is_some() || memchr2(b'\'', b'"', value).is_none() {
        return plain;
    }
    quoted(value, judge)
}

/// What [`sqli`] says, without its short cuts: to test them by.
pub fn sqli_in_full(value: &[u8]) -> Option<Fingerprint> {
    both(value, 0, judge_in_full).or_else(|| quoted(value, judge_in_full))
}

/// As if the value stood in such quotes as it has.
fn quoted(value: &[u8], judge: Judge) -> Option<Fingerprint> {
    memchr(b'\'', value)
        .and_then(|_| both(value, b'\'', judge))
        .or_else(|| memchr(b'"', value).and_then(|_| judge(Lexer::new(value, b'"', Dialect::MySql)).0))
}

/// In the reading of ANSI, and in that of `MySQL` where it differs.
fn both(value: &[u8], quote: u8, judge: Judge) -> Option<Fingerprint> {
    let (found, ambiguous) = judge(Lexer::new(value, quote, Dialect::Ansi));
    found.or_else(|| if ambiguous { judge(Lexer::new(value, quote, Dialect::MySql)).0 } else { None })
}
