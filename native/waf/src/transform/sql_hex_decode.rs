//! `sqlHexDecode`: SQL's hexadecimal literals, `0x4142`.
//!
//! As later releases of the reference implementation read them; in 3.0.9 the last byte of a value was lost and a NUL byte cut it.

use super::bytes::{hex_pair, splice};

/// At least one pair of digits must follow; an odd digit at the end stays. NUL bytes are like any other.
pub(super) fn apply(input: &[u8], out: &mut Vec<u8>) -> bool {
    splice(input, out, find, literal)
}

fn find(input: &[u8]) -> Option<usize> {
    memchr::memchr2_iter(b'x', b'X', input).find_map(|at| {
        let start = at.checked_sub(1)?;
        match input.get(start..)? {
            [b'0', _, high, low, ..] if hex_pair(*high, *low).is_some() => Some(start),
            _ => None,
        }
    })
}

fn literal(marked: &[u8], out: &mut Vec<u8>) -> usize {
    let before = out.len();
    let digits = marked.get(2..).unwrap_or_default();
    out.extend(digits.chunks_exact(2).map_while(|pair| match pair {
        [high, low] => hex_pair(*high, *low),
        _ => None,
    }));
    2 + 2 * (out.len() - before)
}

#[cfg(test)]
mod tests {
    use crate::transform::{Transformation, table};

    #[test]
    fn cases() {
        table(
            Transformation::SqlHexDecode,
            [
                (b"", b""),
                (b"0x", b"0x"),
                (b"0x4", b"0x4"),
                (b"0x414243", b"ABC"),
                (b"0X4a4B5", b"JK5"),
                (b"a=0x41,b=0x42", b"a=A,b=B"),
                (b"0x4100x42", b"A\0x42"),
                (b"00x41", b"0A"),
                (b"x41 0xg1", b"x41 0xg1"),
                (b"\x000x41\0", b"\0A\0"),
            ],
        );
    }
}
