//! `@eq`, `@ge`, `@gt`, `@le` and `@lt`: numbers as C's library reads them.

/// C's `atoll`: leading white space and a sign, then digits up to the first other byte; 0 without digits, and values beyond 64
/// bits are the nearest.
pub fn integer(text: &[u8]) -> i64 {
    let start = text.iter().take_while(|b| matches!(b, b' ' | b'\t'..=b'\r')).count();
    let (negative, digits) = match text.get(start..).unwrap_or_default() {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] | digits => (false, digits),
    };
    let mut value: i64 = 0;
    for digit in digits.iter().take_while(|b| b.is_ascii_digit()) {
        let digit = i64::from(digit - b'0');
        value = value.saturating_mul(10);
        // Subtracting, since the smallest number has no positive counterpart.
        value = if negative { value.saturating_sub(digit) } else { value.saturating_add(digit) };
    }
    value
}

/// `@eq`; unlike the others it takes what does not fit 32 bits for 0.
pub fn eq(value: &[u8], parameter: &[u8]) -> bool {
    let narrow = |text| i32::try_from(integer(text)).unwrap_or_default();
    narrow(value) == narrow(parameter)
}

/// `@ge`.
pub fn ge(value: &[u8], parameter: &[u8]) -> bool {
    integer(value) >= integer(parameter)
}

/// `@gt`.
pub fn gt(value: &[u8], parameter: &[u8]) -> bool {
    integer(value) > integer(parameter)
}

/// `@le`.
pub fn le(value: &[u8], parameter: &[u8]) -> bool {
    integer(value) <= integer(parameter)
}

/// `@lt`.
pub fn lt(value: &[u8], parameter: &[u8]) -> bool {
    integer(value) < integer(parameter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers() {
        for (text, want) in [
            (&b""[..], 0),
            (b"xxx", 0),
            (b"5", 5),
            (b" \t\x0b+5x", 5),
            (b"-12 3", -12),
            (b"--1", 0),
            (b"- 1", 0),
            (b"0x10", 0),
            (b"007", 7),
            (b"1\x002", 1),
            (b"9223372036854775807", i64::MAX),
            (b"9223372036854775808", i64::MAX),
            (b"-9223372036854775808", i64::MIN),
            (b"-9999999999999999999999", i64::MIN),
        ] {
            assert_eq!(integer(text), want, "{}", text.escape_ascii());
        }
    }

    #[test]
    fn comparisons() {
        for (value, parameter, want) in [
            ("", "0", [true, true, false, true, false]),
            ("5", "0", [false, true, true, false, false]),
            ("-5", "xxx", [false, false, false, true, true]),
            ("2147483648", "0", [true, true, true, false, false]),
            ("4294967295", "4294967296", [true, false, false, true, true]),
        ] {
            let (value, parameter) = (value.as_bytes(), parameter.as_bytes());
            let got = [eq, ge, gt, le, lt].map(|compare| compare(value, parameter));
            assert_eq!(got, want, "{} {}", value.escape_ascii(), parameter.escape_ascii());
        }
    }
}
