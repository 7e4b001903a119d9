//! Maintenance: 503 for everybody but those let through.

use crate::render::Answer;
use crate::snapshot::MaintenanceBody;
use ipnet::IpNet;
use std::net::IpAddr;

/// Longest message for visitors, in bytes.
const MAX_MESSAGE: usize = 2000;
/// `Retry-After` when the configuration says none, in seconds.
const RETRY_AFTER_S: u32 = 300;

/// Maintenance that is on.
#[derive(Debug)]
pub struct Maintenance {
    retry_after_s: u32,
    message: Option<String>,
    allow: Vec<IpNet>,
}

impl Maintenance {
    /// Compiles maintenance; `None` when it is off.
    pub(super) fn compile(body: Option<MaintenanceBody>) -> Result<Option<Self>, String> {
        let Some(body) = body.filter(|b| b.on) else { return Ok(None) };
        if body.message.len() > MAX_MESSAGE {
            return Err(format!("maintenance: the message is longer than {MAX_MESSAGE} bytes"));
        }
        let retry_after_s = if body.retry_after_s == 0 { RETRY_AFTER_S } else { body.retry_after_s };
        Ok(Some(Self { retry_after_s, message: Some(body.message).filter(|m| !m.is_empty()), allow: body.allow }))
    }

    /// Lets a client through, or says that it must wait.
    pub fn check(&self, client: IpAddr) -> Result<(), Answer> {
        if self.allow.iter().any(|net| net.contains(&client)) {
            return Ok(());
        }
        let own = "This site is being worked on. Please come back in a few minutes.";
        let answer = Answer::new(503, "maintenance").with_message("MAINTENANCE", self.message.as_deref().unwrap_or(own));
        Err(answer.with("Retry-After", self.retry_after_s.to_string()))
    }
}
