//! Answers the gateway makes itself: errors as envelope, problem details (RFC 9457) or page by `Accept`, redirects, fixed answers.

use crate::edits::Edits;
use crate::site::pages::ErrorPages;
use crate::time::{http_date, rfc3339, unix_ms};
use crate::{weight, words};
use hcc_http::bytes::{list, put_u64, trim};
use hcc_http::forwarded::put_field;
use serde_json::{Value, json};
use std::fmt::Write;
use std::sync::Arc;

/// An answer of the gateway itself.
#[derive(Debug)]
pub struct Answer {
    /// Status code.
    pub status: u16,
    /// For the access log.
    pub reason: &'static str,
    /// More field lines.
    pub fields: Vec<(&'static str, String)>,
    /// Whether the connection closes after it.
    pub close: bool,
    /// What its body is.
    pub content: Content,
}

/// What the body of an answer is.
#[derive(Debug)]
pub enum Content {
    /// The status' own words, as the client wants them.
    Error,
    /// Other words than the status' own, and facts for programs.
    Told {
        /// Code for programs.
        code: &'static str,
        /// What people are told; the status' own words unless given.
        message: Option<String>,
        /// Facts for programs.
        details: Value,
    },
    /// A body of its own.
    Fixed {
        /// Its `Content-Type`.
        content_type: Arc<str>,
        /// Its bytes.
        body: Arc<str>,
    },
    /// A page of the gateway's own, with fields of its own: neither the platform nor a route changes them.
    Page(String),
    /// None.
    Empty,
}

impl Answer {
    /// An answer after which the connection may stay open. Below 400 it has no body.
    pub fn new(status: u16, reason: &'static str) -> Self {
        let content = if status < 400 { Content::Empty } else { Content::Error };
        Self { status, reason, fields: Vec::new(), close: false, content }
    }

    /// An answer after which the connection closes.
    pub fn closing(status: u16, reason: &'static str) -> Self {
        Self { close: true, ..Self::new(status, reason) }
    }

    /// A redirect to a URI that can stand in a field.
    pub fn redirect(status: u16, location: String) -> Self {
        Self::new(status, "redirect").with("Location", location)
    }

    /// A body as it is.
    pub fn fixed(status: u16, content_type: Arc<str>, body: Arc<str>) -> Self {
        Self { content: Content::Fixed { content_type, body }, ..Self::new(status, "fixed answer") }
    }

    /// A page of the gateway's own.
    pub fn page(status: u16, reason: &'static str, page: String) -> Self {
        Self { content: Content::Page(page), ..Self::new(status, reason) }
    }

    /// With one more field; the value must be fit for one.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: String) -> Self {
        self.fields.push((name, value));
        self
    }

    /// With another code and message than the status' own.
    #[must_use]
    pub fn with_message(mut self, code: &'static str, message: &str) -> Self {
        self.content = Content::Told { code, message: Some(message.to_owned()), details: Value::Null };
        self
    }

    /// With facts for programs.
    #[must_use]
    pub fn with_details(mut self, details: Value) -> Self {
        let (code, message) = match self.content {
            Content::Told { code, message, .. } => (code, message),
            _ => (words::error(self.status).0, None),
        };
        self.content = Content::Told { code, message, details };
        self
    }
}

/// What an answer is rendered for.
#[derive(Debug)]
pub struct Context<'a> {
    /// The client's `Accept`, or nothing.
    pub accept: &'a [u8],
    /// The request's id.
    pub request_id: &'a [u8],
    /// What becomes of the fields.
    pub edits: Edits<'a>,
    /// The site's own pages.
    pub pages: Option<&'a ErrorPages>,
}

/// An answer as bytes, for any version of HTTP.
#[derive(Debug)]
pub struct Rendered {
    /// Status code.
    pub status: u16,
    /// Its reason phrase, perhaps empty.
    pub reason_phrase: &'static str,
    /// Field lines with their line ends, `Content-Type` and `Content-Length` among them, `Connection` not.
    pub lines: Vec<u8>,
    /// The body; for a HEAD it is left out by the writer.
    pub body: Vec<u8>,
}

impl Rendered {
    /// Appends the answer as HTTP/1.1.
    pub fn put_h1(&self, out: &mut Vec<u8>, close: bool, without_body: bool) {
        out.extend_from_slice(b"HTTP/1.1 ");
        put_u64(out, u64::from(self.status));
        out.push(b' ');
        out.extend_from_slice(self.reason_phrase.as_bytes());
        out.extend_from_slice(b"\r\n");
        out.extend_from_slice(&self.lines);
        if close {
            out.extend_from_slice(b"Connection: close\r\n");
        }
        out.extend_from_slice(b"\r\n");
        if !without_body {
            out.extend_from_slice(&self.body);
        }
    }
}

/// Renders an answer for a client.
pub fn render(answer: &Answer, context: &Context<'_>) -> Rendered {
    let now = unix_ms();
    let (kind, body): (&str, Vec<u8>) = match &answer.content {
        Content::Empty => ("", Vec::new()),
        Content::Page(page) => ("text/html; charset=utf-8", page.as_bytes().to_vec()),
        Content::Fixed { content_type, body } => (content_type, body.as_bytes().to_vec()),
        Content::Error => error(answer.status, None, &Value::Null, context, now),
        Content::Told { code, message, details } => error(answer.status, Some((code, message.as_deref())), details, context, now),
    };
    let is_error = matches!(answer.content, Content::Error | Content::Told { .. });
    let edits = &context.edits;
    // What a route says of its answers holds for its own ones; an error of ours is no answer of the route's.
    let own_page = matches!(answer.content, Content::Page(_));
    let rules = !is_error && !own_page;
    let mut lines = Vec::with_capacity(512);
    let mut put = |name: &str, value: &[u8]| {
        if own_page || !edits.replaces(name.as_bytes(), rules) {
            put_field(&mut lines, name.as_bytes(), value);
        }
    };
    put("Date", http_date(now).as_bytes());
    if !body.is_empty() {
        put("Content-Type", kind.as_bytes());
    }
    if is_error {
        put("Cache-Control", b"no-store");
        put("X-Content-Type-Options", b"nosniff");
    }
    for (name, value) in &answer.fields {
        put(name, value.as_bytes());
    }
    // Neither has content, and a length would be read as that of something else (RFC 9110 section 8.6).
    if !matches!(answer.status, 204 | 304) {
        lines.extend_from_slice(b"Content-Length: ");
        put_u64(&mut lines, body.len() as u64);
        lines.extend_from_slice(b"\r\n");
    }
    put_field(&mut lines, b"X-Request-Id", context.request_id);
    for field in edits.defaults().filter(|d| !(is_error && d.name == "X-Content-Type-Options")) {
        if !answer.fields.iter().any(|(n, _)| n.eq_ignore_ascii_case(field.name)) {
            lines.extend_from_slice(&field.line);
        }
    }
    if !own_page {
        edits.put_lines(&mut lines, rules);
    }
    Rendered { status: answer.status, reason_phrase: words::phrase(answer.status), lines, body }
}

fn error(status: u16, told: Option<(&str, Option<&str>)>, details: &Value, context: &Context<'_>, now: u64) -> (&'static str, Vec<u8>) {
    let (code, own) = words::error(status);
    let (code, message) = told.map_or((code, own), |(code, message)| (code, message.unwrap_or(own)));
    let title = words::phrase(status);
    let id = String::from_utf8_lossy(context.request_id);
    match preferred(context.accept) {
        Kind::Problem => {
            let mut problem =
                json!({"type": "about:blank", "title": title, "status": status, "detail": message, "code": code, "request_id": id});
            if !details.is_null() {
                problem["details"] = details.clone();
            }
            ("application/problem+json", problem.to_string().into_bytes())
        }
        Kind::Html => {
            let page = context.pages.and_then(|p| p.of(status)).map_or_else(|| page(status, title, message, &id), str::to_owned);
            ("text/html; charset=utf-8", page.into_bytes())
        }
        Kind::Json => {
            let error = json!({"code": code, "message": message, "details": details});
            let envelope = json!({"success": false, "data": null, "error": error, "timestamp": rfc3339(now), "request_id": id});
            ("application/json", envelope.to_string().into_bytes())
        }
    }
}

fn page(status: u16, title: &str, message: &str, id: &str) -> String {
    let mut page = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>{status} {title}</title><style>body{{font:16px/1.5 system-ui;max-width:32rem;margin:20vh auto;padding:0 1rem}}\
         small{{color:#666}}</style></head><body><h1>{title}</h1><p>"
    );
    escape_html(&mut page, message);
    page.push_str("</p><small>");
    let _ = write!(page, "{status} · ");
    escape_html(&mut page, id);
    page.push_str("</small></body></html>\n");
    page
}

fn escape_html(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("<br>"),
            _ => out.push(c),
        }
    }
}

/// Whether a client wants a page rather than something for programs.
pub fn prefers_html(accept: &[u8]) -> bool {
    preferred(accept) == Kind::Html
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Json,
    Problem,
    Html,
}

/// The kind named with the highest weight (RFC 9110 section 12.5.1); JSON when none of them is named.
fn preferred(accept: &[u8]) -> Kind {
    let mut best = (Kind::Json, 0);
    for element in list(accept) {
        let mut parts = element.split(|b| *b == b';').map(trim);
        let kind = match parts.next().unwrap_or_default() {
            k if k.eq_ignore_ascii_case(b"application/problem+json") => Kind::Problem,
            k if k.eq_ignore_ascii_case(b"text/html") => Kind::Html,
            k if k.eq_ignore_ascii_case(b"application/json") => Kind::Json,
            _ => continue,
        };
        let weight = weight::of(parts);
        // Named alike, what is for programs goes before what is for people.
        if weight > best.1 || (weight == best.1 && weight > 0 && best.0 == Kind::Html) {
            best = (kind, weight);
        }
    }
    best.0
}

#[cfg(test)]
#[path = "render_tests.rs"]
mod tests;
