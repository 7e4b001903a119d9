//! What a matching rule leaves behind.

use crate::seclang::action::severity_name;
use std::fmt::Write;

/// Longest message or data of an event, bytes.
pub const MAX_TEXT: usize = 1024;
/// Longest excerpt of a value, bytes.
pub const MAX_EXCERPT: usize = 256;
/// Most events of one request; later ones are counted only.
pub const MAX_EVENTS: usize = 200;

/// One match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The rule's number.
    pub rule: u32,
    /// The phase it ran in.
    pub phase: u8,
    /// Its message.
    pub message: String,
    /// Data beside the message.
    pub data: String,
    /// 0 (EMERGENCY) to 7 (DEBUG).
    pub severity: Option<u8>,
    /// Its tags.
    pub tags: Vec<String>,
    /// `ver`
    pub version: String,
    /// `rev`
    pub revision: String,
    /// `maturity` and `accuracy`, 0 when not said.
    pub grades: (u8, u8),
    /// What the rule tests, as written.
    pub operator: String,
    /// Name of the value that matched: `ARGS:q`.
    pub variable: String,
    /// The value's beginning, `***` where it is to be hidden.
    pub value: String,
    /// How many values matched.
    pub count: u32,
    /// Whether it ended the request.
    pub ended: bool,
    /// Whether it belongs in the audit log.
    pub audit: bool,
    /// File and line of the rule.
    pub file: String,
    /// Line of the rule.
    pub line: u32,
}

/// What an error line says about its request.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    /// The client's address.
    pub client: &'a str,
    /// The host asked for.
    pub host: &'a str,
    /// The target as received.
    pub uri: &'a str,
    /// The request's id.
    pub unique_id: &'a str,
    /// The status that a rule ended the request with.
    pub status: Option<u16>,
}

impl Event {
    /// The line that `ModSecurity` writes to an error log, which test tools and log watchers read.
    pub fn error_line(&self, about: &About<'_>) -> String {
        let mut line = String::new();
        let _ = write!(line, "[client {}] ModSecurity: ", about.client);
        let _ = match (self.ended, about.status) {
            (false, _) => write!(line, "Warning."),
            (true, Some(status)) => write!(line, "Access denied with code {status} (phase {}).", self.phase),
            (true, None) => write!(line, "Access allowed (phase {}).", self.phase),
        };
        let _ = if self.operator == "SecAction" {
            write!(line, " Unconditional match in SecAction.")
        } else {
            write!(line, " Matched \"{}\" at {}.", quoted(&self.operator), quoted(&self.variable))
        };
        let _ = write!(line, " [file \"{}\"] [line \"{}\"] [id \"{}\"]", quoted(&self.file), self.line, self.rule);
        let mut part = |name: &str, text: &str| {
            if !text.is_empty() {
                let _ = write!(line, " [{name} \"{}\"]", quoted(text));
            }
        };
        part("rev", &self.revision);
        part("msg", &self.message);
        part("data", &self.data);
        part("severity", self.severity.map_or("", severity_name));
        part("ver", &self.version);
        for (name, grade) in [("maturity", self.grades.0), ("accuracy", self.grades.1)] {
            if grade > 0 {
                part(name, &grade.to_string());
            }
        }
        for tag in &self.tags {
            part("tag", tag);
        }
        part("hostname", about.host);
        part("uri", about.uri);
        part("unique_id", about.unique_id);
        line
    }
}

/// Quotes and control characters escaped, so that a line stays a line.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => {
                let _ = write!(out, "\\x{:02x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}

/// At most `most` bytes of a text, as UTF-8; what is not is shown as `\xNN`.
pub fn excerpt(bytes: &[u8], most: usize) -> String {
    let mut out = String::new();
    for chunk in bytes[..bytes.len().min(most)].utf8_chunks() {
        out.push_str(chunk.valid());
        for byte in chunk.invalid() {
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
    if bytes.len() > most {
        out.push('…');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn excerpts_are_bounded_text() {
        for (bytes, most, expected) in
            [(&b"abc"[..], 10, "abc"), (b"abc", 2, "ab\u{2026}"), (b"a\xffb", 10, "a\\xffb"), ("\u{e4}".as_bytes(), 1, "\\xc3\u{2026}")]
        {
            assert_eq!(excerpt(bytes, most), expected);
        }
    }

    #[test]
    fn lines_stay_lines() {
        let event = Event {
            rule: 942_100,
            phase: 2,
            message: "SQL \"x\"\n".to_owned(),
            data: String::new(),
            severity: Some(2),
            tags: vec!["a".to_owned()],
            version: String::new(),
            revision: String::new(),
            grades: (0, 0),
            operator: "@detectSQLi".to_owned(),
            variable: "ARGS:q".to_owned(),
            value: String::new(),
            count: 1,
            ended: false,
            audit: true,
            file: "a.conf".to_owned(),
            line: 3,
        };
        let rest = "Matched \"@detectSQLi\" at ARGS:q. [file \"a.conf\"] [line \"3\"] [id \"942100\"] [msg \"SQL \\\"x\\\"\\x0a\"] \
             [severity \"CRITICAL\"] [tag \"a\"] [hostname \"h\"] [uri \"/\"] [unique_id \"u\"]";
        for (ended, status, what) in [
            (false, None, "Warning."),
            (false, Some(403), "Warning."),
            (true, Some(403), "Access denied with code 403 (phase 2)."),
            (true, None, "Access allowed (phase 2)."),
        ] {
            let event = Event { ended, ..event.clone() };
            let about = About { client: "1.2.3.4", host: "h", uri: "/", unique_id: "u", status };
            let line = event.error_line(&about);
            assert_eq!(line, format!("[client 1.2.3.4] ModSecurity: {what} {rest}"));
            let line = Event { operator: "SecAction".to_owned(), ..event }.error_line(&about);
            assert!(line.starts_with(&format!("[client 1.2.3.4] ModSecurity: {what} Unconditional match in SecAction. [file")), "{line}");
        }
    }
}
