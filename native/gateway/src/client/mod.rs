//! The client's end of an exchange.

pub mod h1;
pub mod h2;

use crate::stream::ClientStream;
use hcc_http::RequestHead;
use hcc_proxy::{Conn, Side};
use std::io;
use std::task::{Context, Poll};

/// How the body of an answer is framed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// None may follow: an answer to HEAD, a 204, a 304.
    None,
    /// This many bytes.
    Length(u64),
    /// This many bytes, and the field lines say so already.
    Stated(u64),
    /// As many as come.
    Unsized,
}

/// The head of an answer.
#[derive(Debug)]
pub struct AnswerHead<'a> {
    /// Status code.
    pub status: u16,
    /// Reason phrase, perhaps empty.
    pub reason: &'a [u8],
    /// Field lines without those of framing and connection.
    pub lines: &'a [u8],
    /// What follows.
    pub content: Content,
    /// Whether the connection may serve another request.
    pub keep: bool,
}

/// The client's end of an exchange.
pub trait Client: Side + Send {
    /// `HTTP/2.0`; empty where the request's head says it.
    const PROTOCOL: &'static [u8];
    /// Begins the answer to `request`.
    fn put_head(&mut self, request: &RequestHead, head: &AnswerHead<'_>) -> io::Result<()>;
    /// Tells the client to send the body that it announced.
    fn put_continue(&mut self);
    /// Whether the client knows the end of an unsized answer by the close of its connection only.
    fn ends_by_close(&self, request: &RequestHead) -> bool;
    /// Ready when the client is gone and takes no answer any more; registers for waking otherwise.
    fn poll_gone(&mut self, cx: &mut Context<'_>) -> Poll<()>;
    /// Ends an answer that has begun and cannot be completed, so that the client sees it; `by_close` when only a reset tells.
    fn cut(&mut self, by_close: bool);
    /// The connection, when it may become a tunnel.
    fn connection(&mut self) -> Option<&mut Conn<ClientStream>>;
}
