//! Reading of a class behind its `[`.

use super::byte_set::ByteSet;
use super::error::{PatternError, Reason};
use super::flags::Flags;
use super::parse::Parser;
use super::parse_escape::Escape;

/// A piece of a class, before ranges are made of it.
enum Item {
    Byte(u8),
    Set(ByteSet),
}

impl Parser<'_> {
    /// Up to the closing `]`, which is taken.
    pub(super) fn class(&mut self) -> Result<ByteSet, PatternError> {
        let start = self.at;
        let negative = self.take(b"^");
        let mut set = ByteSet::EMPTY;
        let mut quoting = false;
        // A `]` that comes first is a literal.
        let mut first = true;
        loop {
            if self.take(br"\E") {
                quoting = false;
                continue;
            }
            if !quoting && self.take(br"\Q") {
                quoting = true;
                continue;
            }
            if self.peek().is_none() {
                return Err(PatternError::new(start, Reason::Unfinished("class")));
            }
            if !quoting && !first && self.take(b"]") {
                break;
            }
            first = false;
            match self.item(quoting)? {
                Item::Set(more) => set = set.union(more),
                Item::Byte(low) => {
                    let range = !quoting && self.peek() == Some(b'-') && !matches!(self.rest().get(1), None | Some(b']'));
                    if !range {
                        set = set.union(self.folded(ByteSet::one(low)));
                        continue;
                    }
                    self.at += 1;
                    match self.item(false)? {
                        Item::Byte(high) if high < low => return Err(self.error(Reason::BadRange)),
                        Item::Byte(high) => set = set.union(self.folded(ByteSet::range(low, high))),
                        // `[a-\d]`: the hyphen is a literal then.
                        Item::Set(more) => set = set.union(self.folded(ByteSet::one(low))).union(ByteSet::one(b'-')).union(more),
                    }
                }
            }
        }
        Ok(if negative { set.complement() } else { set })
    }

    fn folded(&self, set: ByteSet) -> ByteSet {
        if self.flags.has(Flags::CASELESS) { set.fold_case() } else { set }
    }

    fn item(&mut self, quoting: bool) -> Result<Item, PatternError> {
        if !quoting {
            if let Some(set) = self.posix()? {
                return Ok(Item::Set(set));
            }
        }
        let byte = self.next("class")?;
        if quoting || byte != b'\\' {
            return Ok(Item::Byte(byte));
        }
        let letter = self.next("class")?;
        Ok(match letter {
            b'b' => Item::Byte(8),
            b'1'..=b'7' => Item::Byte(self.octal(2, u32::from(letter - b'0'))?),
            b'N' | b'R' | b'X' | b'B' => return Err(self.error(Reason::UnknownEscape(letter))),
            b'p' | b'P' => return Err(self.error(Reason::Unsupported("a Unicode property"))),
            _ => match self.common(letter)? {
                Escape::Byte(byte) => Item::Byte(byte),
                Escape::Set(set) => Item::Set(set),
            },
        })
    }

    /// `[:name:]`, when it stands here. `[:` without `:]` before the class ends is two literals.
    fn posix(&mut self) -> Result<Option<ByteSet>, PatternError> {
        let Some(rest) = self.rest().strip_prefix(b"[:") else { return Ok(None) };
        let negative = rest.first() == Some(&b'^');
        let name = rest.get(usize::from(negative)..).unwrap_or_default();
        let length = name.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
        if !name.get(length..).unwrap_or_default().starts_with(b":]") {
            return Ok(None);
        }
        let set = match &name[..length] {
            b"alpha" => members(u8::is_ascii_alphabetic),
            b"lower" => self.folded(members(u8::is_ascii_lowercase)),
            b"upper" => self.folded(members(u8::is_ascii_uppercase)),
            b"alnum" => members(u8::is_ascii_alphanumeric),
            b"digit" => members(u8::is_ascii_digit),
            b"xdigit" => members(u8::is_ascii_hexdigit),
            b"punct" => members(u8::is_ascii_punctuation),
            b"graph" => members(u8::is_ascii_graphic),
            b"print" => members(u8::is_ascii_graphic).union(ByteSet::one(b' ')),
            b"cntrl" => members(u8::is_ascii_control),
            b"ascii" => members(u8::is_ascii),
            b"blank" => ByteSet::of(b"\t "),
            b"space" => ByteSet::space(),
            b"word" => ByteSet::word(),
            _ => return Err(self.error(Reason::UnknownPosixClass)),
        };
        self.at += 4 + usize::from(negative) + length;
        Ok(Some(if negative { set.complement() } else { set }))
    }
}

fn members(test: fn(&u8) -> bool) -> ByteSet {
    let mut set = ByteSet::EMPTY;
    for byte in (0..=u8::MAX).filter(test) {
        set.insert(byte);
    }
    set
}
