//! Reading of everything that begins with `(`.

use super::ast::Node;
use super::error::{PatternError, Reason};
use super::flags::Flags;
use super::parse::Parser;

/// PCRE's longest group name.
const MAX_NAME: usize = 32;

impl<'a> Parser<'a> {
    /// Behind `(`. `None` for `(?i)` and the like, which match nothing.
    pub(super) fn group(&mut self) -> Result<Option<Node>, PatternError> {
        if self.take(b"*") {
            return Err(self.error(Reason::Unsupported("a control verb")));
        }
        if !self.take(b"?") {
            return self.capturing().map(Some);
        }
        let negative = |parser: &mut Self, behind: bool, negative: bool| {
            let node = Box::new(parser.inner()?);
            Ok(Some(Node::Around { ahead: !behind, negative, node }))
        };
        match self.next("group")? {
            b':' => self.inner().map(Some),
            b'>' => Ok(Some(Node::Atomic(Box::new(self.inner()?)))),
            b'=' => negative(self, false, false),
            b'!' => negative(self, false, true),
            b'<' if self.take(b"=") => negative(self, true, false),
            b'<' if self.take(b"!") => negative(self, true, true),
            b'<' => self.named(b'>'),
            b'\'' => self.named(b'\''),
            b'P' => match self.next("group")? {
                b'<' => self.named(b'>'),
                b'=' => {
                    let name = self.until(b')', "group name")?;
                    self.reference_to(name).map(Some)
                }
                _ => Err(self.error(Reason::Unsupported("a call of a group"))),
            },
            b'|' => Err(self.error(Reason::Unsupported("a branch reset"))),
            b'(' => Err(self.error(Reason::Unsupported("a condition"))),
            b'C' => Err(self.error(Reason::Unsupported("a call-out"))),
            b'R' | b'&' | b'+' | b'0'..=b'9' => Err(self.error(Reason::Unsupported("a call of a group"))),
            _ => {
                self.at -= 1;
                self.options()
            }
        }
    }

    /// `imsxU-imsxU` and then `)` or `:`.
    fn options(&mut self) -> Result<Option<Node>, PatternError> {
        let before = self.flags;
        let mut flags = before;
        let mut clearing = false;
        loop {
            match self.next("group")? {
                b'-' if !clearing => clearing = true,
                b')' => {
                    self.flags = flags;
                    return Ok(None);
                }
                b':' => {
                    self.flags = flags;
                    let node = self.inner();
                    self.flags = before;
                    return node.map(Some);
                }
                letter => {
                    let Some(flag) = Flags::letter(letter) else {
                        self.at -= 1;
                        return Err(self.error(Reason::Unsupported("this kind of group")));
                    };
                    flags = if clearing { flags.without(flag) } else { flags.with(flag) };
                }
            }
        }
    }

    fn capturing(&mut self) -> Result<Node, PatternError> {
        self.groups += 1;
        let number = self.groups;
        Ok(Node::Group(Box::new(self.inner()?), number))
    }

    fn named(&mut self, end: u8) -> Result<Option<Node>, PatternError> {
        let name = self.until(end, "group name")?;
        let word = name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
        let letter = name.first().is_some_and(|byte| !byte.is_ascii_digit());
        if !word || !letter || name.len() > MAX_NAME || self.names.iter().any(|(known, _)| *known == name) {
            return Err(self.error(Reason::BadGroupName));
        }
        self.names.push((name, self.groups + 1));
        self.capturing().map(Some)
    }

    /// A reference to a group by a name that was given before.
    pub(super) fn reference_to(&mut self, name: &'a [u8]) -> Result<Node, PatternError> {
        let group = self.names.iter().find(|(known, _)| *known == name).map(|(_, group)| *group);
        let group = group.ok_or_else(|| self.error(Reason::UnknownGroup))?;
        Ok(self.reference(group))
    }

    /// A reference to a group by its number.
    pub(super) fn reference(&mut self, group: u32) -> Node {
        self.references.push((self.at, group));
        Node::Backreference { group, fold: self.flags.has(Flags::CASELESS) }
    }

    /// The branches of a group and its `)`.
    fn inner(&mut self) -> Result<Node, PatternError> {
        let start = self.at;
        let node = self.branches()?;
        if self.take(b")") { Ok(node) } else { Err(PatternError::new(start, Reason::Unfinished("group"))) }
    }
}
