//! Where a web application firewall sits in the pipeline: four phases and a verdict.

pub mod body;
pub mod engine;
pub mod ftw;
pub mod operator;
pub mod pattern;
pub mod seclang;
pub mod transform;

use hcc_http::{RequestHead, ResponseHead};
use std::net::IpAddr;

/// What an inspection decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Go on.
    Pass,
    /// End the request with this status.
    Block {
        /// Status of the answer.
        status: u16,
        /// Rule that matched, for the access log.
        rule: u32,
    },
}

/// What a connection adds to a request's head.
#[derive(Clone, Copy, Debug)]
pub struct Origin {
    /// The client's address behind trusted proxies.
    pub client: IpAddr,
}

/// One request's inspection, made by [`Inspector::begin`] and dropped with the request.
///
/// Bodies are held back, in memory, up to the limit that the inspection states, shown once, and go on when it lets them.
pub trait Transaction: Send {
    /// Phase 1.
    fn request_headers(&mut self, head: &RequestHead) -> Verdict;
    /// Bytes of the request's body that phase 2 wants to see; 0 is none, and then nothing is held back.
    fn request_body_limit(&self) -> usize;
    /// Phase 2; `whole` is false when the body is longer than the limit.
    fn request_body(&mut self, body: &[u8], whole: bool) -> Verdict;
    /// Phase 3.
    fn response_headers(&mut self, head: &ResponseHead) -> Verdict;
    /// Bytes of the response's body that phase 4 wants to see; 0 is none, and then nothing is held back.
    fn response_body_limit(&self) -> usize;
    /// Phase 4; `whole` is false when the body is longer than the limit.
    fn response_body(&mut self, body: &[u8], whole: bool) -> Verdict;
    /// Ends the inspection when the answer is sent or given up; what was found, when that is told.
    fn finish(&mut self) -> Option<engine::Report> {
        None
    }
}

/// Begins an inspection for each request.
pub trait Inspector: Send + Sync {
    /// `None` when this request needs no inspection.
    fn begin(&self, origin: Origin, site: &str) -> Option<Box<dyn Transaction>>;
}

/// Inspects nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoInspection;

impl Inspector for NoInspection {
    fn begin(&self, _origin: Origin, _site: &str) -> Option<Box<dyn Transaction>> {
        None
    }
}

#[cfg(test)]
mod test_rules;

