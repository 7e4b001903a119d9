//! `urlDecode`: form encoding.

use super::bytes::{hex_pair, seek_either, splice};

/// `+` becomes a space; a percent sign without two digits stays.
pub(super) fn apply(input: &[u8], out: &mut Vec<u8>) -> bool {
    splice(input, out, |rest| seek_either(b'%', b'+', rest), escape)
}

fn escape(marked: &[u8], out: &mut Vec<u8>) -> usize {
    match marked {
        [b'+', ..] => out.push(b' '),
        [_, high, low, ..] => {
            if let Some(byte) = hex_pair(*high, *low) {
                out.push(byte);
                return 3;
            }
            out.push(b'%');
        }
        _ => out.push(b'%'),
    }
    1
}

#[cfg(test)]
mod tests {
    use crate::transform::{Transformation, table};

    #[test]
    fn cases() {
        table(
            Transformation::UrlDecode,
            [
                (b"", b""),
                (b"a b", b"a b"),
                (b"+a%20%2B%00%fF", b" a +\0\xff"),
                (b"%", b"%"),
                (b"%4", b"%4"),
                (b"%%41%4g%g4", b"%A%4g%g4"),
                (b"%u0041", b"%u0041"),
                (b"%2541", b"%41"),
            ],
        );
    }
}
