//! `@beginsWith`, `@endsWith`, `@contains`, `@strmatch`, `@streq` and `@within`: byte by byte, case matters.

use memchr::memmem::{self, Finder};

/// `@beginsWith`; true for an empty parameter.
pub fn begins_with(value: &[u8], parameter: &[u8]) -> bool {
    value.starts_with(parameter)
}

/// `@endsWith`; true for an empty parameter.
pub fn ends_with(value: &[u8], parameter: &[u8]) -> bool {
    value.ends_with(parameter)
}

/// `@contains`: where the parameter stands first in the value.
pub fn contains(value: &[u8], parameter: &[u8]) -> Option<usize> {
    memmem::find(value, parameter)
}

/// `@strmatch`: as `@contains`.
pub fn str_match(value: &[u8], parameter: &[u8]) -> bool {
    contains(value, parameter).is_some()
}

/// `@streq`.
pub fn streq(value: &[u8], parameter: &[u8]) -> bool {
    value == parameter
}

/// `@within`: the value stands somewhere in the parameter; an empty value always does.
pub fn within(value: &[u8], parameter: &[u8]) -> bool {
    contains(parameter, value).is_some()
}

/// A parameter without macros, made ready once for `@contains` and `@strmatch`.
#[derive(Clone, Debug)]
pub struct Needle(Finder<'static>);

impl Needle {
    /// Copies the parameter.
    pub fn new(parameter: &[u8]) -> Self {
        Self(Finder::new(parameter).into_owned())
    }

    /// Where the parameter stands first in the value.
    pub fn find(&self, value: &[u8]) -> Option<usize> {
        self.0.find(value)
    }

    /// The parameter.
    pub fn parameter(&self) -> &[u8] {
        self.0.needle()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Value, parameter, and what begins, ends, contains, equals and within say.
    type Case = (&'static [u8], &'static [u8], bool, bool, Option<usize>, bool, bool);

    const CASES: [Case; 11] = [
        (b"", b"", true, true, Some(0), true, true),
        (b"", b"abc", false, false, None, false, true),
        (b"abc", b"", true, true, Some(0), false, false),
        (b"abc", b"abc", true, true, Some(0), true, true),
        (b"abcdef", b"abc", true, false, Some(0), false, false),
        (b"abcdef", b"def", false, true, Some(3), false, false),
        (b"abcdef", b"cd", false, false, Some(2), false, false),
        (b"cd", b"abcdef", false, false, None, false, true),
        (b"ABC", b"abc", false, false, None, false, false),
        (b"a\0b", b"\0", false, false, Some(1), false, false),
        (b"GET", b"GET HEAD", false, false, None, false, true),
    ];

    #[test]
    fn cases() {
        for (value, parameter, begins, ends, at, equal, inside) in CASES {
            let name = format!("{} {}", value.escape_ascii(), parameter.escape_ascii());
            assert_eq!(begins_with(value, parameter), begins, "{name}");
            assert_eq!(ends_with(value, parameter), ends, "{name}");
            assert_eq!(contains(value, parameter), at, "{name}");
            assert_eq!(Needle::new(parameter).find(value), at, "{name}");
            assert_eq!(str_match(value, parameter), at.is_some(), "{name}");
            assert_eq!(streq(value, parameter), equal, "{name}");
            assert_eq!(within(value, parameter), inside, "{name}");
        }
    }
}
