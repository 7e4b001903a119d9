//! Whether a fingerprint that attacks have means one here.

use super::fingerprints;
use super::fold::{Fold, LONGEST};
use super::lexer::Lexer;
use super::token::Kind;
use memchr::memmem;

/// The kinds of a value's first tokens after folding, a letter each: `s&1c`, `1UE`, `X` for what dialects read differently.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint {
    letters: [u8; LONGEST],
    len: u8,
}

impl Fingerprint {
    /// The letters.
    pub fn as_str(&self) -> &str {
        self.letters.get(..usize::from(self.len)).and_then(|l| std::str::from_utf8(l).ok()).unwrap_or_default()
    }

    fn bytes(&self) -> &[u8] {
        self.as_str().as_bytes()
    }
}

impl std::fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

impl std::fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.as_str())
    }
}

/// Reads the value in one way; says whether it is an attack, and whether the other dialect might read it differently.
pub(super) type Judge = fn(Lexer<'_>) -> (Option<Fingerprint>, bool);

/// Reads no further than it matters.
pub(super) fn judge(lexer: Lexer<'_>) -> (Option<Fingerprint>, bool) {
    folded(Fold::new(lexer))
}

/// Reads until the tokens are complete.
pub(super) fn judge_in_full(lexer: Lexer<'_>) -> (Option<Fingerprint>, bool) {
    let mut fold = Fold::new(lexer);
    fold.suspect();
    folded(fold)
}

fn folded(mut fold: Fold<'_>) -> (Option<Fingerprint>, bool) {
    let count = fold.run();
    let fingerprint = fingerprint(&mut fold, count);
    let attack = fingerprints::known(fingerprint.bytes()) && counts(&fold, fingerprint.bytes());
    (attack.then_some(fingerprint), fold.lexer().ambiguous)
}

fn fingerprint(fold: &mut Fold<'_>, count: usize) -> Fingerprint {
    if count > 2 {
        // PHP's magic backquote: an open, empty name in backticks at the end is a comment.
        let last = fold.token(count - 1);
        if last.kind() == Kind::Bareword && (last.open(), last.close(), last.len()) == (b'`', 0, 0) {
            fold.set_kind(count - 1, Kind::Comment);
        }
    }
    let (mut letters, mut len) = ([0; LONGEST], 0);
    for at in 0..count {
        let kind = fold.kind(at);
        if kind == Kind::Evil {
            return Fingerprint { letters: [b'X', 0, 0, 0, 0], len: 1 };
        }
        if let Some(letter) = letters.get_mut(at) {
            *letter = kind.letter();
            len += 1;
        }
    }
    Fingerprint { letters, len }
}

/// Exceptions for what ordinary texts look like too.
fn counts(fold: &Fold<'_>, letters: &[u8]) -> bool {
    let value = fold.lexer().value;
    // What hides a statement from SQL Server's audit log.
    if letters.len() > 1 && letters.ends_with(b"c") && memmem::find(value, b"sp_password").is_some() {
        return true;
    }
    match letters {
        [_, second] => two_count(fold, *second),
        [b's', b'o' | b'&', b's'] => {
            // "foo' + 'bar": the outer quotes are not in the value.
            let (first, last) = (fold.token(0), fold.token(2));
            first.open() == 0 && last.close() == 0 && first.close() == last.open()
        }
        b"s&n" | b"n&1" | b"1&1" | b"1&v" | b"1&s" => fold.lexer().tokens != 3,
        [_, b'k', _] => fold.text(1).get(..4).is_some_and(|t| t.eq_ignore_ascii_case(b"INTO")) && fold.token(1).len() > 4,
        _ => true,
    }
}

fn two_count(fold: &Fold<'_>, second: u8) -> bool {
    let value = fold.lexer().value;
    let tokens = fold.lexer().tokens;
    if second == b'U' {
        return tokens != 2;
    }
    let sign = fold.text(1).first().copied().unwrap_or(0);
    match (fold.kind(0), fold.kind(1)) {
        _ if sign == b'#' => false,
        (Kind::Bareword, Kind::Comment) if sign != b'/' => false,
        (Kind::Number, Kind::Comment) if sign == b'/' || tokens > 2 => true,
        (Kind::Number, Kind::Comment) => {
            // "1234-ABCD--" is an identifier; "1234--" and "1234 --" are none. The reference compares signed bytes.
            let byte = |at: usize| value.get(at).copied().unwrap_or(0);
            let len = fold.token(0).len();
            match byte(len) {
                0..=b' ' | 0x80.. => true,
                b'/' => byte(len + 1) == b'*',
                b'-' => byte(len + 1) == b'-',
                _ => false,
            }
        }
        // "--" is common in texts, but not at the end of them.
        _ => !(fold.token(1).len() > 2 && sign == b'-'),
    }
}
