//! Cuts a value into tokens as SQL dialects would, one byte after the other, forgivingly.

use super::token::{Kind, TEXT, Token};
use super::words;
use crate::classes::{self, WHITE};
use memchr::memchr;

/// Which comments are read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Dialect {
    /// `--` begins a comment whatever follows, `#` is an operator.
    Ansi,
    /// `--` needs a blank behind it, `#` begins a comment.
    MySql,
}

/// Reads tokens from a value.
#[derive(Debug)]
pub(crate) struct Lexer<'a> {
    pub(super) value: &'a [u8],
    /// The next byte to read. Never beyond the end of the value.
    pub(super) at: usize,
    /// The quote in which the value is taken to stand; 0 for none.
    quote: u8,
    dialect: Dialect,
    /// Tokens read so far, those that were folded away too.
    pub(crate) tokens: usize,
    /// A comment was met that the other dialect reads differently.
    pub(crate) ambiguous: bool,
}

/// A token and where to go on behind it.
pub(super) type Read = (Token, usize);

impl<'a> Lexer<'a> {
    pub(crate) fn new(value: &'a [u8], quote: u8, dialect: Dialect) -> Self {
        Self { value, at: 0, quote, dialect, tokens: 0, ambiguous: false }
    }

    /// The next token; one of kind [`Kind::Nothing`] at the end.
    #[inline]
    pub(crate) fn next(&mut self) -> Token {
        if self.at == 0 && self.quote != 0 && !self.value.is_empty() {
            let (token, after) = self.quoted(0, 0, self.quote);
            return self.took(token, after);
        }
        while let Some(byte) = self.value.get(self.at) {
            if matches!(byte, 0..=b' ' | 0x7F | 0xA0) {
                self.at += 1;
                continue;
            }
            let (token, after) = self.read(*byte);
            return self.took(token, after);
        }
        Token::NONE
    }

    #[inline]
    fn took(&mut self, token: Token, after: usize) -> Token {
        self.at = after.min(self.value.len());
        self.tokens += 1;
        token
    }

    /// The byte `ahead` of the next one; 0 beyond the end, which no rule takes for anything else than the end.
    #[inline]
    pub(super) fn ahead(&self, ahead: usize) -> u8 {
        self.value.get(self.at + ahead).copied().unwrap_or(0)
    }

    /// From `from` on; nothing beyond the end.
    #[inline]
    pub(super) fn rest(&self, from: usize) -> &'a [u8] {
        self.value.get(from..).unwrap_or_default()
    }

    fn read(&mut self, byte: u8) -> Read {
        match byte {
            b'0'..=b'9' | b'.' => self.number(),
            b'\'' | b'"' => self.quoted(self.at, 1, byte),
            b'`' => self.tick(self.at),
            b'@' => self.variable(),
            b'$' => self.money(),
            b'[' => self.bracketed(),
            b'(' => self.single(Kind::LeftParenthesis),
            b')' => self.single(Kind::RightParenthesis),
            b'{' => self.single(Kind::LeftBrace),
            b'}' => self.single(Kind::RightBrace),
            b',' => self.single(Kind::Comma),
            b';' => self.single(Kind::Semicolon),
            b'?' | b']' => self.single(Kind::Unknown),
            b'%' | b'+' | b'^' | b'~' => self.single(Kind::Operator),
            b'!' | b'&' | b'*' | b':' | b'<' | b'=' | b'>' | b'|' => self.operator(byte),
            b'-' => self.dash(),
            b'#' => self.hash(),
            b'/' => self.slash(),
            b'\\' if self.ahead(1) == b'N' => self.token(Kind::Number, 2), // MySQL's other name of NULL
            b'\\' => self.single(Kind::Backslash),
            b'b' | b'B' | b'e' | b'E' | b'n' | b'N' | b'q' | b'Q' | b'u' | b'U' | b'x' | b'X' => self.prefixed(byte),
            _ => self.word(),
        }
    }

    /// The next `len` bytes as a token.
    pub(super) fn token(&self, kind: Kind, len: usize) -> Read {
        (Token::new(kind, self.at, len), self.at + len)
    }

    fn single(&self, kind: Kind) -> Read {
        self.token(kind, 1)
    }

    fn operator(&self, byte: u8) -> Read {
        if self.rest(self.at).starts_with(b"<=>") {
            return self.token(Kind::Operator, 3);
        }
        if let Some(two) = self.value.get(self.at..self.at + 2) {
            let (word, kind) = words::lookup(two);
            if kind != Kind::Nothing {
                let (token, after) = self.token(kind, 2);
                return (token.with_word(word), after);
            }
        }
        // Alone at the very end a colon is an operator to the reference, and before anything else it is not.
        let colon = byte == b':' && self.at + 1 < self.value.len();
        self.single(if colon { Kind::Colon } else { Kind::Operator })
    }

    /// A word, up to what cannot stand in one, or up to `.` or a backtick behind a keyword.
    pub(super) fn word(&self) -> Read {
        let rest = self.rest(self.at);
        // A keyword that ends within the part that counts is found before the whole word is scanned: values such as
        // "`a`.int`b`.int`b`…", whose pieces are all folded away, would cost quadratic time otherwise.
        let head = rest.get(..TEXT).unwrap_or(rest);
        let plain = classes::run(head, classes::PLAIN);
        if rest.get(plain).is_none_or(|b| classes::is(*b, classes::WORD_END)) {
            let head = head.get(..plain).unwrap_or(head);
            let (word, kind) = words::lookup(head);
            let kind = if kind == Kind::Nothing { Kind::Bareword } else { kind };
            let (token, after) = self.token(kind, plain);
            return (token.with_word(word), after);
        }
        let near = plain + classes::run_without(head.get(plain..).unwrap_or_default(), classes::WORD_END);
        let head = head.get(..near).unwrap_or(head);
        for (len, byte) in head.iter().enumerate() {
            if matches!(byte, b'.' | b'`') {
                let (word, kind) = words::lookup(head.get(..len).unwrap_or_default());
                if !matches!(kind, Kind::Nothing | Kind::Bareword) {
                    let (token, after) = self.token(kind, len);
                    return (token.with_word(word), after);
                }
            }
        }
        let len = near + if near < TEXT { 0 } else { classes::run_without(self.rest(self.at + near), classes::WORD_END) };
        let (word, kind) = if len <= TEXT { words::lookup(head) } else { (0, Kind::Nothing) };
        let kind = if kind == Kind::Nothing { Kind::Bareword } else { kind };
        let (token, after) = self.token(kind, len);
        (token.with_word(word), after)
    }

    /// A name in backticks; names of functions are functions still.
    fn tick(&self, at: usize) -> Read {
        let (token, after) = self.quoted(at, 1, b'`');
        let (word, kind) = words::lookup(self.text(token));
        let kind = if kind == Kind::Function { kind } else { Kind::Bareword };
        (token.with_kind(kind).with_word(word), after)
    }

    /// A variable behind one or two `@`, perhaps quoted.
    fn variable(&self) -> Read {
        let at = self.at + if self.ahead(1) == b'@' { 2 } else { 1 };
        let (token, after) = match self.value.get(at) {
            Some(b'`') => self.tick(at),
            Some(quote @ (b'\'' | b'"')) => self.quoted(at, 1, *quote),
            _ => {
                let len = classes::run_without(self.rest(at), classes::NAME_END);
                (Token::new(Kind::Nothing, at, len), at + len)
            }
        };
        (token.with_kind(Kind::Variable), after)
    }

    /// A name in the brackets of SQL Server.
    fn bracketed(&self) -> Read {
        let rest = self.rest(self.at);
        self.token(Kind::Bareword, memchr(b']', rest).map_or(rest.len(), |end| end + 1))
    }

    /// The text of a token, as far as it counts.
    pub(crate) fn text(&self, token: Token) -> &'a [u8] {
        if token.joined() { words::text(token.word()) } else { self.value.get(token.at()..token.at() + token.len()).unwrap_or_default() }
    }

    /// Up to the end of the line, which is left out of the token.
    fn line(&self) -> Read {
        let rest = self.rest(self.at);
        let len = memchr(b'\n', rest).unwrap_or(rest.len());
        (Token::new(Kind::Comment, self.at, len), self.at + len + 1)
    }

    fn dash(&mut self) -> Read {
        match (self.ahead(1), self.value.get(self.at + 2)) {
            (b'-', None) => self.line(),
            (b'-', Some(after)) if classes::is(*after, WHITE) => self.line(),
            (b'-', Some(_)) if self.dialect == Dialect::Ansi => {
                self.ambiguous = true;
                self.line()
            }
            _ => self.single(Kind::Operator),
        }
    }

    fn hash(&mut self) -> Read {
        self.ambiguous = true;
        if self.dialect == Dialect::MySql { self.line() } else { self.single(Kind::Operator) }
    }

    /// A comment in `/*` and `*/`. One within the other and `/*!` of `MySQL` are attacks by themselves.
    fn slash(&self) -> Read {
        if self.ahead(1) != b'*' {
            return self.single(Kind::Operator);
        }
        let inside = self.rest(self.at + 2);
        let end = memchr::memmem::find(inside, b"*/");
        // The star of the end may begin an inner one: "/*/*/".
        let nested = end.and_then(|end| inside.get(..=end)).is_some_and(|i| memchr::memmem::find(i, b"/*").is_some());
        let kind = if nested || inside.first() == Some(&b'!') { Kind::Evil } else { Kind::Comment };
        self.token(kind, 2 + end.map_or(inside.len(), |end| end + 2))
    }
}
