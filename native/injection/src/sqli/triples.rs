//! Folding of three tokens in a row. The order of the rules decides, and is the reference's.

use super::fold::Fold;
use super::token::Kind::{
    Bareword, Comma, Dot, Expression, Function, Group, Keyword, LeftParenthesis, Logic, Number, Operator, RightParenthesis, SqlType, Text,
    Variable,
};

#[allow(clippy::unnested_or_patterns)] // a line a rule
impl Fold<'_> {
    /// Looks at the first three tokens that are not settled; `true` when it folded any.
    pub(super) fn three(&mut self) -> bool {
        let (at, middle, last) = (self.left, self.left + 1, self.left + 2);
        let kinds = (self.kind(at), self.kind(middle), self.kind(last));
        match kinds {
            // Arithmetic and lists are their first operand.
            (Number | Bareword, Operator, Number)
            | (Logic, _, Logic)
            | (Variable, Operator, Variable | Number | Bareword)
            | (Bareword | Number, Operator, Bareword)
            | (Bareword | Number | Text | Variable, Comma, Number | Bareword | Text | Variable)
            | (Bareword, Dot, Bareword) => self.drop_and_restart(2),
            (Operator, second, Operator) if second != LeftParenthesis => self.drop_and_restart(2),
            // PostgreSQL's casts.
            (Bareword | Number | Variable | Text, Operator, SqlType) if self.text(middle) == b"::" => self.drop_and_restart(2),
            // Signs before an operand.
            (Expression | Group | Comma, Operator, LeftParenthesis)
            | (Keyword | Expression | Group, Operator, Number | Bareword | Variable | Text | Function)
            | (Comma, Operator, Function)
                if self.unary(middle) =>
            {
                self.copy(last, middle);
                self.drop_and_restart(1);
            }
            (Comma, Operator, Number | Bareword | Variable | Text) if self.unary(middle) => {
                // ", -1" goes altogether, so that "1, -1" is "1".
                self.copy(last, middle);
                self.drop_and_restart(3);
            }
            (Expression, Dot, Bareword) => {
                self.copy(last, middle);
                self.drop_and_restart(1);
            }
            (Function, LeftParenthesis, third) if third != RightParenthesis => {
                // USER() takes no argument: with one it is something else.
                if self.text(at).eq_ignore_ascii_case(b"USER") {
                    self.set_kind(at, Bareword);
                }
                return false;
            }
            _ => return false,
        }
        true
    }
}
