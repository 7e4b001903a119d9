//! What was wrong with a body, and where.

use super::Processor;
use std::fmt;

/// The first thing that was wrong with a body (`REQBODY_ERROR_MSG`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BodyError {
    /// Who says so.
    pub processor: Processor,
    /// What was wrong.
    pub fault: Fault,
    /// Where in the body, in bytes from its beginning; 0 when the fault is in the `Content-Type`. Of XML in
    /// other encodings than UTF-8, bytes of the document made UTF-8.
    pub at: usize,
}

impl fmt::Display for BodyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.processor {
            Processor::UrlEncoded => "Form",
            Processor::Multipart => "Multipart",
            Processor::Json => "JSON",
            Processor::Xml => "XML",
        };
        write!(f, "{name} parsing error: {} (byte {})", self.fault.message(), self.at)
    }
}

impl std::error::Error for BodyError {}

macro_rules! faults {
    ($($(#[doc = $doc:literal])+ $name:ident => $message:literal,)+) => {
        /// Kinds of faults of bodies.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Fault {
            $($(#[doc = $doc])+ $name,)+
        }

        impl Fault {
            /// The fault in words.
            pub const fn message(self) -> &'static str {
                match self { $(Self::$name => $message,)+ }
            }
        }
    };
}

faults! {
    /// More bytes than [`super::Limits::body`].
    BodyTooLong => "body over the processor's limit",
    /// More arguments than [`super::Limits::arguments`].
    Arguments => "too many arguments",
    /// Deeper than [`super::Limits::depth`].
    Depth => "nested too deeply",
    /// A name longer than [`super::Limits::name`], or all of them longer than [`super::Limits::names`].
    Names => "names too long",
    /// The input ends in the middle of something.
    End => "unexpected end",
    /// A byte that nothing allows here.
    Unexpected => "unexpected byte",
    /// Something behind the end of the document.
    Trailing => "data after the document",
    /// Bytes that are not UTF-8.
    Utf8 => "invalid UTF-8",
    /// A control character where none may be.
    Control => "control character",
    /// An escape that does not exist, or is cut off.
    Escape => "invalid escape",
    /// Not a number by RFC 8259 section 6.
    Number => "invalid number",
    /// A word other than `true`, `false` and `null`.
    Word => "invalid word",
    /// The `Content-Type` is not there or longer than 1,024 bytes.
    ContentTypeLength => "Content-Type missing or too long",
    /// The `Content-Type` is not `multipart/form-data`.
    NotMultipart => "Content-Type is not multipart/form-data",
    /// `boundary` stands in the `Content-Type` more than once.
    BoundaryTwice => "more than one boundary parameter",
    /// No `boundary`.
    BoundaryMissing => "no boundary parameter",
    /// `boundary` in capitals.
    BoundaryCase => "boundary parameter not in lower case",
    /// Something stands before or in the name of the `boundary` parameter.
    BoundaryParameter => "malformed boundary parameter",
    /// One quote about the boundary, or quotes in it.
    BoundaryQuote => "boundary half quoted",
    /// The boundary is empty or has bytes that RFC 2046 section 5.1.1 does not allow.
    BoundaryCharacters => "invalid characters in the boundary",
    /// The body has no boundary in it.
    NoBoundaries => "no boundary in the body",
    /// The last boundary is missing.
    NoFinalBoundary => "final boundary missing",
    /// A line that begins with the boundary and goes on.
    BoundaryLine => "invalid boundary line",
    /// White space or a quote between `--` and the boundary.
    BoundaryDisguised => "boundary line with white space or quote",
    /// More parts than [`super::Limits::parts`].
    Parts => "too many parts",
    /// More files than [`super::Limits::files`].
    Files => "too many files",
    /// A line of a part's header over [`super::Limits::part_header`].
    PartHeaderLong => "part header line too long",
    /// More headers than [`super::Limits::part_headers`].
    PartHeaders => "too many headers in a part",
    /// A NUL or a lone CR in a part's header.
    PartHeaderByte => "NUL or CR in a part header",
    /// A fold with no header before it.
    PartHeaderFold => "folded line without header",
    /// No colon in a line of a part's header.
    PartHeaderColon => "part header without colon",
    /// No name, or not one of visible ASCII, in a part's header.
    PartHeaderName => "invalid part header name",
    /// A header stands in a part twice.
    PartHeaderTwice => "duplicate part header",
    /// No `Content-Disposition`.
    DispositionMissing => "part without Content-Disposition",
    /// `Content-Disposition` is not `form-data` with well-formed parameters.
    Disposition => "invalid Content-Disposition",
    /// `name`, `filename` or `filename*` stands twice.
    DispositionTwice => "duplicate parameter in Content-Disposition",
    /// `filename*` is malformed, or stands without `filename`.
    DispositionFilenameStar => "invalid filename* in Content-Disposition",
    /// No `name`.
    DispositionName => "Content-Disposition without name",
    /// A document in an encoding other than UTF-8, UTF-16, ISO-8859-1 and US-ASCII.
    Encoding => "encoding not supported",
    /// A document type with declarations: entities are not wanted here.
    Doctype => "document type with declarations refused",
    /// A reference to an entity other than the five of XML, or to no character.
    Entity => "invalid entity or character reference",
    /// Tags, comments, sections or instructions that are not well formed.
    Markup => "malformed markup",
    /// An end tag that fits no start tag.
    EndTag => "mismatched end tag",
    /// An attribute stands twice, or there are more than [`super::Limits::attributes`].
    Attribute => "duplicate attribute or too many",
    /// More elements than [`super::Limits::elements`].
    Elements => "too many elements",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_say_what_and_where() {
        let error = BodyError { processor: Processor::Json, fault: Fault::Escape, at: 12 };
        assert_eq!(error.to_string(), "JSON parsing error: invalid escape (byte 12)");
    }
}
