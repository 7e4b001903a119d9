//! An upstream that speaks HTTP/1.1.

use super::Origin;
use hcc_http::forwarded::{Hop, put_request};
use hcc_http::scan::HeadScanner;
use hcc_http::{Body, Framing, RequestHead, ResponseHead};
use hcc_proxy::{Conn, H1, ProxyError, Side, Sink};
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite};

/// Largest response head taken from an upstream, in bytes.
const MAX_RESPONSE_HEAD: usize = 65_536;

/// A connection to an upstream, with one exchange on it.
pub struct H1Origin<S> {
    side: H1<S>,
    scanner: HeadScanner,
    scratch: Vec<u8>,
}

impl<S> H1Origin<S> {
    /// An exchange on a connection; `scratch` is memory to write heads in.
    pub fn new(conn: Conn<S>, scratch: Vec<u8>) -> Self {
        Self { side: H1::new(conn), scanner: HeadScanner::default(), scratch }
    }

    /// The connection and the memory, when the exchange is over.
    pub fn into_parts(self) -> (Conn<S>, Vec<u8>) {
        (self.side.conn, self.scratch)
    }

    /// The connection, when it becomes a tunnel.
    pub fn connection(&mut self) -> &mut Conn<S> {
        &mut self.side.conn
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Origin for H1Origin<S> {
    fn put_request(&mut self, head: &RequestHead, framing: Framing, hop: &Hop<'_>) -> Result<(), ProxyError> {
        self.scratch.clear();
        put_request(&mut self.scratch, head, framing, hop);
        self.side.conn.wbuf.put(&self.scratch);
        self.side.sink = if framing == Framing::Chunked { Sink::Chunked } else { Sink::Plain };
        Ok(())
    }

    fn poll_head(&mut self, cx: &mut Context<'_>, response: &mut ResponseHead, to_head: bool) -> Poll<Result<(), ProxyError>> {
        let conn = &mut self.side.conn;
        let length = loop {
            match self.scanner.scan(conn.rbuf.bytes(), MAX_RESPONSE_HEAD) {
                Ok(Some(length)) => break length,
                Ok(None) => {}
                Err(_) => return Poll::Ready(Err(ProxyError::upstream(502, "upstream head"))),
            }
            match conn.poll_fill(cx, false) {
                Poll::Ready(Ok(n)) if n > 0 => {}
                Poll::Ready(_) if conn.rbuf.is_empty() => {
                    return Poll::Ready(Err(ProxyError::upstream(502, "upstream closed without an answer").not_answered()));
                }
                Poll::Ready(_) => return Poll::Ready(Err(ProxyError::upstream(502, "upstream closed in its head"))),
                Poll::Pending => return Poll::Pending,
            }
        };
        self.scanner = HeadScanner::default();
        let parsed = response.parse(&conn.rbuf.bytes()[..length], to_head);
        conn.rbuf.consume(length);
        self.side.body = Body::new(response.framing);
        Poll::Ready(parsed.map_err(|r| ProxyError::upstream(502, r.reason)))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Side for H1Origin<S> {
    hcc_proxy::delegate_side!(side);
}
