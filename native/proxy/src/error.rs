//! What went wrong, on whose side, and whether another try is safe.

use std::fmt;

/// Whose fault an error is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The client's.
    Client,
    /// The upstream's.
    Upstream,
    /// Ours.
    Us,
}

/// An error on the way through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProxyError {
    /// Whose fault it is.
    pub source: Source,
    /// Status for the client when nothing was answered yet.
    pub status: u16,
    /// What happened, for the access log.
    pub reason: &'static str,
    /// Whether the upstream cannot have acted on the request, so that any request may be sent again.
    pub unsent: bool,
    /// Whether the connection ended before the first byte of an answer, so that an idempotent request may be sent again.
    pub unanswered: bool,
}

impl ProxyError {
    /// An upstream's error with the status it answers with (502 or 504).
    pub const fn upstream(status: u16, reason: &'static str) -> Self {
        Self { source: Source::Upstream, status, reason, unsent: false, unanswered: false }
    }

    /// A client's error with its status; 499 when the client is gone.
    pub const fn client(status: u16, reason: &'static str) -> Self {
        Self { source: Source::Client, status, reason, unsent: false, unanswered: false }
    }

    /// An error of our own with the status it answers with.
    pub const fn ours(status: u16, reason: &'static str) -> Self {
        Self { source: Source::Us, status, reason, unsent: false, unanswered: false }
    }

    /// The same error of an upstream that received nothing.
    #[must_use]
    pub const fn not_sent(mut self) -> Self {
        self.unsent = true;
        self.unanswered = true;
        self
    }

    /// The same error of an upstream that answered nothing.
    #[must_use]
    pub const fn not_answered(mut self) -> Self {
        self.unanswered = true;
        self
    }
}

impl fmt::Display for ProxyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {} ({})", self.source, self.reason, self.status)
    }
}

impl std::error::Error for ProxyError {}
