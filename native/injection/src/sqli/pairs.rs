//! Folding of two tokens in a row. The order of the rules decides, and is the reference's.

use super::fold::{Fold, Two};
use super::token::Kind;
use super::token::Kind::{
    Backslash, Bareword, Collate, Function, Keyword, LeftBrace, LeftParenthesis, Logic, Number, Operator, RightBrace, RightParenthesis,
    Semicolon, SqlType, Text, Variable,
};
use super::words;

impl Fold<'_> {
    fn left_is(&self, names: &[&[u8]]) -> bool {
        let text = self.text(self.left);
        names.iter().any(|n| n.eq_ignore_ascii_case(text))
    }

    /// Looks at the first two tokens that are not settled.
    pub(super) fn two(&mut self) -> Two {
        let (at, next) = (self.left, self.left + 1);
        match (self.kind(at), self.kind(next)) {
            (Text, Text) | (Semicolon, Semicolon) => {
                self.len -= 1;
                Two::Folded
            }
            (Operator | Logic, SqlType) => self.folded(1),
            (Operator | Logic, _) if self.unary(next) => self.folded(1),
            (LeftParenthesis, _) if self.unary(next) => self.step_back(),
            _ if self.join() => self.step_back(),
            (Semicolon, Function) if matches!(self.text(next), [b'I' | b'i', b'F' | b'f', ..]) => {
                // Transact-SQL's IF is a statement of its own behind a semicolon.
                self.set_kind(next, Kind::Tsql);
                Two::Folded
            }
            (Bareword | Variable, LeftParenthesis) if words::callable(self.text(at)) => {
                self.set_kind(at, Function);
                Two::Folded
            }
            (Keyword, following) if self.left_is(&[b"IN", b"NOT IN"]) => {
                self.set_kind(at, if following == LeftParenthesis { Operator } else { Bareword });
                Two::Folded
            }
            (Operator, following) if self.left_is(&[b"LIKE", b"NOT LIKE"]) => {
                if following == LeftParenthesis {
                    self.set_kind(at, Function);
                }
                Two::Kept
            }
            (SqlType, Bareword | Number | SqlType | LeftParenthesis | Function | Variable | Text) => {
                self.copy(next, at);
                self.folded(1)
            }
            (Collate, Bareword) => {
                // There are too many collations to list, but all of them have an underscore.
                if self.underscore(next) {
                    self.set_kind(next, SqlType);
                    self.left = 0;
                }
                Two::Kept
            }
            (Backslash, _) => self.backslash(),
            (LeftParenthesis, LeftParenthesis) | (RightParenthesis, RightParenthesis) | (_, RightBrace) => self.folded(1),
            (LeftBrace, Bareword) => {
                if self.token(next).len() == 0 {
                    // MySQL's "{``.``.id}".
                    self.set_kind(next, Kind::Evil);
                    return Two::Evil;
                }
                // "{name expression}" is the expression.
                self.folded(2)
            }
            _ => Two::Kept,
        }
    }

    /// Drops `count` tokens from the end and starts over.
    fn folded(&mut self, count: usize) -> Two {
        self.drop_and_restart(count);
        Two::Folded
    }

    /// Drops the last token, and looks at the token before the first again.
    fn step_back(&mut self) -> Two {
        self.len -= 1;
        self.left = self.left.saturating_sub(1);
        Two::Folded
    }

    /// Transact-SQL reads `\%1` as `0 % 1`, and ignores a backslash before anything else.
    fn backslash(&mut self) -> Two {
        let (at, next) = (self.left, self.left + 1);
        let arithmetic = self.kind(next) == Operator && matches!(self.text(next), [b'*' | b'/' | b'-' | b'+' | b'%']);
        if arithmetic {
            self.set_kind(at, Number);
        } else {
            self.copy(next, at);
        }
        self.folded(usize::from(!arithmetic))
    }
}
