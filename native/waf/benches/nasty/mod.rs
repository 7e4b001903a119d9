//! Bodies of 1 MiB that cost an engine most.

use super::crs_rules;
use hcc_waf::pattern::{Flags, Pattern};
use std::fmt::Write;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// Bytes of a body.
pub const BODY: usize = 1 << 20;
/// Bytes that patterns are tried on to find the worst for each.
const TRIED: usize = 32 << 10;
/// Literals of a pattern that are tried.
const LITERALS: usize = 6;

/// Repeated, these keep many threads of a pattern alive, pass prefilters, or are changed by many transformations.
const KNOWN: [&str; 44] = [
    "a",
    " ",
    "'",
    "\"",
    "(",
    "/",
    "a'",
    "1'1",
    "\"'` ",
    "x/",
    "a.b.",
    "select ",
    "<x on",
    "or 1 ",
    "javascript:(",
    "&#x",
    "<OBJECT",
    "<object ",
    "<a ",
    "{{",
    "[]",
    "()",
    "%25",
    "%u0041",
    "%2541",
    "\\u0041",
    "\\x41",
    "\\101",
    "&#65;",
    "&lt;",
    "/*/*",
    "/**/",
    "<!--",
    "--",
    "QUJD",
    "aGVsbG8gd29ybGQ",
    "0x41",
    "\u{e9}\u{4e16}",
    "../",
    "..\\",
    ";'\"()[]{}<>%$#@!",
    "union select 1,2 from a where b='c' or ",
    "$(a)${b}`c`",
    "A b\tC\n",
];

/// What is put between repetitions of a literal.
const BETWEEN: [&str; 9] = ["", " ", "'", "(", "\"", "=", "/", ".", "a "];

/// Text and what it is for.
pub struct Piece {
    /// The rule, or 0.
    pub rule: u32,
    pub text: Vec<u8>,
}

/// The nastiest piece for every rule, then those that are known, and the phrases of the files.
pub fn pieces(rules: &str) -> Vec<Piece> {
    let mut all: Vec<Piece> = KNOWN.iter().map(|text| Piece { rule: 0, text: text.as_bytes().to_vec() }).collect();
    for rule in crs_rules::version_3().unwrap_or_default() {
        let Ok(pattern) = Pattern::compile_bytes(&rule.pattern, Flags::default()) else { continue };
        all.push(Piece { rule: rule.id, text: nastiest(&pattern) });
        let literals = &pattern.required().literals;
        if !literals.is_empty() {
            all.push(Piece { rule: rule.id, text: literals.join(&b' ') });
        }
    }
    let mut files: Vec<_> = std::fs::read_dir(rules).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.retain(|file| file.extension().is_some_and(|end| end == "data"));
    files.sort();
    for file in files {
        let text = std::fs::read(file).unwrap_or_default();
        let phrases: Vec<&[u8]> = text.split(|b| *b == b'\n').filter(|line| !line.is_empty() && line[0] != b'#').collect();
        all.push(Piece { rule: 0, text: phrases.join(&b' ') });
    }
    all.sort_by(|a, b| a.text.cmp(&b.text));
    all.dedup_by(|a, b| a.text == b.text);
    all
}

/// What the pattern takes longest for.
fn nastiest(pattern: &Pattern) -> Vec<u8> {
    let mut candidates: Vec<Vec<u8>> = KNOWN.iter().map(|text| text.as_bytes().to_vec()).collect();
    for literal in pattern.required().literals.iter().take(LITERALS) {
        candidates.extend(BETWEEN.iter().map(|between| [literal.as_slice(), between.as_bytes()].concat()));
    }
    let cost = |text: &Vec<u8>| {
        let value = text.repeat(TRIED / text.len().max(1));
        let time = |_| {
            let start = Instant::now();
            black_box(pattern.is_match(&value));
            start.elapsed()
        };
        (0..2).map(time).min().unwrap_or(Duration::MAX)
    };
    let costs: Vec<Duration> = candidates.iter().map(cost).collect();
    candidates.into_iter().zip(costs).max_by_key(|(_, cost)| *cost).map_or_else(Vec::new, |(text, _)| text)
}

/// A way to send text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One field of a form, escapes as they are.
    Form,
    /// 900 fields of a form.
    Fields,
    /// One string.
    Json,
    /// An array of 900 strings.
    Strings,
    /// One field.
    Multipart,
    /// The text of an element.
    Xml,
    /// A body that does not say what it is.
    Untold,
}

impl Kind {
    pub const ALL: [Self; 7] = [Self::Form, Self::Fields, Self::Json, Self::Strings, Self::Multipart, Self::Xml, Self::Untold];

    /// `Content-Type`; empty where there is none.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Form | Self::Fields => "application/x-www-form-urlencoded",
            Self::Json | Self::Strings => "application/json",
            Self::Multipart => "multipart/form-data; boundary=zzzz",
            Self::Xml => "text/xml",
            Self::Untold => "",
        }
    }

    /// A body of [`BODY`] bytes at most that repeats the text.
    pub fn body(self, text: &[u8]) -> Vec<u8> {
        let once = self.escaped(text);
        let fill = |bytes: usize| once.repeat(bytes / once.len().max(1));
        let mut body = Vec::with_capacity(BODY);
        match self {
            Self::Form => body = [&b"a="[..], &fill(BODY - 2)].concat(),
            Self::Json => body = [&b"{\"a\":\""[..], &fill(BODY - 8), b"\"}"].concat(),
            Self::Multipart => {
                let head = b"--zzzz\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n";
                body = [&head[..], &fill(BODY - 100), b"\r\n--zzzz--\r\n"].concat();
            }
            Self::Xml => body = [&b"<a>"[..], &fill(BODY - 7), b"</a>"].concat(),
            Self::Untold => body = [&b"x "[..], &fill(BODY - 2)].concat(),
            Self::Fields | Self::Strings => {
                let (json, each) = (self == Self::Strings, fill(BODY / 900 - 20));
                body.extend_from_slice(if json { b"[" } else { b"" });
                for n in 0..900 {
                    let mut start = String::new();
                    let between = if n == 0 { "" } else { [",", "&"][usize::from(!json)] };
                    let _ = if json { write!(start, "{between}\"{n} ") } else { write!(start, "{between}f{n}={n}+") };
                    body.extend_from_slice(start.as_bytes());
                    body.extend_from_slice(&each);
                    body.extend_from_slice(if json { b"\"" } else { b"" });
                }
                body.extend_from_slice(if json { b"]" } else { b"" });
            }
        }
        assert!(body.len() <= BODY);
        body
    }

    /// What must not stand in such a body for itself.
    fn escaped(self, text: &[u8]) -> Vec<u8> {
        // JSON and XML are read as UTF-8 or not at all.
        let text = if matches!(self, Self::Json | Self::Strings | Self::Xml) {
            String::from_utf8_lossy(text).into_owned().into_bytes()
        } else {
            text.to_vec()
        };
        let mut out = Vec::new();
        for byte in &text {
            match (self, byte) {
                (Self::Form | Self::Fields, b'&' | b'+') => out.extend_from_slice(format!("%{byte:02x}").as_bytes()),
                (Self::Json | Self::Strings, b'"' | b'\\') => out.extend_from_slice(&[b'\\', *byte]),
                (Self::Json | Self::Strings, 0..0x20) => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
                (Self::Xml, b'<') => out.extend_from_slice(b"&lt;"),
                (Self::Xml, 0..0x20) => out.push(b' '),
                (Self::Xml, b'&') => out.extend_from_slice(b"&amp;"),
                _ => out.push(*byte),
            }
        }
        out
    }
}
