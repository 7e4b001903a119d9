//! What is wrong in a rule set, and where.

use std::fmt;
use std::sync::Arc;

/// Where something stands: file and line (from 1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Name of the file as it was included.
    pub file: Arc<str>,
    /// First line of the directive.
    pub line: u32,
}

impl Place {
    /// A complaint about what stands here.
    pub fn complain(&self, what: impl Into<String>) -> Complaint {
        Complaint { place: self.clone(), what: what.into() }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// One mistake in a rule set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// Where.
    pub place: Place,
    /// What is wrong, and what was expected.
    pub what: String,
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)
    }
}

impl std::error::Error for Complaint {}
