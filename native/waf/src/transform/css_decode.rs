//! `cssDecode`: CSS 2 section 4.1.3.
//!
//! A decoded NUL byte is like any other; earlier releases of the reference implementation cut the value there.

use super::bytes::{fold_full_width, hex, hex_pair, is_space, seek, splice};

/// A backslash and up to six digits, with one white space behind them; before a line end it joins the lines; else it is dropped.
pub(super) fn apply(input: &[u8], out: &mut Vec<u8>) -> bool {
    splice(input, out, |rest| seek(b'\\', rest), escape)
}

fn escape(marked: &[u8], out: &mut Vec<u8>) -> usize {
    let [_, tail @ ..] = marked else { return 1 };
    let length = tail.iter().take(6).take_while(|b| b.is_ascii_hexdigit()).count();
    let (digits, after) = tail.split_at(length);
    match (digits, after) {
        ([], [b'\n', ..]) => 2,
        ([], [byte, ..]) => {
            out.push(*byte);
            2
        }
        ([], []) => 1,
        _ => {
            out.push(value(digits));
            1 + length + usize::from(after.first().is_some_and(|b| is_space(*b)))
        }
    }
}

/// Only the last two digits count, but full width forms are folded where the number has no more than four significant digits.
fn value(digits: &[u8]) -> u8 {
    match digits {
        [lead @ .., high, next, a, b] if lead.iter().all(|d| *d == b'0') => {
            fold_full_width(*high, *next, hex_pair(*a, *b).unwrap_or_default())
        }
        [.., a, b] => hex_pair(*a, *b).unwrap_or_default(),
        [a] => hex(*a).unwrap_or_default(),
        [] => 0,
    }
}

#[cfg(test)]
mod tests {
    use crate::transform::{Transformation, table};

    #[test]
    fn cases() {
        table(
            Transformation::CssDecode,
            [
                (b"", b""),
                (b"test", b"test"),
                (b"\\", b""),
                (b"a\\", b"a"),
                (b"\\\na", b"a"),
                (b"\\\r\na", b"\r\na"),
                (b"ja\\vascript", b"javascript"),
                (b"\\1\\12\\123\\1234\\12345\\123456", b"\x01\x12\x23\x34\x45\x56"),
                (b"\\ff01\\ff5e\\ff5f\\ff00", b"!~\x5f\x00"),
                (b"\\0ff01\\00ff01\\1ff01\\01ff01", b"!!\x01\x01"),
                (b"\\41 b\\41  \\41\x0bg", b"A\x62A A\x67"),
                (b"\\1234567", b"\x567"),
                (b"\\g\\\\", b"g\\"),
                (b"\\0", b"\0"),
            ],
        );
    }
}
