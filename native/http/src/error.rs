//! Why a message is refused.

/// A message that is refused, its connection closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reject {
    /// Status for the client.
    pub status: u16,
    /// What is wrong, for the access log.
    pub reason: &'static str,
}

impl Reject {
    /// A malformed message: 400.
    pub const fn bad(reason: &'static str) -> Self {
        Self::with(400, reason)
    }

    /// Another status.
    pub const fn with(status: u16, reason: &'static str) -> Self {
        Self { status, reason }
    }
}

impl std::fmt::Display for Reject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.status, self.reason)
    }
}

impl std::error::Error for Reject {}
