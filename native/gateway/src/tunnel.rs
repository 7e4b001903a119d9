//! After `101 Switching Protocols`: bytes both ways until both ends have closed.

use crate::stream::ClientStream;
use hcc_proxy::{Conn, Timer};
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};

/// Bytes queued for a slow reader before reading stops.
const HIGH_WATER: usize = 65_536;

/// What a tunnel carried.
#[derive(Clone, Copy, Debug, Default)]
pub struct Carried {
    /// Bytes from the client.
    pub up: u64,
    /// Bytes to the client.
    pub down: u64,
}

#[derive(Default)]
struct Direction {
    moved: u64,
    ended: bool,
    shut: bool,
}

impl Direction {
    /// Moves what goes; ready when the direction is closed at both ends.
    fn poll<A, B>(&mut self, cx: &mut Context<'_>, from: &mut Conn<A>, to: &mut Conn<B>) -> Poll<io::Result<()>>
    where
        A: AsyncRead + AsyncWrite + Unpin,
        B: AsyncRead + AsyncWrite + Unpin,
    {
        for _ in 0..32 {
            if self.shut {
                return Poll::Ready(Ok(()));
            }
            if to.wbuf.len() < HIGH_WATER && !from.rbuf.is_empty() {
                self.moved += from.rbuf.len() as u64;
                to.wbuf.put(from.rbuf.bytes());
                from.rbuf.consume(usize::MAX);
            }
            let flushed = to.poll_flush(cx)?;
            if self.ended && flushed.is_ready() && from.rbuf.is_empty() {
                // The other direction may still flow.
                if Pin::new(&mut to.io).poll_shutdown(cx)?.is_pending() {
                    return Poll::Pending;
                }
                self.shut = true;
                continue;
            }
            if self.ended || to.wbuf.len() >= HIGH_WATER {
                return Poll::Pending;
            }
            match from.poll_fill(cx, true)? {
                Poll::Ready(0) => self.ended = true,
                Poll::Ready(_) => {}
                Poll::Pending => return Poll::Pending,
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

/// Carries bytes until both ends have closed, one fails, or neither said anything for `idle`; `draining` ends it.
pub async fn carry<S: AsyncRead + AsyncWrite + Unpin>(
    client: &mut Conn<ClientStream>,
    upstream: &mut Conn<S>,
    timer: &mut Timer,
    idle: Duration,
) -> Carried {
    let (mut up, mut down) = (Direction::default(), Direction::default());
    timer.limit(None);
    timer.within(idle);
    poll_fn(|cx| {
        let before = up.moved + down.moved;
        let (sent, got) = (up.poll(cx, client, upstream), down.poll(cx, upstream, client));
        match (sent, got) {
            (Poll::Ready(Err(_)), _) | (_, Poll::Ready(Err(_))) | (Poll::Ready(Ok(())), Poll::Ready(Ok(()))) => return Poll::Ready(()),
            _ => {}
        }
        if up.moved + down.moved != before {
            timer.within(idle);
        }
        if timer.poll_late(cx) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    Carried { up: up.moved, down: down.moved }
}
