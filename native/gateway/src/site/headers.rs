//! Changes of header fields, compiled so that a request costs no more than a look at short lists.

use crate::snapshot::HeaderRules;
use hcc_http::Name;
use hcc_http::bytes::{is_token, is_value, trim};
use hcc_http::forwarded::put_field;

/// Most fields that one set of rules names.
const MAX_RULES: usize = 64;
/// Longest value that a rule sets, in bytes.
const MAX_VALUE: usize = 4096;

/// Which way the fields go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// To the upstream.
    Request,
    /// To the client.
    Response,
}

/// Fields that go and fields that come.
#[derive(Debug, Default)]
pub struct Rules {
    drops: Vec<Box<[u8]>>,
    touched: Vec<Box<[u8]>>,
    lines: Vec<u8>,
}

impl Rules {
    /// Compiles rules; names of framing, hop-by-hop and of the gateway's own fields are refused.
    pub(super) fn compile(body: &HeaderRules, direction: Direction) -> Result<Self, String> {
        let mut rules = Self::default();
        if body.remove.len() + body.set.len() + body.add.len() > MAX_RULES {
            return Err(format!("more than {MAX_RULES} fields are changed"));
        }
        for name in body.remove.iter().chain(body.set.keys()) {
            check_name(name, direction)?;
            rules.drops.push(name.to_ascii_lowercase().into_bytes().into());
        }
        if direction == Direction::Request && body.remove.iter().chain(body.add.keys()).any(|n| n.eq_ignore_ascii_case("host")) {
            return Err("Host can be set, not removed or added".to_owned());
        }
        for (name, value) in body.set.iter().chain(&body.add) {
            check_name(name, direction)?;
            let bytes = value.as_bytes();
            let host = direction == Direction::Request && name.eq_ignore_ascii_case("host");
            if !is_value(bytes) || trim(bytes) != bytes || bytes.len() > MAX_VALUE || (host && hcc_http::host::split(bytes).is_none()) {
                return Err(format!("value of {name} cannot stand in a field"));
            }
            put_field(&mut rules.lines, name.as_bytes(), bytes);
        }
        rules.touched =
            body.remove.iter().chain(body.set.keys()).chain(body.add.keys()).map(|n| n.to_ascii_lowercase().into_bytes().into()).collect();
        Ok(rules)
    }

    /// Whether a field that was received goes.
    pub fn drops(&self, name: &[u8]) -> bool {
        self.drops.iter().any(|d| name.eq_ignore_ascii_case(d))
    }

    /// Lines that come at the end, each with its line end.
    pub fn lines(&self) -> &[u8] {
        &self.lines
    }

    /// Appends the lines, less those whose names are `kept` by somebody else.
    pub fn put_lines(&self, out: &mut Vec<u8>, kept: impl Fn(&[u8]) -> bool) {
        if !self.touched.iter().any(|name| kept(name)) {
            return out.extend_from_slice(&self.lines);
        }
        for line in self.lines.split_inclusive(|b| *b == b'\n') {
            let name = line.split(|b| *b == b':').next().unwrap_or_default();
            if !kept(name) {
                out.extend_from_slice(line);
            }
        }
    }

    /// Whether nothing is changed.
    pub fn is_empty(&self) -> bool {
        self.touched.is_empty()
    }

    /// Whether these rules say anything of a field.
    pub fn touches(&self, name: &[u8]) -> bool {
        self.touched.iter().any(|t| name.eq_ignore_ascii_case(t))
    }
}

fn check_name(name: &str, direction: Direction) -> Result<(), String> {
    let dashed = name.replace('_', "-");
    let id = Name::of(dashed.as_bytes());
    // What tells the upstream who asks must come from nowhere else.
    let own = id == Name::XRequestId
        || (direction == Direction::Request
            && matches!(
                id,
                Name::XAuth
                    | Name::Expect
                    | Name::Forwarded
                    | Name::XForwardedFor
                    | Name::XForwardedHost
                    | Name::XForwardedProto
                    | Name::XRealIp
            ));
    let fine = is_token(name.as_bytes()) && !id.is_hop_by_hop() && !own && (id == Name::Other || dashed == name);
    if fine { Ok(()) } else { Err(format!("the field {name} is not for rules")) }
}

/// A field set where the upstream sets none.
#[derive(Clone, Debug)]
pub struct DefaultField {
    /// Its name.
    pub name: &'static str,
    /// Its line with the line end.
    pub line: Box<[u8]>,
}

/// `Strict-Transport-Security` (RFC 6797), only for answers over TLS.
pub(super) fn hsts(seconds: u64) -> Option<DefaultField> {
    (seconds > 0).then(|| default_field("Strict-Transport-Security", &format!("max-age={seconds}")))
}

/// The usual security headers, less those that the route's own rules speak of. `X-XSS-Protection` is not among them: what it
/// switched on in old browsers could itself be abused.
pub(super) fn security(rules: &Rules) -> Vec<DefaultField> {
    [("X-Content-Type-Options", "nosniff"), ("X-Frame-Options", "SAMEORIGIN"), ("Referrer-Policy", "strict-origin-when-cross-origin")]
        .into_iter()
        .filter(|(name, _)| !rules.touches(name.as_bytes()))
        .map(|(name, value)| default_field(name, value))
        .collect()
}

fn default_field(name: &'static str, value: &str) -> DefaultField {
    let mut line = Vec::new();
    put_field(&mut line, name.as_bytes(), value.as_bytes());
    DefaultField { name, line: line.into() }
}

#[cfg(test)]
#[path = "headers_tests.rs"]
mod tests;
