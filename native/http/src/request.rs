//! The request head: parsed strictly, so that nobody behind reads it differently.

use crate::body::Framing;
use crate::bytes;
use crate::error::Reject;
use crate::fields::{Fields, Name};
use crate::{host, target};
use memchr::memchr;

/// Minor version of HTTP/1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Version {
    /// HTTP/1.0
    V10,
    /// HTTP/1.1
    #[default]
    V11,
}

/// A request head whose framing is unambiguous.
#[derive(Clone, Debug, Default)]
pub struct RequestHead {
    /// The fields, over the bytes as received.
    pub fields: Fields,
    /// HTTP/1.0 or 1.1.
    pub version: Version,
    /// How the body ends.
    pub framing: Framing,
    /// Whether the client keeps the connection open after the answer.
    pub keep_alive: bool,
    /// Whether the client waits for `100 Continue`.
    pub expects_continue: bool,
    method: usize,
    origin: (usize, usize),
    query: usize,
    host: (usize, usize),
}

impl RequestHead {
    /// Parses one whole head (up to and with the empty line), reusing this value's memory.
    pub fn parse(&mut self, head: &[u8]) -> Result<(), Reject> {
        let end = self.fields.parse(head)?;
        let line = &head[..end];
        let method = memchr(b' ', line).ok_or(Reject::bad("request line"))?;
        if !bytes::is_token(&line[..method]) || method > 32 {
            return Err(Reject::bad("method"));
        }
        let rest = &line[method + 1..];
        let gap = memchr(b' ', rest).ok_or(Reject::bad("request line"))?;
        self.version = match &rest[gap + 1..] {
            b"HTTP/1.1" => Version::V11,
            b"HTTP/1.0" => Version::V10,
            _ => return Err(Reject::bad("version")),
        };
        if self.fields.all(Name::Host).nth(1).is_some() {
            return Err(Reject::bad("several Host fields"));
        }
        let host_value = self.fields.first(Name::Host);
        let name = match host_value {
            Some(value) => host::split(value).ok_or(Reject::bad("Host"))?,
            None if self.version == Version::V10 => "",
            None => return Err(Reject::bad("no Host")),
        };
        let (from, to) = target::origin(&line[..method], &rest[..gap], host_value)?;
        self.method = method;
        self.origin = (method + 1 + from, method + 1 + to);
        let path_end = memchr(b'?', &rest[from..to]).unwrap_or(to - from);
        self.query = self.origin.0 + path_end;
        let raw = self.fields.raw().as_ptr() as usize;
        let at = if name.is_empty() { 0 } else { name.as_ptr() as usize - raw };
        self.host = (at, at + name.len());
        self.connection()
    }

    fn connection(&mut self) -> Result<(), Reject> {
        self.framing = Framing::of_request(&self.fields, self.version)?;
        self.keep_alive = if self.version == Version::V11 {
            !self.fields.has_token(Name::Connection, b"close")
        } else {
            self.fields.has_token(Name::Connection, b"keep-alive")
        };
        self.expects_continue = false;
        for value in self.fields.all(Name::Expect) {
            if !value.eq_ignore_ascii_case(b"100-continue") {
                return Err(Reject::with(417, "Expect"));
            }
            self.expects_continue = self.version == Version::V11;
        }
        let named: [&[u8]; 4] = [b"host", b"content-length", b"authorization", b"x-request-id"];
        if named.iter().any(|n| self.fields.connection_names(n)) {
            return Err(Reject::bad("Connection names an end-to-end field"));
        }
        Ok(())
    }

    /// The method, case as received.
    pub fn method(&self) -> &[u8] {
        self.fields.raw().get(..self.method).unwrap_or_default()
    }

    /// Path and query as received.
    pub fn target(&self) -> &[u8] {
        self.fields.raw().get(self.origin.0..self.origin.1).unwrap_or_default()
    }

    /// Path as received.
    pub fn path(&self) -> &[u8] {
        self.fields.raw().get(self.origin.0..self.query).unwrap_or_default()
    }

    /// The host without port, empty for HTTP/1.0 without Host.
    pub fn host(&self) -> &str {
        self.fields.raw().get(self.host.0..self.host.1).and_then(|b| std::str::from_utf8(b).ok()).unwrap_or_default()
    }

    /// Whether repeating the request is harmless (RFC 9110 section 9.2.2).
    pub fn is_idempotent(&self) -> bool {
        matches!(self.method(), b"GET" | b"HEAD" | b"OPTIONS" | b"PUT" | b"DELETE")
    }

    /// Whether the client asks for another protocol; `h2c` is left aside, as a server may ignore it.
    pub fn wants_upgrade(&self) -> bool {
        self.fields.has_token(Name::Connection, b"upgrade")
            && self.fields.all(Name::Upgrade).any(|v| bytes::list(v).any(|p| !p.eq_ignore_ascii_case(b"h2c")))
    }
}

#[cfg(test)]
#[path = "request_tests.rs"]
mod tests;
