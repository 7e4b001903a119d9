//! The header of one part.

use super::cookies::is_space;
use super::{BodyVariables, Fault, Field, Limits, Text, disposition, multipart_flags::Flags};
use std::ops::Range;

/// A header as it stands in the body.
#[derive(Clone, Debug)]
pub(super) struct Header {
    /// From its name to the end of its last line.
    range: Range<usize>,
    /// Where the colon is.
    colon: usize,
    /// Whether it goes over several lines.
    folded: bool,
}

impl Header {
    /// Name, colon and value in one line; `out` holds them when they had to be put together.
    fn line<'a>(&self, input: &'a [u8], out: &'a mut Vec<u8>) -> (Text<'a>, usize) {
        if !self.folded {
            let after = input.get(self.colon + 1..self.range.end).unwrap_or_default();
            let blanks = after.iter().take_while(|b| matches!(b, b'\t' | b' ')).count();
            return (Text::standing(input, self.range.clone()), self.colon - self.range.start + 1 + blanks);
        }
        out.clear();
        out.extend_from_slice(input.get(self.range.start..self.colon).unwrap_or_default());
        out.extend_from_slice(b": ");
        let value = out.len();
        for (n, line) in input.get(self.colon + 1..self.range.end).unwrap_or_default().split(|b| *b == b'\n').enumerate() {
            if n > 0 {
                out.push(b' ');
            }
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            let spaces = line.iter().take_while(|b| is_space(**b)).count();
            out.extend_from_slice(line.get(spaces..).unwrap_or_default());
        }
        (Text::made(out), value)
    }

    fn name<'a>(&self, input: &'a [u8]) -> &'a [u8] {
        input.get(self.range.start..self.colon).unwrap_or_default()
    }
}

/// Adds a line, given without its line ending, to a part's headers.
pub(super) fn add(input: &[u8], line: Range<usize>, headers: &mut Vec<Header>, limits: &Limits, flags: &mut Flags) -> Result<(), Fault> {
    let bytes = input.get(line.clone()).unwrap_or_default();
    if line.len() > limits.part_header {
        return Err(Fault::PartHeaderLong);
    }
    if memchr::memchr2(0, b'\r', bytes).is_some() {
        return Err(Fault::PartHeaderByte);
    }
    if bytes.first().is_some_and(|b| is_space(*b)) {
        flags.header_folding = true;
        // Some readers take any white space for a fold, and a line of white space only for the header's end.
        flags.invalid_header_folding |=
            bytes.iter().take_while(|b| is_space(**b)).any(|b| !matches!(b, b'\t' | b' ')) || bytes.iter().all(|b| is_space(*b));
        let header = headers.last_mut().ok_or(Fault::PartHeaderFold)?;
        header.range.end = line.end;
        header.folded = true;
        return if header.range.len() > limits.part_header { Err(Fault::PartHeaderLong) } else { Ok(()) };
    }
    let colon = line.start + memchr::memchr(b':', bytes).ok_or(Fault::PartHeaderColon)?;
    let header = Header { range: line, colon, folded: false };
    let name = header.name(input);
    if name.is_empty() || !name.iter().all(u8::is_ascii_graphic) {
        return Err(Fault::PartHeaderName);
    }
    if headers.iter().any(|h| h.name(input).eq_ignore_ascii_case(name)) {
        return Err(Fault::PartHeaderTwice);
    }
    if headers.len() >= limits.part_headers {
        return Err(Fault::PartHeaders);
    }
    headers.push(header);
    Ok(())
}

/// Buffers for a part's names.
pub(super) struct Buffers<'b> {
    pub name: &'b mut Vec<u8>,
    pub filename: &'b mut Vec<u8>,
    pub line: &'b mut Vec<u8>,
}

/// What a part is called.
pub(super) struct Part<'b> {
    pub name: Text<'b>,
    /// Of a file; never empty.
    pub filename: Option<Text<'b>>,
}

/// Reads the headers of a part whose header has ended, and hands them over.
pub(super) fn read<'b>(
    input: &'b [u8],
    headers: &[Header],
    buffers: Buffers<'b>,
    flags: &mut Flags,
    sink: &mut impl BodyVariables,
) -> Result<Part<'b>, Fault> {
    let Buffers { name, filename, line } = buffers;
    let header = headers.iter().find(|h| h.name(input).eq_ignore_ascii_case(b"content-disposition")).ok_or(Fault::DispositionMissing)?;
    let (text, value_at) = header.line(input, line);
    let value = text.get(value_at..).unwrap_or_default();
    let found = disposition::parse(value, flags)?;
    let offset = text.range().map(|r| r.start + value_at);
    let name = found.name.map(|p| parameter(&p, input, value, offset, name)).filter(|n| !n.is_empty()).ok_or(Fault::DispositionName)?;
    sink.put(Field::PartName, name, name);
    let filename = found.filename.map(|p| parameter(&p, input, value, offset, filename));
    if let Some(filename) = filename {
        sink.put(Field::PartFilename, filename, filename);
    }
    let filename = filename.filter(|f| !f.is_empty());
    if let Some(star) = found.filename_star {
        // Who prefers it must not get a name that no rule has seen.
        let mut decoded = Vec::new();
        star.percent_decode(value, &mut decoded);
        sink.put(Field::File, name, Text::made(&decoded));
    }
    for header in headers {
        let (text, _) = header.line(input, line);
        sink.put(Field::PartHeader, name, text);
    }
    Ok(Part { name, filename })
}

/// A parameter's text: where it stands in the input if it stands there as it is.
fn parameter<'b>(p: &disposition::Parameter, input: &'b [u8], header: &[u8], offset: Option<usize>, out: &'b mut Vec<u8>) -> Text<'b> {
    match offset {
        Some(offset) if !p.escaped => Text::standing(input, offset + p.range.start..offset + p.range.end),
        _ => {
            out.clear();
            p.unescape(header, out);
            Text::made(out)
        }
    }
}
