//! `base64Decode`: RFC 4648 section 4, with line ends, and spaces before them, let through.

/// What a byte is to the decoder.
enum Symbol {
    Digit(u8),
    Pad,
    Foreign,
}

fn symbol(byte: u8) -> Symbol {
    match byte {
        b'A'..=b'Z' => Symbol::Digit(byte - b'A'),
        b'a'..=b'z' => Symbol::Digit(byte - b'a' + 26),
        b'0'..=b'9' => Symbol::Digit(byte - b'0' + 52),
        b'+' => Symbol::Digit(62),
        b'/' => Symbol::Digit(63),
        b'=' => Symbol::Pad,
        _ => Symbol::Foreign,
    }
}

/// A value that is not base64 becomes empty; digits beyond the last group of four are dropped; a NUL byte ends the value.
pub(super) fn apply(input: &[u8], out: &mut Vec<u8>) -> bool {
    if input.is_empty() {
        return false;
    }
    let text = input.split(|b| *b == 0).next().unwrap_or_default();
    if !is_base64(text) {
        return true;
    }
    let (mut group, mut digits, mut pads) = (0_u32, 0_usize, 0_usize);
    for byte in text {
        let value = match symbol(*byte) {
            Symbol::Digit(value) => value,
            Symbol::Pad => {
                pads += 1;
                0
            }
            Symbol::Foreign => continue,
        };
        group = group << 6 | u32::from(value);
        digits += 1;
        if digits == 4 {
            let [_, bytes @ ..] = group.to_be_bytes();
            out.extend(bytes.iter().take(3 - pads.min(2)));
            (group, digits) = (0, 0);
        }
    }
    true
}

/// Nothing but digits, at most two pads with no digit behind, and white space only at the end of a line.
fn is_base64(text: &[u8]) -> bool {
    let mut rest = text;
    let mut pads = 0;
    loop {
        let spaces = rest.iter().take_while(|b| **b == b' ').count();
        rest = rest.get(spaces..).unwrap_or_default();
        rest = match rest {
            [] => return true,
            [b'\r', b'\n', ..] => rest.get(1..).unwrap_or_default(),
            [b'\n', tail @ ..] => tail,
            [byte, tail @ ..] => {
                match symbol(*byte) {
                    Symbol::Digit(_) if pads == 0 => {}
                    Symbol::Pad if pads < 2 => pads += 1,
                    _ => return false,
                }
                if spaces > 0 {
                    return false;
                }
                tail
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use crate::transform::{Transformation, table};

    #[test]
    fn cases() {
        table(
            Transformation::Base64Decode,
            [
                (b"", b""),
                (b"VGVzdENhc2U=", b"TestCase"),
                (b"VGVzdENhc2Ux", b"TestCase1"),
                (b"VGVzdDE=", b"Test1"),
                (b"VGVzdA==", b"Test"),
                // Unpadded: the last, open group is lost.
                (b"VGVzdDE", b"Tes"),
                (b"VGVz\nVGVz  \r\nVGVz ", b"TesTesTes"),
                (b"VG Vz", b""),
                (b"VGVz\rVGVz", b""),
                (b"VGVz!", b""),
                (b"VGV=z", b""),
                (b"====", b""),
                (b"VGVz\0!!", b"Tes"),
                (b"\0VGVz", b""),
                (b"\xff", b""),
            ],
        );
    }
}
