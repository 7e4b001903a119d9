//! Decimal numbers: the usual ones by hand, the others by a parser that is exact for all.

/// Powers of ten that are exact as floats.
const EXACT: [f64; 23] =
    [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22];

/// A number at the beginning of some text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Number {
    /// Its value; never NaN, and infinite where the text is beyond the floats.
    pub value: f64,
    /// Bytes it takes.
    pub len: usize,
    /// Its digits as an integer; none for those with a point, an exponent or more than 19 digits.
    pub integer: Option<(bool, u64)>,
}

/// Reads the number that `text` begins with: `[+-] digits [. digits] [e [+-] digits]`, digits on one side of the point at least.
#[inline]
pub(super) fn number(text: &[u8]) -> Option<Number> {
    let (negative, sign) = match text.first()? {
        b'-' => (true, 1),
        b'+' => (false, 1),
        _ => (false, 0),
    };
    let (mut at, mut mantissa) = (sign, 0u64);
    while let Some(digit) = digit(text, at) {
        mantissa = mantissa.wrapping_mul(10).wrapping_add(digit);
        at += 1;
    }
    let whole = at - sign;
    let mut places = 0;
    let point = text.get(at) == Some(&b'.');
    if point {
        at += 1;
        while let Some(digit) = digit(text, at) {
            mantissa = mantissa.wrapping_mul(10).wrapping_add(digit);
            at += 1;
            places += 1;
        }
    }
    let digits = whole + places;
    if digits == 0 {
        return None;
    }
    let exponent = matches!(text.get(at), Some(b'e' | b'E'));
    if !exponent && digits <= 19 {
        let signed = |value: f64| if negative { -value } else { value };
        if !point {
            return Some(Number { value: signed(mantissa as f64), len: at, integer: Some((negative, mantissa)) });
        }
        // Both are exact, so one division rounds once: correct (Clinger's fast path).
        if let (true, Some(power)) = (mantissa <= 1 << 53, EXACT.get(places)) {
            return Some(Number { value: signed(mantissa as f64 / power), len: at, integer: None });
        }
    }
    // A plus is not for the other parser.
    let plus = usize::from(text.first() == Some(&b'+'));
    let (value, len) = slow(text.get(plus..)?)?;
    Some(Number { value, len: len + plus, integer: None })
}

/// Any length and exponent. Not inlined: the common number should not carry it. The parser takes `inf` and `nan` too; a digit has
/// been seen by now.
#[inline(never)]
fn slow(text: &[u8]) -> Option<(f64, usize)> {
    fast_float2::parse_partial(text).ok()
}

#[inline]
fn digit(text: &[u8], at: usize) -> Option<u64> {
    text.get(at).map(|b| b.wrapping_sub(b'0')).filter(|d| *d < 10).map(u64::from)
}

/// A whole text as a signed integer of 64 bits.
#[inline]
pub(super) fn integer(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text.split_first()? {
        (b'-', rest) => (true, rest),
        (b'+', rest) => (false, rest),
        _ => (false, text),
    };
    if digits.is_empty() {
        return None;
    }
    let mut value = 0u64;
    for at in 0..digits.len() {
        value = value.checked_mul(10)?.checked_add(digit(digits, at)?)?;
    }
    signed(negative, value)
}

/// Sign and magnitude as an integer of 64 bits.
#[inline]
pub(super) fn signed(negative: bool, magnitude: u64) -> Option<i64> {
    if negative { 0i64.checked_sub_unsigned(magnitude) } else { i64::try_from(magnitude).ok() }
}

#[cfg(test)]
mod tests {
    use super::{integer, number};

    #[test]
    fn numbers_are_what_the_standard_library_reads() {
        let cases = [
            "0",
            "-0",
            "1",
            "+1",
            "1.",
            ".5",
            "-.5",
            "12.25",
            "9007199254740993",
            "9007199254740992.5",
            "1e3",
            "1E-3",
            "1.5e+10",
            "123456789012345678901234567890",
            "0.1",
            "3.141592653589793238462643383279",
            "1e400",
            "-1e400",
            "4.9e-324",
            "1e-400",
            "1234567890123456789",
            "99999999999999999999",
            "0.00000000000000000000001",
            "+.5e1",
            "18446744073709551615",
        ];
        for text in cases {
            for behind in ["", ",", "i", " x", "x"] {
                let whole = format!("{text}{behind}");
                let read = number(whole.as_bytes()).unwrap_or_else(|| panic!("{whole}"));
                let expected: f64 = text.parse().unwrap_or_else(|e| panic!("{e}"));
                assert_eq!((read.value.to_bits(), read.len), (expected.to_bits(), text.len()), "{whole}");
            }
        }
        for text in ["", "-", "+", ".", "-.", "e5", "inf", "nan", "-inf", "+nan", "x", "--1"] {
            assert_eq!(number(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn an_exponent_without_digits_is_left_behind() {
        for (text, value, len) in [("1e", 1.0, 1), ("2.5e+", 2.5, 3), ("3ex", 3.0, 1)] {
            assert_eq!(number(text.as_bytes()).map(|n| (n.value, n.len)), Some((value, len)), "{text}");
        }
    }

    #[test]
    fn integers_of_64_bits() {
        let cases = [
            ("0", Some(0)),
            ("-0", Some(0)),
            ("+7", Some(7)),
            ("9223372036854775807", Some(i64::MAX)),
            ("-9223372036854775808", Some(i64::MIN)),
            ("9223372036854775808", None),
            ("-9223372036854775809", None),
            ("99999999999999999999999", None),
            ("", None),
            ("-", None),
            ("1.0", None),
            ("1 ", None),
        ];
        for (text, expected) in cases {
            assert_eq!(integer(text.as_bytes()), expected, "{text}");
        }
    }
}
