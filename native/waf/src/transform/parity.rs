//! `parityEven7bit`, `parityOdd7bit` and `parityZero7bit`: the eighth bit as old serial lines used it.
//!
//! All eight bits are counted, so a byte whose eighth bit is already set counts it too.

use super::bytes::position;

fn each(input: &[u8], out: &mut Vec<u8>, set: impl Fn(u8) -> u8) -> bool {
    if position(input, |b| set(b) != b).is_none() {
        return false;
    }
    out.extend(input.iter().map(|b| set(*b)));
    true
}

/// Set where the byte has an odd number of ones.
pub(super) fn even(input: &[u8], out: &mut Vec<u8>) -> bool {
    each(input, out, |b| if b.count_ones() % 2 == 1 { b | 0x80 } else { b & 0x7f })
}

/// Set where the byte has an even number of ones.
pub(super) fn odd(input: &[u8], out: &mut Vec<u8>) -> bool {
    each(input, out, |b| if b.count_ones() % 2 == 0 { b | 0x80 } else { b & 0x7f })
}

/// Cleared.
pub(super) fn zero(input: &[u8], out: &mut Vec<u8>) -> bool {
    each(input, out, |b| b & 0x7f)
}

#[cfg(test)]
mod tests {
    use crate::transform::{Transformation, table};

    #[test]
    fn cases() {
        table(Transformation::ParityEven7bit, [(b"", b""), (b"abc", b"\xe1\xe2\x63"), (b"\x80\x81\x00", b"\x80\x01\x00")]);
        table(Transformation::ParityOdd7bit, [(b"", b""), (b"abc", b"\x61\x62\xe3"), (b"\x80\x81\x00", b"\x00\x81\x80")]);
        table(Transformation::ParityZero7bit, [(b"", b""), (b"abc", b"abc"), (b"\xe1\x80", b"a\0")]);
    }
}
