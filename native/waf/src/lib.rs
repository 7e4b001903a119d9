//! Where a web application firewall sits in the pipeline: four phases and a verdict.

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
pub trait Transaction: Send {
    /// Phase 1.
    fn request_headers(&mut self, head: &RequestHead) -> Verdict;
    /// Whether phase 2 wants the body.
    fn wants_request_body(&self) -> bool;
    /// Phase 2, once for each piece; `last` says that the body is whole.
    fn request_body(&mut self, piece: &[u8], last: bool) -> Verdict;
    /// Phase 3.
    fn response_headers(&mut self, head: &ResponseHead) -> Verdict;
    /// Phase 4.
    fn response_body(&mut self, piece: &[u8], last: bool) -> Verdict;
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
