//! `escapeSeqDecode`: ANSI C escapes, ISO 9899 section 6.4.4.4.

use super::bytes::{control_escape, hex_pair, octal, octal_digits, seek, splice};

/// An escape that C does not know loses its backslash; a backslash at the very end stays.
pub(super) fn apply(input: &[u8], out: &mut Vec<u8>) -> bool {
    splice(input, out, |rest| seek(b'\\', rest), escape)
}

fn escape(marked: &[u8], out: &mut Vec<u8>) -> usize {
    if let [_, b'x' | b'X', high, low, ..] = marked {
        if let Some(byte) = hex_pair(*high, *low) {
            out.push(byte);
            return 4;
        }
    }
    match marked {
        [_, tail @ ..] if matches!(tail, [b'0'..=b'7', ..]) => {
            let digits = octal_digits(tail);
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
            Transformation::EscapeSeqDecode,
            [
                (b"", b""),
                (b"\\", b"\\"),
                (b"\\a\\b\\f\\n\\r\\t\\v\\?\\'\\\"\\\\", b"\x07\x08\x0c\n\r\t\x0b?'\"\\"),
                (b"\\0\\12\\123\\x00\\xFf", b"\0\x0a\x53\0\xff"),
                (b"\\X41\\x4\\xag", b"Ax4xag"),
                (b"\\8\\9\\6667", b"89\xb67"),
                (b"\\777", b"\xff"),
                (b"\\u0041", b"u0041"),
                (b"a\\\\b\\", b"a\\b\\"),
            ],
        );
    }
}
