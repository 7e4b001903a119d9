//! Whether and how a response is compressed (RFC 9110 sections 8.4 and 12.5.3).

use crate::weight;
use hcc_http::bytes::{list, trim};
use hcc_http::{Name, RequestHead, ResponseHead};

/// Bytes below which compressing costs more than it saves.
pub const MIN_LENGTH: u64 = 256;

/// A content coding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    /// Brotli (RFC 7932).
    Brotli,
    /// Zstandard (RFC 8878).
    Zstd,
    /// gzip (RFC 1952).
    Gzip,
}

/// What is done with a response.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// Whether another client would get other bytes, which `Vary` must tell; see [`VARY`].
    pub vary: bool,
    /// The coding, if it is compressed.
    pub coding: Option<Coding>,
}

/// Line to be added when [`Choice::vary`] says so.
pub const VARY: &[u8] = b"Vary: Accept-Encoding\r\n";

/// Facts about a response, gathered field by field.
#[derive(Clone, Copy, Debug)]
pub struct Candidate {
    compressible: bool,
    refused: bool,
    varies: bool,
}

impl Coding {
    /// Its name in `Content-Encoding`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Zstd => "zstd",
            Self::Gzip => "gzip",
        }
    }

    /// The line that tells it.
    pub fn line(self) -> &'static [u8] {
        match self {
            Self::Brotli => b"Content-Encoding: br\r\n",
            Self::Zstd => b"Content-Encoding: zstd\r\n",
            Self::Gzip => b"Content-Encoding: gzip\r\n",
        }
    }

    /// Whether a field of the response goes: it speaks of the bytes as they were.
    pub fn drops(self, name: &[u8]) -> bool {
        const GONE: [&[u8]; 7] =
            [b"content-length", b"accept-ranges", b"content-encoding", b"content-md5", b"content-digest", b"repr-digest", b"digest"];
        GONE.iter().any(|g| name.eq_ignore_ascii_case(g))
    }
}

/// An `ETag` for the compressed form, which is only equivalent to the original: a weak one (RFC 9110 section 8.8.1).
pub fn weak_etag(value: &[u8]) -> Vec<u8> {
    if value.starts_with(b"W/") { value.to_vec() } else { [b"W/", value].concat() }
}

impl Candidate {
    /// A response of this status; `length` is that of its body, or of the one that a HEAD's answer stands for, if known.
    pub fn new(status: u16, length: Option<u64>) -> Self {
        // 206 has a part of the bytes, and what it is a part of must stay the same.
        let refused = status < 200 || matches!(status, 204 | 205 | 206 | 304) || length.is_some_and(|n| n < MIN_LENGTH);
        Self { compressible: false, refused, varies: false }
    }

    /// Looks at one field of the response.
    pub fn field(&mut self, name: &[u8], value: &[u8]) {
        // First by length: most fields are none of these.
        match name.len() {
            4 if name.eq_ignore_ascii_case(b"vary") => {
                self.varies |= list(value).any(|v| v == b"*" || v.eq_ignore_ascii_case(b"accept-encoding"));
            }
            12 if name.eq_ignore_ascii_case(b"content-type") => self.compressible = is_compressible(value),
            13 if name.eq_ignore_ascii_case(b"cache-control") => {
                self.refused |= list(value).any(|v| v.eq_ignore_ascii_case(b"no-transform"));
            }
            13 if name.eq_ignore_ascii_case(b"content-range") => self.refused = true,
            16 if name.eq_ignore_ascii_case(b"content-encoding") => self.refused |= !trim(value).eq_ignore_ascii_case(b"identity"),
            _ => {}
        }
    }

    /// What is done for a client with these `Accept-Encoding` fields.
    pub fn choose<'a>(&self, accept: impl Iterator<Item = &'a [u8]>) -> Choice {
        if self.refused || !self.compressible {
            return Choice::default();
        }
        Choice { vary: !self.varies, coding: accepted(accept) }
    }
}

/// The coding that a client prefers; zstd before br before gzip among those it likes alike: at the levels used here the sizes are
/// alike too, and zstd takes a third of brotli's time.
pub fn accepted<'a>(accept: impl Iterator<Item = &'a [u8]>) -> Option<Coding> {
    // A weight for each, and one for all that are not named.
    let (mut brotli, mut zstd, mut gzip, mut rest) = (None, None, None, None);
    for element in accept.flat_map(list) {
        let mut parts = element.split(|b| *b == b';').map(trim);
        let slot = match parts.next().unwrap_or_default() {
            n if n.eq_ignore_ascii_case(b"br") => &mut brotli,
            n if n.eq_ignore_ascii_case(b"zstd") => &mut zstd,
            n if n.eq_ignore_ascii_case(b"gzip") || n.eq_ignore_ascii_case(b"x-gzip") => &mut gzip,
            b"*" => &mut rest,
            _ => continue,
        };
        slot.get_or_insert(weight::of(parts));
    }
    let rest = rest.unwrap_or(0);
    let mut best = None;
    for (coding, weight) in [(Coding::Zstd, zstd), (Coding::Brotli, brotli), (Coding::Gzip, gzip)] {
        let weight = weight.unwrap_or(rest);
        if weight > best.map_or(0, |(_, w)| w) {
            best = Some((coding, weight));
        }
    }
    best.map(|(coding, _)| coding)
}

/// The choice for a response of an upstream that spoke HTTP/1.
pub fn negotiate(request: &RequestHead, response: &ResponseHead) -> Choice {
    let length = response.fields.first(Name::ContentLength).and_then(hcc_http::bytes::parse_u63);
    let mut candidate = Candidate::new(response.status, length);
    for (_, name, value) in response.fields.iter() {
        candidate.field(name, value);
    }
    let accept = request.fields.iter().filter(|(_, name, _)| name.eq_ignore_ascii_case(b"accept-encoding"));
    candidate.choose(accept.map(|(_, _, value)| value))
}

/// Whether content of a type gets smaller. Images, video, archives and the like are compressed already.
fn is_compressible(content_type: &[u8]) -> bool {
    const TYPES: [&[u8]; 20] = [
        b"application/json",
        b"application/javascript",
        b"application/x-javascript",
        b"application/ecmascript",
        b"application/xml",
        b"application/wasm",
        b"application/x-ndjson",
        b"application/jsonl",
        b"application/graphql",
        b"application/yaml",
        b"application/toml",
        b"application/sql",
        b"application/rtf",
        b"application/vnd.ms-fontobject",
        b"application/x-font-ttf",
        b"font/ttf",
        b"font/otf",
        b"image/bmp",
        b"image/x-icon",
        b"image/vnd.microsoft.icon",
    ];
    let essence = trim(content_type.split(|b| *b == b';').next().unwrap_or_default());
    let starts = |s: &[u8]| essence.len() > s.len() && essence[..s.len()].eq_ignore_ascii_case(s);
    let ends = |s: &[u8]| essence.len() > s.len() && essence[essence.len() - s.len()..].eq_ignore_ascii_case(s);
    starts(b"text/") || ends(b"+json") || ends(b"+xml") || TYPES.iter().any(|t| essence.eq_ignore_ascii_case(t))
}

#[cfg(test)]
#[path = "compress_tests.rs"]
mod tests;
