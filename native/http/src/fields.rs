//! Header fields as spans over the bytes they came in.

use crate::bytes::{is_token, is_value, trim};
use crate::error::Reject;
use memchr::memchr;

/// Most fields in one head; more answer 431.
pub const MAX_FIELDS: usize = 128;

macro_rules! names {
    ($($id:ident = $text:literal),+ $(,)?) => {
        /// Names the gateway itself looks at.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Name { $(#[doc = $text] $id,)+ /** Any `X-Auth-…` field. */ XAuth, /** Any other `X-Forwarded-…` field. */ XForwarded,
            /** Everything else. */ Other }

        impl Name {
            /// Classifies a name, ASCII case ignored.
            pub fn of(name: &[u8]) -> Self {
                match name.len() {
                    $(n if n == $text.len() && name.eq_ignore_ascii_case($text.as_bytes()) => Self::$id,)+
                    n if n >= 7 && name[..7].eq_ignore_ascii_case(b"x-auth-") => Self::XAuth,
                    n if n >= 12 && name[..12].eq_ignore_ascii_case(b"x-forwarded-") => Self::XForwarded,
                    _ => Self::Other,
                }
            }
        }
    };
}

names! {
    Host = "host", Accept = "accept", Connection = "connection", ContentLength = "content-length", TransferEncoding = "transfer-encoding",
    Te = "te", Trailer = "trailer", Upgrade = "upgrade", KeepAlive = "keep-alive", ProxyConnection = "proxy-connection",
    ProxyAuthenticate = "proxy-authenticate", ProxyAuthorization = "proxy-authorization", Http2Settings = "http2-settings",
    Expect = "expect", Authorization = "authorization", XApiKey = "x-api-key", XRequestId = "x-request-id", Forwarded = "forwarded",
    XForwardedFor = "x-forwarded-for", XForwardedProto = "x-forwarded-proto", XForwardedHost = "x-forwarded-host", XRealIp = "x-real-ip",
    UserAgent = "user-agent", Date = "date", Server = "server",
}

impl Name {
    /// Classifies a name as a program behind may read it: to CGI (RFC 3875 section 4.1.18) an underscore is a dash.
    pub fn as_cgi(name: &[u8]) -> Self {
        if !name.contains(&b'_') {
            return Self::of(name);
        }
        let dashed: Vec<u8> = name.iter().map(|b| if *b == b'_' { b'-' } else { *b }).collect();
        Self::of(&dashed)
    }

    /// Fields that never pass a proxy (RFC 9110 section 7.6.1), and the two framing fields that are written anew.
    pub fn is_hop_by_hop(self) -> bool {
        use Name::{
            Connection, ContentLength, Http2Settings, KeepAlive, ProxyAuthenticate, ProxyAuthorization, ProxyConnection, Te, Trailer,
            TransferEncoding, Upgrade,
        };
        matches!(
            self,
            Connection
                | KeepAlive
                | ProxyConnection
                | ProxyAuthenticate
                | ProxyAuthorization
                | Te
                | Trailer
                | TransferEncoding
                | ContentLength
                | Upgrade
                | Http2Settings
        )
    }
}

/// Where one field stands in its head.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// What the name is.
    pub id: Name,
    name: (u32, u32),
    value: (u32, u32),
}

/// One field as it is sent on.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    whole: Option<&'a [u8]>,
    name: &'a [u8],
    value: &'a [u8],
}

impl Line<'_> {
    /// Appends it, written `name: value` whatever stood between the two: some servers refuse tabs there.
    pub fn put(&self, out: &mut Vec<u8>) {
        match self.whole {
            Some(whole) => {
                out.extend_from_slice(whole);
                out.extend_from_slice(b"\r\n");
            }
            None => crate::forwarded::put_field(out, self.name, self.value),
        }
    }
}

/// The bytes of a head and the fields in it; memory is reused from head to head.
#[derive(Clone, Debug, Default)]
pub struct Fields {
    raw: Vec<u8>,
    list: Vec<Field>,
}

fn span(start: usize, end: usize) -> (u32, u32) {
    // A head is bounded far below 4 GiB by its limit.
    (u32::try_from(start).unwrap_or(u32::MAX), u32::try_from(end).unwrap_or(u32::MAX))
}

impl Fields {
    /// Takes a head (start line, fields, closing empty line) and parses the fields; gives the length of the start line.
    pub fn parse(&mut self, head: &[u8]) -> Result<usize, Reject> {
        self.raw.clear();
        self.raw.extend_from_slice(head);
        self.list.clear();
        let mut at = memchr(b'\n', head).map_or(head.len(), |n| n + 1);
        let start_line = at.saturating_sub(2);
        while let Some(n) = memchr(b'\n', &head[at..]) {
            let end = at + n;
            if n == 0 || head[end - 1] != b'\r' {
                return Err(Reject::bad("bare line feed"));
            }
            let line = &head[at..end - 1];
            if line.is_empty() {
                return Ok(start_line);
            }
            self.line(line, at)?;
            at = end + 1;
        }
        Err(Reject::bad("head without end"))
    }

    fn line(&mut self, line: &[u8], at: usize) -> Result<(), Reject> {
        if matches!(line[0], b' ' | b'\t') {
            return Err(Reject::bad("folded field"));
        }
        let colon = memchr(b':', line).ok_or(Reject::bad("field without colon"))?;
        let name = &line[..colon];
        if !is_token(name) {
            return Err(Reject::bad("field name"));
        }
        if !is_value(&line[colon + 1..]) {
            return Err(Reject::bad("field value"));
        }
        if self.list.len() >= MAX_FIELDS {
            return Err(Reject::with(431, "too many fields"));
        }
        let value = trim(&line[colon + 1..]);
        let lead = line[colon + 1..].iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
        let from = at + colon + 1 + lead;
        self.list.push(Field { id: Name::of(name), name: span(at, at + colon), value: span(from, from + value.len()) });
        Ok(())
    }

    /// The whole head as received.
    pub fn raw(&self) -> &[u8] {
        &self.raw
    }

    fn slice(&self, (start, end): (u32, u32)) -> &[u8] {
        self.raw.get(start as usize..end as usize).unwrap_or_default()
    }

    /// Name, bytes of the name and bytes of the value of each field, in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (Name, &[u8], &[u8])> {
        self.list.iter().map(|f| (f.id, self.slice(f.name), self.slice(f.value)))
    }

    /// As [`Fields::iter`], and each field as it is sent on: appended to `out` in one piece where it was written `name: value`.
    pub fn lines(&self) -> impl Iterator<Item = (Name, &[u8], &[u8], Line<'_>)> {
        self.list.iter().map(|f| {
            let (name, value) = (self.slice(f.name), self.slice(f.value));
            let plain = f.value.0 == f.name.1 + 2 && self.raw.get(f.name.1 as usize + 1) == Some(&b' ') && !value.is_empty();
            (f.id, name, value, Line { whole: plain.then(|| self.slice((f.name.0, f.value.1))), name, value })
        })
    }

    /// Every value of a known name, in order.
    pub fn all(&self, id: Name) -> impl DoubleEndedIterator<Item = &[u8]> {
        self.list.iter().filter(move |f| f.id == id).map(|f| self.slice(f.value))
    }

    /// The first value of a known name.
    pub fn first(&self, id: Name) -> Option<&[u8]> {
        self.all(id).next()
    }

    /// Every value of a field, ASCII case of the name ignored, in order.
    pub fn named<'a>(&'a self, name: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
        self.iter().filter(move |(_, n, _)| n.eq_ignore_ascii_case(name)).map(|(_, _, value)| value)
    }

    /// The value of the first cookie of this name (RFC 6265 section 4.2).
    pub fn cookie(&self, name: &[u8]) -> Option<&[u8]> {
        let pairs = self.named(b"cookie").flat_map(|v| v.split(|b| *b == b';')).map(crate::bytes::trim);
        pairs.filter_map(|p| p.strip_prefix(name)).find_map(|rest| rest.strip_prefix(b"="))
    }

    /// Whether a list-valued known field holds this token.
    pub fn has_token(&self, id: Name, token: &[u8]) -> bool {
        self.all(id).any(|v| crate::bytes::list(v).any(|t| t.eq_ignore_ascii_case(token)))
    }

    /// Whether `Connection` names this field, which is then hop-by-hop.
    pub fn connection_names(&self, name: &[u8]) -> bool {
        self.has_token(Name::Connection, name)
    }
}

#[cfg(test)]
mod tests {
    use super::Fields;

    #[test]
    fn lines_are_written_one_way() {
        let mut fields = Fields::default();
        fields.parse(b"GET / HTTP/1.1\r\nA: 1\r\nB:2\r\nC:\t3\r\nD:\r\nE:   5 \r\nF: \r\n\r\n").unwrap_or_else(|e| panic!("{e}"));
        let mut out = Vec::new();
        fields.lines().for_each(|(_, _, _, line)| line.put(&mut out));
        assert_eq!(String::from_utf8_lossy(&out), "A: 1\r\nB: 2\r\nC: 3\r\nD: \r\nE: 5\r\nF: \r\n");
    }

    #[test]
    fn cookies() {
        let mut fields = Fields::default();
        fields.parse(b"GET / HTTP/1.1\r\nCookie: ab=1; a=2\r\ncookie: sid=x=y; a=3\r\n\r\n").unwrap_or_else(|e| panic!("{e}"));
        for (name, value) in [("a", Some("2")), ("ab", Some("1")), ("sid", Some("x=y")), ("b", None), ("s", None)] {
            assert_eq!(fields.cookie(name.as_bytes()), value.map(str::as_bytes), "{name}");
        }
    }
}
