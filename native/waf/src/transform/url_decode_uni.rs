//! `urlDecodeUni`: form encoding, and the `%uXXXX` of IIS.

use super::bytes::{fold_full_width, hex_pair, seek_either, splice};
use super::unicode_map::UnicodeMap;

/// A code point becomes the byte that the map gives it, else its low byte with full width forms folded; a broken `%u` stays.
pub(super) fn apply(input: &[u8], out: &mut Vec<u8>, map: Option<&UnicodeMap>) -> bool {
    splice(input, out, |rest| seek_either(b'%', b'+', rest), |marked, out| escape(marked, out, map))
}

fn escape(marked: &[u8], out: &mut Vec<u8>, map: Option<&UnicodeMap>) -> usize {
    match marked {
        [b'+', ..] => {
            out.push(b' ');
            1
        }
        [_, u @ (b'u' | b'U'), tail @ ..] => {
            if let [high, next, a, b, ..] = tail {
                if let (Some(upper), Some(low)) = (hex_pair(*high, *next), hex_pair(*a, *b)) {
                    let mapped = map.and_then(|map| map.get(u16::from_be_bytes([upper, low])));
                    out.push(mapped.unwrap_or_else(|| fold_full_width(*high, *next, low)));
                    return 6;
                }
            }
            out.extend_from_slice(&[b'%', *u]);
            2
        }
        [_, high, low, ..] => {
            if let Some(byte) = hex_pair(*high, *low) {
                out.push(byte);
                return 3;
            }
            out.push(b'%');
            1
        }
        _ => {
            out.push(b'%');
            1
        }
    }
}

#[cfg(test)]
mod tests {
    use super::UnicodeMap;
    use crate::transform::{Transformation, table};

    #[test]
    fn cases() {
        table(
            Transformation::UrlDecodeUni,
            [
                (b"", b""),
                (b"a b", b"a b"),
                (b"+a%20%2B%00%fF", b" a +\0\xff"),
                (b"%", b"%"),
                (b"%4", b"%4"),
                (b"%u0041%U0042", b"AB"),
                (b"%uff21%uFf5E%uff5f%uff00%u0160", b"A~\x5f\0\x60"),
                (b"%u%u1%u12%u123%u12g4", b"%u%u1%u12%u123%u12g4"),
                (b"%u+%u%41", b"%u %uA"),
                (b"%%u0041", b"%A"),
                (b"%u004", b"%u004"),
            ],
        );
    }

    #[test]
    fn with_a_map() {
        let map = UnicodeMap::parse("20127 (US-ASCII)\n0100:41 2044:2f ff21:5a\n", 20127).unwrap_or_else(|e| panic!("{e}"));
        for (input, want) in
            [(&b"%u0100"[..], &b"A"[..]), (b"%u2044%u2045", b"/\x45"), (b"%uff21%uff22", b"ZB"), (b"%u3002%uff61%uff0e%u002e", b"....")]
        {
            let mut out = Vec::new();
            assert!(Transformation::UrlDecodeUni.apply(input, &mut out, Some(&map)));
            assert_eq!(out, want, "{}", input.escape_ascii());
        }
    }
}
