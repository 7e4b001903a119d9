//! Why a pattern was refused.

use std::fmt;

/// A pattern that cannot be compiled, with the place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatternError {
    /// Byte offset in the pattern.
    pub offset: usize,
    /// What is wrong there.
    pub reason: Reason,
}

/// What is wrong with a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The pattern is longer than so many bytes.
    TooLong(usize),
    /// More nested groups than so many.
    TooDeep(usize),
    /// The compiled form would be larger than so many bytes.
    TooLarge(usize),
    /// Ends within a construct.
    Unfinished(&'static str),
    /// `)` without `(`.
    UnopenedGroup,
    /// A quantifier with nothing before it.
    NothingToRepeat,
    /// A quantifier beyond 65,535, or with its numbers in the wrong order.
    BadQuantifier,
    /// A range in a class whose end is below its beginning.
    BadRange,
    /// A name in `[: :]` that is none of POSIX's.
    UnknownPosixClass,
    /// An escape that stands for nothing.
    UnknownEscape(u8),
    /// A code beyond 255: values are bytes.
    CodeTooLarge,
    /// A reference to a group that the pattern does not have.
    UnknownGroup,
    /// A name that is empty, too long, not a word, or given twice.
    BadGroupName,
    /// A look-behind whose length varies.
    VariableLookBehind,
    /// PCRE has it, this engine has not.
    Unsupported(&'static str),
}

impl PatternError {
    pub(super) const fn new(offset: usize, reason: Reason) -> Self {
        Self { offset, reason }
    }
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at offset {}", self.reason, self.offset)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong(limit) => write!(f, "pattern longer than {limit} bytes"),
            Self::TooDeep(limit) => write!(f, "groups nested deeper than {limit}"),
            Self::TooLarge(limit) => write!(f, "compiled pattern larger than {limit} bytes"),
            Self::Unfinished(what) => write!(f, "unfinished {what}"),
            Self::UnopenedGroup => f.write_str("`)` without `(`"),
            Self::NothingToRepeat => f.write_str("quantifier with nothing to repeat"),
            Self::BadQuantifier => f.write_str("quantifier out of order or above 65535"),
            Self::BadRange => f.write_str("range out of order in a class"),
            Self::UnknownPosixClass => f.write_str("unknown POSIX class"),
            Self::UnknownEscape(byte) => write!(f, "unknown escape `\\{}`", byte.escape_ascii()),
            Self::CodeTooLarge => f.write_str("code above 255"),
            Self::UnknownGroup => f.write_str("reference to a group that does not exist"),
            Self::BadGroupName => f.write_str("bad group name"),
            Self::VariableLookBehind => f.write_str("look-behind of varying length"),
            Self::Unsupported(what) => write!(f, "{what} is not supported"),
        }
    }
}

impl std::error::Error for PatternError {}
