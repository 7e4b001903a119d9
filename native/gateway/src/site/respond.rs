//! Fixed answers.

use crate::render::Answer;
use crate::snapshot::RespondBody;
use hcc_http::bytes::is_value;
use std::sync::Arc;

/// Longest body of a fixed answer, in bytes.
const MAX_BODY: usize = 262_144;

/// A fixed answer, ready to send.
#[derive(Debug)]
pub struct Respond {
    status: u16,
    content_type: Arc<str>,
    body: Arc<str>,
}

impl Respond {
    /// Compiles a fixed answer.
    pub(super) fn compile(body: RespondBody) -> Result<Self, String> {
        if !(200..=599).contains(&body.status) {
            return Err(format!("respond: {} is not 200 to 599", body.status));
        }
        if body.body.len() > MAX_BODY {
            return Err(format!("respond: the body is longer than {MAX_BODY} bytes"));
        }
        // These never have content (RFC 9110 sections 15.3.5, 15.3.6 and 15.4.5).
        if matches!(body.status, 204 | 205 | 304) && !body.body.is_empty() {
            return Err(format!("respond: {} has no body", body.status));
        }
        let content_type = body.content_type.as_deref().unwrap_or("text/plain; charset=utf-8");
        if content_type.is_empty() || !is_value(content_type.as_bytes()) {
            return Err("respond: content_type".to_owned());
        }
        Ok(Self { status: body.status, content_type: content_type.into(), body: body.body.into() })
    }

    /// The answer.
    pub fn answer(&self) -> Answer {
        Answer::fixed(self.status, Arc::clone(&self.content_type), Arc::clone(&self.body))
    }
}
