//! Request bodies checked before the upstream sees them: content type, JSON, JSON Schema.

use crate::render::Answer;
use crate::snapshot::ValidateBody;
use hcc_http::bytes::{is_token, trim};
use jsonschema::PatternOptions;
use serde::de::IgnoredAny;
use serde_json::{Value, json};

/// Bytes of a body that is checked, unless the route says otherwise.
const MAX_BYTES: u64 = 1_048_576;
/// Most bytes that a route may ask to have checked: all of them are held in memory.
const MAX_MAX_BYTES: u64 = 16_777_216;
/// Longest schema, in bytes.
const MAX_SCHEMA: usize = 262_144;
/// Arrays and objects inside each other; parsers behind us that recurse go on well beyond it.
const MAX_DEPTH: usize = 64;
/// Errors told of one body.
const MAX_ERRORS: usize = 10;
/// Longest message of one error, in characters.
const MAX_MESSAGE: usize = 200;
/// Memory of one compiled pattern of a schema, in bytes.
const MAX_PATTERN: usize = 1_048_576;

/// Content types taken.
#[derive(Debug, Default)]
pub struct ContentTypes(Vec<String>);

/// Checks of a route, ready to use.
#[derive(Debug)]
pub struct Validator {
    types: ContentTypes,
    json: bool,
    schema: Option<jsonschema::Validator>,
    max_bytes: u64,
}

impl ContentTypes {
    /// Compiles `type/subtype`, `type/*` and `*/*`.
    pub fn compile(types: &[String]) -> Result<Self, String> {
        for kind in types {
            let parts = kind.split_once('/');
            if !parts.is_some_and(|(a, b)| is_token(a.as_bytes()) && is_token(b.as_bytes()) && (a != "*" || b == "*")) {
                return Err(format!("no content type: {kind}"));
            }
        }
        Ok(Self(types.iter().map(|t| t.to_ascii_lowercase()).collect()))
    }

    /// Whether a `Content-Type` is one of them; its parameters are not looked at.
    pub fn take(&self, content_type: Option<&[u8]>) -> bool {
        if self.0.is_empty() {
            return true;
        }
        let essence = content_type.and_then(|t| t.split(|b| *b == b';').next()).map(|t| trim(t).to_ascii_lowercase()).unwrap_or_default();
        let Some(slash) = essence.iter().position(|b| *b == b'/') else { return false };
        if !is_token(&essence[..slash]) || !is_token(&essence[slash + 1..]) {
            return false;
        }
        self.0.iter().any(|t| match t.strip_suffix('*') {
            Some("*/") => true,
            Some(start) => essence.starts_with(start.as_bytes()),
            None => essence == t.as_bytes(),
        })
    }
}

impl Validator {
    /// Compiles the checks; a schema that is none, or that refers to something outside of itself, is an error.
    pub fn compile(body: &ValidateBody) -> Result<Self, String> {
        let max_bytes = body.max_bytes.unwrap_or(MAX_BYTES);
        if max_bytes == 0 || max_bytes > MAX_MAX_BYTES {
            return Err(format!("validate: max_bytes is not 1 to {MAX_MAX_BYTES}"));
        }
        let types = ContentTypes::compile(&body.content_types).map_err(|e| format!("validate: {e}"))?;
        let schema = body.schema.as_ref().map(|s| schema(s.get())).transpose().map_err(|e| format!("validate: schema: {e}"))?;
        Ok(Self { types, json: body.json, schema, max_bytes })
    }

    /// Whether the body must be whole in memory for [`Validator::check`].
    pub fn wants_body(&self) -> bool {
        self.json || self.schema.is_some()
    }

    /// Bytes of a body that is checked; longer ones answer 413.
    pub fn max_bytes(&self) -> u64 {
        self.max_bytes
    }

    /// Checks what the head says of a body (415): its type, and that it is not encoded when it must be read.
    pub fn check_head(&self, content_type: Option<&[u8]>, content_encoding: Option<&[u8]>) -> Result<(), Answer> {
        if !self.types.take(content_type) {
            return Err(Answer::closing(415, "content type").with("Accept", self.types.0.join(", ")));
        }
        if self.wants_body() && content_encoding.is_some_and(|e| !e.eq_ignore_ascii_case(b"identity")) {
            return Err(Answer::closing(415, "content encoding").with("Accept-Encoding", "identity".to_owned()));
        }
        Ok(())
    }

    /// Checks a whole body: 415 by its type, 400 when it is no JSON, 422 when it does not satisfy the schema.
    pub fn check(&self, content_type: Option<&[u8]>, body: &[u8]) -> Result<(), Answer> {
        self.check_head(content_type, None)?;
        if !self.wants_body() {
            return Ok(());
        }
        let text = std::str::from_utf8(body).map_err(|e| {
            let lines = body[..e.valid_up_to()].split(|b| *b == b'\n');
            let (number, column) = lines.fold((0, 0), |(number, _), line| (number + 1, line.len() + 1));
            malformed("not UTF-8", number, column)
        })?;
        serde_json::from_str::<IgnoredAny>(text).map_err(|e| malformed(&e.to_string(), e.line(), e.column()))?;
        if too_deep(body) {
            return Err(Answer::new(400, "body is nested too deeply")
                .with_message("INVALID_JSON", &format!("The JSON is nested more than {MAX_DEPTH} levels deep. Make it flatter.")));
        }
        let Some(schema) = &self.schema else { return Ok(()) };
        let value: Value = serde_json::from_str(text).map_err(|e| malformed(&e.to_string(), e.line(), e.column()))?;
        if schema.is_valid(&value) {
            return Ok(());
        }
        let errors: Vec<Value> = schema
            .iter_errors(&value)
            .take(MAX_ERRORS)
            .map(|e| json!({"field": e.instance_path().as_str(), "message": shorten(e.to_string())}))
            .collect();
        Err(Answer::new(422, "body does not satisfy the schema").with_details(json!({"errors": errors})))
    }
}

fn schema(text: &str) -> Result<jsonschema::Validator, String> {
    if text.len() > MAX_SCHEMA {
        return Err(format!("longer than {MAX_SCHEMA} bytes"));
    }
    let value: Value = serde_json::from_str(text).map_err(|e| e.to_string())?;
    jsonschema::options()
        .offline()
        // Linear in the length of the text: a pattern cannot be used against us.
        .with_pattern_options(PatternOptions::regex().size_limit(MAX_PATTERN).dfa_size_limit(MAX_PATTERN))
        .build(&value)
        .map_err(|e| shorten(e.to_string()))
}

fn malformed(what: &str, line: usize, column: usize) -> Answer {
    // The parser says the place at the end of its text; it stands apart in the details.
    let what = what.split(" at line ").next().unwrap_or(what);
    Answer::new(400, "body is no JSON")
        .with_message("INVALID_JSON", &format!("The body is not well-formed JSON: {what}, at line {line}, column {column}."))
        .with_details(json!({"line": line, "column": column}))
}

fn shorten(mut text: String) -> String {
    if let Some((at, _)) = text.char_indices().nth(MAX_MESSAGE) {
        text.truncate(at);
        text.push('…');
    }
    text
}

/// Whether well-formed JSON is nested deeper than the limit.
fn too_deep(json: &[u8]) -> bool {
    let (mut depth, mut in_string, mut escaped) = (0usize, false, false);
    for b in json {
        match (in_string, *b) {
            (true, _) if escaped => escaped = false,
            (true, b'\\') => escaped = true,
            (_, b'"') => in_string = !in_string,
            (false, b'[' | b'{') => {
                depth += 1;
                if depth > MAX_DEPTH {
                    return true;
                }
            }
            (false, b']' | b'}') => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    false
}

#[cfg(test)]
#[path = "validate_tests.rs"]
mod tests;
