//! `hexDecode`: two digits a byte.

/// A digit's value; what is no digit gets the value that the same arithmetic gives it.
const fn lenient(digit: u8) -> u8 {
    if digit >= b'A' { (digit & 0xdf).wrapping_sub(b'A').wrapping_add(10) } else { digit.wrapping_sub(b'0') }
}

/// An odd byte at the end is dropped.
pub(super) fn apply(input: &[u8], out: &mut Vec<u8>) -> bool {
    out.extend(input.chunks_exact(2).map(|pair| match pair {
        [high, low] => lenient(*high).wrapping_mul(16).wrapping_add(lenient(*low)),
        _ => 0,
    }));
    true
}

#[cfg(test)]
mod tests {
    use crate::transform::{Transformation, table};

    #[test]
    fn cases() {
        table(
            Transformation::HexDecode,
            [
                (b"", b""),
                (b"5465737400436173", b"Test\0Cas"),
                (b"4a4B", b"JK"),
                (b"414", b"A"),
                (b"4", b""),
                (b"gg", b"\x10"),
                (b"  ", b"\xf0"),
            ],
        );
    }
}
