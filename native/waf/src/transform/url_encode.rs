//! `urlEncode`: form encoding in which only letters, digits and `*` stay.

use super::bytes::{hex_digit, position, splice};

/// A space becomes `+`, any other byte `%xx` in lower case.
pub(super) fn apply(input: &[u8], out: &mut Vec<u8>) -> bool {
    splice(input, out, |rest| position(rest, |b| !(b.is_ascii_alphanumeric() || b == b'*')), escape)
}

fn escape(marked: &[u8], out: &mut Vec<u8>) -> usize {
    match marked {
        [b' ', ..] => out.push(b'+'),
        [byte, ..] => out.extend_from_slice(&[b'%', hex_digit(byte >> 4), hex_digit(*byte)]),
        [] => {}
    }
    1
}

#[cfg(test)]
mod tests {
    use crate::transform::{Transformation, table};

    #[test]
    fn cases() {
        table(
            Transformation::UrlEncode,
            [(b"", b""), (b"Az09*", b"Az09*"), (b" a-b_c.\0\xff", b"+a%2db%5fc%2e%00%ff"), (b"~%+", b"%7e%25%2b")],
        );
    }
}
