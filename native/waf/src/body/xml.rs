//! XML 1.0 documents for the variable `XML`.
//!
//! What rules ask for most is `XML:/*`, all text of the document, and `XML://@*`, all values of attributes: both lie ready. Other paths
//! are evaluated by [`super::xpath`]. Nothing is ever fetched, and no entity is defined: a document type that declares anything is an
//! error, though what follows it is still read.

use super::xml_encoding::utf8;
use super::xml_markup::{
    append_raw, append_text, append_value, check, doctype, is_declaration, is_space, name_length, quoted, space_length,
};
use super::{BodyError, Fault, Limits, Processor};
use memchr::{memchr, memmem};
use std::ops::Range;

/// Longest document that places can be counted in; bytes.
const LONGEST: usize = 1 << 30;
const XML_NAMESPACE: &[u8] = b"http://www.w3.org/XML/1998/namespace";

/// A range in one of a document's buffers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Span {
    from: u32,
    to: u32,
}

impl Span {
    fn new(range: Range<usize>) -> Self {
        // Nothing is longer than twice `LONGEST`.
        Self { from: u32::try_from(range.start).unwrap_or(u32::MAX), to: u32::try_from(range.end).unwrap_or(u32::MAX) }
    }

    pub fn of(self, buffer: &[u8]) -> &[u8] {
        buffer.get(self.from as usize..self.to as usize).unwrap_or_default()
    }
}

/// A name as written, its local part, and the namespace its prefix means.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Name {
    pub whole: Span,
    pub local: Span,
    pub namespace: Span,
}

#[derive(Clone, Debug)]
pub(super) struct Element {
    pub name: Name,
    /// All its text, that of elements in it included.
    pub text: Span,
    pub attributes: Range<usize>,
    /// Behind its last descendant.
    pub end: usize,
}

#[derive(Clone, Debug)]
pub(super) struct Attribute {
    pub name: Name,
    pub value: Span,
    /// Of the name, so that looking for duplicates compares numbers.
    sum: u32,
}

/// A namespace in scope.
#[derive(Clone, Copy, Debug)]
struct Declaration {
    prefix: Span,
    /// Of the prefix.
    sum: u32,
    namespace: Span,
    /// The element it was declared in.
    element: usize,
}

/// A number that differs for most names that differ (FNV-1a).
fn sum(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |sum, b| (sum ^ u32::from(*b)).wrapping_mul(0x0100_0193))
}

/// A run of text directly in an element.
#[derive(Clone, Copy, Debug)]
pub(super) struct TextNode {
    pub parent: usize,
    pub text: Span,
    /// Elements before it: two runs with none between them are one.
    pub elements: usize,
}

/// A document that was read; made for being used again.
#[derive(Debug, Default)]
pub struct Document {
    pub(super) text: Vec<u8>,
    pub(super) values: Vec<u8>,
    pub(super) names: Vec<u8>,
    pub(super) elements: Vec<Element>,
    pub(super) attributes: Vec<Attribute>,
    pub(super) texts: Vec<TextNode>,
    open: Vec<usize>,
    scope: Vec<Declaration>,
}

impl Document {
    /// Reads a body in place of what was read before; what stands before an error stays. An empty body is no error.
    pub fn read(&mut self, input: &[u8], limits: &Limits) -> Option<BodyError> {
        self.clear();
        let outcome = self.decoded(input, limits);
        let end = (self.elements.len(), self.text.len());
        while let Some(element) = self.open.pop() {
            self.close(element, end);
        }
        outcome.err().map(|(fault, at)| BodyError { processor: Processor::Xml, fault, at })
    }

    /// `XML:/*`: the text of the root element; `None` when there is none.
    pub fn content(&self) -> Option<&[u8]> {
        self.elements.first().map(|e| e.text.of(&self.text))
    }

    /// `XML://@*`: the values of all attributes in their order; declarations of namespaces are none.
    pub fn attribute_values(&self) -> impl Iterator<Item = &[u8]> {
        self.attributes.iter().map(|a| a.value.of(&self.values))
    }

    /// Forgets what was read.
    pub fn clear(&mut self) {
        self.text.clear();
        self.values.clear();
        // Declared in every document.
        self.values.extend_from_slice(XML_NAMESPACE);
        self.names.clear();
        self.elements.clear();
        self.attributes.clear();
        self.texts.clear();
        self.open.clear();
        self.scope.clear();
    }

    fn decoded(&mut self, input: &[u8], limits: &Limits) -> Outcome<()> {
        if input.is_empty() {
            return Ok(());
        }
        let longest = limits.body.min(LONGEST);
        if input.len() > longest {
            return Err((Fault::BodyTooLong, longest));
        }
        let (text, cut) = utf8(input)?;
        let mut reader = Reader { input: &text, at: 0, limits, document: self, refused: None };
        let outcome = reader.document();
        let refused = reader.refused.map_or(Ok(()), |at| Err((Fault::Doctype, at)));
        match (outcome, cut) {
            (Err((_, at)), Some(cut)) if at >= cut => Err((Fault::Utf8, cut)),
            (Ok(()), Some(cut)) => Err((Fault::Utf8, cut)),
            (outcome, _) => refused.and(outcome),
        }
    }

    fn close(&mut self, element: usize, (end, text): (usize, usize)) {
        if let Some(element) = self.elements.get_mut(element) {
            element.end = end;
            element.text.to = u32::try_from(text).unwrap_or(u32::MAX);
        }
    }
}

type Outcome<T> = Result<T, (Fault, usize)>;

struct Reader<'r> {
    input: &'r [u8],
    at: usize,
    limits: &'r Limits,
    document: &'r mut Document,
    /// Where a document type stands that declares something.
    refused: Option<usize>,
}

impl<'r> Reader<'r> {
    fn document(&mut self) -> Outcome<()> {
        if self.rest().starts_with(b"<?xml") && self.rest().get(5).is_some_and(|b| is_space(*b)) {
            self.skip(5, b"?>")?;
            if !is_declaration(self.input.get(5..self.at - 2).unwrap_or_default()) {
                return Err((Fault::Markup, 0));
            }
        }
        let mut doctypes = 0;
        while self.at < self.input.len() {
            let rest = self.rest();
            match rest {
                [b'<', b'!', b'-', b'-', ..] => {
                    let begin = self.at;
                    self.skip(4, b"--")?;
                    if !self.rest().starts_with(b">") {
                        return Err((Fault::Markup, begin));
                    }
                    self.at += 1;
                }
                _ if rest.starts_with(b"<![CDATA[") => self.cdata()?,
                _ if rest.starts_with(b"<!DOCTYPE") && self.document.elements.is_empty() && doctypes == 0 => {
                    doctypes += 1;
                    let begin = self.at;
                    let from = self.at + 9;
                    let behind = self.input.get(from..).unwrap_or_default();
                    let space = space_length(behind);
                    if space == 0 || name_length(behind.get(space..).unwrap_or_default()) == 0 {
                        return Err((Fault::Markup, begin));
                    }
                    let (length, declares) = doctype(behind).map_err(|(f, n)| (f, from + n))?;
                    self.at = from + length;
                    self.refused = declares.then_some(begin);
                }
                [b'<', b'?', target @ ..] => {
                    let (name, after) = target.split_at_checked(name_length(target)).unwrap_or_default();
                    let ends = after.first().is_none_or(|b| is_space(*b)) || after.starts_with(b"?>");
                    if name.is_empty() || !ends || name.eq_ignore_ascii_case(b"xml") {
                        return Err((Fault::Markup, self.at));
                    }
                    self.skip(2, b"?>")?;
                }
                [b'<', b'/', ..] => self.end_tag()?,
                [b'<', ..] => self.start_tag()?,
                _ => self.characters()?,
            }
        }
        if self.document.elements.is_empty() || !self.document.open.is_empty() { Err((Fault::End, self.at)) } else { Ok(()) }
    }

    fn rest(&self) -> &'r [u8] {
        self.input.get(self.at..).unwrap_or_default()
    }

    /// Steps behind the next `end`, `from` bytes from here at the earliest.
    fn skip(&mut self, from: usize, end: &[u8]) -> Outcome<()> {
        let rest = self.rest().get(from..).unwrap_or_default();
        let length = memmem::find(rest, end).ok_or((Fault::End, self.input.len()))?;
        check(rest.get(..length).unwrap_or_default()).map_err(|(f, n)| (f, self.at + from + n))?;
        self.at += from + length + end.len();
        Ok(())
    }

    fn cdata(&mut self) -> Outcome<()> {
        let from = self.at + 9;
        let rest = self.input.get(from..).unwrap_or_default();
        let length = memmem::find(rest, b"]]>").ok_or((Fault::End, self.input.len()))?;
        let parent = *self.document.open.last().ok_or((Fault::Markup, self.at))?;
        self.text(parent, from, rest.get(..length).unwrap_or_default(), append_raw)?;
        self.at = from + length + 3;
        Ok(())
    }

    fn characters(&mut self) -> Outcome<()> {
        let rest = self.rest();
        let raw = rest.get(..memchr(b'<', rest).unwrap_or(rest.len())).unwrap_or_default();
        if let Some(parent) = self.document.open.last() {
            self.text(*parent, self.at, raw, append_text)?;
        } else if let Some(n) = raw.iter().position(|b| !is_space(*b)) {
            let fault = if self.document.elements.is_empty() { Fault::Unexpected } else { Fault::Trailing };
            return Err((fault, self.at + n));
        }
        self.at += raw.len();
        Ok(())
    }

    fn text(&mut self, parent: usize, at: usize, raw: &[u8], append: fn(&[u8], &mut Vec<u8>) -> Outcome<()>) -> Outcome<()> {
        let begin = self.document.text.len();
        let outcome = append(raw, &mut self.document.text).map_err(|(f, n)| (f, at + n));
        let text = Span::new(begin..self.document.text.len());
        let elements = self.document.elements.len();
        match self.document.texts.last_mut() {
            // A section beside text is one text.
            Some(last) if last.parent == parent && last.elements == elements => last.text.to = text.to,
            _ => self.document.texts.push(TextNode { parent, text, elements }),
        }
        outcome
    }

    fn end_tag(&mut self) -> Outcome<()> {
        let rest = self.rest().get(2..).unwrap_or_default();
        let length = name_length(rest);
        let name = rest.get(..length).unwrap_or_default();
        let element = *self.document.open.last().ok_or((Fault::EndTag, self.at))?;
        let same = self.document.elements.get(element).is_some_and(|e| e.name.whole.of(&self.document.names) == name);
        if !same {
            return Err((Fault::EndTag, self.at));
        }
        let space = space_length(rest.get(length..).unwrap_or_default());
        let end = self.at + 2 + length + space;
        if self.input.get(end) != Some(&b'>') {
            return Err((if end < self.input.len() { Fault::Markup } else { Fault::End }, end));
        }
        self.document.open.pop();
        self.leave(element);
        self.at = end + 1;
        Ok(())
    }

    fn leave(&mut self, element: usize) {
        let document = &mut *self.document;
        document.close(element, (document.elements.len(), document.text.len()));
        while document.scope.last().is_some_and(|d| d.element == element) {
            document.scope.pop();
        }
    }

    fn start_tag(&mut self) -> Outcome<()> {
        let begin = self.at;
        let element = self.document.elements.len();
        if self.document.open.is_empty() && element > 0 {
            return Err((Fault::Trailing, begin));
        }
        if self.document.open.len() >= self.limits.depth {
            return Err((Fault::Depth, begin));
        }
        if element >= self.limits.elements {
            return Err((Fault::Elements, begin));
        }
        self.at += 1;
        let name = self.name()?;
        let first = self.document.attributes.len();
        let text = self.document.text.len();
        // In the tree at once: an error in its attributes must not hide those before.
        self.document.elements.push(Element { name, text: Span::new(text..text), attributes: first..first, end: element + 1 });
        self.document.open.push(element);
        let empty = loop {
            let space = space_length(self.rest());
            self.at += space;
            match self.rest() {
                [b'>', ..] => break false,
                [b'/', b'>', ..] => break true,
                [] | [b'/'] => return Err((Fault::End, self.input.len())),
                _ if space == 0 => return Err((Fault::Markup, self.at)),
                _ => self.attribute(element, first)?,
            }
        };
        self.at += if empty { 2 } else { 1 };
        self.names(element, first);
        if empty {
            self.document.open.pop();
            self.leave(element);
        }
        Ok(())
    }

    /// Reads a name into memory; its namespace is not known yet.
    fn name(&mut self) -> Outcome<Name> {
        let rest = self.rest();
        let length = name_length(rest);
        let bytes = rest.get(..length).unwrap_or_default();
        if length == 0 {
            return Err((if rest.is_empty() { Fault::End } else { Fault::Markup }, self.at));
        }
        let begin = self.document.names.len();
        self.document.names.extend_from_slice(bytes);
        self.at += length;
        let local = memchr(b':', bytes).map_or(begin, |n| begin + n + 1);
        Ok(Name { whole: Span::new(begin..begin + length), local: Span::new(local..begin + length), namespace: Span::default() })
    }

    fn attribute(&mut self, element: usize, first: usize) -> Outcome<()> {
        let begin = self.at;
        let name = self.name()?;
        self.at += space_length(self.rest());
        if self.rest().first() != Some(&b'=') {
            return Err((if self.rest().is_empty() { Fault::End } else { Fault::Markup }, self.at));
        }
        self.at += 1;
        self.at += space_length(self.rest());
        let from = self.at + 1;
        let raw = quoted(self.rest()).ok_or((Fault::Markup, self.at))?;
        self.at = from + raw.len() + 1;
        let document = &mut *self.document;
        let value = document.values.len();
        append_value(raw, &mut document.values).map_err(|(f, n)| (f, from + n))?;
        let value = Span::new(value..document.values.len());
        let Document { names, attributes, scope, .. } = document;
        let bytes = name.whole.of(names);
        let declares = match bytes.strip_prefix(b"xmlns") {
            Some([]) => Some(Span::default()),
            Some([b':', _, ..]) => Some(name.local),
            _ => None,
        };
        let own = sum(declares.map_or(bytes, |prefix| prefix.of(names)));
        let same = if let Some(prefix) = declares {
            let here = scope.iter().rev().take_while(|d| d.element == element);
            here.filter(|d| d.sum == own).any(|d| d.prefix.of(names) == prefix.of(names))
        } else {
            let here = attributes.get(first..).unwrap_or_default();
            here.iter().filter(|a| a.sum == own).any(|a| a.name.whole.of(names) == bytes)
        };
        let count = if declares.is_some() { scope.len() } else { attributes.len() - first };
        if same || count >= self.limits.attributes {
            return Err((Fault::Attribute, begin));
        }
        match declares {
            Some(prefix) => scope.push(Declaration { prefix, sum: own, namespace: value, element }),
            None => attributes.push(Attribute { name, value, sum: own }),
        }
        if let Some(element) = document.elements.get_mut(element) {
            element.attributes.end = document.attributes.len();
        }
        Ok(())
    }

    /// Finds the namespaces of an element's names once its declarations are known.
    fn names(&mut self, element: usize, first: usize) {
        let Document { names, scope, elements, attributes, .. } = &mut *self.document;
        // Attributes without prefix are in no namespace.
        let prefixed = attributes.get_mut(first..).unwrap_or_default().iter_mut().map(|a| &mut a.name).filter(|n| n.whole != n.local);
        for name in elements.get_mut(element).map(|e| &mut e.name).into_iter().chain(prefixed) {
            let prefix = Span { from: name.whole.from, to: name.local.from.saturating_sub(u32::from(name.whole != name.local)) };
            let prefix = prefix.of(names);
            let own = sum(prefix);
            let found = scope.iter().rev().find(|d| d.sum == own && d.prefix.of(names) == prefix).map(|d| d.namespace);
            let built_in = if prefix == b"xml" { Span::new(0..XML_NAMESPACE.len()) } else { Span::default() };
            name.namespace = found.unwrap_or(built_in);
        }
    }
}

#[cfg(test)]
#[path = "xml_tests.rs"]
mod tests;
