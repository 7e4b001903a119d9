//! Folds tokens that make no difference, until five stand in a row that tell what the value is.

use super::fingerprints;
use super::lexer::Lexer;
use super::token::{Kind, Token};
use super::words;
use memchr::{memchr, memchr2};

/// A fingerprint has at most this many tokens.
pub(crate) const LONGEST: usize = 5;

/// The tokens of a value while they are folded.
#[derive(Debug)]
pub(crate) struct Fold<'a> {
    pub(super) lexer: Lexer<'a>,
    /// One more than [`LONGEST`] is read to judge the last; eight, so that a masked index is always in range.
    tokens: [Token; 8],
    /// How many tokens there are.
    pub(super) len: usize,
    /// How many of them are settled.
    pub(super) left: usize,
    more: bool,
    /// A comment behind the last token; of kind [`Kind::Nothing`] when there is none.
    comment: Token,
    /// The value may hold something evil: its beginning says nothing.
    suspicious: bool,
}

/// What a rule for two tokens did.
#[derive(PartialEq, Eq)]
pub(super) enum Two {
    /// Changed something: start over.
    Folded,
    /// Changed nothing that matters to other rules for two.
    Kept,
    /// Met what is an attack by itself; the tokens up to it are the result.
    Evil,
}

impl<'a> Fold<'a> {
    pub(crate) fn new(lexer: Lexer<'a>) -> Self {
        Self { lexer, tokens: [Token::NONE; 8], len: 0, left: 0, more: true, comment: Token::NONE, suspicious: false }
    }

    /// Reads the value to its end whatever its beginning is.
    pub(crate) fn suspect(&mut self) {
        self.suspicious = true;
    }

    #[inline]
    pub(crate) fn token(&self, at: usize) -> Token {
        self.tokens[at & 7]
    }

    #[inline]
    fn put(&mut self, at: usize, token: Token) {
        self.tokens[at & 7] = token;
    }

    #[inline]
    pub(super) fn kind(&self, at: usize) -> Kind {
        self.token(at).kind()
    }

    pub(super) fn set_kind(&mut self, at: usize, kind: Kind) {
        self.put(at, self.token(at).with_kind(kind));
    }

    /// The text of a token, as far as it counts.
    pub(crate) fn text(&self, at: usize) -> &'a [u8] {
        self.lexer.text(self.token(at))
    }

    /// What was read of the value.
    pub(crate) fn lexer(&self) -> &Lexer<'a> {
        &self.lexer
    }

    pub(super) fn copy(&mut self, from: usize, to: usize) {
        self.put(to, self.token(from));
    }

    /// Whether the token is `+ - ! ~ !!` or `NOT`.
    pub(super) fn unary(&self, at: usize) -> bool {
        self.kind(at) == Kind::Operator
            && match self.text(at) {
                [only] => matches!(only, b'+' | b'-' | b'!' | b'~'),
                text => text == b"!!" || text.eq_ignore_ascii_case(b"not"),
            }
    }

    /// Reads and folds; returns how many tokens are left, at most six, and six only with something evil among them. None are left
    /// as soon as it is sure that the rest does not matter.
    pub(crate) fn run(&mut self) -> usize {
        // What may stand before anything without a meaning of its own.
        loop {
            self.tokens[0] = self.lexer.next();
            match self.kind(0) {
                Kind::Nothing => return 0,
                Kind::Comment | Kind::LeftParenthesis | Kind::SqlType => {}
                _ if self.unary(0) => {}
                _ => break,
            }
        }
        self.len = 1;
        loop {
            if self.len >= LONGEST && self.full() {
                // The value goes on as it began: go on with the first token only, and the sixth.
                let six = self.len > LONGEST;
                if six {
                    self.copy(LONGEST, 1);
                }
                self.len = if six { 2 } else { 1 };
                self.left = 0;
            }
            if !self.more || self.left >= LONGEST {
                break;
            }
            self.fill(2);
            if self.len - self.left < 2 {
                self.left = self.len;
                continue;
            }
            match self.two() {
                Two::Folded => continue,
                Two::Evil => return self.left + 2,
                Two::Kept if self.hopeless() => return 0,
                Two::Kept => {}
            }
            self.fill(3);
            if self.len - self.left < 3 {
                self.left = self.len;
                continue;
            }
            if !self.three() {
                self.left += 1;
            }
        }
        let mut count = self.len;
        if count < LONGEST && self.comment.kind() == Kind::Comment {
            self.put(count, self.comment);
            count += 1;
        }
        count.min(LONGEST)
    }

    /// Reads on until `wanted` tokens are not settled. Comments are left out, but one at the end is kept in mind.
    fn fill(&mut self, wanted: usize) {
        while self.more && self.len <= LONGEST && self.len - self.left < wanted {
            let token = self.lexer.next();
            match token.kind() {
                Kind::Nothing => self.more = false,
                Kind::Comment => self.comment = token,
                _ => {
                    self.comment = Token::NONE;
                    self.put(self.len, token);
                    self.len += 1;
                }
            }
        }
    }

    /// Whether no fingerprint begins as the tokens do, and nothing that follows can change them.
    ///
    /// Numbers, strings, inert words and a few others are never folded away once the rules for two have kept them: a rule for
    /// three would need an operator before or between them. This is what makes ordinary texts cheap.
    fn hopeless(&mut self) -> bool {
        use Kind::{Bareword, Colon, LeftBrace, LeftParenthesis, Number, Text, Unknown, Variable};
        let last = self.left + 1;
        if self.suspicious || last > 2 {
            return false;
        }
        let letter = |at: usize| self.kind(at).letter();
        let third = (last == 2).then(|| letter(2));
        if fingerprints::begins(letter(0), letter(1), third) {
            return false;
        }
        for at in 0..=last {
            let token = self.token(at);
            let fixed = match token.kind() {
                Number | Text | Colon | Unknown | LeftParenthesis => true,
                Bareword => words::inert(token.word()),
                Variable => !words::callable(self.text(at)),
                LeftBrace => at < last,
                _ => false,
            };
            if !fixed {
                return false;
            }
        }
        // Comments and backticks are what something evil is made of, and a backtick at the end may become a comment.
        self.suspicious = memchr2(b'*', b'`', self.lexer.value).is_some();
        !self.suspicious
    }

    /// Whether the first five tokens are a piece of arithmetic or of a list that may go on for long.
    #[allow(clippy::many_single_char_names)] // they have no names but their places
    fn full(&self) -> bool {
        use Kind::{Bareword as Word, Comma, LeftParenthesis as Open, Number, Operator, RightParenthesis as Close};
        let [a, b, c, d, e, ..] = self.tokens.map(Token::kind);
        matches!(
            (a, b, c, d, e),
            (Number, Operator | Comma, Open, Number, Close)
                | (Word, Operator, Open, Word | Number, Close)
                | (Number, Close, Comma, Open, Number)
                | (Word, Close, Operator, Open, Word)
        )
    }

    /// Drops `count` tokens from the end and starts over.
    pub(super) fn drop_and_restart(&mut self, count: usize) {
        self.len = self.len.saturating_sub(count);
        self.left = 0;
    }

    /// Joins two tokens to a phrase, such as `UNION` and `ALL`, when the table has it.
    pub(super) fn join(&mut self) -> bool {
        let (a, b) = (self.token(self.left), self.token(self.left + 1));
        let word = |kind| {
            use Kind::{Bareword, Expression, Function, Keyword, Operator, SqlType, Tsql, Union};
            matches!(kind, Keyword | Bareword | Operator | Union | Function | Expression | Tsql | SqlType)
        };
        if !word(a.kind()) || !(word(b.kind()) || b.kind() == Kind::Logic) {
            return false;
        }
        let Some((word, kind)) = words::join(a.word(), b.word()) else { return false };
        self.put(self.left, a.join(kind, word, words::text(word).len()));
        true
    }

    /// Whether the text of a token has an underscore before any NUL.
    pub(super) fn underscore(&self, at: usize) -> bool {
        let text = self.text(at);
        let text = memchr(0, text).and_then(|end| text.get(..end)).unwrap_or(text);
        memchr(b'_', text).is_some()
    }
}
