//! Byte classes of RFC 9110 and 9112.

const TCHAR: u8 = 1;
const HOST: u8 = 8;
const HEX: u8 = 16;

const CLASS: [u8; 256] = build();

const fn build() -> [u8; 256] {
    let mut table = [0u8; 256];
    let mut i = 0usize;
    while i < 256 {
        #[allow(clippy::cast_possible_truncation)] // i < 256
        let b = i as u8;
        let mut class = 0;
        let alnum = b.is_ascii_alphanumeric();
        if alnum || matches!(b, b'!' | b'#' | b'$' | b'%' | b'&' | b'\'' | b'*' | b'+' | b'-' | b'.' | b'^' | b'_' | b'`' | b'|' | b'~') {
            class |= TCHAR;
        }
        if alnum || matches!(b, b'-' | b'.' | b'_' | b'~') {
            class |= HOST;
        }
        if b.is_ascii_hexdigit() {
            class |= HEX;
        }
        table[i] = class;
        i += 1;
    }
    table
}

fn all(bytes: &[u8], class: u8) -> bool {
    bytes.iter().all(|b| CLASS[usize::from(*b)] & class != 0)
}

/// A non-empty token (RFC 9110 section 5.6.2).
pub fn is_token(bytes: &[u8]) -> bool {
    !bytes.is_empty() && all(bytes, TCHAR)
}

/// Only bytes allowed in a field value: visible, space, tab and obs-text (RFC 9110 section 5.5).
#[allow(clippy::needless_bitwise_bool)] // a lazy operator would look at one byte at a time
pub fn is_value(bytes: &[u8]) -> bool {
    // Without an early end, so that the compiler looks at many bytes at once.
    bytes.iter().fold(true, |fine, b| fine & (((*b >= 0x20) & (*b != 0x7f)) | (*b == b'\t')))
}

/// Only visible ASCII and no fragment mark, as a request target may hold.
#[allow(clippy::needless_bitwise_bool)] // a lazy operator would look at one byte at a time
pub fn is_target(bytes: &[u8]) -> bool {
    !bytes.is_empty() && bytes.iter().fold(true, |fine, b| fine & (*b > 0x20) & (*b < 0x7f) & (*b != b'#'))
}

/// Only letters, digits, `-`, `.`, `_` and `~`.
pub fn is_host(bytes: &[u8]) -> bool {
    !bytes.is_empty() && all(bytes, HOST)
}

/// The value of a hexadecimal digit.
pub fn hex(byte: u8) -> Option<u8> {
    if CLASS[usize::from(byte)] & HEX == 0 {
        return None;
    }
    Some(match byte {
        b'0'..=b'9' => byte - b'0',
        b'a'..=b'f' => byte - b'a' + 10,
        _ => byte - b'A' + 10,
    })
}

/// Strips spaces and tabs at both ends (optional whitespace, RFC 9110 section 5.6.3).
pub fn trim(mut bytes: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] = bytes {
        bytes = rest;
    }
    while let [rest @ .., b' ' | b'\t'] = bytes {
        bytes = rest;
    }
    bytes
}

/// Digits only, no sign, no space; `None` when empty, odd or larger than 2^63-1.
pub fn parse_u63(bytes: &[u8]) -> Option<u64> {
    if bytes.is_empty() || bytes.len() > 19 {
        return None;
    }
    let mut value = 0u64;
    for b in bytes {
        if !b.is_ascii_digit() {
            return None;
        }
        value = value.checked_mul(10)?.checked_add(u64::from(b - b'0'))?;
    }
    (value >> 63 == 0).then_some(value)
}

/// Appends a decimal number.
pub fn put_u64(out: &mut Vec<u8>, mut value: u64) {
    let mut digits = [0u8; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        #[allow(clippy::cast_possible_truncation)] // below 10
        let digit = (value % 10) as u8;
        digits[at] = b'0' + digit;
        value /= 10;
        if value == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[at..]);
}

/// The comma separated elements of a list value, trimmed, empty ones left out (RFC 9110 section 5.6.1).
pub fn list(value: &[u8]) -> impl DoubleEndedIterator<Item = &[u8]> {
    value.split(|b| *b == b',').map(trim).filter(|e| !e.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        for (text, want) in [
            ("0", Some(0)),
            ("42", Some(42)),
            ("", None),
            ("+1", None),
            (" 1", None),
            ("9223372036854775807", Some(i64::MAX as u64)),
            ("9223372036854775808", None),
            ("99999999999999999999", None),
        ] {
            assert_eq!(parse_u63(text.as_bytes()), want, "{text}");
        }
        let mut out = Vec::new();
        put_u64(&mut out, 0);
        put_u64(&mut out, u64::MAX);
        assert_eq!(out, b"018446744073709551615");
    }

    #[test]
    fn trimming_and_lists() {
        assert_eq!(trim(b" \t a b\t"), b"a b");
        let all: Vec<_> = list(b"a, ,b ,, c").collect();
        assert_eq!(all, [b"a", b"b", b"c"]);
    }
}
