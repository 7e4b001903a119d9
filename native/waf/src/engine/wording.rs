//! What rules say of themselves, which rule sets share.

use super::program::{Macro, Part, Piece, Target};
use crate::shared::{Pool, Shared};
use std::convert::Infallible;
use std::sync::Arc;

/// What a rule says of itself in events; rule sets share those that say the same.
#[derive(Debug, Default)]
pub struct Wording {
    /// The message.
    pub message: Macro,
    /// Data beside the message.
    pub logdata: Macro,
    /// Tags.
    pub tags: Box<[Macro]>,
    /// `ver`
    pub version: Box<str>,
    /// `rev`
    pub revision: Box<str>,
    /// The operator as written, for messages.
    pub operator: Box<str>,
}

impl Wording {
    /// The same, shared with all in this process who say it.
    pub fn shared(self) -> Shared<Self> {
        static POOL: Pool<Wording> = Pool::new();
        let mut text = self.tags.len().to_le_bytes().to_vec();
        for says in [&self.message, &self.logdata].into_iter().chain(&self.tags) {
            says.spell(&mut text);
        }
        for words in [&self.version, &self.revision, &self.operator] {
            spell(&mut text, words.as_bytes());
        }
        let Ok(shared) = POOL.get(&text, || Ok::<_, Infallible>(self));
        shared
    }
}

fn spell(out: &mut Vec<u8>, part: &[u8]) {
    out.extend_from_slice(&part.len().to_le_bytes());
    out.extend_from_slice(part);
}

impl Macro {
    /// Writes what tells this text from all others, numbers of TX elements included.
    fn spell(&self, out: &mut Vec<u8>) {
        spell(out, &self.pieces.len().to_le_bytes());
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => spell(out, &[b"t", &**text].concat()),
                Piece::Slot(slot) => spell(out, &[&b"s"[..], &slot.to_le_bytes()].concat()),
                Piece::Target(target) => target.spell(out),
            }
        }
    }
}

impl Target {
    fn spell(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&[b'v', self.variable as u8, u8::from(self.exclude), u8::from(self.count)]);
        match &self.part {
            Part::All => spell(out, b"a"),
            Part::Name(name) => spell(out, &[b"n", &**name].concat()),
            Part::Slot(slot) => spell(out, &[&b"s"[..], &slot.to_le_bytes()].concat()),
            // Nobody else's as long as the text lives that holds it.
            Part::Pattern(choice) | Part::Slots(_, choice) => {
                spell(out, &[&b"p"[..], &(Arc::as_ptr(choice) as usize).to_le_bytes()].concat());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seclang::Variable;

    fn said(pieces: Vec<Piece>, tags: &[&str]) -> Shared<Wording> {
        let tag = |tag: &&str| Macro { pieces: [Piece::Text(tag.as_bytes().into())].into() };
        Wording { message: Macro { pieces: pieces.into() }, tags: tags.iter().map(tag).collect(), ..Wording::default() }.shared()
    }

    fn target(variable: Variable, part: Part, count: bool) -> Piece {
        Piece::Target(Target { variable, part, exclude: false, count })
    }

    #[test]
    fn only_the_same_is_shared() {
        let text = |text: &str| Piece::Text(text.as_bytes().into());
        let made: [fn() -> Vec<Piece>; 10] = [
            Vec::new,
            || vec![Piece::Text(b"a".as_slice().into())],
            || vec![Piece::Text(b"a".as_slice().into()), Piece::Slot(12)],
            || vec![Piece::Text(b"a".as_slice().into()), Piece::Slot(13)],
            || vec![Piece::Slot(12), Piece::Text(b"a".as_slice().into())],
            || vec![target(Variable::MatchedVar, Part::All, false)],
            || vec![target(Variable::MatchedVarName, Part::All, false)],
            || vec![target(Variable::Args, Part::Name(b"a".as_slice().into()), false)],
            || vec![target(Variable::Args, Part::Name(b"b".as_slice().into()), false)],
            || vec![target(Variable::Args, Part::Name(b"b".as_slice().into()), true)],
        ];
        let all: Vec<Shared<Wording>> = made.iter().map(|pieces| said(pieces(), &["t"])).collect();
        for (at, one) in all.iter().enumerate() {
            let same: Vec<usize> = (0..all.len()).filter(|other| all[*other].address() == one.address()).collect();
            assert_eq!(same, [at]);
            assert_eq!(said(made[at](), &["t"]).address(), one.address(), "{one:?}");
        }
        let (two, one) = (said(vec![text("m")], &["a", "b"]), said(vec![text("m")], &["ab"]));
        assert_ne!(two.address(), one.address());
    }
}
