//! `@validateUrlEncoding`: percent signs that encode nothing.

/// Where the first percent sign without two hexadecimal digits is; the operator matches where there is one.
pub fn validate_url_encoding(value: &[u8]) -> Option<usize> {
    let mut from = 0;
    loop {
        let rest = value.get(from..)?;
        let at = memchr::memchr(b'%', rest)?;
        match rest.get(at..)? {
            [_, high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => from += at + 3,
            _ => return Some(from + at),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cases() {
        for (value, want) in [
            (&b""[..], None),
            (b"abc", None),
            (b"%41%fF%00", None),
            (b"%", Some(0)),
            (b"a%4", Some(1)),
            (b"%41%4g", Some(3)),
            (b"%%41", Some(0)),
            (b"%u0041", Some(0)),
        ] {
            assert_eq!(validate_url_encoding(value), want, "{}", value.escape_ascii());
        }
    }
}
