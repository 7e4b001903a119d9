//! Reading of a pattern: branches, pieces and quantifiers. Groups, escapes and classes have files of their own.

use super::ast::{Greed, Node, Position};
use super::byte_set::ByteSet;
use super::error::{PatternError, Reason};
use super::flags::Flags;

/// Longest pattern in bytes: twice the longest of the Core Rule Set, rounded up.
const MAX_LENGTH: usize = 32 * 1024;
/// PCRE's limit is 250; every walk over a pattern recurses as deep as this.
const MAX_DEPTH: usize = 100;
/// PCRE's limit of a quantifier's numbers.
const MAX_REPEAT: u32 = 65_535;

/// A pattern as read, and how many groups capture.
#[derive(Debug)]
pub(super) struct Parsed {
    pub(super) node: Node,
    pub(super) groups: u32,
}

/// Where reading stands.
pub(super) struct Parser<'a> {
    pub(super) source: &'a [u8],
    pub(super) at: usize,
    pub(super) flags: Flags,
    pub(super) groups: u32,
    pub(super) names: Vec<(&'a [u8], u32)>,
    /// References by number or name with their offsets; looked up at the end, for they may point forward.
    pub(super) references: Vec<(usize, u32)>,
    depth: usize,
    /// Within `\Q…\E`.
    quoting: bool,
}

/// Reads a whole pattern.
pub(super) fn parse(source: &[u8], flags: Flags) -> Result<Parsed, PatternError> {
    if source.len() > MAX_LENGTH {
        return Err(PatternError::new(MAX_LENGTH, Reason::TooLong(MAX_LENGTH)));
    }
    let mut parser = Parser { source, at: 0, flags, groups: 0, names: Vec::new(), references: Vec::new(), depth: 0, quoting: false };
    let node = parser.branches()?;
    if parser.peek().is_some() {
        return Err(parser.error(Reason::UnopenedGroup));
    }
    match parser.references.iter().find(|(_, group)| *group > parser.groups) {
        Some((offset, _)) => Err(PatternError::new(*offset, Reason::UnknownGroup)),
        None => Ok(Parsed { node, groups: parser.groups }),
    }
}

impl<'a> Parser<'a> {
    pub(super) fn error(&self, reason: Reason) -> PatternError {
        PatternError::new(self.at, reason)
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.source.get(self.at).copied()
    }

    pub(super) fn rest(&self) -> &'a [u8] {
        self.source.get(self.at..).unwrap_or_default()
    }

    /// Goes past `text` when it stands here.
    pub(super) fn take(&mut self, text: &[u8]) -> bool {
        let here = self.rest().starts_with(text);
        if here {
            self.at += text.len();
        }
        here
    }

    /// The next byte, gone past.
    pub(super) fn next(&mut self, construct: &'static str) -> Result<u8, PatternError> {
        let byte = self.peek().ok_or_else(|| self.error(Reason::Unfinished(construct)))?;
        self.at += 1;
        Ok(byte)
    }

    /// Everything up to `end`, gone past both.
    pub(super) fn until(&mut self, end: u8, construct: &'static str) -> Result<&'a [u8], PatternError> {
        let rest = self.rest();
        let length = rest.iter().position(|byte| *byte == end).ok_or_else(|| self.error(Reason::Unfinished(construct)))?;
        self.at += length + 1;
        Ok(&rest[..length])
    }

    /// Alternatives up to `)` or the end, neither taken. Options set within end with them.
    pub(super) fn branches(&mut self) -> Result<Node, PatternError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.error(Reason::TooDeep(MAX_DEPTH)));
        }
        let flags = self.flags;
        let mut branches = vec![self.branch()?];
        while self.peek() == Some(b'|') {
            self.at += 1;
            branches.push(self.branch()?);
        }
        self.flags = flags;
        self.depth -= 1;
        Ok(Node::alternation(branches))
    }

    fn branch(&mut self) -> Result<Node, PatternError> {
        let mut parts = Vec::new();
        loop {
            if self.quoting {
                match self.peek() {
                    None => break,
                    Some(_) if self.take(br"\E") => self.quoting = false,
                    Some(byte) => {
                        self.at += 1;
                        // A quantifier after `\E` repeats the last byte of the quotation.
                        let ends = self.take(br"\E");
                        self.quoting = !ends;
                        let node = Node::byte(byte, self.flags.has(Flags::CASELESS));
                        parts.push(if ends { self.quantified(node)? } else { node });
                    }
                }
                continue;
            }
            self.skip_ignored()?;
            let Some(byte) = self.peek() else { break };
            if byte == b'|' || byte == b')' {
                break;
            }
            if self.take(br"\Q") {
                self.quoting = true;
                continue;
            }
            if self.take(br"\E") {
                continue;
            }
            let start = self.at;
            let piece = self.piece(byte)?;
            let Some(piece) = piece else {
                // `(?i)` is no piece: nothing to repeat.
                let here = self.at;
                if self.quantifier()?.is_some() {
                    return Err(PatternError::new(here, Reason::NothingToRepeat));
                }
                continue;
            };
            debug_assert!(self.at > start, "every piece goes forward");
            parts.push(self.quantified(piece)?);
        }
        Ok(Node::concat(parts))
    }

    /// White space and comments of `(?x)`, and `(?#…)` always.
    fn skip_ignored(&mut self) -> Result<(), PatternError> {
        loop {
            if self.take(b"(?#") {
                self.until(b')', "comment")?;
            } else if self.flags.has(Flags::EXTENDED) && self.peek().is_some_and(|byte| ByteSet::space().contains(byte)) {
                self.at += 1;
            } else if self.flags.has(Flags::EXTENDED) && self.peek() == Some(b'#') {
                let rest = self.rest();
                self.at += rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
            } else {
                return Ok(());
            }
        }
    }

    fn piece(&mut self, byte: u8) -> Result<Option<Node>, PatternError> {
        if byte == b'*' || byte == b'+' || byte == b'?' || (byte == b'{' && self.counts().is_some()) {
            return Err(self.error(Reason::NothingToRepeat));
        }
        self.at += 1;
        let multi_line = self.flags.has(Flags::MULTI_LINE);
        Ok(Some(match byte {
            b'(' => return self.group(),
            b'[' => Node::Class(self.class()?),
            b'\\' => self.escape()?,
            b'.' if self.flags.has(Flags::DOT_ALL) => Node::Class(ByteSet::ALL),
            b'.' => Node::Class(ByteSet::one(b'\n').complement()),
            b'^' => Node::At(if multi_line { Position::LineStart } else { Position::Start }),
            b'$' if multi_line => Node::At(Position::LineEnd),
            b'$' if self.flags.has(Flags::DOLLAR_END_ONLY) => Node::At(Position::End),
            b'$' => Node::At(Position::EndOrFinalNewline),
            other => Node::byte(other, self.flags.has(Flags::CASELESS)),
        }))
    }

    /// The quantifiers after a piece: each repeats what stands before it.
    fn quantified(&mut self, mut node: Node) -> Result<Node, PatternError> {
        self.skip_ignored()?;
        if let Some((min, max)) = self.quantifier()? {
            let ungreedy = self.flags.has(Flags::UNGREEDY);
            let greed = if self.take(b"+") {
                Greed::Possessive
            } else if self.take(b"?") == ungreedy {
                Greed::Greedy
            } else {
                Greed::Lazy
            };
            node = Node::Repeat { node: Box::new(node), min, max, greed };
            self.skip_ignored()?;
            let here = self.at;
            if self.quantifier()?.is_some() {
                return Err(PatternError::new(here, Reason::NothingToRepeat));
            }
        }
        Ok(node)
    }

    fn quantifier(&mut self) -> Result<Option<(u32, Option<u32>)>, PatternError> {
        let (min, max, length) = match self.peek() {
            Some(b'*') => (0, None, 1),
            Some(b'+') => (1, None, 1),
            Some(b'?') => (0, Some(1), 1),
            Some(b'{') => match self.counts() {
                Some(counts) => counts,
                None => return Ok(None),
            },
            _ => return Ok(None),
        };
        if min > MAX_REPEAT || max.is_some_and(|max| max > MAX_REPEAT || max < min) {
            return Err(self.error(Reason::BadQuantifier));
        }
        self.at += length;
        Ok(Some((min, max)))
    }

    /// `{n}`, `{n,}` or `{n,m}` at this place with its length; anything else is a literal brace.
    fn counts(&self) -> Option<(u32, Option<u32>, usize)> {
        let rest = self.rest();
        let length = rest.iter().position(|byte| *byte == b'}')?;
        let inner = std::str::from_utf8(rest.get(1..length)?).ok()?;
        let number = |text: &str| {
            let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            // What does not fit is beyond the limit anyway.
            digits.then(|| text.parse().unwrap_or(u32::MAX))
        };
        let (min, max) = match inner.split_once(',') {
            None => (number(inner)?, Some(number(inner)?)),
            Some((min, "")) => (number(min)?, None),
            Some((min, max)) => (number(min)?, Some(number(max)?)),
        };
        Some((min, max, length + 1))
    }
}
