//! `jsDecode`: JavaScript's escapes, ECMA-262 sections 12.9.4 and B.1.2.

use super::bytes::{control_escape, fold_full_width, hex_pair, octal, octal_digits, seek, splice};

/// `\uHHHH` yields the low byte with full width forms folded, `\xHH` and `\OOO` a byte, any other escape loses its backslash.
pub(super) fn apply(input: &[u8], out: &mut Vec<u8>) -> bool {
    splice(input, out, |rest| seek(b'\\', rest), escape)
}

fn escape(marked: &[u8], out: &mut Vec<u8>) -> usize {
    if let [_, b'u', high, next, a, b, ..] = marked {
        if let (Some(_), Some(low)) = (hex_pair(*high, *next), hex_pair(*a, *b)) {
            out.push(fold_full_width(*high, *next, low));
            return 6;
        }
    }
    if let [_, b'x', a, b, ..] = marked {
        if let Some(byte) = hex_pair(*a, *b) {
            out.push(byte);
            return 4;
        }
    }
    match marked {
        [_, tail @ ..] if matches!(tail, [b'0'..=b'7', ..]) => {
            // Three digits only where they stay below 256.
            let digits = match octal_digits(tail) {
                [a @ b'4'..=b'7', b, _] => &[*a, *b][..],
                digits => digits,
            };
            out.push(octal(digits));
            1 + digits.len()
        }
        [_, letter, ..] => {
            out.push(control_escape(*letter).unwrap_or(*letter));
            2
        }
        _ => {
            out.extend_from_slice(marked);
            1
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::transform::{Transformation, table};

    #[test]
    fn cases() {
        table(
            Transformation::JsDecode,
            [
                (b"", b""),
                (b"\\", b"\\"),
                (b"\\a\\b\\f\\n\\r\\t\\v\\?\\'\\\"\\\\", b"\x07\x08\x0c\n\r\t\x0b?'\"\\"),
                (b"\\0\\12\\123\\x00\\xff", b"\0\x0a\x53\0\xff"),
                (b"\\u0041\\uff21\\uFF5e\\uff5f\\u0160", b"AA~\x5f\x60"),
                (b"\\u004\\u004g\\x4\\xg1", b"u004u004gx4xg1"),
                (b"\\377\\400\\777\\8", b"\xff\x200\x3f78"),
                (b"\\X41", b"X41"),
                (b"\\u{41}", b"u{41}"),
                (b"a\\", b"a\\"),
            ],
        );
    }
}
