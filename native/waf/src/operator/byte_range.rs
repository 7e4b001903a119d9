//! `@validateByteRange`: which bytes a value may have.

use super::OperatorError;

/// A set of bytes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ByteRange {
    allowed: [bool; 256],
    /// The bytes outside the set, where they are so few that searching for them is the fastest.
    few: Option<Few>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Few {
    None,
    One(u8),
    Two(u8, u8),
    Three(u8, u8, u8),
}

impl ByteRange {
    /// Numbers and ranges of numbers from 0 to 255, such as `9,10,32-126`, separated by commas.
    pub fn parse(parameter: &str) -> Result<Self, OperatorError> {
        let mut allowed = [false; 256];
        for part in parameter.split(',') {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            let range = first.trim().parse::<u8>().ok().zip(last.trim().parse::<u8>().ok()).filter(|(first, last)| first <= last);
            let Some((first, last)) = range else {
                let shown: String = part.chars().take(40).collect();
                let why = format!("`{shown}` is neither a byte's value nor a range of them");
                return Err(OperatorError::Parameter { name: "validateByteRange", why });
            };
            if let Some(bytes) = allowed.get_mut(usize::from(first)..=usize::from(last)) {
                bytes.fill(true);
            }
        }
        let outside: Vec<u8> = (0..=u8::MAX).filter(|b| !allowed[usize::from(*b)]).collect();
        let few = match *outside.as_slice() {
            [] => Some(Few::None),
            [a] => Some(Few::One(a)),
            [a, b] => Some(Few::Two(a, b)),
            [a, b, c] => Some(Few::Three(a, b, c)),
            _ => None,
        };
        Ok(Self { allowed, few })
    }

    /// Whether the set has the byte.
    pub const fn contains(&self, byte: u8) -> bool {
        self.allowed[byte as usize]
    }

    /// Where the first byte outside the set is; the operator matches where there is one.
    pub fn first_outside(&self, value: &[u8]) -> Option<usize> {
        match self.few {
            Some(Few::None) => None,
            Some(Few::One(a)) => memchr::memchr(a, value),
            Some(Few::Two(a, b)) => memchr::memchr2(a, b, value),
            Some(Few::Three(a, b, c)) => memchr::memchr3(a, b, c, value),
            None => value.iter().position(|b| !self.contains(*b)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cases() {
        for (parameter, value, want) in [
            ("0-255", &b"\x00\xff"[..], None),
            ("1-255", b"ab\0c", Some(2)),
            ("1-255", b"", None),
            ("97-105", b"abcdefghi", None),
            ("97-105", b"abcdefghij", Some(9)),
            ("9, 10 ,13,32 - 126,128-255", b"a\t\r\n\x7f", Some(4)),
            ("2-255", b"a\x01\x00", Some(1)),
            ("3-255", b"a\x02", Some(1)),
            ("38,44-46,48-58,61,65-90,95,97-122", b"Az09_<", Some(5)),
            ("65", b"AAB", Some(2)),
        ] {
            let range = ByteRange::parse(parameter).unwrap_or_else(|e| panic!("{e}"));
            assert_eq!(range.first_outside(value), want, "{parameter} {}", value.escape_ascii());
        }
    }

    #[test]
    fn refused() {
        for parameter in ["", "xxx", "256", "-1", "1-", "5-4", "1-256", "1,,2", "0x10"] {
            assert!(ByteRange::parse(parameter).is_err(), "{parameter}");
        }
    }
}
