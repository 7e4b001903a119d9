//! Where a web application firewall sits in the pipeline: four phases and a verdict.

pub mod body;
pub mod engine;
pub mod ftw;
pub mod operator;
pub mod pattern;
pub mod seclang;
pub mod shared;
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

/// What a listener knows of a request beside its head; told before phase 1 by listeners that know it.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The request's id.
    pub request_id: &'a [u8],
    /// The protocol that the client speaks: `HTTP/1.1`, `HTTP/2.0`; empty where the head says it.
    pub protocol: &'a [u8],
    /// The client's port; 0 when not known.
    pub client_port: u16,
    /// Where the client connected to.
    pub server: Option<std::net::SocketAddr>,
}

/// One request's inspection, made by [`Inspector::begin`] and dropped with the request.
///
/// Bodies are held back, in memory, up to the limit that the inspection states, shown once, and go on when it lets them.
pub trait Transaction: Send {
    /// Before phase 1.
    fn facts(&mut self, _facts: &Facts<'_>) {}
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
    /// What was found so far, for a log that tells it before the answer goes out.
    fn events(&self) -> &[engine::Event] {
        &[]
    }
    /// Phase 5, once the request is over, however it ended; gives what was found.
    fn finish(&mut self) -> engine::Report {
        engine::Report::default()
    }
}

/// Begins an inspection for each request.
pub trait Inspector: Send + Sync {
    /// `None` when this request needs no inspection.
    fn begin(&self, origin: Origin, site: &str) -> Option<Box<dyn Transaction>>;
}

#[cfg(test)]
mod test_rules;
