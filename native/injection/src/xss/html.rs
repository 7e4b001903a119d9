//! Tokens of HTML as browsers read it, old ones too (HTML 5 section 13.2.5, with what Internet Explorer made of it).

use memchr::{memchr, memmem};

/// Where in a page the value is taken to stand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Place {
    /// Between tags.
    Data,
    /// Among the attributes of a tag.
    Tag,
    /// In the value of an attribute, in these quotes.
    Quoted(u8),
}

/// The kind of a token.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    Data,
    TagOpen,
    TagEnd,
    TagSelfClose,
    TagClose,
    AttributeName,
    AttributeValue,
    Comment,
    Doctype,
}

/// A token: where its text begins in the value, and its length in bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) at: usize,
    pub(crate) len: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    Data,
    TagOpen,
    TagEnd,
    BeforeAttributeName,
    SelfClosing,
    AfterAttributeName,
    BeforeAttributeValue,
    Quoted(u8),
    AfterQuoted,
    End,
}

/// Reads tokens from a value.
#[derive(Debug)]
pub(crate) struct Tokens<'a> {
    value: &'a [u8],
    at: usize,
    state: State,
    /// Within `</…`. Stays set behind an empty `</>`, as in the reference.
    closing: bool,
}

/// White to browsers. NUL is only skipped between attributes.
const WHITE: u8 = 1;
/// Ends the name of a tag: whites but NUL, which old browsers ignored there.
const TAG: u8 = 1 << 1;
/// Ends the name of an attribute.
const NAME: u8 = 1 << 2;
/// Ends the value of an attribute without quotes.
const VALUE: u8 = 1 << 3;

static CLASSES: [u8; 256] = {
    let mut all = [0; 256];
    let mut byte: u8 = 0;
    while byte < 128 {
        all[byte as usize] = match byte {
            0 => WHITE | NAME | VALUE,
            9..=13 | b' ' => WHITE | TAG | NAME | VALUE,
            b'/' => TAG | NAME,
            b'=' => NAME,
            b'>' => TAG | NAME | VALUE,
            _ => 0,
        };
        byte += 1;
    }
    all
};

#[inline]
fn is(byte: u8, class: u8) -> bool {
    CLASSES[usize::from(byte)] & class != 0
}

impl<'a> Tokens<'a> {
    pub(crate) fn new(value: &'a [u8], place: Place) -> Self {
        let state = match place {
            Place::Data => State::Data,
            Place::Tag => State::BeforeAttributeName,
            Place::Quoted(quote) => State::Quoted(quote),
        };
        Self { value, at: 0, state, closing: false }
    }

    /// The next token; `None` at the end, and where the reference gives up.
    pub(crate) fn next(&mut self) -> Option<Token> {
        match self.state {
            State::Data => self.data(),
            State::TagOpen => self.tag_open(),
            State::TagEnd => self.tag_end(),
            State::BeforeAttributeName => self.before_attribute_name(),
            State::SelfClosing => self.self_closing(),
            State::AfterAttributeName => self.after_attribute_name(),
            State::BeforeAttributeValue => self.before_attribute_value(),
            State::Quoted(quote) => self.quoted(quote),
            State::AfterQuoted => self.after_quoted(),
            State::End => None,
        }
    }

    fn rest(&self, from: usize) -> &'a [u8] {
        self.value.get(from..).unwrap_or_default()
    }

    fn byte(&self) -> Option<u8> {
        self.value.get(self.at).copied()
    }

    #[allow(clippy::unnecessary_wraps)] // every state ends with it
    /// A token of `len` bytes from here on; goes on `skip` bytes behind it.
    fn token(&mut self, kind: Kind, len: usize, skip: usize, state: State) -> Option<Token> {
        let token = Token { kind, at: self.at, len };
        self.at = (self.at + len + skip).min(self.value.len());
        self.state = state;
        Some(token)
    }

    /// All that is left.
    fn last(&mut self, kind: Kind) -> Option<Token> {
        self.token(kind, self.rest(self.at).len(), 0, State::End)
    }

    /// Skips what is white. The reference takes the byte 0xFF for the end.
    fn skip_white(&mut self) -> Option<u8> {
        self.at += self.rest(self.at).iter().take_while(|b| is(**b, WHITE)).count();
        self.byte().filter(|b| *b != 0xFF)
    }

    fn data(&mut self) -> Option<Token> {
        match memchr(b'<', self.rest(self.at)) {
            None if self.at == self.value.len() => None,
            None => self.last(Kind::Data),
            Some(0) => {
                self.at += 1;
                self.tag_open()
            }
            Some(len) => self.token(Kind::Data, len, 1, State::TagOpen),
        }
    }

    fn tag_open(&mut self) -> Option<Token> {
        match self.byte()? {
            b'!' => {
                self.at += 1;
                self.markup()
            }
            b'/' => {
                self.at += 1;
                self.closing = true;
                self.end_tag()
            }
            b'?' => {
                self.at += 1;
                self.bogus_comment()
            }
            b'%' => {
                self.at += 1;
                self.percent_comment()
            }
            0 => self.tag_name(),
            byte if byte.is_ascii_alphabetic() => self.tag_name(),
            _ => {
                // The "<" was text.
                self.at -= 1;
                self.token(Kind::Data, 1, 0, State::Data)
            }
        }
    }

    fn end_tag(&mut self) -> Option<Token> {
        match self.byte()? {
            b'>' => self.data(),
            byte if byte.is_ascii_alphabetic() => self.tag_name(),
            _ => {
                self.closing = false;
                self.bogus_comment()
            }
        }
    }

    fn tag_name(&mut self) -> Option<Token> {
        let rest = self.rest(self.at);
        let Some(len) = rest.iter().position(|b| is(*b, TAG)) else { return self.last(Kind::TagOpen) };
        match rest.get(len) {
            Some(b'/') => self.token(Kind::TagOpen, len, 1, State::SelfClosing),
            Some(b'>') if self.closing => {
                self.closing = false;
                self.token(Kind::TagClose, len, 1, State::Data)
            }
            Some(b'>') => self.token(Kind::TagOpen, len, 0, State::TagEnd),
            _ => self.token(Kind::TagOpen, len, 1, State::BeforeAttributeName),
        }
    }

    /// The `>` of a tag.
    fn tag_end(&mut self) -> Option<Token> {
        self.closing = false;
        let state = if self.at + 1 < self.value.len() { State::Data } else { State::End };
        self.token(Kind::TagEnd, 1, 0, state)
    }

    fn before_attribute_name(&mut self) -> Option<Token> {
        loop {
            match self.skip_white()? {
                b'/' => {
                    self.at += 1;
                    if self.byte()? == b'>' {
                        return self.self_closing();
                    }
                }
                b'>' => return self.token(Kind::TagEnd, 1, 0, State::Data),
                _ => return self.attribute_name(),
            }
        }
    }

    /// Behind a slash in a tag.
    fn self_closing(&mut self) -> Option<Token> {
        if self.byte()? == b'>' {
            self.at -= 1;
            return self.token(Kind::TagSelfClose, 2, 0, State::Data);
        }
        self.before_attribute_name()
    }

    /// A name of one byte at least, whatever that is.
    fn attribute_name(&mut self) -> Option<Token> {
        let rest = self.rest(self.at);
        let end = rest.iter().skip(1).position(|b| is(*b, NAME));
        let Some(len) = end.map(|end| end + 1) else { return self.last(Kind::AttributeName) };
        let (skip, state) = match rest.get(len) {
            Some(b'/') => (1, State::SelfClosing),
            Some(b'=') => (1, State::BeforeAttributeValue),
            Some(b'>') => (0, State::TagEnd),
            _ => (1, State::AfterAttributeName),
        };
        self.token(Kind::AttributeName, len, skip, state)
    }

    fn after_attribute_name(&mut self) -> Option<Token> {
        match self.skip_white()? {
            b'/' => {
                self.at += 1;
                self.self_closing()
            }
            b'=' => {
                self.at += 1;
                self.before_attribute_value()
            }
            b'>' => self.tag_end(),
            _ => self.attribute_name(),
        }
    }

    fn before_attribute_value(&mut self) -> Option<Token> {
        match self.skip_white()? {
            quote @ (b'"' | b'\'' | b'`') => self.quoted(quote),
            _ => self.unquoted(),
        }
    }

    fn quoted(&mut self, quote: u8) -> Option<Token> {
        // At the very beginning the quote stood before the value.
        if self.at > 0 {
            self.at += 1;
        }
        match memchr(quote, self.rest(self.at)) {
            None => self.last(Kind::AttributeValue),
            Some(len) => self.token(Kind::AttributeValue, len, 1, State::AfterQuoted),
        }
    }

    fn unquoted(&mut self) -> Option<Token> {
        let rest = self.rest(self.at);
        let Some(len) = rest.iter().position(|b| is(*b, VALUE)) else { return self.last(Kind::AttributeValue) };
        match rest.get(len) {
            Some(b'>') => self.token(Kind::AttributeValue, len, 0, State::TagEnd),
            _ => self.token(Kind::AttributeValue, len, 1, State::BeforeAttributeName),
        }
    }

    fn after_quoted(&mut self) -> Option<Token> {
        match self.byte()? {
            b'/' => {
                self.at += 1;
                self.self_closing()
            }
            b'>' => self.token(Kind::TagEnd, 1, 0, State::Data),
            _ => self.before_attribute_name(),
        }
    }

    /// Behind `<!`.
    fn markup(&mut self) -> Option<Token> {
        let rest = self.rest(self.at);
        if rest.get(..7).is_some_and(|r| r.eq_ignore_ascii_case(b"doctype")) {
            let end = memchr(b'>', rest);
            return match end {
                None => self.last(Kind::Doctype),
                Some(len) => self.token(Kind::Doctype, len, 1, State::Data),
            };
        }
        if rest.starts_with(b"[CDATA[") {
            self.at += 7;
            return match memmem::find(self.rest(self.at), b"]]>") {
                None => self.last(Kind::Data),
                Some(len) => self.token(Kind::Data, len, 3, State::Data),
            };
        }
        if rest.starts_with(b"--") {
            self.at += 2;
            return self.comment();
        }
        self.bogus_comment()
    }

    fn bogus_comment(&mut self) -> Option<Token> {
        match memchr(b'>', self.rest(self.at)) {
            None => self.last(Kind::Comment),
            Some(len) => self.token(Kind::Comment, len, 1, State::Data),
        }
    }

    /// `<% … %>`, a comment to old browsers.
    fn percent_comment(&mut self) -> Option<Token> {
        match memmem::find(self.rest(self.at), b"%>") {
            None => self.last(Kind::Comment),
            Some(len) => self.token(Kind::Comment, len, 2, State::Data),
        }
    }

    /// Up to `-->` or `-!>`, where NULs may stand behind the first dash.
    fn comment(&mut self) -> Option<Token> {
        let rest = self.rest(self.at);
        let mut from = 0;
        while let Some(dash) = rest.get(from..).and_then(|r| memchr(b'-', r)).map(|found| from + found) {
            let Some(behind) = rest.get(dash + 1..).filter(|b| b.len() >= 2) else { break };
            let nuls = behind.iter().take_while(|b| **b == 0).count();
            match behind.get(nuls..) {
                Some([b'-' | b'!', b'>', ..]) => return self.token(Kind::Comment, dash, nuls + 3, State::Data),
                Some([] | [b'-' | b'!']) | None => break,
                Some(_) => from = dash + 1,
            }
        }
        self.last(Kind::Comment)
    }
}
