//! `removeNulls` and `replaceNulls`.

use super::bytes::{seek, splice};

/// NUL bytes go.
pub(super) fn remove(input: &[u8], out: &mut Vec<u8>) -> bool {
    splice(input, out, |rest| seek(0, rest), |_, _| 1)
}

/// NUL bytes become spaces.
pub(super) fn replace(input: &[u8], out: &mut Vec<u8>) -> bool {
    if memchr::memchr(0, input).is_none() {
        return false;
    }
    out.extend(input.iter().map(|b| if *b == 0 { b' ' } else { *b }));
    true
}

#[cfg(test)]
mod tests {
    use crate::transform::{Transformation, table};

    #[test]
    fn cases() {
        table(Transformation::RemoveNulls, [(b"", b""), (b"a", b"a"), (b"\0", b""), (b"\0a\0\0b\0", b"ab")]);
        table(Transformation::ReplaceNulls, [(b"", b""), (b"a", b"a"), (b"\0", b" "), (b"\0a\0\0b\0", b" a  b ")]);
    }
}
