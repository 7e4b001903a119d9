//! `length`: the number of bytes, in decimal.

/// An empty value has length `0`.
pub(super) fn apply(input: &[u8], out: &mut Vec<u8>) -> bool {
    out.extend_from_slice(input.len().to_string().as_bytes());
    true
}

#[cfg(test)]
mod tests {
    use crate::transform::{Transformation, table};

    #[test]
    fn cases() {
        table(Transformation::Length, [(b"", b"0"), (b"1", b"1"), (b"ab\0\xff", b"4"), (b"          ", b"10")]);
    }
}
