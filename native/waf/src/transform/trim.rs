//! `trim`, `trimLeft` and `trimRight`.

use super::bytes::is_space;

fn keep(kept: &[u8], input: &[u8], out: &mut Vec<u8>) -> bool {
    if kept.len() == input.len() {
        return false;
    }
    out.extend_from_slice(kept);
    true
}

fn from_start(input: &[u8]) -> &[u8] {
    let start = input.iter().take_while(|b| is_space(**b)).count();
    input.get(start..).unwrap_or_default()
}

fn to_end(input: &[u8]) -> &[u8] {
    let spaces = input.iter().rev().take_while(|b| is_space(**b)).count();
    input.get(..input.len() - spaces).unwrap_or_default()
}

/// White space at both ends goes.
pub(super) fn both(input: &[u8], out: &mut Vec<u8>) -> bool {
    keep(to_end(from_start(input)), input, out)
}

/// White space at the start goes.
pub(super) fn left(input: &[u8], out: &mut Vec<u8>) -> bool {
    keep(from_start(input), input, out)
}

/// White space at the end goes.
pub(super) fn right(input: &[u8], out: &mut Vec<u8>) -> bool {
    keep(to_end(input), input, out)
}

#[cfg(test)]
mod tests {
    use crate::transform::{Transformation, table};

    #[test]
    fn cases() {
        table(Transformation::Trim, [(b"", b""), (b"a b", b"a b"), (b" \t\n\r\x0c\x0ba\0 ", b"a\0"), (b"  ", b""), (b"\xa0a", b"\xa0a")]);
        table(Transformation::TrimLeft, [(b"", b""), (b"a ", b"a "), (b" a ", b"a "), (b" ", b"")]);
        table(Transformation::TrimRight, [(b"", b""), (b" a", b" a"), (b" a ", b" a"), (b" ", b"")]);
    }
}
