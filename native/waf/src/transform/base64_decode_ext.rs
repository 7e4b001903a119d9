//! `base64DecodeExt`: base64 as a forgiving application reads it.

/// Bytes outside the alphabet are skipped, padding too; a trailing open group yields the whole bytes that it holds.
///
/// One digit alone behind the last group makes the whole value empty where a pad follows it directly, and where it is a `9`:
/// the reference implementation compares the digit's value, 61, with the code of `=`.
pub(super) fn apply(input: &[u8], out: &mut Vec<u8>) -> bool {
    if input.is_empty() {
        return false;
    }
    let (mut group, mut digits) = (0_u32, 0_usize);
    let mut bytes = input.iter().peekable();
    while let Some(byte) = bytes.next() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' if bytes.peek() != Some(&&b'=') && digits == 1 => {
                out.clear();
                return true;
            }
            _ => continue,
        };
        group = group << 6 | u32::from(value);
        digits += 1;
        if digits == 4 {
            let [_, whole @ ..] = group.to_be_bytes();
            out.extend_from_slice(&whole);
            (group, digits) = (0, 0);
        }
    }
    match digits {
        1 if matches!(input.last(), Some(b'=' | b'9')) => out.clear(),
        2 => out.extend(group.wrapping_shl(12).to_be_bytes().iter().skip(1).take(1)),
        3 => out.extend(group.wrapping_shl(6).to_be_bytes().iter().skip(1).take(2)),
        _ => {}
    }
    true
}

#[cfg(test)]
mod tests {
    use crate::transform::{Transformation, table};

    #[test]
    fn cases() {
        table(
            Transformation::Base64DecodeExt,
            [
                (b"", b""),
                (b"VGVzdENhc2U=", b"TestCase"),
                (b"VGVzdENhc2U", b"TestCase"),
                (b"V.G-V z\0dA", b"Test"),
                (b"PA==TWFpbg==", b"<\x04\xd6\x16\x96\xe0"),
                (b"VGVz=dA", b"Test"),
                (b"VGVzd=", b""),
                (b"VGVzd=dA==", b""),
                (b"VGVzd", b"Tes"),
                (b"VGVz9", b""),
                (b"!!!", b""),
            ],
        );
    }
}
