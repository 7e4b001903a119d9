//! How a pattern is to be read.

/// Options of a pattern; what `(?imsxU)` in the pattern changes, and how `$` is meant.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Flags(u8);

impl Flags {
    /// None of them.
    pub const NONE: Self = Self(0);
    /// `(?i)`: either case of ASCII letters.
    pub const CASELESS: Self = Self(1);
    /// `(?m)`: `^` and `$` also at lines within the value. A `^` at the very end of a value that ends in a newline matches too,
    /// which PCRE excepts.
    pub const MULTI_LINE: Self = Self(2);
    /// `(?s)`: `.` also matches a newline.
    pub const DOT_ALL: Self = Self(4);
    /// `(?x)`: white space and `#` comments in the pattern mean nothing.
    pub const EXTENDED: Self = Self(8);
    /// `(?U)`: quantifiers are lazy, and greedy with `?`.
    pub const UNGREEDY: Self = Self(16);
    /// `$` outside of multi-line mode only at the end, not before a final newline too (`PCRE_DOLLAR_ENDONLY`).
    pub const DOLLAR_END_ONLY: Self = Self(32);
    /// How `ModSecurity` 2 compiles `@rx`, and what the Core Rule Set is written and tested for.
    pub const MOD_SECURITY: Self = Self(4 | 32);
    /// How `ModSecurity` 3 compiles `@rx` (`PCRE_DOTALL | PCRE_MULTILINE`).
    pub const MOD_SECURITY_3: Self = Self(4 | 2);

    /// The options of either.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// These options less the others.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// All of them as a number.
    pub(super) const fn bits(self) -> u8 {
        self.0
    }

    /// Whether all of the others are set.
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// The option that a letter stands for in `(?…)`.
    pub(super) const fn letter(letter: u8) -> Option<Self> {
        match letter {
            b'i' => Some(Self::CASELESS),
            b'm' => Some(Self::MULTI_LINE),
            b's' => Some(Self::DOT_ALL),
            b'x' => Some(Self::EXTENDED),
            b'U' => Some(Self::UNGREEDY),
            _ => None,
        }
    }
}

impl Default for Flags {
    fn default() -> Self {
        Self::MOD_SECURITY
    }
}
