//! How often bytes occur in ordinary values: URLs, headers, forms, JSON and text. Only choices of speed rest on it.

use super::byte_set::ByteSet;
use std::collections::HashSet;
use std::sync::LazyLock;

/// Occurrences in 10,000 bytes of letters `a` to `z`, either case.
const LETTERS: [u16; 26] =
    [620, 130, 310, 270, 850, 150, 160, 250, 560, 40, 70, 330, 230, 510, 570, 210, 25, 470, 500, 640, 220, 90, 100, 50, 120, 30];

/// Share of a byte among the bytes of ordinary values.
pub(super) fn of_byte(byte: u8) -> f64 {
    let in_ten_thousand = match byte {
        b'a'..=b'z' => f64::from(LETTERS[usize::from(byte - b'a')]) * 0.9,
        b'A'..=b'Z' => f64::from(LETTERS[usize::from(byte - b'A')]) * 0.2,
        b'0' | b'1' => 150.0,
        b'2'..=b'9' => 90.0,
        b' ' => 600.0,
        b'/' | b'.' | b'-' | b'_' | b'=' => 120.0,
        b',' | b':' | b';' | b'"' | b'&' | b'%' => 80.0,
        b'(' | b')' | b'\'' | b'+' | b'?' => 25.0,
        b'\r' | b'\n' | b'{' | b'}' | b'[' | b']' | b'@' | b'#' | b'!' => 12.0,
        b'*' | b'<' | b'>' | b'|' | b'$' | b'~' | b'\\' | b'^' | b'`' => 4.0,
        0x80.. => 5.0,
        _ => 0.5,
    };
    in_ten_thousand / 10_000.0
}

/// Share of bytes that fall in a set.
pub(super) fn of_set(set: &ByteSet) -> f64 {
    set.iter().map(of_byte).sum()
}

/// Expected occurrences of any of the literals, which are in lower case, at a place of an ordinary value.
/// Neighbours are taken to be independent, so that common words come out too rare: those are weighed by hand.
pub(super) fn of_literals(literals: &[Vec<u8>]) -> f64 {
    literals.iter().map(|literal| of_literal(literal)).sum()
}

/// As [`of_literals`] of a single one, which is a part of at most 4 bytes.
pub(super) fn of_gram(gram: &[u8]) -> f64 {
    static PARTS: LazyLock<HashSet<&[u8]>> =
        LazyLock::new(|| COMMON.iter().flat_map(|word| (1..=4).flat_map(|width| word.windows(width))).collect());
    weigh(gram, PARTS.contains(gram))
}

fn of_literal(literal: &[u8]) -> f64 {
    weigh(literal, COMMON.iter().any(|word| memchr::memmem::find(word, literal).is_some()))
}

/// `common` is a literal that stands in one of the pieces.
fn weigh(literal: &[u8], common: bool) -> f64 {
    let independent: f64 = literal.iter().map(|byte| of_byte(*byte).max(of_byte(byte.to_ascii_uppercase()))).product();
    // Two or three letters are a part of many words, and each occurrence has its price.
    let short = literal.len() < 4 && literal.iter().all(u8::is_ascii_alphanumeric);
    let weighed = if short { independent * 6.0 } else { independent };
    if common { weighed.max(0.002) } else { weighed }
}

/// Pieces that ordinary values are full of.
const COMMON: [&[u8]; 28] = [
    b"https://www.",
    b".com/",
    b".html",
    b"text/html",
    b"application/",
    b"mozilla/5.0",
    b"applewebkit/537.36",
    b"khtml, like gecko",
    b"chrome/",
    b"safari/",
    b"windows nt",
    b"x86_64",
    b"accept",
    b"image/",
    b"charset=utf-8",
    b"content",
    b"name",
    b"value",
    b"user",
    b"session",
    b"search",
    b"date",
    b"from",
    b"order",
    b"like",
    b"with",
    b"that",
    b"null",
];
