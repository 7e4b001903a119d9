//! The upstream's end of an exchange.

pub mod h1;
pub mod h2;

pub use h1::H1Origin;
pub use h2::H2Origin;

use hcc_http::forwarded::Hop;
use hcc_http::{Framing, RequestHead, ResponseHead};
use hcc_proxy::{ProxyError, Side};
use std::task::{Context, Poll};

/// The upstream's end of an exchange.
pub trait Origin: Side + Send {
    /// Begins the request.
    fn put_request(&mut self, head: &RequestHead, framing: Framing, hop: &Hop<'_>) -> Result<(), ProxyError>;
    /// Reads the next head, interim ones included; `to_head` says that the request was a HEAD.
    fn poll_head(&mut self, cx: &mut Context<'_>, response: &mut ResponseHead, to_head: bool) -> Poll<Result<(), ProxyError>>;
}
