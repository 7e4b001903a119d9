//! An HTTP/1 connection as one end of an exchange.

use super::Side;
use crate::conn::Conn;
use hcc_http::{Body, Decoded, Framing, Reject};
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite};

/// Smallest piece that is written past the queue, in bytes; a smaller one is copied.
const WRITE_THROUGH: usize = 8192;

/// How the receiving end learns where the body ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sink {
    /// As bytes that the head counted, or until the connection closes.
    Plain,
    /// As chunks.
    Chunked,
}

/// An HTTP/1 connection with the framing of the two bodies on it.
#[derive(Debug)]
pub struct H1<S> {
    /// The connection.
    pub conn: Conn<S>,
    /// The body that comes in.
    pub body: Body,
    /// How the body that goes out is framed.
    pub sink: Sink,
    /// Whether the other end was seen to close its direction.
    pub half_closed: bool,
}

impl<S> H1<S> {
    /// A connection between two messages.
    pub fn new(conn: Conn<S>) -> Self {
        Self { conn, body: Body::new(Framing::None), sink: Sink::Plain, half_closed: false }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Side for H1<S> {
    fn poll_fill(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        self.conn.poll_fill(cx, true)
    }

    fn decode(&mut self) -> Result<Decoded, Reject> {
        self.body.decode(self.conn.rbuf.bytes())
    }

    fn input(&self) -> &[u8] {
        self.conn.rbuf.bytes()
    }

    fn consume(&mut self, n: usize) {
        self.conn.rbuf.consume(n);
    }

    fn is_input_done(&self) -> bool {
        self.body.is_done()
    }

    fn closed(&mut self) -> Option<Vec<u8>> {
        self.body.ends_at_close().then(Vec::new)
    }

    fn queued(&self) -> usize {
        self.conn.wbuf.len()
    }

    fn put(&mut self, data: &[u8]) {
        if self.sink == Sink::Chunked {
            let mut size = [0u8; 18];
            let at = chunk_size(data.len(), &mut size);
            self.conn.wbuf.put(&size[at..]);
            self.conn.wbuf.put(data);
            self.conn.wbuf.put(b"\r\n");
        } else {
            self.conn.wbuf.put(data);
        }
    }

    fn end(&mut self, trailers: &[u8]) {
        if self.sink == Sink::Chunked {
            self.conn.wbuf.put(b"0\r\n");
            self.conn.wbuf.put(trailers);
            self.conn.wbuf.put(b"\r\n");
        }
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.conn.poll_flush(cx)
    }

    fn write_through(&mut self, cx: &mut Context<'_>, data: &[u8]) -> io::Result<usize> {
        if self.sink == Sink::Chunked || data.len() < WRITE_THROUGH {
            return Ok(0);
        }
        let mut sent = 0;
        while sent < data.len() {
            let queued = self.conn.wbuf.len();
            let slices = [IoSlice::new(self.conn.wbuf.bytes()), IoSlice::new(&data[sent..])];
            let from = usize::from(queued == 0);
            match Pin::new(&mut self.conn.io).poll_write_vectored(cx, &slices[from..]) {
                Poll::Ready(Ok(0)) => return Err(io::ErrorKind::WriteZero.into()),
                Poll::Ready(Ok(n)) => {
                    self.conn.wbuf.consume(n.min(queued));
                    sent += n.saturating_sub(queued);
                }
                Poll::Ready(Err(error)) => return Err(error),
                Poll::Pending => break,
            }
        }
        Ok(sent)
    }
}

/// Writes a chunk's size line at the end of `out`; where it begins.
fn chunk_size(mut size: usize, out: &mut [u8; 18]) -> usize {
    out[16] = b'\r';
    out[17] = b'\n';
    let mut at = 16;
    loop {
        at -= 1;
        out[at] = b"0123456789abcdef"[size & 15];
        size >>= 4;
        if size == 0 {
            return at;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::chunk_size;

    #[test]
    fn size_lines() {
        for (size, line) in [(1, "1\r\n"), (15, "f\r\n"), (16, "10\r\n"), (65_536, "10000\r\n"), (usize::MAX, "ffffffffffffffff\r\n")] {
            let mut out = [0; 18];
            let at = chunk_size(size, &mut out);
            assert_eq!(&out[at..], line.as_bytes());
        }
    }
}
