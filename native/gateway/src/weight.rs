//! Weights of `Accept` and `Accept-Encoding` (RFC 9110 section 12.4.2).

/// The weight among the parameters of an element in thousandths: 1000 without one, 0 for one that is none.
pub fn of<'a>(mut parameters: impl Iterator<Item = &'a [u8]>) -> u16 {
    parameters.find_map(|p| p.strip_prefix(b"q=").or_else(|| p.strip_prefix(b"Q="))).map_or(1000, |w| parse(w).unwrap_or(0))
}

/// `0`, `1`, or one of them with up to three digits after the point, as thousandths; at most 1000.
fn parse(text: &[u8]) -> Option<u16> {
    let (whole, fraction) = match text {
        [whole @ (b'0' | b'1')] => (*whole, &[][..]),
        [whole @ (b'0' | b'1'), b'.', fraction @ ..] if fraction.len() <= 3 => (*whole, fraction),
        _ => return None,
    };
    let mut value = u16::from(whole - b'0');
    for place in 0..3 {
        let digit = *fraction.get(place).unwrap_or(&b'0');
        if !digit.is_ascii_digit() {
            return None;
        }
        value = value * 10 + u16::from(digit - b'0');
    }
    (value <= 1000).then_some(value)
}

#[cfg(test)]
mod tests {
    #[test]
    fn table() {
        for (text, want) in [
            ("0", Some(0)),
            ("1", Some(1000)),
            ("0.5", Some(500)),
            ("0.05", Some(50)),
            ("0.005", Some(5)),
            ("1.000", Some(1000)),
            ("1.", Some(1000)),
            ("1.001", None),
            ("0.0001", None),
            ("2", None),
            ("-1", None),
            (".5", None),
            ("", None),
            ("0.x", None),
        ] {
            assert_eq!(super::parse(text.as_bytes()), want, "{text}");
        }
        assert_eq!(super::of([&b"level=1"[..], b"q=0.3"].into_iter()), 300);
        assert_eq!(super::of([&b"level=1"[..]].into_iter()), 1000);
        assert_eq!(super::of([&b"q=nan"[..]].into_iter()), 0);
    }
}
