//! `removeWhitespace`: white space and no-break spaces go.

use super::bytes::{is_space, position, splice};

/// The no-break space in Latin-1, and both bytes of it in UTF-8 wherever they stand.
pub(super) fn apply(input: &[u8], out: &mut Vec<u8>) -> bool {
    splice(input, out, |rest| position(rest, |b| is_space(b) || matches!(b, 0xa0 | 0xc2)), |_, _| 1)
}

#[cfg(test)]
mod tests {
    use crate::transform::{Transformation, table};

    #[test]
    fn cases() {
        table(
            Transformation::RemoveWhitespace,
            [(b"", b""), (b"ab", b"ab"), (b" a \t\n\r\x0c\x0bb ", b"ab"), (b"a\xc2\xa0b\xa0c\xc2", b"abc"), (b"a\0 b", b"a\0b")],
        );
    }
}
