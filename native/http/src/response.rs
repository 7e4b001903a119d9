//! The response head of an upstream.

use crate::body::Framing;
use crate::error::Reject;
use crate::fields::{Fields, Name};
use crate::request::Version;

/// A parsed response head.
#[derive(Debug, Default)]
pub struct ResponseHead {
    /// The fields.
    pub fields: Fields,
    /// Status code, 100 to 599.
    pub status: u16,
    /// HTTP/1.0 or 1.1.
    pub version: Version,
    /// How the body ends.
    pub framing: Framing,
    /// Whether the upstream keeps the connection open.
    pub keep_alive: bool,
    reason: (usize, usize),
}

impl ResponseHead {
    /// Parses one whole head; `to_head` says that the request was a HEAD, whose answer has no body.
    pub fn parse(&mut self, head: &[u8], to_head: bool) -> Result<(), Reject> {
        let end = self.fields.parse(head)?;
        let line = &head[..end];
        self.version = match line.get(..9) {
            Some(b"HTTP/1.1 ") => Version::V11,
            Some(b"HTTP/1.0 ") => Version::V10,
            _ => return Err(Reject::bad("response version")),
        };
        let [a, b, c] = line.get(9..12).and_then(|d| <[u8; 3]>::try_from(d).ok()).ok_or(Reject::bad("response status"))?;
        if ![a, b, c].iter().all(u8::is_ascii_digit)
            || !(b'1'..=b'5').contains(&a)
            || !matches!(line.get(12), None | Some(b' '))
            || !crate::bytes::is_value(&line[12..])
        {
            return Err(Reject::bad("response status"));
        }
        self.status = u16::from(a - b'0') * 100 + u16::from(b - b'0') * 10 + u16::from(c - b'0');
        self.reason = (13.min(end), end);
        let stated = Framing::stated(&self.fields)?;
        self.framing = if to_head || self.status < 200 || self.status == 204 || self.status == 304 {
            Framing::None
        } else {
            stated.unwrap_or(Framing::Close)
        };
        self.keep_alive = self.framing != Framing::Close
            && if self.version == Version::V11 {
                !self.fields.has_token(Name::Connection, b"close")
            } else {
                self.fields.has_token(Name::Connection, b"keep-alive")
            };
        Ok(())
    }

    /// The reason phrase as received, perhaps empty.
    pub fn reason(&self) -> &[u8] {
        self.fields.raw().get(self.reason.0..self.reason.1).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table() {
        for (head, to_head, want) in [
            ("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", false, Some((200, Framing::Length(3), true))),
            ("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", true, Some((200, Framing::None, true))),
            ("HTTP/1.1 200\r\n\r\n", false, Some((200, Framing::Close, false))),
            ("HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\n", false, Some((200, Framing::Length(1), false))),
            ("HTTP/1.1 304 Not Modified\r\nContent-Length: 3\r\n\r\n", false, Some((304, Framing::None, true))),
            ("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", false, None),
            ("HTTP/1.1 999 OK\r\n\r\n", false, None),
            ("HTTP/2 200 OK\r\n\r\n", false, None),
            ("HTTP/1.1 2000 OK\r\n\r\n", false, None),
        ] {
            let mut r = ResponseHead::default();
            let got = r.parse(head.as_bytes(), to_head).ok().map(|()| (r.status, r.framing, r.keep_alive));
            assert_eq!(got, want, "{head:?}");
        }
    }
}
