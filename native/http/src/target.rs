//! The request target (RFC 9112 section 3.2).

use crate::error::Reject;
use crate::{bytes, host};
use memchr::memchr;

/// Checks a target against its method and Host; gives the span of the origin-form (path and query) inside it.
pub fn origin(method: &[u8], target: &[u8], host_value: Option<&[u8]>) -> Result<(usize, usize), Reject> {
    if method == b"CONNECT" {
        return Err(Reject::with(501, "CONNECT is not offered"));
    }
    if !bytes::is_target(target) {
        return Err(Reject::bad("byte in target"));
    }
    if target[0] == b'/' {
        return Ok((0, target.len()));
    }
    if target == b"*" && method == b"OPTIONS" {
        return Ok((0, 1));
    }
    let scheme = [&b"http://"[..], b"https://"].into_iter().find(|s| target.len() > s.len() && target[..s.len()].eq_ignore_ascii_case(s));
    let Some(scheme) = scheme else {
        return Err(Reject::bad("target form"));
    };
    let rest = &target[scheme.len()..];
    let end = memchr(b'/', rest).unwrap_or(rest.len());
    let authority = &rest[..end];
    if host::split(authority).is_none() || host_value.is_none_or(|h| !h.eq_ignore_ascii_case(authority)) {
        return Err(Reject::bad("target and Host differ"));
    }
    if end == rest.len() {
        return Err(Reject::bad("absolute target without path"));
    }
    Ok((scheme.len() + end, target.len()))
}
