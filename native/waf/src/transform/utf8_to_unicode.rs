//! `utf8toUnicode`: UTF-8 sequences as `%uXXXX`, so that `urlDecodeUni` may fold them.

use super::bytes::{hex_digit, position, splice};

/// Lead bytes of broken sequences go, stray ones stay, NUL bytes go.
///
/// Behind an overlong sequence, a surrogate and before a lead byte beyond U+10FFFF that byte itself is written too, so that rules
/// see something wrong.
pub(super) fn apply(input: &[u8], out: &mut Vec<u8>) -> bool {
    splice(input, out, |rest| position(rest, |b| b == 0 || b >= 0x80), sequence)
}

fn sequence(marked: &[u8], out: &mut Vec<u8>) -> usize {
    let [lead, tail @ ..] = marked else { return 1 };
    let (more, bits, smallest) = match lead {
        0 => return 1,
        0xc0..=0xdf => (1, lead & 0x1f, 0x80),
        0xe0..=0xef => (2, lead & 0x0f, 0x800),
        0xf0..=0xf7 => (3, lead & 0x07, 0x1_0000),
        _ => {
            out.push(*lead);
            return 1;
        }
    };
    if *lead >= 0xf5 {
        out.push(*lead);
    }
    let code = tail
        .get(..more)
        .and_then(|rest| rest.iter().try_fold(u32::from(bits), |code, b| (b & 0xc0 == 0x80).then(|| code << 6 | u32::from(b & 0x3f))));
    let Some(code) = code else { return 1 };
    let [_, a, b, c] = code.to_be_bytes();
    let written = [b'%', b'u', hex_digit(b >> 4), hex_digit(b), hex_digit(c >> 4), hex_digit(c)];
    match (a >> 4, a & 0xf) {
        (0, 0) => out.extend_from_slice(&written),
        (0, fifth) => out.extend_from_slice(&[b'%', b'u', hex_digit(fifth), written[2], written[3], written[4], written[5]]),
        (sixth, fifth) => {
            out.extend_from_slice(&[b'%', b'u', hex_digit(sixth), hex_digit(fifth), written[2], written[3], written[4], written[5]]);
        }
    }
    if (0xd800..=0xdfff).contains(&code) {
        out.push(*lead);
    }
    if code < smallest {
        out.push(*lead);
    }
    more + 1
}

#[cfg(test)]
mod tests {
    use crate::transform::{Transformation, table};

    #[test]
    fn cases() {
        table(
            Transformation::Utf8ToUnicode,
            [
                (b"", b""),
                (b"abc%u0041", b"abc%u0041"),
                ("é€😀".as_bytes(), b"%u00e9%u20ac%u1f600"),
                (b"\xc0\xaf", b"%u002f\xc0"),
                (b"\xe0\x80\xaf\xf0\x80\x80\xaf", b"%u002f\xe0%u002f\xf0"),
                (b"\xed\xa0\x80", b"%ud800\xed"),
                (b"\xf4\x8f\xbf\xbf\xf5\x80\x80\x80", b"%u10ffff\xf5%u140000"),
                (b"a\xe9b", b"ab"),
                (b"\xc3", b""),
                (b"\xe2\x82", b"\x82"),
                (b"\x80\xbf\xf8\xff", b"\x80\xbf\xf8\xff"),
                (b"\xf5a", b"\xf5a"),
                (b"a\0b\0", b"ab"),
            ],
        );
    }
}
