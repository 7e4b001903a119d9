//! `compressWhitespace`: runs of white space become one space.

use super::bytes::{is_space, position};

/// A single space stays, any other single white space becomes one.
pub(super) fn apply(input: &[u8], out: &mut Vec<u8>) -> bool {
    let odd = position(input, |b| matches!(b, b'\t'..=b'\r'));
    let doubled = || memchr::memchr_iter(b' ', input).any(|at| input.get(at + 1) == Some(&b' '));
    if odd.is_none() && !doubled() {
        return false;
    }
    out.reserve(input.len());
    let mut space = false;
    for byte in input {
        let is = is_space(*byte);
        if !is {
            out.push(*byte);
        } else if !space {
            out.push(b' ');
        }
        space = is;
    }
    true
}

#[cfg(test)]
mod tests {
    use crate::transform::{Transformation, table};

    #[test]
    fn cases() {
        table(
            Transformation::CompressWhitespace,
            [
                (b"", b""),
                (b"a b", b"a b"),
                (b"a  b", b"a b"),
                (b" \t\n\r\x0c\x0b1\x0b", b" 1 "),
                (b"a\xa0\xa0b", b"a\xa0\xa0b"),
                (b"a\0 b ", b"a\0 b "),
            ],
        );
    }
}
