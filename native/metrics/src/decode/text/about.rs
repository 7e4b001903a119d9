//! Comments that say something: `# HELP`, `# TYPE`, `# UNIT`, `# EOF`.

use super::blanks;
use super::series::{text, unescaped, word};
use crate::sink::{Kind, Sink};
use std::borrow::Cow;

/// What is known of the family whose lines are being read. It is passed on when another's begin.
#[derive(Default)]
pub(super) struct Families<'a> {
    name: Cow<'a, [u8]>,
    kind: Kind,
    unit: &'a [u8],
    help: Cow<'a, [u8]>,
}

impl<'a> Families<'a> {
    /// Reads a comment from behind its `#`; true for `EOF`. Comments that mean nothing are no fault.
    pub fn comment<S: Sink + ?Sized>(&mut self, comment: &'a [u8], sink: &mut S) -> Result<bool, &'static str> {
        let (keyword, rest) = word(comment);
        if keyword == b"EOF" && blanks(rest).is_empty() {
            return Ok(true);
        }
        if !matches!(keyword, b"HELP" | b"TYPE" | b"UNIT") || !matches!(rest.first(), Some(b' ' | b'\t')) {
            return Ok(false);
        }
        let rest = blanks(rest);
        let (name, rest) = if rest.first() == Some(&b'"') {
            text(rest).map_err(|_| "a name has no closing quote")?
        } else {
            let (name, rest) = word(rest);
            (Cow::Borrowed(name), rest)
        };
        if name.is_empty() || !matches!(rest.first(), None | Some(b' ' | b'\t')) {
            return Err("a comment on a metric does not name it");
        }
        let said = blanks(rest);
        let kind = if keyword == b"TYPE" {
            Kind::from_word(said.trim_ascii_end()).ok_or("the type is none that is known")?
        } else {
            Kind::Unknown
        };
        if name != self.name {
            self.end(sink);
            *self = Families { name, ..Families::default() };
        }
        match keyword {
            b"TYPE" => self.kind = kind,
            b"UNIT" => self.unit = said.trim_ascii_end(),
            _ => self.help = unescaped(said, true),
        }
        Ok(false)
    }

    /// Passes on what is known of the last one.
    pub fn end<S: Sink + ?Sized>(&mut self, sink: &mut S) {
        if !self.name.is_empty() {
            sink.metadata(&self.name, self.kind, self.unit, &self.help);
        }
    }
}
