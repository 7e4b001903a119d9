//! `@validateUtf8Encoding`: RFC 3629.

/// Where the first sequence is that is cut short, overlong, a surrogate, beyond U+10FFFF or no sequence at all; the operator
/// matches where there is one.
///
/// The reference implementation lets U+110000 to U+13FFFF pass, though it means not to.
pub fn validate_utf8_encoding(value: &[u8]) -> Option<usize> {
    std::str::from_utf8(value).err().map(|error| error.valid_up_to())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cases() {
        for (value, want) in [
            (&b""[..], None),
            ("aé€😀\0".as_bytes(), None),
            (b"\xf4\x8f\xbf\xbf", None),
            (b"a\xc0\xaf", Some(1)),
            (b"\xc1\xbf", Some(0)),
            (b"\xe0\x80\xaf", Some(0)),
            (b"\xf0\x80\x80\xaf", Some(0)),
            (b"\xed\xa0\x80", Some(0)),
            (b"\xf4\x90\x80\x80", Some(0)),
            (b"\xf5\x80\x80\x80", Some(0)),
            (b"ab\x80", Some(2)),
            (b"ab\xc3", Some(2)),
            (b"\xe2\x82", Some(0)),
            (b"\xf0\x9f\x98", Some(0)),
            (b"\xff", Some(0)),
        ] {
            assert_eq!(validate_utf8_encoding(value), want, "{}", value.escape_ascii());
        }
    }
}
