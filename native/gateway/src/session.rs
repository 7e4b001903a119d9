//! One client connection that speaks HTTP/1: heads in, answers out, until one of both has enough.

use crate::access_log::Log;
use crate::client::h1::H1Client;
use crate::crew::Crew;
use crate::exchange::{After, Exchange, Peer};
use crate::h2_session;
use crate::idle::Idle;
use crate::listener::Stop;
use crate::snapshot::Defaults;
use crate::state::Shared;
use crate::stream::ClientStream;
use hcc_http::request_id::Random;
use hcc_http::scan::HeadScanner;
use hcc_http::{Body, Reject};
use hcc_proxy::{Conn, Pool};
use std::future::poll_fn;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;
use tokio::sync::watch;

/// Idle time after which a connection gives its buffers back.
const LET_GO_AFTER: Duration = Duration::from_secs(2);
/// How long a connection may be idle while the gateway drains.
pub const DRAIN_IDLE: Duration = Duration::from_secs(1);
/// What a client that knows HTTP/2 without asking begins with (RFC 9113 section 3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// What one thread's connections share.
pub struct Worker {
    /// What all threads share.
    pub shared: Arc<Shared>,
    /// Idle upstream connections.
    pub pool: Pool,
    /// Access log.
    pub log: Log,
    /// For request ids.
    pub random: Mutex<Random>,
    /// Set when the gateway drains.
    pub stop: watch::Receiver<Option<Stop>>,
    /// Tasks that serve streams of HTTP/2.
    pub crew: Crew,
}

enum Read {
    Head,
    Closed,
    Refused(Reject),
    Preface,
}

/// Serves a connection to its end; `idle` tells since when it could be cut when draining.
pub async fn serve(worker: Arc<Worker>, conn: Conn<ClientStream>, peer: Arc<Peer>, idle: Arc<Idle>) {
    let mut client = H1Client::new(conn);
    let mut ex = Exchange::new(Arc::clone(&peer));
    let mut first = true;
    loop {
        ex.timer.limit(None);
        match read_head(&mut client, &mut ex, &worker, first, &idle).await {
            Read::Head => {}
            Read::Closed => return,
            Read::Preface => return Box::pin(h2_session::serve(worker, client.conn, peer, idle)).await,
            Read::Refused(reject) => {
                client.body = Body::new(hcc_http::Framing::None);
                if Box::pin(ex.refuse(&mut client, &worker, reject)).await == After::Linger {
                    linger(&mut client, &mut ex).await;
                }
                return;
            }
        }
        first = false;
        client.body = Body::new(ex.head.framing);
        client.half_closed = false;
        // Apart, so that a connection between two requests is a sixth of the size.
        match Box::pin(ex.serve(&mut client, &worker)).await {
            After::Again => {}
            After::Close => return close(&mut client, &mut ex).await,
            After::Linger => return linger(&mut client, &mut ex).await,
        }
    }
}

async fn read_head(client: &mut H1Client, ex: &mut Exchange, worker: &Worker, first: bool, idle: &Idle) -> Read {
    let platform = Arc::clone(&worker.shared.config.load().platform);
    let defaults = &platform.defaults;
    if client.conn.rbuf.is_empty() && !await_head(client, ex, worker, first, idle, defaults).await {
        return Read::Closed;
    }
    ex.timer.within(Duration::from_millis(defaults.header_timeout_ms));
    let conn = &mut client.conn;
    let mut scanner = HeadScanner::default();
    loop {
        // One empty line before a request is let pass (RFC 9112 section 2.2).
        if conn.rbuf.bytes().starts_with(b"\r\n") && !first {
            conn.rbuf.consume(2);
        }
        let seen = conn.rbuf.bytes();
        if first && seen.len() >= 4 && PREFACE.starts_with(&seen[..seen.len().min(PREFACE.len())]) {
            if seen.len() >= PREFACE.len() {
                return Read::Preface;
            }
        } else {
            match scanner.scan(seen, defaults.max_header_bytes) {
                Ok(Some(length)) => {
                    let parsed = ex.head.parse(&conn.rbuf.bytes()[..length]);
                    conn.rbuf.consume(length);
                    return parsed.map_or_else(Read::Refused, |()| Read::Head);
                }
                Ok(None) => {}
                Err(reject) => return Read::Refused(reject),
            }
        }
        let filled = poll_fn(|cx| match conn.poll_fill(cx, false) {
            Poll::Ready(done) => Poll::Ready(Some(done)),
            Poll::Pending if ex.timer.poll_late(cx) => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        });
        match filled.await {
            Some(Ok(n)) if n > 0 => {}
            Some(_) => return Read::Closed,
            None => return Read::Refused(Reject::with(408, "slow head")),
        }
    }
}

/// Waits for the first byte of a head; the buffers are given back when that takes long. Whether one came.
async fn await_head(client: &mut H1Client, ex: &mut Exchange, worker: &Worker, first: bool, idle: &Idle, defaults: &Defaults) -> bool {
    // While draining, a client that is just about to send still gets its answer, with `Connection: close`.
    let wait = if worker.shared.draining.load(Ordering::Relaxed) {
        DRAIN_IDLE
    } else {
        Duration::from_millis(if first { defaults.header_timeout_ms } else { defaults.keep_alive_ms })
    };
    idle.begin();
    let came = await_bytes(client, ex, wait).await;
    idle.end();
    came
}

async fn await_bytes(client: &mut H1Client, ex: &mut Exchange, wait: Duration) -> bool {
    // A plain connection needs no memory to wait in. Under TLS the session may hold bytes that the socket knows nothing of.
    if !client.conn.io.is_secure() {
        client.conn.rbuf.release();
        client.conn.wbuf.release();
    }
    for (time, last) in [(LET_GO_AFTER.min(wait), wait <= LET_GO_AFTER), (wait.saturating_sub(LET_GO_AFTER), true)] {
        ex.timer.within(time);
        let conn = &mut client.conn;
        let filled = poll_fn(|cx| {
            if conn.rbuf.held() == 0 && !conn.io.is_secure() {
                match conn.io.tcp().poll_read_ready(cx) {
                    Poll::Ready(Ok(())) => {}
                    Poll::Ready(Err(_)) => return Poll::Ready(Some(false)),
                    Poll::Pending if ex.timer.poll_late(cx) => return Poll::Ready(None),
                    Poll::Pending => return Poll::Pending,
                }
            }
            match if conn.io.is_secure() { conn.poll_wait(cx) } else { conn.poll_fill(cx, false) } {
                Poll::Ready(done) => Poll::Ready(Some(done.is_ok_and(|n| n > 0))),
                Poll::Pending if ex.timer.poll_late(cx) => Poll::Ready(None),
                Poll::Pending => Poll::Pending,
            }
        });
        match filled.await {
            Some(came) => return came,
            None if last => return false,
            None => {
                client.conn.rbuf.shrink(0);
                client.conn.wbuf.shrink(0);
                ex.scratch = Vec::new();
                ex.upstream_scratch = Vec::new();
            }
        }
    }
    false
}

/// Ends a connection in order: TLS says so.
async fn close(client: &mut H1Client, ex: &mut Exchange) {
    if client.conn.io.is_secure() {
        shut(client, ex).await;
    }
}

async fn shut(client: &mut H1Client, ex: &mut Exchange) {
    ex.timer.limit(None);
    ex.timer.within(Duration::from_secs(1));
    let io = &mut client.conn.io;
    poll_fn(|cx| match tokio::io::AsyncWrite::poll_shutdown(std::pin::Pin::new(&mut *io), cx) {
        Poll::Pending if !ex.timer.poll_late(cx) => Poll::Pending,
        _ => Poll::Ready(()),
    })
    .await;
}

/// Closes our side and reads on for a moment, so that the client sees the answer rather than a reset.
async fn linger(client: &mut H1Client, ex: &mut Exchange) {
    shut(client, ex).await;
    ex.timer.within(Duration::from_secs(2));
    let conn = &mut client.conn;
    poll_fn(|cx| {
        for _ in 0..64 {
            conn.rbuf.consume(usize::MAX);
            match conn.poll_fill(cx, true) {
                Poll::Ready(Ok(n)) if n > 0 => {}
                Poll::Ready(_) => return Poll::Ready(()),
                Poll::Pending => return if ex.timer.poll_late(cx) { Poll::Ready(()) } else { Poll::Pending },
            }
        }
        Poll::Ready(())
    })
    .await;
}
