//! Strings of JSON: where they end, and what their escapes mean (RFC 8259 section 7).

use super::Fault;
use memchr::memchr;

/// A string's inside, from behind its opening quote.
pub(super) struct Scanned {
    /// Bytes before the closing quote.
    pub length: usize,
    /// Whether there are escapes in it.
    pub escaped: bool,
}

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// Which of eight bytes are a quote, a backslash or a control character: their high bits, and perhaps those of bytes behind the first.
const fn special(word: u64) -> u64 {
    let quote = word ^ (ONES * b'"' as u64);
    let backslash = word ^ (ONES * b'\\' as u64);
    let zero = (quote.wrapping_sub(ONES) & !quote) | (backslash.wrapping_sub(ONES) & !backslash);
    (zero | (word.wrapping_sub(ONES * 0x20) & !word)) & HIGH
}

/// Finds the end of a string. Escapes are only stepped over; [`unescape`] judges them.
pub(super) fn scan(bytes: &[u8]) -> Result<Scanned, (Fault, usize)> {
    let (mut at, mut escaped) = (0, false);
    loop {
        while let Some(Ok(eight)) = bytes.get(at..at + 8).map(<[u8; 8]>::try_from) {
            let found = special(u64::from_le_bytes(eight));
            if found != 0 {
                at += usize::try_from(found.trailing_zeros() / 8).unwrap_or(0);
                break;
            }
            at += 8;
        }
        match bytes.get(at) {
            Some(b'"') => return Ok(Scanned { length: at, escaped }),
            Some(b'\\') => {
                escaped = true;
                at += 2;
            }
            Some(0..=0x1f) => return Err((Fault::Control, at)),
            Some(_) => at += 1,
            None => return Err((Fault::End, bytes.len())),
        }
    }
}

/// Appends a string's inside to `out` with its escapes resolved.
///
/// A surrogate without its other half becomes U+FFFD: there is no character that it could be.
pub(super) fn unescape(inside: &[u8], out: &mut Vec<u8>) -> Result<(), (Fault, usize)> {
    let mut at = 0;
    loop {
        let rest = inside.get(at..).unwrap_or_default();
        let Some(plain) = memchr(b'\\', rest) else {
            out.extend_from_slice(rest);
            return Ok(());
        };
        let (before, escape) = rest.split_at_checked(plain).unwrap_or_default();
        out.extend_from_slice(before);
        at += plain;
        let simple = match escape.get(1) {
            Some(byte @ (b'"' | b'\\' | b'/')) => *byte,
            Some(b'b') => 8,
            Some(b'f') => 12,
            Some(b'n') => b'\n',
            Some(b'r') => b'\r',
            Some(b't') => b'\t',
            Some(b'u') => {
                let first = unit(escape).ok_or((Fault::Escape, at))?;
                let second = escape.get(6..).and_then(unit).filter(|_| (0xd800..0xdc00).contains(&first));
                let pair = second.filter(|s| (0xdc00..0xe000).contains(s));
                let point = pair.map_or(first, |low| 0x1_0000 + ((first - 0xd800) << 10) + (low - 0xdc00));
                let character = char::from_u32(point).unwrap_or(char::REPLACEMENT_CHARACTER);
                out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                at += if pair.is_some() { 12 } else { 6 };
                continue;
            }
            _ => return Err((Fault::Escape, at)),
        };
        out.push(simple);
        at += 2;
    }
}

/// The number in `\uXXXX`.
fn unit(escape: &[u8]) -> Option<u32> {
    let digits = escape.strip_prefix(b"\\u")?.get(..4)?;
    digits.iter().try_fold(0, |sum, d| Some(sum << 4 | char::from(*d).to_digit(16)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn run(inside: &str) -> Result<String, (Fault, usize)> {
        let mut out = Vec::new();
        unescape(inside.as_bytes(), &mut out).map(|()| String::from_utf8_lossy(&out).into_owned())
    }

    #[test]
    fn escapes() {
        for (inside, expected) in [
            ("", Ok("")),
            ("plain", Ok("plain")),
            (r#"\"\\\/\b\f\n\r\t"#, Ok("\"\\/\u{8}\u{c}\n\r\t")),
            (r"\u0041\u00e9\u20AC", Ok("A\u{e9}\u{20ac}")),
            (r"\u0000", Ok("\0")),
            (r"a\ud83d\ude00b", Ok("a\u{1f600}b")),
            (r"\ud800", Ok("\u{fffd}")),
            (r"\udc00\ud800", Ok("\u{fffd}\u{fffd}")),
            (r"\ud800A", Ok("\u{fffd}A")),
            (r"\ud800\u0041", Ok("\u{fffd}A")),
            (r"\ud800\ud83d\ude00", Ok("\u{fffd}\u{1f600}")),
            (r"\ud800\n", Ok("\u{fffd}\n")),
            (r"a\x", Err((Fault::Escape, 1))),
            (r"\u12", Err((Fault::Escape, 0))),
            (r"ab\u12g4", Err((Fault::Escape, 2))),
            (r"\u+123", Err((Fault::Escape, 0))),
            (r"\U0041", Err((Fault::Escape, 0))),
            (r"\'", Err((Fault::Escape, 0))),
            ("\\\n", Err((Fault::Escape, 0))),
        ] {
            assert_eq!(run(inside), expected.map(str::to_owned), "{inside}");
        }
    }

    proptest! {
        #[test]
        fn the_end_is_where_a_byte_by_byte_search_finds_it(bytes in proptest::collection::vec(
            prop_oneof![Just(b'"'), Just(b'\\'), Just(0x1f), Just(0x20), Just(b'!'), Just(0xa2), Just(0xdc), any::<u8>(), Just(b'a'), Just(b'b')], 0..40,
        )) {
            let mut at = 0;
            let expected = loop {
                match bytes.get(at) {
                    None => break Err((Fault::End, bytes.len())),
                    Some(b'"') => break Ok(at),
                    Some(b'\\') => at += 2,
                    Some(b) if *b < 0x20 => break Err((Fault::Control, at)),
                    Some(_) => at += 1,
                }
            };
            prop_assert_eq!(scan(&bytes).map(|s| s.length), expected);
        }

        #[test]
        fn strings_come_back(text in any::<String>()) {
            let inside = text.encode_utf16().map(|u| format!("\\u{u:04x}")).collect::<Vec<_>>().concat();
            prop_assert_eq!(run(&inside), Ok(text));
        }
    }
}
