//! JSON (RFC 8259) flattened into arguments.
//!
//! Names are `ModSecurity` 3's: `json` for the document, `.` and the key for a member, `.array_` and the index for an element, so
//! `{"a":[{"b":1}]}` is `json.a.array_0.b`; an empty key is `empty-key`. Values are the text of strings (escapes resolved), numbers
//! and words; that of `null` is empty. Duplicate keys are handed over twice.
//!
//! Beyond `ModSecurity`: an empty array or object is an argument with an empty value, or else its key would be seen by no rule. So is
//! a member's array that is not empty (`json.a` above), before its elements: rules look for what a key ends with, and in the elements'
//! names an index stands behind it. It is not counted among the arguments, as it says nothing that they do not say.
//!
//! One pass, no recursion; a name is written where it changes, a value is copied only when it has escapes.

use super::json_text::{scan, unescape};
use super::text::decimal;
use super::{BodyError, BodyVariables, Fault, Field, Limits, Processor, Scratch, Text};

/// An array or object that has begun.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    /// Length of its name.
    base: usize,
    /// Of an array, the element that comes or came.
    index: Option<usize>,
}

/// What was seen beside the arguments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// The first error; what stands before it was handed over.
    pub error: Option<BodyError>,
    /// Arguments handed over, the names of arrays that have elements left out.
    pub arguments: usize,
}

/// Hands over the values of a document; an empty body is no error.
pub fn parse(input: &[u8], limits: &Limits, scratch: &mut Scratch, sink: &mut impl BodyVariables) -> Document {
    let Scratch { name, value, frames, .. } = scratch;
    name.clear();
    name.extend_from_slice(b"json");
    frames.clear();
    // All must be UTF-8 (section 8.1); what stands before the first byte that is not is read.
    let valid = std::str::from_utf8(input).map_or_else(|e| e.valid_up_to(), str::len);
    let text = input.get(..valid.min(limits.body)).unwrap_or_default();
    let mut reader = Reader { input: text, at: 0, limits, name, value, frames, names: limits.names, arguments: 0 };
    let mut outcome = if input.is_empty() { Ok(()) } else { reader.document(sink) };
    // An error before the cut comes first; the cut itself looks like an end.
    if text.len() < input.len() && outcome.as_ref().map_or_else(|(_, at)| *at >= text.len(), |()| true) {
        outcome = Err((if valid < limits.body { Fault::Utf8 } else { Fault::BodyTooLong }, text.len()));
    }
    let error = outcome.err().map(|(fault, at)| BodyError { processor: Processor::Json, fault, at });
    Document { error, arguments: reader.arguments }
}

type Outcome<T> = Result<T, (Fault, usize)>;

struct Reader<'r> {
    input: &'r [u8],
    at: usize,
    limits: &'r Limits,
    /// The name of what is being read.
    name: &'r mut Vec<u8>,
    value: &'r mut Vec<u8>,
    frames: &'r mut Vec<Frame>,
    /// Bytes of names that are still allowed.
    names: usize,
    arguments: usize,
}

impl Reader<'_> {
    fn document(&mut self, sink: &mut impl BodyVariables) -> Outcome<()> {
        loop {
            let due = self.value(sink)? || self.next()?;
            if !due {
                break;
            }
        }
        if self.at < self.input.len() { Err((Fault::Trailing, self.at)) } else { Ok(()) }
    }

    /// Reads a value that is due; true when an array or object begins and its first value is due, named already.
    fn value(&mut self, sink: &mut impl BodyVariables) -> Outcome<bool> {
        self.space();
        let begin = self.at;
        match self.peek()? {
            b'"' => {
                let inside = self.string()?;
                let value = match inside {
                    Inside::Plain(from, to) => Text::standing(self.input, from..to),
                    Inside::Escaped(from, to) => {
                        self.value.clear();
                        let raw = self.input.get(from..to).unwrap_or_default();
                        unescape(raw, self.value).map_err(|(fault, n)| (fault, from + n))?;
                        Text::made(self.value)
                    }
                };
                put(self.name, &mut self.names, &mut self.arguments, self.limits, value, sink).map_err(|f| (f, begin))?;
            }
            b'{' => return self.open(None, b'}', sink),
            b'[' => return self.open(Some(0), b']', sink),
            b'-' | b'0'..=b'9' => {
                self.number()?;
                self.put(begin..self.at, sink)?;
            }
            b't' => {
                self.word(b"true")?;
                self.put(begin..self.at, sink)?;
            }
            b'f' => {
                self.word(b"false")?;
                self.put(begin..self.at, sink)?;
            }
            b'n' => {
                self.word(b"null")?;
                self.put(self.at..self.at, sink)?;
            }
            _ => return Err((Fault::Unexpected, begin)),
        }
        Ok(false)
    }

    fn open(&mut self, index: Option<usize>, close: u8, sink: &mut impl BodyVariables) -> Outcome<bool> {
        let begin = self.at;
        self.at += 1;
        self.space();
        if self.frames.len() >= self.limits.depth {
            return Err((Fault::Depth, begin));
        }
        if self.peek()? == close {
            self.at += 1;
            self.put(begin..begin, sink)?;
            return Ok(false);
        }
        if index.is_some() && self.frames.last().is_some_and(|frame| frame.index.is_none()) {
            self.names = self.names.checked_sub(self.name.len()).ok_or((Fault::Names, begin))?;
            sink.put(Field::Argument, Text::made(self.name), Text::standing(self.input, begin..begin));
        }
        self.frames.push(Frame { base: self.name.len(), index });
        if index.is_some() { self.element(0) } else { self.key() }?;
        Ok(true)
    }

    /// Behind a value: ends what ends there; true when another value is due, named already.
    fn next(&mut self) -> Outcome<bool> {
        loop {
            self.space();
            let Some(frame) = self.frames.last_mut() else { return Ok(false) };
            let byte = *self.input.get(self.at).ok_or((Fault::End, self.input.len()))?;
            match (byte, &mut frame.index) {
                (b',', Some(index)) => {
                    *index += 1;
                    let index = *index;
                    self.at += 1;
                    self.element(index)?;
                    return Ok(true);
                }
                (b',', None) => {
                    self.at += 1;
                    self.space();
                    self.key()?;
                    return Ok(true);
                }
                (b']', Some(_)) | (b'}', None) => {
                    self.at += 1;
                    self.name.truncate(frame.base);
                    self.frames.pop();
                }
                _ => return Err((Fault::Unexpected, self.at)),
            }
        }
    }

    /// Reads a member's key and colon, and makes its name the current one.
    fn key(&mut self) -> Outcome<()> {
        let begin = self.at;
        if self.peek()? != b'"' {
            return Err((Fault::Unexpected, begin));
        }
        let inside = self.string()?;
        self.base();
        self.name.push(b'.');
        match inside {
            Inside::Plain(from, to) if from == to => self.name.extend_from_slice(b"empty-key"),
            Inside::Plain(from, to) => self.name.extend_from_slice(self.input.get(from..to).unwrap_or_default()),
            Inside::Escaped(from, to) => {
                let raw = self.input.get(from..to).unwrap_or_default();
                unescape(raw, self.name).map_err(|(fault, n)| (fault, from + n))?;
            }
        }
        if self.name.len() > self.limits.name {
            return Err((Fault::Names, begin));
        }
        self.space();
        if self.peek()? != b':' {
            return Err((Fault::Unexpected, self.at));
        }
        self.at += 1;
        Ok(())
    }

    /// Makes an element's name the current one.
    fn element(&mut self, index: usize) -> Outcome<()> {
        self.base();
        self.name.extend_from_slice(b".array_");
        self.name.extend_from_slice(decimal(index, &mut [0; 20]));
        if self.name.len() > self.limits.name { Err((Fault::Names, self.at)) } else { Ok(()) }
    }

    fn base(&mut self) {
        if let Some(frame) = self.frames.last() {
            self.name.truncate(frame.base);
        }
    }

    fn put(&mut self, range: std::ops::Range<usize>, sink: &mut impl BodyVariables) -> Outcome<()> {
        let at = range.start;
        let value = Text::standing(self.input, range);
        put(self.name, &mut self.names, &mut self.arguments, self.limits, value, sink).map_err(|f| (f, at))
    }

    fn peek(&self) -> Outcome<u8> {
        self.input.get(self.at).copied().ok_or((Fault::End, self.input.len()))
    }

    fn space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.input.get(self.at) {
            self.at += 1;
        }
    }

    fn string(&mut self) -> Outcome<Inside> {
        let from = self.at + 1;
        let found = scan(self.input.get(from..).unwrap_or_default()).map_err(|(fault, n)| (fault, from + n))?;
        let to = from + found.length;
        self.at = to + 1;
        Ok(if found.escaped { Inside::Escaped(from, to) } else { Inside::Plain(from, to) })
    }

    fn word(&mut self, word: &[u8]) -> Outcome<()> {
        if !self.input.get(self.at..).is_some_and(|r| r.starts_with(word)) {
            return Err((Fault::Word, self.at));
        }
        self.at += word.len();
        Ok(())
    }

    /// Section 6, to the letter: no leading zeros, no `+`, digits on both sides of the point.
    fn number(&mut self) -> Outcome<()> {
        let wrong = (Fault::Number, self.at);
        self.at += usize::from(self.input.get(self.at) == Some(&b'-'));
        let zero = self.input.get(self.at) == Some(&b'0');
        let digits = self.digits();
        if digits == 0 || (zero && digits > 1) {
            return Err(wrong);
        }
        if self.input.get(self.at) == Some(&b'.') {
            self.at += 1;
            if self.digits() == 0 {
                return Err(wrong);
            }
        }
        if let Some(b'e' | b'E') = self.input.get(self.at) {
            self.at += 1;
            self.at += usize::from(matches!(self.input.get(self.at), Some(b'+' | b'-')));
            if self.digits() == 0 {
                return Err(wrong);
            }
        }
        Ok(())
    }

    fn digits(&mut self) -> usize {
        let begin = self.at;
        while let Some(b'0'..=b'9') = self.input.get(self.at) {
            self.at += 1;
        }
        self.at - begin
    }
}

/// A string's inside, and whether it has escapes.
#[derive(Clone, Copy)]
enum Inside {
    Plain(usize, usize),
    Escaped(usize, usize),
}

fn put(
    name: &[u8],
    names: &mut usize,
    arguments: &mut usize,
    limits: &Limits,
    value: Text<'_>,
    sink: &mut impl BodyVariables,
) -> Result<(), Fault> {
    if *arguments >= limits.arguments {
        return Err(Fault::Arguments);
    }
    *names = names.checked_sub(name.len()).ok_or(Fault::Names)?;
    *arguments += 1;
    sink.put(Field::Argument, Text::made(name), value);
    Ok(())
}

#[cfg(test)]
#[path = "json_tests.rs"]
#[allow(clippy::type_complexity)] // tables
mod tests;
