//! Strings, and words that a quote turns into strings or numbers.

use super::lexer::{Lexer, Read};
use super::token::{Kind, Token};
use crate::classes;
use memchr::{memchr, memmem};

impl Lexer<'_> {
    /// A string at `at` whose text begins `opening` bytes further on and ends at `quote`. A doubled quote does not end it, nor
    /// does one behind an odd number of backslashes. With no opening the quote stood before the value.
    pub(super) fn quoted(&self, at: usize, opening: usize, quote: u8) -> Read {
        let begin = at + opening;
        let text = self.rest(begin);
        let open = if opening > 0 { quote } else { 0 };
        let mut from = 0;
        while let Some(found) = text.get(from..).and_then(|t| memchr(quote, t)) {
            let end = from + found;
            let backslashes = text.iter().take(end).rev().take_while(|b| **b == b'\\').count();
            if backslashes % 2 == 1 {
                from = end + 1;
            } else if text.get(end + 1) == Some(&quote) {
                from = end + 2;
            } else {
                return (Token::new(Kind::Text, begin, end).with_quotes(open, quote), begin + end + 1);
            }
        }
        (Token::new(Kind::Text, begin, text.len()).with_quotes(open, 0), self.value.len())
    }

    /// A word whose first letter means something else before a quote.
    pub(super) fn prefixed(&self, letter: u8) -> Read {
        // The letter and a quote at the very end are a word and a string.
        let quote = self.ahead(1) == b'\'' && self.at + 2 < self.value.len();
        match letter.to_ascii_lowercase() {
            b'b' if quote => self.literal(classes::BINARY),
            b'x' if quote => self.literal(classes::HEX),
            b'e' | b'n' if quote => self.quoted(self.at, 2, b'\''),
            b'n' => self.oracle(self.at + 1),
            b'q' => self.oracle(self.at),
            b'u' if self.ahead(1) == b'&' && self.ahead(2) == b'\'' => {
                let (token, after) = self.quoted(self.at + 2, 1, b'\'');
                (token.with_quotes(b'u', if token.close() == 0 { 0 } else { b'u' }), after)
            }
            _ => self.word(),
        }
    }

    /// `b'01'` or `x'1f'`; a word when it does not close.
    fn literal(&self, digits: u8) -> Read {
        let len = 2 + classes::run(self.rest(self.at + 2), digits);
        if self.ahead(len) == b'\'' { self.token(Kind::Number, len + 1) } else { self.word() }
    }

    /// Oracle's `q'[…]'` at `at`, with any printable ASCII for the brackets.
    fn oracle(&self, at: usize) -> Read {
        let (Some([b'q' | b'Q', b'\'', bracket @ b'!'..=0x7F]), text) = (self.value.get(at..at + 3), self.rest(at + 3)) else {
            return self.word();
        };
        let close = match bracket {
            b'(' => b')',
            b'[' => b']',
            b'{' => b'}',
            b'<' => b'>',
            other => *other,
        };
        self.until(at + 3, text, &[close, b'\''], b'q')
    }

    /// A string from `begin` up to `end`, or to the end of the value.
    fn until(&self, begin: usize, text: &[u8], end: &[u8], form: u8) -> Read {
        match memmem::find(text, end) {
            Some(len) => (Token::new(Kind::Text, begin, len).with_quotes(form, form), begin + len + end.len()),
            None => (Token::new(Kind::Text, begin, text.len()).with_quotes(form, 0), self.value.len()),
        }
    }

    /// `$1,000.00`, or `PostgreSQL`'s `$$…$$` and `$tag$…$tag$`, or a `$` that is nothing of it.
    pub(super) fn money(&self) -> Read {
        let rest = self.rest(self.at + 1);
        let digits = classes::run(rest, classes::MONEY);
        if digits == 1 && rest.first() == Some(&b'.') {
            return self.word();
        }
        if digits > 0 {
            return self.token(Kind::Number, 1 + digits);
        }
        let tag = classes::run(rest, classes::LETTER);
        if rest.get(tag) != Some(&b'$') {
            return self.token(Kind::Bareword, 1);
        }
        let (begin, mark) = (self.at + tag + 2, self.value.get(self.at..self.at + tag + 2).unwrap_or_default());
        self.until(begin, self.rest(begin), mark, b'$')
    }
}
