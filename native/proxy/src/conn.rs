//! A connection with its queues, and a timer that costs nothing while nothing is late.

use crate::clock;
use hcc_http::Buf;
use std::future::{Future, poll_fn};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

/// Smallest room offered to a read.
const READ_ROOM: usize = 16_384;
/// Room offered where little is awaited for long.
const WAIT_ROOM: usize = 4096;
/// Room offered when bodies flow.
const BODY_ROOM: usize = 65_536;

/// A byte stream with what was read from it and what is to be written to it.
#[derive(Debug)]
pub struct Conn<S> {
    /// The stream.
    pub io: S,
    /// Read, not yet used.
    pub rbuf: Buf,
    /// To be written.
    pub wbuf: Buf,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Conn<S> {
    /// A connection with empty queues.
    pub fn new(io: S) -> Self {
        Self { io, rbuf: Buf::default(), wbuf: Buf::default() }
    }

    /// Reads once; gives how many bytes came, 0 when the other end closed.
    pub fn poll_fill(&mut self, cx: &mut Context<'_>, large: bool) -> Poll<io::Result<usize>> {
        self.poll_read_into(cx, if large { BODY_ROOM } else { READ_ROOM })
    }

    /// As [`Conn::poll_fill`], with as little memory as a long wait should hold.
    pub fn poll_wait(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        self.poll_read_into(cx, WAIT_ROOM)
    }

    fn poll_read_into(&mut self, cx: &mut Context<'_>, room: usize) -> Poll<io::Result<usize>> {
        let room = self.rbuf.room(room);
        let mut buf = ReadBuf::new(room);
        ready!(Pin::new(&mut self.io).poll_read(cx, &mut buf))?;
        let n = buf.filled().len();
        self.rbuf.filled(n);
        Poll::Ready(Ok(n))
    }

    /// Writes until the queue is empty or the stream takes no more.
    pub fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.wbuf.is_empty() {
            let n = ready!(Pin::new(&mut self.io).poll_write(cx, self.wbuf.bytes()))?;
            if n == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.wbuf.consume(n);
        }
        // TLS keeps records of its own; on a plain stream this does nothing.
        Pin::new(&mut self.io).poll_flush(cx)
    }

    /// Writes everything queued, or fails with `TimedOut`.
    pub async fn flush(&mut self, timer: &mut Timer, within: Duration) -> io::Result<()> {
        timer.within(within);
        poll_fn(|cx| match self.poll_flush(cx) {
            Poll::Ready(done) => Poll::Ready(done),
            Poll::Pending if timer.poll_late(cx) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Poll::Pending => Poll::Pending,
        })
        .await
    }

    /// Whether an idle connection is still open and silent.
    pub fn is_silent(&mut self) -> bool {
        let mut cx = Context::from_waker(std::task::Waker::noop());
        self.rbuf.is_empty() && self.poll_fill(&mut cx, false).is_pending()
    }
}

/// Reading gives what is queued first, so that a connection can be handed on after its first bytes were looked at.
impl<S: AsyncRead + Unpin> AsyncRead for Conn<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.rbuf.is_empty() {
            return Pin::new(&mut self.io).poll_read(cx, buf);
        }
        let n = self.rbuf.len().min(buf.remaining());
        buf.put_slice(&self.rbuf.bytes()[..n]);
        self.rbuf.consume(n);
        if self.rbuf.is_empty() {
            self.rbuf.shrink(0);
        }
        Poll::Ready(Ok(()))
    }
}

/// Writing goes straight to the stream; nothing must be queued.
impl<S: AsyncWrite + Unpin> AsyncWrite for Conn<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }

    fn poll_write_vectored(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bufs: &[io::IoSlice<'_>]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }
}

/// A deadline over one sleeper that is rarely touched: moving the deadline later costs nothing.
#[derive(Debug)]
pub struct Timer {
    at: Instant,
    limit: Option<Instant>,
    sleep: Pin<Box<Sleep>>,
}

impl Default for Timer {
    fn default() -> Self {
        let at = clock::recent() + Duration::from_secs(3600);
        Self { at, limit: None, sleep: Box::pin(sleep_until(at)) }
    }
}

impl Timer {
    /// Sets the deadline this far from now, never past the limit.
    pub fn within(&mut self, time: Duration) {
        let at = clock::recent() + time;
        self.at = self.limit.map_or(at, |l| l.min(at));
        if self.sleep.deadline() > self.at {
            self.sleep.as_mut().reset(self.at);
        }
    }

    /// Limits every later deadline; `None` lifts the limit.
    pub fn limit(&mut self, time: Option<Duration>) {
        self.limit = time.map(|t| clock::recent() + t);
    }

    /// Whether the limit of all deadlines has passed.
    pub fn is_over(&self) -> bool {
        self.limit.is_some_and(|l| Instant::now() >= l)
    }

    /// Whether the deadline has passed; registers for waking otherwise.
    pub fn poll_late(&mut self, cx: &mut Context<'_>) -> bool {
        while self.sleep.as_mut().poll(cx).is_ready() {
            if clock::tick() >= self.at {
                return true;
            }
            let at = self.at;
            self.sleep.as_mut().reset(at);
        }
        false
    }
}
