//! HTTP/1.1 as a gateway must read it: strict, without I/O (RFC 9110, RFC 9112).
//!
//! Every function takes bytes and gives back values, so that a listener, a fuzzer and a test drive the same code.

pub mod body;
pub mod buf;
pub mod bytes;
pub mod client;
pub mod error;
pub mod fields;
pub mod forwarded;
pub mod host;
pub mod path;
pub mod proxy_protocol;
pub mod request;
pub mod request_id;
pub mod response;
pub mod scan;
pub mod target;

pub use body::{Body, Decoded, Framing};
pub use buf::Buf;
pub use error::Reject;
pub use fields::{Field, Fields, Name};
pub use request::{RequestHead, Version};
pub use response::ResponseHead;

/// Whether a forwarded protocol is one of the two that exist.
pub fn is_forwarded_proto(value: &[u8]) -> bool {
    matches!(value, b"http" | b"https")
}
