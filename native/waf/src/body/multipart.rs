//! `multipart/form-data` (RFC 7578), read as strictly as `ModSecurity` does, and at some places more.
//!
//! Differences: the first error ends the reading, an empty or duplicate header is always an error, a lone CR in a header too, line
//! breaks within values are kept, and parts are handed over as they end, so that those before an error are seen.

pub use super::multipart_flags::{Flags, Unmatched};
use super::text::decimal;
use super::{BodyError, BodyVariables, Fault, Field, Limits, Processor, Scratch, Text, boundary, multipart_part};
use memchr::{memchr, memmem};
use std::ops::Range;

/// What was seen beside the parts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Form {
    /// The strictness variables.
    pub flags: Flags,
    /// The first error; what ended before it was handed over.
    pub error: Option<BodyError>,
    /// Arguments handed over.
    pub arguments: usize,
    /// There were more arguments than [`Limits::arguments`]; those are left out.
    pub over_limit: bool,
    /// Files handed over.
    pub files: usize,
    /// `FILES_COMBINED_SIZE`, in bytes.
    pub files_size: usize,
    /// Bytes that are not in files, for `SecRequestBodyNoFilesLimit`.
    pub without_files: usize,
}

impl Form {
    /// Takes back an error that comes of `input` being only the beginning of a body: its end is missing, or its last line's.
    pub fn cut_off(&mut self, input: &[u8]) {
        let of_the_cut = |error: &BodyError| match error.fault {
            Fault::NoFinalBoundary => true,
            Fault::BoundaryLine => memchr(b'\n', input.get(error.at..).unwrap_or_default()).is_none(),
            _ => false,
        };
        if self.error.as_ref().is_some_and(of_the_cut) {
            self.error = None;
            self.flags.error = false;
        }
    }
}

/// Hands over the parts of a body.
pub fn parse(content_type: &[u8], input: &[u8], limits: &Limits, scratch: &mut Scratch, sink: &mut impl BodyVariables) -> Form {
    let mut form = Form::default();
    let outcome = match boundary::find(content_type, &mut form.flags) {
        Err(fault) => Err((fault, 0)),
        Ok(_) if input.is_empty() => Ok(()),
        Ok(_) if input.len() > limits.body => Err((Fault::BodyTooLong, limits.body)),
        Ok(boundary) => {
            let dashes = memmem::Finder::new(b"\n--");
            let mut reader = Reader { input, limits, scratch, form: &mut form, boundary, dashes, delimiters: 0 };
            reader.body(sink)
        }
    };
    if let Err((fault, at)) = outcome {
        form.flags.error = true;
        form.error = Some(BodyError { processor: Processor::Multipart, fault, at });
    }
    form
}

type Outcome<T> = Result<T, (Fault, usize)>;

struct Reader<'r> {
    input: &'r [u8],
    limits: &'r Limits,
    scratch: &'r mut Scratch,
    form: &'r mut Form,
    boundary: &'r [u8],
    dashes: memmem::Finder<'static>,
    /// Boundary lines seen.
    delimiters: usize,
}

/// What a line is.
enum Line {
    Delimiter { last: bool },
    Other,
}

impl Reader<'_> {
    fn body(&mut self, sink: &mut impl BodyVariables) -> Outcome<()> {
        let Some((begin, end, mut last)) = self.delimiter_from(0)? else {
            self.suspect(0..self.input.len());
            return Err((Fault::NoBoundaries, self.input.len()));
        };
        if begin > 0 {
            self.form.flags.data_before = true;
            self.suspect(0..begin);
        }
        let mut at = end;
        let mut parts = 0_usize;
        while !last {
            parts += 1;
            if parts > self.limits.parts {
                return Err((Fault::Parts, at));
            }
            let data = self.header(at)?;
            // A boundary right here would make a part without data; it is data, and suspicious.
            let (line, _) = self.line(data);
            let skipped = if self.is_delimiter(line.clone()) {
                self.form.flags.invalid_part = true;
                line.end
            } else {
                data
            };
            let found = self.delimiter_from(skipped);
            let whole = matches!(found, Ok(Some(_)));
            let data = data..if let Ok(Some((begin, ..))) = found { begin } else { self.input.len() };
            self.part(at, data.clone(), whole, sink)?;
            let Some((_, end, is_last)) = found? else {
                self.suspect(data);
                return Err((Fault::NoFinalBoundary, self.input.len()));
            };
            (at, last) = (end, is_last);
        }
        self.form.flags.data_after |= at < self.input.len();
        Ok(())
    }

    /// The line at `at` with its line ending, and how long that is.
    fn line(&self, at: usize) -> (Range<usize>, usize) {
        let rest = self.input.get(at..).unwrap_or_default();
        match memchr(b'\n', rest) {
            Some(n) => (at..at + n + 1, if rest.get(..n).is_some_and(|l| l.ends_with(b"\r")) { 2 } else { 1 }),
            None => (at..self.input.len(), 0),
        }
    }

    /// Whether a line begins with `--` and the boundary, whatever follows.
    fn is_delimiter(&self, line: Range<usize>) -> bool {
        let line = self.input.get(line).unwrap_or_default();
        line.strip_prefix(b"--").is_some_and(|l| l.starts_with(self.boundary))
    }

    /// The next boundary line at or behind `from`, where a line begins: its range and whether it is the last.
    fn delimiter_from(&mut self, from: usize) -> Outcome<Option<(usize, usize, bool)>> {
        let mut at = from;
        loop {
            if self.input.get(at..).is_some_and(|r| r.starts_with(b"--")) {
                let (line, ending) = self.line(at);
                if let Line::Delimiter { last } = self.classify(line.clone(), ending)? {
                    return Ok(Some((line.start, line.end, last)));
                }
            }
            let rest = self.input.get(at..).unwrap_or_default();
            match self.dashes.find(rest) {
                Some(n) => at += n + 1,
                None => return Ok(None),
            }
        }
    }

    /// Judges a line that begins with `--`.
    fn classify(&mut self, line: Range<usize>, ending: usize) -> Outcome<Line> {
        let begin = line.start;
        let bytes = self.input.get(line).unwrap_or_default();
        let flags = &mut self.form.flags;
        let (text, ending) = bytes.split_at_checked(bytes.len() - ending).unwrap_or_default();
        let behind = text.get(2..).unwrap_or_default();
        let Some(after) = behind.strip_prefix(self.boundary) else {
            let quoted = flags.boundary_quoted && behind.strip_prefix(b"\"").is_some_and(|t| t.starts_with(self.boundary));
            let spaces = bytes.get(2..).unwrap_or_default().iter().take_while(|b| super::cookies::is_space(**b)).count();
            let behind_space = spaces > 0 && behind.get(spaces..).is_some_and(|t| t.starts_with(self.boundary));
            if quoted || behind_space {
                return Err((Fault::BoundaryDisguised, begin));
            }
            if bytes.len() > 3 && !ending.is_empty() {
                flags.unmatched = Unmatched::Suspect;
            }
            return Ok(Line::Other);
        };
        // The line before belongs to the boundary by its line ending.
        flags.lf_line |=
            matches!(self.input.get(..begin), Some([.., b'\n'])) && !matches!(self.input.get(..begin), Some([.., b'\r', b'\n']));
        if self.delimiters > 0 && (!ending.is_empty() || flags.unmatched == Unmatched::Suspect) {
            flags.unmatched = Unmatched::Closed;
        }
        let last = match (after, ending) {
            (b"", b"\r\n" | b"\n") => false,
            (b"--", b"") if self.delimiters == 0 => return Err((Fault::NoFinalBoundary, begin)),
            (b"--", _) => true,
            _ => return Err((Fault::BoundaryLine, begin)),
        };
        self.ending(ending.len());
        self.delimiters += 1;
        Ok(Line::Delimiter { last })
    }

    fn ending(&mut self, length: usize) {
        self.form.flags.lf_line |= length == 1;
        self.form.flags.crlf_line |= length == 2;
    }

    /// Looks for the boundary within lines where no right boundary follows.
    fn suspect(&mut self, range: Range<usize>) {
        let delimiter = [b"--", self.boundary].concat();
        if memmem::find(self.input.get(range).unwrap_or_default(), &delimiter).is_some() {
            self.form.flags.unmatched = Unmatched::Suspect;
        }
    }

    /// Reads a part's header into memory; answers where its data begins.
    fn header(&mut self, begin: usize) -> Outcome<usize> {
        self.scratch.headers.clear();
        let mut at = begin;
        loop {
            let (line, ending) = self.line(at);
            if ending == 0 {
                let fault = if line.len() > self.limits.part_header { Fault::PartHeaderLong } else { Fault::NoFinalBoundary };
                return Err((fault, at));
            }
            self.ending(ending);
            let text = line.start..line.end - ending;
            if text.is_empty() {
                return Ok(line.end);
            }
            self.form.flags.invalid_part |= self.is_delimiter(line.clone());
            multipart_part::add(self.input, text, &mut self.scratch.headers, self.limits, &mut self.form.flags).map_err(|f| (f, at))?;
            at = line.end;
        }
    }

    /// Hands over a part whose header is in memory.
    fn part(&mut self, begin: usize, data: Range<usize>, whole: bool, sink: &mut impl BodyVariables) -> Outcome<()> {
        let header = data.start - begin;
        let bytes = self.input.get(data.clone()).unwrap_or_default();
        let ending = match bytes {
            [.., b'\r', b'\n'] if whole => 2,
            [.., b'\n'] if whole => 1,
            _ => 0,
        };
        let data = Text::standing(self.input, data.start..data.end - ending);
        let scratch = &mut *self.scratch;
        let buffers = multipart_part::Buffers { name: &mut scratch.name, filename: &mut scratch.value, line: &mut scratch.line };
        let part = multipart_part::read(self.input, &scratch.headers, buffers, &mut self.form.flags, sink).map_err(|f| (f, begin))?;
        self.form.without_files += header;
        let Some(filename) = part.filename else {
            self.form.without_files += data.len();
            if self.form.arguments >= self.limits.arguments {
                self.form.over_limit = true;
            } else {
                self.form.arguments += 1;
                sink.put(Field::Argument, part.name, data);
            }
            return Ok(());
        };
        sink.put(Field::File, part.name, filename);
        sink.put(Field::FileSize, part.name, Text::made(decimal(data.len(), &mut [0; 20])));
        sink.put(Field::FileContent, part.name, data);
        self.form.files += 1;
        self.form.files_size += data.len();
        if self.limits.files.is_some_and(|most| self.form.files > most) {
            self.form.flags.file_limit_exceeded = true;
            return Err((Fault::Files, begin));
        }
        Ok(())
    }
}

#[cfg(test)]
#[path = "multipart_tests.rs"]
#[allow(clippy::type_complexity)] // tables
mod tests;
