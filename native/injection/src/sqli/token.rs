//! Tokens of SQL and their kinds.

/// How many bytes of a token's text count; the rest of a longer one is not looked at.
pub(crate) const TEXT: usize = 31;

/// The kind of a token.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub(crate) enum Kind {
    /// No token, or a word that only counts as a part of phrases.
    Nothing,
    Keyword,
    Union,
    Group,
    Expression,
    SqlType,
    Function,
    Bareword,
    Number,
    Variable,
    Text,
    Operator,
    Logic,
    Comment,
    Collate,
    LeftParenthesis,
    RightParenthesis,
    LeftBrace,
    RightBrace,
    Dot,
    Comma,
    Colon,
    Semicolon,
    /// Begins a statement in Transact-SQL.
    Tsql,
    Unknown,
    /// What dialects read differently, so that it counts as an attack by itself.
    Evil,
    Backslash,
}

/// Kinds by their numbers.
static KINDS: [Kind; 32] = [
    Kind::Nothing,
    Kind::Keyword,
    Kind::Union,
    Kind::Group,
    Kind::Expression,
    Kind::SqlType,
    Kind::Function,
    Kind::Bareword,
    Kind::Number,
    Kind::Variable,
    Kind::Text,
    Kind::Operator,
    Kind::Logic,
    Kind::Comment,
    Kind::Collate,
    Kind::LeftParenthesis,
    Kind::RightParenthesis,
    Kind::LeftBrace,
    Kind::RightBrace,
    Kind::Dot,
    Kind::Comma,
    Kind::Colon,
    Kind::Semicolon,
    Kind::Tsql,
    Kind::Unknown,
    Kind::Evil,
    Kind::Backslash,
    Kind::Nothing,
    Kind::Nothing,
    Kind::Nothing,
    Kind::Nothing,
    Kind::Nothing,
];

/// The letters of kinds by their numbers.
static LETTERS: [u8; 32] = *b"-kUBEtfn1vso&cA(){}.,:;T?X\\-----";

impl Kind {
    /// Its letter in a fingerprint.
    #[inline]
    pub(crate) fn letter(self) -> u8 {
        LETTERS[self as usize & 31]
    }

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
///
/// Packed into two words, so that it travels in registers: written field by field and read as a whole, each copy would wait for
/// the stores before it, which took half of the time of a short value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    /// Where the text begins in the value.
    at: usize,
    /// From the lowest byte: kind, length, opening and closing quote, number in the table of words, 1 if that is the text.
    bits: u64,
}

impl Token {
    /// No token.
    pub(crate) const NONE: Self = Self { at: 0, bits: 0 };

    /// A token of which at most [`TEXT`] bytes are kept.
    #[inline]
    pub(crate) fn new(kind: Kind, at: usize, len: usize) -> Self {
        Self { at, bits: kind as u64 | (len.min(TEXT) as u64) << 8 }
    }

    #[inline]
    pub(crate) fn kind(self) -> Kind {
        KINDS[usize::from(self.byte(0)) & 31]
    }

    #[inline]
    pub(crate) fn with_kind(self, kind: Kind) -> Self {
        Self { bits: self.bits & !0xFF | kind as u64, ..self }
    }

    /// Where the text begins in the value.
    pub(crate) fn at(self) -> usize {
        self.at
    }

    /// Bytes of text, at most [`TEXT`].
    #[inline]
    #[allow(clippy::len_without_is_empty)]
    pub(crate) fn len(self) -> usize {
        usize::from(self.byte(1))
    }

    /// The quote that opened a string, or a letter for its form; 0 for none.
    pub(crate) fn open(self) -> u8 {
        self.byte(2)
    }

    /// The quote that closed it; 0 when the value ended before.
    pub(crate) fn close(self) -> u8 {
        self.byte(3)
    }

    #[inline]
    pub(crate) fn with_quotes(self, open: u8, close: u8) -> Self {
        Self { bits: self.bits & !0xFFFF_0000 | u64::from(open) << 16 | u64::from(close) << 24, ..self }
    }

    /// Its number in the table of words, 0 when it is none.
    #[inline]
    pub(crate) fn word(self) -> u16 {
        u16::from_le_bytes([self.byte(4), self.byte(5)])
    }

    #[inline]
    pub(crate) fn with_word(self, word: u16) -> Self {
        Self { bits: self.bits & !0xFFFF_0000_0000 | u64::from(word) << 32, ..self }
    }

    /// Joined from two: the text is that of the word.
    #[inline]
    pub(crate) fn joined(self) -> bool {
        self.byte(6) != 0
    }

    /// Becomes a phrase of the table, `len` bytes long.
    pub(crate) fn join(self, kind: Kind, word: u16, len: usize) -> Self {
        let bits = self.bits & 0xFFFF_0000 | 1 << 48;
        Self { bits, ..self }.with_len(len).with_kind(kind).with_word(word)
    }

    fn with_len(self, len: usize) -> Self {
        Self { bits: self.bits & !0xFF00 | (len.min(TEXT) as u64) << 8, ..self }
    }

    #[inline]
    fn byte(self, at: usize) -> u8 {
        self.bits.to_le_bytes()[at & 7]
    }
}
