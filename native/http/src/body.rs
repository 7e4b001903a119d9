//! How a body ends, and strict chunk framing (RFC 9112 sections 6 and 7).

use crate::bytes::{self, hex, is_token, is_value};
use crate::error::Reject;
use crate::fields::{Fields, Name};
use crate::request::Version;
use memchr::memchr;

/// How the end of a body is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Framing {
    /// No body.
    #[default]
    None,
    /// This many bytes.
    Length(u64),
    /// Chunks.
    Chunked,
    /// Until the connection closes (responses only).
    Close,
}

impl Framing {
    /// Framing of a request; anything two readers may see differently is refused (RFC 9112 section 6.3).
    pub fn of_request(fields: &Fields, version: Version) -> Result<Self, Reject> {
        match Self::stated(fields)? {
            Some(Self::Chunked) if version == Version::V10 => Err(Reject::bad("Transfer-Encoding in HTTP/1.0")),
            Some(framing) => Ok(framing),
            None => Ok(Self::None),
        }
    }

    /// Framing the fields state, for either direction; `None` when they are silent.
    pub fn stated(fields: &Fields) -> Result<Option<Self>, Reject> {
        let mut encodings = fields.all(Name::TransferEncoding);
        let mut lengths = fields.all(Name::ContentLength);
        match (encodings.next(), lengths.next()) {
            (Some(_), Some(_)) => Err(Reject::bad("Content-Length with Transfer-Encoding")),
            (None, None) => Ok(None),
            (None, Some(length)) => {
                if lengths.next().is_some() {
                    return Err(Reject::bad("several Content-Length fields"));
                }
                bytes::parse_u63(length)
                    .map(|n| Some(if n == 0 { Self::None } else { Self::Length(n) }))
                    .ok_or(Reject::bad("Content-Length"))
            }
            (Some(encoding), None) => {
                if encodings.next().is_some() {
                    return Err(Reject::bad("several Transfer-Encoding fields"));
                }
                if encoding.eq_ignore_ascii_case(b"chunked") {
                    Ok(Some(Self::Chunked))
                } else {
                    Err(Reject::with(501, "Transfer-Encoding"))
                }
            }
        }
    }
}

/// What the head of the queue holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decoded {
    /// This many bytes of content start after `skip` bytes of framing.
    Data {
        /// Framing before the content.
        skip: usize,
        /// Bytes of content.
        len: usize,
    },
    /// The body ended; `skip` bytes of framing, then `trailers` bytes of checked trailer lines, then `after` bytes.
    End {
        /// Framing before the trailers.
        skip: usize,
        /// Bytes of trailer lines, each with its CR LF.
        trailers: usize,
        /// Framing after the trailers.
        after: usize,
    },
    /// More bytes are needed.
    More,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Length(u64),
    Size,
    Chunk(u64),
    ChunkEnd,
    Trailers,
    Close,
    Done,
}

/// Decodes one body.
#[derive(Clone, Copy, Debug)]
pub struct Body {
    state: State,
}

const MAX_SIZE_LINE: usize = 1024;
const MAX_TRAILERS: usize = 8192;
/// Fields that change what a message means, and so come too late behind it (RFC 9110 section 6.5.1).
const NO_TRAILERS: [&[u8]; 10] = [
    b"cookie",
    b"content-encoding",
    b"content-range",
    b"content-type",
    b"range",
    b"if-match",
    b"if-none-match",
    b"if-modified-since",
    b"if-unmodified-since",
    b"max-forwards",
];

impl Body {
    /// A decoder for this framing.
    pub fn new(framing: Framing) -> Self {
        let state = match framing {
            Framing::None => State::Done,
            Framing::Length(n) => State::Length(n),
            Framing::Chunked => State::Size,
            Framing::Close => State::Close,
        };
        Self { state }
    }

    /// Whether the whole body was seen.
    pub fn is_done(&self) -> bool {
        self.state == State::Done
    }

    /// Looks at queued bytes; the caller consumes exactly what the answer counts before it asks again.
    pub fn decode(&mut self, queue: &[u8]) -> Result<Decoded, Reject> {
        match self.state {
            State::Done => Ok(Decoded::End { skip: 0, trailers: 0, after: 0 }),
            State::Close => Ok(if queue.is_empty() { Decoded::More } else { Decoded::Data { skip: 0, len: queue.len() } }),
            State::Length(left) => Ok(self.data(0, queue, left, State::Length, State::Done)),
            State::Chunk(left) => Ok(self.data(0, queue, left, State::Chunk, State::ChunkEnd)),
            State::ChunkEnd => match queue {
                [b'\r', b'\n', ..] => self.size(queue, 2),
                [b'\r'] | [] => Ok(Decoded::More),
                _ => Err(Reject::bad("chunk longer than its size")),
            },
            State::Size => self.size(queue, 0),
            State::Trailers => self.trailers(queue, 0),
        }
    }

    /// The connection closed; whether that is this body's end.
    pub fn ends_at_close(&mut self) -> bool {
        if self.state == State::Close {
            self.state = State::Done;
        }
        self.state == State::Done
    }

    fn data(&mut self, skip: usize, queue: &[u8], left: u64, more: fn(u64) -> State, end: State) -> Decoded {
        let here = usize::try_from(left).unwrap_or(usize::MAX).min(queue.len() - skip);
        let rest = left - here as u64;
        self.state = if rest == 0 { end } else { more(rest) };
        if here == 0 && skip == 0 { Decoded::More } else { Decoded::Data { skip, len: here } }
    }

    fn size(&mut self, queue: &[u8], from: usize) -> Result<Decoded, Reject> {
        let line = queue.get(from..).unwrap_or_default();
        let Some(end) = memchr(b'\n', line) else {
            return if line.len() > MAX_SIZE_LINE { Err(Reject::bad("chunk size line too long")) } else { Ok(Decoded::More) };
        };
        if end == 0 || line[end - 1] != b'\r' || end > MAX_SIZE_LINE {
            return Err(Reject::bad("bare line feed in chunk size"));
        }
        let size = size_line(&line[..end - 1])?;
        let skip = from + end + 1;
        if size == 0 {
            self.state = State::Trailers;
            return match self.trailers(queue, skip)? {
                // Nothing may be consumed before the trailers are whole.
                Decoded::More => {
                    self.state = if from == 0 { State::Size } else { State::ChunkEnd };
                    Ok(Decoded::More)
                }
                done => Ok(done),
            };
        }
        Ok(self.data(skip, queue, size, State::Chunk, State::ChunkEnd))
    }

    fn trailers(&mut self, queue: &[u8], skip: usize) -> Result<Decoded, Reject> {
        let mut at = skip;
        loop {
            let line = &queue[at..];
            let Some(end) = memchr(b'\n', line) else {
                // The carriage return of the empty line at the end may stand here alone.
                return if queue.len() - skip > MAX_TRAILERS + 1 {
                    Err(Reject::with(431, "trailers too large"))
                } else {
                    Ok(Decoded::More)
                };
            };
            if end == 0 || line[end - 1] != b'\r' {
                return Err(Reject::bad("bare line feed in trailers"));
            }
            if end == 1 {
                self.state = State::Done;
                return Ok(Decoded::End { skip, trailers: at - skip, after: 2 });
            }
            trailer(&line[..end - 1])?;
            at += end + 1;
            if at - skip > MAX_TRAILERS {
                return Err(Reject::with(431, "trailers too large"));
            }
        }
    }
}

fn size_line(line: &[u8]) -> Result<u64, Reject> {
    let digits = line.iter().take_while(|b| hex(**b).is_some()).count();
    if digits == 0 || digits > 15 {
        return Err(Reject::bad("chunk size"));
    }
    let mut size = 0u64;
    for b in &line[..digits] {
        size = size << 4 | u64::from(hex(*b).unwrap_or(0));
    }
    let extension = &line[digits..];
    // Extensions are checked and then left out of what is forwarded; quoted ones may hide a separator and are refused.
    if !extension.is_empty() {
        let mut parts = extension.split(|b| *b == b';');
        if parts.next() != Some(b"") {
            return Err(Reject::bad("byte after chunk size"));
        }
        for part in parts {
            let mut pair = part.splitn(2, |b| *b == b'=');
            if !pair.all(is_token) {
                return Err(Reject::bad("chunk extension"));
            }
        }
    }
    Ok(size)
}

fn trailer(line: &[u8]) -> Result<(), Reject> {
    let colon = memchr(b':', line).ok_or(Reject::bad("trailer without colon"))?;
    if !is_token(&line[..colon]) || !is_value(&line[colon + 1..]) {
        return Err(Reject::bad("trailer"));
    }
    let name = &line[..colon];
    if !matches!(Name::as_cgi(name), Name::Other | Name::Date | Name::Server) || NO_TRAILERS.iter().any(|n| name.eq_ignore_ascii_case(n)) {
        return Err(Reject::bad("forbidden trailer"));
    }
    Ok(())
}

#[cfg(test)]
#[path = "body_tests.rs"]
mod tests;
