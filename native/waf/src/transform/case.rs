//! `lowercase` and `uppercase`: ASCII letters only.

use super::bytes::position;

/// Letters in lower case.
pub(super) fn lower(input: &[u8], out: &mut Vec<u8>) -> bool {
    if position(input, |b| b.is_ascii_uppercase()).is_none() {
        return false;
    }
    out.extend(input.iter().map(u8::to_ascii_lowercase));
    true
}

/// Letters in upper case.
pub(super) fn upper(input: &[u8], out: &mut Vec<u8>) -> bool {
    if position(input, |b| b.is_ascii_lowercase()).is_none() {
        return false;
    }
    out.extend(input.iter().map(u8::to_ascii_uppercase));
    true
}

#[cfg(test)]
mod tests {
    use crate::transform::{Transformation, table};

    #[test]
    fn cases() {
        table(
            Transformation::Lowercase,
            [(b"", b""), (b"testcase", b"testcase"), (b"test\0CaSe", b"test\0case"), (b"@[`{\xc4", b"@[`{\xc4"), (b"AZaz", b"azaz")],
        );
        table(Transformation::Uppercase, [(b"", b""), (b"TESTCASE", b"TESTCASE"), (b"a\0zAZ{\xe4", b"A\0ZAZ{\xe4")]);
    }
}
