//! Cross-origin requests (the Fetch standard, section 3.2): preflights answered here, answers marked.

use crate::render::Answer;
use crate::snapshot::CorsBody;
use hcc_http::RequestHead;
use hcc_http::bytes::{is_host, is_token, list};
use hcc_http::forwarded::put_field;

type Bytes = Box<[u8]>;

/// What other origins may do, ready to serve.
#[derive(Debug)]
pub struct Cors {
    any: bool,
    exact: Vec<Bytes>,
    /// Scheme with `://`, and what follows the free labels, with its dot.
    wild: Vec<(Bytes, Bytes)>,
    methods: String,
    headers: String,
    expose: String,
    credentials: bool,
    max_age_s: Option<u32>,
}

/// A cross-origin request that asks whether another one may be sent.
#[derive(Clone, Copy, Debug)]
pub struct Preflight<'a> {
    /// Who asks.
    pub origin: &'a [u8],
    /// The method of the request to come.
    pub method: &'a [u8],
}

/// The value of a field that [`hcc_http::Name`] does not know.
pub(crate) fn field<'a>(head: &'a RequestHead, name: &[u8]) -> Option<&'a [u8]> {
    head.fields.iter().find(|(_, n, _)| n.eq_ignore_ascii_case(name)).map(|(_, _, value)| value)
}

impl<'a> Preflight<'a> {
    /// The preflight that a request is, when it is one.
    pub fn of(head: &'a RequestHead) -> Option<Self> {
        if head.method() != b"OPTIONS" {
            return None;
        }
        let method = field(head, b"access-control-request-method").filter(|m| is_token(m) && m.len() <= 32)?;
        Some(Self { origin: field(head, b"origin")?, method })
    }
}

impl Cors {
    /// Compiles what a route allows.
    pub(super) fn compile(body: &CorsBody) -> Result<Self, String> {
        let mut cors = Self {
            any: false,
            exact: Vec::new(),
            wild: Vec::new(),
            methods: tokens(&body.methods, body.credentials)?,
            headers: tokens(&body.headers, body.credentials)?,
            expose: tokens(&body.expose, body.credentials)?,
            credentials: body.credentials,
            max_age_s: body.max_age_s,
        };
        for origin in &body.origins {
            if origin == "*" {
                cors.any = true;
                continue;
            }
            let lower = origin.to_ascii_lowercase();
            let (scheme, rest) = lower.split_once("://").ok_or_else(|| format!("cors: no origin: {origin}"))?;
            let name = rest.strip_prefix("*.").unwrap_or(rest);
            if !matches!(scheme, "http" | "https") || hcc_http::host::split(name.as_bytes()).is_none() {
                return Err(format!("cors: no origin: {origin}"));
            }
            if name.len() < rest.len() {
                cors.wild.push((format!("{scheme}://").into_bytes().into(), format!(".{name}").into_bytes().into()));
            } else {
                cors.exact.push(lower.into_bytes().into());
            }
        }
        if cors.any && cors.credentials {
            return Err("cors: the origin * excludes credentials".to_owned());
        }
        if body.origins.is_empty() {
            return Err("cors: no origins".to_owned());
        }
        Ok(cors)
    }

    /// Whether requests of an origin are allowed. Browsers write origins in lower case and without default ports.
    pub fn allows(&self, origin: &[u8]) -> bool {
        self.any
            || self.exact.iter().any(|e| **e == *origin)
            || self.wild.iter().any(|(scheme, suffix)| {
                let labels = origin.strip_prefix(&**scheme).and_then(|o| o.strip_suffix(&**suffix));
                labels.is_some_and(|l| is_host(l) && !l.starts_with(b".") && !l.ends_with(b".") && !l.windows(2).any(|w| w == b".."))
            })
    }

    /// The answer to a preflight, whose own lines must not be added again.
    pub fn preflight(&self, asked: &Preflight<'_>, head: &RequestHead) -> Answer {
        let allowed = self.allows(asked.origin);
        let mut answer = if allowed { Answer::new(204, "preflight") } else { Answer::new(403, "origin not allowed") };
        answer.fields.push(("Vary", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers".to_owned()));
        if !allowed {
            return answer;
        }
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        answer.fields.push(("Access-Control-Allow-Origin", if self.any { "*".to_owned() } else { text(asked.origin) }));
        if self.credentials {
            answer.fields.push(("Access-Control-Allow-Credentials", "true".to_owned()));
        }
        answer
            .fields
            .push(("Access-Control-Allow-Methods", if self.methods.is_empty() { text(asked.method) } else { self.methods.clone() }));
        let wanted = field(head, b"access-control-request-headers").unwrap_or_default();
        if !self.headers.is_empty() {
            answer.fields.push(("Access-Control-Allow-Headers", self.headers.clone()));
        } else if !wanted.is_empty() && list(wanted).all(is_token) {
            answer.fields.push(("Access-Control-Allow-Headers", text(wanted)));
        }
        if let Some(seconds) = self.max_age_s {
            answer.fields.push(("Access-Control-Max-Age", seconds.to_string()));
        }
        answer
    }

    /// Lines for the answer to a request that is no preflight.
    pub fn put_lines(&self, head: &RequestHead, out: &mut Vec<u8>) {
        if !self.any {
            out.extend_from_slice(b"Vary: Origin\r\n");
        }
        let Some(origin) = field(head, b"origin").filter(|o| self.allows(o)) else { return };
        put_field(out, b"Access-Control-Allow-Origin", if self.any { b"*" } else { origin });
        if self.credentials {
            out.extend_from_slice(b"Access-Control-Allow-Credentials: true\r\n");
        }
        if !self.expose.is_empty() {
            put_field(out, b"Access-Control-Expose-Headers", self.expose.as_bytes());
        }
    }

    /// Whether a field of the upstream's answer is replaced by what the route says.
    pub fn replaces(name: &[u8]) -> bool {
        const START: &[u8] = b"access-control-";
        name.len() > START.len() && name[..START.len()].eq_ignore_ascii_case(START)
    }
}

fn tokens(names: &[String], credentials: bool) -> Result<String, String> {
    for name in names {
        // With credentials a star is read as a name (Fetch, section 3.2.5).
        if !is_token(name.as_bytes()) || (credentials && name == "*") {
            return Err(format!("cors: {name} cannot be listed"));
        }
    }
    Ok(names.join(", "))
}

#[cfg(test)]
#[path = "cors_tests.rs"]
mod tests;
