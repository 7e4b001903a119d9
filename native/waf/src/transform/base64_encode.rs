//! `base64Encode`: RFC 4648 section 4, padded, in one line.

fn digit(value: u32) -> u8 {
    let value = u8::try_from(value & 63).unwrap_or_default();
    match value {
        0..=25 => b'A' + value,
        26..=51 => b'a' + (value - 26),
        52..=61 => b'0' + (value - 52),
        62 => b'+',
        _ => b'/',
    }
}

/// Four digits for three bytes.
pub(super) fn apply(input: &[u8], out: &mut Vec<u8>) -> bool {
    out.reserve(input.len().div_ceil(3).saturating_mul(4));
    for chunk in input.chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or_default());
        let group = byte(0) << 16 | byte(1) << 8 | byte(2);
        out.push(digit(group >> 18));
        out.push(digit(group >> 12));
        out.push(if chunk.len() > 1 { digit(group >> 6) } else { b'=' });
        out.push(if chunk.len() > 2 { digit(group) } else { b'=' });
    }
    true
}

#[cfg(test)]
mod tests {
    use crate::transform::{Transformation, table};

    #[test]
    fn cases() {
        table(
            Transformation::Base64Encode,
            [
                (b"", b""),
                (b"f", b"Zg=="),
                (b"fo", b"Zm8="),
                (b"foo", b"Zm9v"),
                (b"foob", b"Zm9vYg=="),
                (b"Test\0Case", b"VGVzdABDYXNl"),
                (b"\xfb\xff\xfe", b"+//+"),
            ],
        );
    }
}
