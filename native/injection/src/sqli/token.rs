//! Tokens of SQL and their kinds.

/// How many bytes of a token's text count; the rest of a longer one is not looked at.
pub(crate) const TEXT: usize = 31;

/// The kind of a token; as a number it is its letter in a fingerprint.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub(crate) enum Kind {
    /// No token, or a word that only counts as a part of phrases.
    Nothing = b'-',
    Keyword = b'k',
    Union = b'U',
    Group = b'B',
    Expression = b'E',
    SqlType = b't',
    Function = b'f',
    Bareword = b'n',
    Number = b'1',
    Variable = b'v',
    Text = b's',
    Operator = b'o',
    Logic = b'&',
    Comment = b'c',
    Collate = b'A',
    LeftParenthesis = b'(',
    RightParenthesis = b')',
    LeftBrace = b'{',
    RightBrace = b'}',
    Dot = b'.',
    Comma = b',',
    Colon = b':',
    Semicolon = b';',
    /// Begins a statement in Transact-SQL.
    Tsql = b'T',
    Unknown = b'?',
    /// What dialects read differently, so that it counts as an attack by itself.
    Evil = b'X',
    Backslash = b'\\',
}

impl Kind {
    /// The kind with this letter in the table of words.
    pub(crate) const fn of_word(letter: u8) -> Self {
        match letter {
            b'k' => Self::Keyword,
            b'U' => Self::Union,
            b'B' => Self::Group,
            b'E' => Self::Expression,
            b't' => Self::SqlType,
            b'f' => Self::Function,
            b'n' => Self::Bareword,
            b'1' => Self::Number,
            b'v' => Self::Variable,
            b'o' => Self::Operator,
            b'&' => Self::Logic,
            b'A' => Self::Collate,
            b'T' => Self::Tsql,
            _ => Self::Nothing,
        }
    }
}

/// One token: where its text stands in the value, or which phrase it was joined to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    /// The quote that opened a string, or a letter for its form; 0 for none.
    pub(crate) open: u8,
    /// The quote that closed it; 0 when the value ended before.
    pub(crate) close: u8,
    /// Bytes of text, at most [`TEXT`].
    pub(crate) len: u8,
    /// Where the text begins in the value.
    pub(crate) at: usize,
    /// Its number in the table of words, 0 when it is none.
    pub(crate) word: u16,
    /// Joined from two: the text is that of `word`.
    pub(crate) joined: bool,
}

impl Token {
    /// No token.
    pub(crate) const NONE: Self = Self { kind: Kind::Nothing, open: 0, close: 0, len: 0, at: 0, word: 0, joined: false };

    /// A token of which at most [`TEXT`] bytes are kept.
    #[inline]
    pub(crate) fn new(kind: Kind, at: usize, len: usize) -> Self {
        let len = u8::try_from(len.min(TEXT)).unwrap_or(0);
        Self { kind, at, len, ..Self::NONE }
    }
}
