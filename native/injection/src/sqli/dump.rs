//! Tokens as text, in the form of the reference's tests.

use super::fold::Fold;
use super::lexer::{Dialect, Lexer};
use super::token::{Kind, Token};

fn line(lexer: &Lexer<'_>, token: Token, out: &mut Vec<u8>) {
    let quote = |quote: u8| if quote == 0 { vec![] } else { vec![quote] };
    out.extend([token.kind().letter(), b' ']);
    if token.kind() == Kind::Variable {
        let name = token.at() - usize::from(token.open() != 0);
        let signs = lexer.value[..name].iter().rev().take_while(|b| **b == b'@').count();
        out.extend(std::iter::repeat_n(b'@', signs.min(2)));
    }
    let quoted = matches!(token.kind(), Kind::Variable | Kind::Text);
    if quoted {
        out.extend(quote(token.open()));
    }
    out.extend(lexer.text(token).split(|b| *b == 0).next().unwrap_or_default());
    if quoted {
        out.extend(quote(token.close()));
    }
    out.push(b'\n');
}

/// All tokens of a value.
pub(crate) fn tokens(value: &[u8]) -> Vec<u8> {
    let (mut lexer, mut out) = (Lexer::new(value, 0, Dialect::Ansi), Vec::new());
    loop {
        let token = lexer.next();
        if token.kind() == Kind::Nothing {
            return out;
        }
        line(&lexer, token, &mut out);
    }
}

/// The tokens that are left after folding, without the short cut. Phrases are in capitals.
pub(crate) fn folding(value: &[u8]) -> Vec<u8> {
    let mut fold = Fold::new(Lexer::new(value, 0, Dialect::Ansi));
    fold.suspect();
    let mut out = Vec::new();
    for at in 0..fold.run() {
        line(fold.lexer(), fold.token(at), &mut out);
    }
    out
}
