//! Body processors: from a body's bytes and its `Content-Type` to the variables that rules look at.
//!
//! Every processor reads bytes that are in memory already, hands what it finds to a [`BodyVariables`] and says what was wrong.
//! Each is linear in its input and holds the bounds of [`Limits`]; what was found before an error stays found, so that rules which
//! only report still see it.
//!
//! Names and flags are those of `ModSecurity` 3 (reference manual, "Variables"); where the two differ, the item says so.

mod boundary;
pub mod content_type;
pub mod cookies;
mod disposition;
mod error;
pub mod json;
mod json_text;
mod limits;
pub mod multipart;
mod multipart_flags;
mod multipart_part;
mod text;
pub mod urlencoded;
pub mod without_files;
pub mod xml;
mod xml_encoding;
mod xml_markup;
pub mod xpath;
mod xpath_parser;

pub use error::{BodyError, Fault};
pub use limits::Limits;
pub use text::{BodyVariables, Field, Text};

/// Memory that processors use again from one body to the next, so that an ordinary body allocates nothing.
#[derive(Debug, Default)]
pub struct Scratch {
    name: Vec<u8>,
    value: Vec<u8>,
    line: Vec<u8>,
    frames: Vec<json::Frame>,
    headers: Vec<multipart_part::Header>,
}

impl Scratch {
    /// Gives memory back where a buffer has grown beyond `bytes`: one odd body must not be paid for by all later ones.
    pub fn shrink(&mut self, bytes: usize) {
        for buffer in [&mut self.name, &mut self.value, &mut self.line] {
            if buffer.capacity() > bytes {
                *buffer = Vec::new();
            }
        }
        if self.frames.capacity().saturating_mul(size_of::<json::Frame>()) > bytes {
            self.frames = Vec::new();
        }
    }
}

/// What turns a body into variables (`REQBODY_PROCESSOR`, `ctl:requestBodyProcessor`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Processor {
    /// `application/x-www-form-urlencoded`.
    UrlEncoded,
    /// `multipart/form-data`.
    Multipart,
    /// JSON (RFC 8259); chosen by a rule.
    Json,
    /// XML 1.0; chosen by a rule.
    Xml,
}

impl Processor {
    /// By the name that rules use, in any case.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::UrlEncoded, Self::Multipart, Self::Json, Self::Xml].into_iter().find(|p| p.name().eq_ignore_ascii_case(name))
    }

    /// The value of `REQBODY_PROCESSOR`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::UrlEncoded => "URLENCODED",
            Self::Multipart => "MULTIPART",
            Self::Json => "JSON",
            Self::Xml => "XML",
        }
    }

    /// The processor that a `Content-Type` chooses by itself, `None` when it takes a rule to choose one.
    ///
    /// As in `ModSecurity`, only the beginning has to agree: a type that a lenient application would still take for a form is
    /// looked into.
    pub fn of(content_type: &[u8]) -> Option<Self> {
        let begins = |with: &str| content_type.get(..with.len()).is_some_and(|c| c.eq_ignore_ascii_case(with.as_bytes()));
        if begins("multipart/form-data") {
            Some(Self::Multipart)
        } else if begins("application/x-www-form-urlencoded") {
            Some(Self::UrlEncoded)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_content_type_chooses_its_processor() {
        for (content_type, expected) in [
            ("multipart/form-data; boundary=a", Some(Processor::Multipart)),
            ("Multipart/Form-Data", Some(Processor::Multipart)),
            ("multipart/form-dataX", Some(Processor::Multipart)),
            ("multipart/mixed; boundary=a", None),
            ("application/x-www-form-urlencoded", Some(Processor::UrlEncoded)),
            ("APPLICATION/X-WWW-FORM-URLENCODED;charset=utf-8", Some(Processor::UrlEncoded)),
            ("application/json", None),
            ("text/xml", None),
            (" multipart/form-data", None),
            ("", None),
        ] {
            assert_eq!(Processor::of(content_type.as_bytes()), expected, "{content_type}");
        }
    }

    #[test]
    fn processors_have_names() {
        for (name, expected) in [("json", Some(Processor::Json)), ("Xml", Some(Processor::Xml)), ("YAML", None), ("", None)] {
            assert_eq!(Processor::parse(name), expected, "{name}");
        }
        assert_eq!(Processor::parse("URLENCODED").map(Processor::name), Some("URLENCODED"));
    }

    #[test]
    fn memory_is_given_back() {
        let mut scratch = Scratch {
            name: Vec::with_capacity(4_096),
            value: Vec::with_capacity(16),
            frames: Vec::with_capacity(4_096),
            ..Scratch::default()
        };
        scratch.shrink(1_024);
        assert_eq!((scratch.name.capacity(), scratch.value.capacity(), scratch.frames.capacity()), (0, 16, 0));
    }
}
