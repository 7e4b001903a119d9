//! `htmlEntityDecode`: numeric entities and the five named ones that matter to attackers.
//!
//! Any number of digits is read, leading zeros too: release 3.0.13 of the reference implementation reads three at most and lets
//! attacks pass (CVE-2025-27110).

use super::bytes::{hex, seek, splice};

/// The low byte of a number, the semicolon is optional; unknown entities stay as they are.
pub(super) fn apply(input: &[u8], out: &mut Vec<u8>) -> bool {
    splice(input, out, |rest| seek(b'&', rest), entity)
}

fn entity(marked: &[u8], out: &mut Vec<u8>) -> usize {
    let (start, decoded) = match marked {
        [_, b'#', b'x' | b'X', tail @ ..] => (3, number(tail, 16)),
        [_, b'#', tail @ ..] => (2, number(tail, 10)),
        [_, tail @ ..] => (1, name(tail)),
        [] => return 1,
    };
    let (length, byte) = decoded;
    let read = start + length;
    if let Some(byte) = byte {
        out.push(byte);
        read + usize::from(marked.get(read) == Some(&b';'))
    } else {
        out.extend_from_slice(marked.get(..read).unwrap_or_default());
        read
    }
}

/// How many digits there are, and what they mean; a number beyond 63 bits is the largest.
fn number(tail: &[u8], base: u8) -> (usize, Option<u8>) {
    let mut length = 0;
    let mut value: i64 = 0;
    for digit in tail.iter().map_while(|b| hex(*b).filter(|d| *d < base)) {
        length += 1;
        value = value.saturating_mul(i64::from(base)).saturating_add(i64::from(digit));
    }
    let [low, ..] = value.to_le_bytes();
    (length, (length > 0).then_some(low))
}

/// How many letters and digits there are, and what they name.
fn name(tail: &[u8]) -> (usize, Option<u8>) {
    let length = tail.iter().take_while(|b| b.is_ascii_alphanumeric()).count();
    let name = tail.get(..length).unwrap_or_default();
    let byte = [(&b"quot"[..], b'"'), (b"amp", b'&'), (b"lt", b'<'), (b"gt", b'>'), (b"nbsp", 0xa0)]
        .into_iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name))
        .map(|(_, byte)| byte);
    (length, byte)
}

#[cfg(test)]
mod tests {
    use crate::transform::{Transformation, table};

    #[test]
    fn cases() {
        table(
            Transformation::HtmlEntityDecode,
            [
                (b"", b""),
                (b"&", b"&"),
                (b"a & b", b"a & b"),
                (b"&#x0;&#X0&#x20;&#x20\0&#0;&#0\0&#32;&#32", b"\0\0  \0\0\0\0  "),
                (b"&quot;&quot&QUOT;&amp;&Amp&lt;&gt&nbsp;", b"\"\"\"&&<>\xa0"),
                (b"&#0000000000000000000123;&#x00000000000000000007b", b"{{"),
                (b"&#x160;&#353;", b"\x60\x61"),
                (b"&#99999999999999999999;", b"\xff"),
                (b"&#;&#x;&#xg;&#a;", b"&#;&#x;&#xg;&#a;"),
                (b"&ltx;&foo;&apos;", b"&ltx;&foo;&apos;"),
                (b"&#&lt;&&gt;", b"&#<&>"),
                (b"&#x", b"&#x"),
                (b"&#", b"&#"),
                (b"&#x41", b"A"),
            ],
        );
    }

    #[test]
    fn digits_without_end() {
        let mut value = b"&#".to_vec();
        value.resize(100_000, b'0');
        value.extend(b"60;");
        let mut out = Vec::new();
        assert!(Transformation::HtmlEntityDecode.apply(&value, &mut out, None));
        assert_eq!(out, b"<");
    }
}
