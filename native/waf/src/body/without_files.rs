//! A multipart body as it comes, without what its files hold: what is left can be kept and looked at whole, however large the files
//! are.
//!
//! Read by the rules of [`super::multipart`]: where that would see an error, everything from there on counts as the form's.

use super::cookies::is_space;
use super::multipart_flags::Flags;
use super::{Field, Limits, Text, boundary, multipart_part};
use memchr::{memchr, memmem};

/// White space behind the dashes of a line in which a boundary may be hidden, in bytes.
const MOST_SPACES: usize = 128;
/// Bytes of a part's header, and of the rest of a boundary line; all that is kept before it is known what it is.
const MOST_HEADER: usize = 128 << 10;
const MOST_LINE: usize = 1024;
const DASHES: &[u8] = b"\n--";

/// What bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Boundary lines, headers, values of fields, and whatever is in doubt.
    Form,
    /// The last boundary line.
    End,
    /// What a file holds.
    File,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Between a part's header, or the beginning, and the next boundary line.
    Data(Piece),
    /// A boundary line; so many bytes of it are known.
    Line(usize),
    /// A part's header.
    Header,
    /// There are no more parts.
    Over,
}

/// Tells the form from the files, piece by piece.
#[derive(Debug)]
pub struct WithoutFiles {
    boundary: Vec<u8>,
    quoted: bool,
    limits: Limits,
    dashes: memmem::Finder<'static>,
    state: State,
    pending: Vec<u8>,
    /// Where in `pending` the header's last line begins.
    line_at: usize,
    /// Whether a line begins where `pending` does.
    at_line: bool,
    /// Whether a part has begun.
    begun: bool,
}

/// What a step came to.
struct Step {
    /// Bytes of which it is known now what they are.
    known: usize,
    kind: Piece,
    /// Where it goes on; nowhere before more comes.
    next: Option<State>,
}

impl WithoutFiles {
    /// For a body of this `Content-Type`; none when that names no boundary.
    pub fn new(content_type: &[u8]) -> Option<Self> {
        let mut flags = Flags::default();
        let boundary = boundary::find(content_type, &mut flags).ok()?.to_vec();
        Some(Self {
            boundary,
            quoted: flags.boundary_quoted,
            limits: Limits::default(),
            dashes: memmem::Finder::new(DASHES),
            state: State::Data(Piece::Form),
            pending: Vec::new(),
            line_at: 0,
            at_line: true,
            begun: false,
        })
    }

    /// Takes bytes, and gives those of which it is known what they are, in their order.
    pub fn push(&mut self, bytes: &[u8], give: &mut impl FnMut(Piece, &[u8])) {
        self.pending.extend_from_slice(bytes);
        self.go(false, give);
    }

    /// Nothing more comes: gives the rest.
    pub fn finish(&mut self, give: &mut impl FnMut(Piece, &[u8])) {
        self.go(true, give);
        // A header without its end.
        if !self.pending.is_empty() {
            give(Piece::Form, &self.pending);
            self.pending.clear();
        }
    }

    fn go(&mut self, last: bool, give: &mut impl FnMut(Piece, &[u8])) {
        let mut pending = std::mem::take(&mut self.pending);
        let mut from = 0;
        loop {
            let rest = pending.get(from..).unwrap_or_default();
            let Step { known, kind, next } = match self.state {
                State::Data(kind) => self.data(rest, kind, last),
                State::Line(ahead) => Self::line(rest, ahead, last),
                State::Header => self.header(rest),
                State::Over => Step { known: rest.len(), kind: Piece::Form, next: None },
            };
            if known > 0 {
                give(kind, rest.get(..known).unwrap_or_default());
                from += known;
                // Behind a header a line begins; elsewhere it is known by the line ending before it.
                self.at_line = self.state == State::Header;
                self.line_at = 0;
            }
            match next {
                Some(next) => {
                    self.begun |= next == State::Header;
                    self.state = next;
                }
                None => break,
            }
        }
        pending.drain(..from);
        self.pending = pending;
    }

    /// Looks for the next boundary line, or one in disguise.
    fn data(&self, rest: &[u8], kind: Piece, last: bool) -> Step {
        let enough = self.boundary.len() + MOST_SPACES;
        let mut at = 0;
        loop {
            // Where the line begins, and how long the line ending before it is.
            let found = if at == 0 && self.at_line && rest.len() < 2 && !last {
                return Step { known: 0, kind, next: None };
            } else if at == 0 && self.at_line && rest.starts_with(b"--") {
                Some(0)
            } else {
                self.dashes.find(rest.get(at..).unwrap_or_default()).map(|n| at + n + 1)
            };
            let Some(begin) = found else {
                // A line ending and dashes may be cut in two.
                let known = if last { rest.len() } else { rest.len().saturating_sub(DASHES.len()) };
                return Step { known, kind, next: None };
            };
            let ending = match rest.get(..begin) {
                Some([.., b'\r', b'\n']) => 2,
                Some([.., b'\n']) => 1,
                _ => 0,
            };
            let behind = rest.get(begin + 2..).unwrap_or_default();
            if behind.len() < enough && !last {
                return Step { known: begin - ending, kind, next: None };
            }
            if behind.starts_with(&self.boundary) {
                if begin == 0 && self.begun && self.at_line {
                    // Right behind a header it is a boundary to some, and data to others.
                    return Step { known: 0, kind, next: Some(State::Over) };
                }
                return Step { known: begin - ending, kind, next: Some(State::Line(ending + 2 + self.boundary.len())) };
            }
            let quoted = self.quoted && behind.strip_prefix(b"\"").is_some_and(|b| b.starts_with(&self.boundary));
            let spaces = behind.iter().take(MOST_SPACES).take_while(|b| is_space(**b)).count();
            if quoted || (spaces > 0 && behind.get(spaces..).is_some_and(|b| b.starts_with(&self.boundary))) {
                return Step { known: begin - ending, kind, next: Some(State::Over) };
            }
            at = begin.max(1);
        }
    }

    /// Reads a boundary line of which so many bytes are known.
    fn line(rest: &[u8], ahead: usize, last: bool) -> Step {
        let behind = rest.get(ahead..).unwrap_or_default();
        let over = |kind, known| Step { known, kind, next: Some(State::Over) };
        let Some(end) = memchr(b'\n', behind) else {
            return match behind {
                b"--" if last => over(Piece::End, rest.len()),
                _ if last || behind.len() > MOST_LINE => over(Piece::Form, 0),
                _ => Step { known: 0, kind: Piece::Form, next: None },
            };
        };
        let known = ahead + end + 1;
        let text = behind.get(..end).unwrap_or_default();
        match text.strip_suffix(b"\r").unwrap_or(text) {
            b"" => Step { known, kind: Piece::Form, next: Some(State::Header) },
            b"--" => over(Piece::End, known),
            _ => over(Piece::Form, 0),
        }
    }

    /// Reads a part's header to its end.
    fn header(&mut self, rest: &[u8]) -> Step {
        loop {
            let line = rest.get(self.line_at..).unwrap_or_default();
            let Some(end) = memchr(b'\n', line) else {
                let over = line.len() > self.limits.part_header + 2;
                return Step { known: 0, kind: Piece::Form, next: over.then_some(State::Over) };
            };
            let begin = self.line_at;
            self.line_at += end + 1;
            if matches!(line.get(..end), Some(b"" | b"\r")) {
                let kind = if self.is_file(rest.get(..begin).unwrap_or_default()) { Piece::File } else { Piece::Form };
                return Step { known: self.line_at, kind: Piece::Form, next: Some(State::Data(kind)) };
            }
            if self.line_at > MOST_HEADER {
                return Step { known: 0, kind: Piece::Form, next: Some(State::Over) };
            }
        }
    }

    /// Whether a part with these header lines is a file; one that cannot be read is not.
    fn is_file(&self, lines: &[u8]) -> bool {
        let (mut headers, mut flags, mut at) = (Vec::new(), Flags::default(), 0);
        while let Some(end) = memchr(b'\n', lines.get(at..).unwrap_or_default()) {
            let text = lines.get(at..at + end).unwrap_or_default();
            let length = text.strip_suffix(b"\r").unwrap_or(text).len();
            if multipart_part::add(lines, at..at + length, &mut headers, &self.limits, &mut flags).is_err() {
                return false;
            }
            at += end + 1;
        }
        let (mut name, mut filename, mut line) = (Vec::new(), Vec::new(), Vec::new());
        let buffers = multipart_part::Buffers { name: &mut name, filename: &mut filename, line: &mut line };
        let mut sink = |_: Field, _: Text<'_>, _: Text<'_>| {};
        multipart_part::read(lines, &headers, buffers, &mut flags, &mut sink).is_ok_and(|part| part.filename.is_some())
    }
}

#[cfg(test)]
#[path = "without_files_tests.rs"]
mod tests;
