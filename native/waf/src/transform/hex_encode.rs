//! `hexEncode`: two lower-case digits a byte.

use super::bytes::hex_digit;

/// Twice as long.
pub(super) fn apply(input: &[u8], out: &mut Vec<u8>) -> bool {
    out.extend(input.iter().flat_map(|b| [hex_digit(b >> 4), hex_digit(*b)]));
    true
}

#[cfg(test)]
mod tests {
    use crate::transform::{Transformation, table};

    #[test]
    fn cases() {
        table(Transformation::HexEncode, [(b"", b""), (b"Test\0Case", b"546573740043617365"), (b"\xff\x0a", b"ff0a")]);
    }
}
