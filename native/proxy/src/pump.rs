//! Moves one body from one connection to another with bounded memory.

use crate::conn::Conn;
use hcc_http::{Body, Decoded, Framing};
use std::io;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite};

/// Bytes queued for a slow reader before reading stops.
const HIGH_WATER: usize = 65_536;

/// How the receiving end learns where the body ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sink {
    /// As bytes that the head counted, or until the connection closes.
    Plain,
    /// As chunks.
    Chunked,
}

/// Why a body stopped.
#[derive(Debug)]
pub enum Stopped {
    /// Reading failed.
    Read(io::Error),
    /// The sending end closed before the body was whole.
    Truncated,
    /// The sending end broke its framing.
    Framing(hcc_http::Reject),
    /// Larger than allowed.
    TooLarge,
    /// Writing failed.
    Write(io::Error),
}

/// One body on its way.
#[derive(Debug)]
pub struct Pump {
    body: Body,
    sink: Sink,
    left: u64,
    ended: bool,
    /// Bytes of content moved.
    pub moved: u64,
    /// Steps made, so that a caller can tell progress from waiting.
    pub progress: u64,
}

impl Pump {
    /// A body of this framing, of at most `max` bytes.
    pub fn new(framing: Framing, sink: Sink, max: u64) -> Self {
        let body = Body::new(framing);
        // A body that is no body needs no end mark either.
        Self { ended: framing == Framing::None, body, sink, left: max, moved: 0, progress: 0 }
    }

    /// Whether everything was read and queued (not necessarily written).
    pub fn is_ended(&self) -> bool {
        self.ended
    }

    /// Whether the source still owes bytes.
    pub fn is_source_done(&self) -> bool {
        self.body.is_done()
    }

    /// Moves what can be moved. Ready when the body is whole and written.
    pub fn poll<A, B>(&mut self, cx: &mut Context<'_>, from: &mut Conn<A>, to: &mut Conn<B>) -> Poll<Result<(), Stopped>>
    where
        A: AsyncRead + AsyncWrite + Unpin,
        B: AsyncRead + AsyncWrite + Unpin,
    {
        // Bounded turns, so that one busy transfer leaves room for the other connections of its thread.
        for _ in 0..32 {
            if !self.ended {
                self.queue(from, to)?;
            }
            if self.ended || to.wbuf.len() >= HIGH_WATER {
                let before = to.wbuf.len();
                let flushed = to.poll_flush(cx).map_err(Stopped::Write)?;
                self.progress += u64::from(to.wbuf.len() != before);
                if flushed.is_pending() {
                    return Poll::Pending;
                }
                if self.ended {
                    return Poll::Ready(Ok(()));
                }
                continue;
            }
            match from.poll_fill(cx, true).map_err(Stopped::Read)? {
                Poll::Ready(0) => {
                    if !self.body.ends_at_close() {
                        let _ = to.poll_flush(cx);
                        return Poll::Ready(Err(Stopped::Truncated));
                    }
                    self.end(to, &[]);
                }
                Poll::Ready(_) => self.progress += 1,
                Poll::Pending => {
                    let before = to.wbuf.len();
                    let _ = to.poll_flush(cx).map_err(Stopped::Write)?;
                    self.progress += u64::from(to.wbuf.len() != before);
                    return Poll::Pending;
                }
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    /// Decodes what was read already into what is to be written.
    pub fn queue<A, B>(&mut self, from: &mut Conn<A>, to: &mut Conn<B>) -> Result<(), Stopped> {
        while !self.ended && to.wbuf.len() < HIGH_WATER {
            match self.body.decode(from.rbuf.bytes()).map_err(Stopped::Framing)? {
                Decoded::More => return Ok(()),
                Decoded::Data { skip, len } => {
                    self.left = self.left.checked_sub(len as u64).ok_or(Stopped::TooLarge)?;
                    self.moved += len as u64;
                    if len > 0 {
                        let data = &from.rbuf.bytes()[skip..skip + len];
                        if self.sink == Sink::Chunked {
                            to.wbuf.put(format!("{len:x}\r\n").as_bytes());
                            to.wbuf.put(data);
                            to.wbuf.put(b"\r\n");
                        } else {
                            to.wbuf.put(data);
                        }
                    }
                    from.rbuf.consume(skip + len);
                    if self.body.is_done() {
                        self.end(to, &[]);
                    }
                }
                Decoded::End { skip, trailers, after } => {
                    let lines = from.rbuf.bytes()[skip..skip + trailers].to_vec();
                    from.rbuf.consume(skip + trailers + after);
                    self.end(to, &lines);
                }
            }
        }
        Ok(())
    }

    fn end<B>(&mut self, to: &mut Conn<B>, trailers: &[u8]) {
        self.ended = true;
        if self.sink == Sink::Chunked {
            to.wbuf.put(b"0\r\n");
            to.wbuf.put(trailers);
            to.wbuf.put(b"\r\n");
        }
    }
}
