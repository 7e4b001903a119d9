//! HTTP/2 connections of one thread, each carrying many requests at once.

use crate::conn::Timer;
use crate::connect::{in_time, open};
use crate::endpoint::Endpoint;
use crate::error::ProxyError;
use crate::stream::Stream;
use bytes::Bytes;
use foldhash::HashMap;
use h2::client::{Builder, SendRequest};
use h2::{Ping, Reason};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use tokio::time::Instant;

/// Requests at once on one connection, if the other end allows as many.
const MAX_STREAMS: u32 = 128;
/// Bytes of an answer that may wait here unread: 25 MB/s at 10 ms away.
const STREAM_WINDOW: u32 = 256 * 1024;
/// As many as all streams of a connection may hold, so that clients who do not read never stop the answers of the others.
const CONNECTION_WINDOW: u32 = STREAM_WINDOW * MAX_STREAMS;
/// Bytes of a request that may wait here unsent.
const SEND_BUFFER: usize = 128 * 1024;
/// Bytes of a response head.
const MAX_HEAD: u32 = 65_536;

/// What is known of one connection.
#[derive(Debug, Default)]
struct Carrier {
    streams: AtomicU32,
    retired: AtomicBool,
    ended: AtomicBool,
}

/// A place for one request on a connection, until dropped; keep it until the answer is whole.
#[derive(Debug)]
pub struct Multiplexed {
    /// Sends one request.
    pub send: SendRequest<Bytes>,
    /// Whether the connection served before, so that the other end may just be closing it.
    pub reused: bool,
    carrier: Arc<Carrier>,
}

impl Multiplexed {
    /// Takes no further requests on this connection. To be called when a request timed out: its host may be gone, which TCP notices
    /// only after minutes.
    pub fn retire(&self) {
        self.carrier.retired.store(true, Ordering::Relaxed);
    }
}

impl Drop for Multiplexed {
    fn drop(&mut self) {
        self.carrier.streams.fetch_sub(1, Ordering::Relaxed);
    }
}

struct Open {
    send: SendRequest<Bytes>,
    carrier: Arc<Carrier>,
    used: Instant,
}

impl Open {
    /// Whether new requests may ever go there again.
    fn is_alive(&mut self) -> bool {
        let gone = self.carrier.retired.load(Ordering::Relaxed) || self.carrier.ended.load(Ordering::Relaxed);
        let mut cx = Context::from_waker(Waker::noop());
        !gone && !matches!(self.send.poll_ready(&mut cx), Poll::Ready(Err(_)))
    }

    fn enter(&mut self, reused: bool) -> Option<Multiplexed> {
        let allowed = u32::try_from(self.send.current_max_send_streams()).unwrap_or(u32::MAX).min(MAX_STREAMS);
        if self.carrier.streams.load(Ordering::Relaxed) >= allowed {
            return None;
        }
        self.carrier.streams.fetch_add(1, Ordering::Relaxed);
        self.used = Instant::now();
        Some(Multiplexed { send: self.send.clone(), reused, carrier: Arc::clone(&self.carrier) })
    }
}

/// Connections to one endpoint, and the queue of those who want another one.
struct Lines {
    endpoint: Weak<Endpoint>,
    open: Vec<Open>,
    opening: Arc<tokio::sync::Mutex<()>>,
}

/// HTTP/2 connections by endpoint; used by one thread, so that its lock is never waited for.
#[derive(Default)]
pub(crate) struct Multiplex {
    lines: Mutex<HashMap<u64, Lines>>,
}

impl Multiplex {
    /// A place on a connection that has one, or on a new one. One is opened at a time, so that a burst shares it.
    pub(crate) async fn get(&self, endpoint: &Arc<Endpoint>, within: Duration, timer: &mut Timer) -> Result<Multiplexed, ProxyError> {
        if let Some(place) = self.take(endpoint) {
            return Ok(place);
        }
        let opening = self.with(endpoint, |lines| Arc::clone(&lines.opening));
        in_time(timer, within, async {
            let _turn = opening.lock().await;
            if let Some(place) = self.take(endpoint) {
                return Ok(place);
            }
            let stream = open(endpoint).await?;
            let mut open = handshake(stream).await?;
            let place = open.enter(false).ok_or(ProxyError::upstream(502, "upstream allows no stream").not_sent())?;
            self.with(endpoint, |lines| lines.open.push(open));
            Ok(place)
        })
        .await
    }

    fn with<T>(&self, endpoint: &Arc<Endpoint>, act: impl FnOnce(&mut Lines) -> T) -> T {
        let mut all = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        act(all.entry(endpoint.id()).or_insert_with(|| Lines {
            endpoint: Arc::downgrade(endpoint),
            open: Vec::new(),
            opening: Arc::default(),
        }))
    }

    fn take(&self, endpoint: &Arc<Endpoint>) -> Option<Multiplexed> {
        let mut all = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let lines = all.get_mut(&endpoint.id())?;
        lines.open.retain_mut(Open::is_alive);
        lines.open.iter_mut().find_map(|open| open.enter(true))
    }

    /// Closes what carried nothing for longer than `age`, or belongs to an endpoint that is gone.
    pub(crate) fn sweep(&self, age: Duration) {
        let now = Instant::now();
        let mut all = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, lines| {
            lines.open.retain_mut(|open| {
                let busy = open.carrier.streams.load(Ordering::Relaxed) > 0;
                open.is_alive() && (busy || now.duration_since(open.used) < age)
            });
            lines.endpoint.strong_count() > 0
        });
    }

    /// How many connections are open.
    pub(crate) fn open(&self) -> usize {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).values().map(|l| l.open.len()).sum()
    }
}

/// Begins HTTP/2; the connection is driven by a task of this thread and ends when nobody holds it any more.
async fn handshake(stream: Stream) -> Result<Open, ProxyError> {
    let broken = |e| failure(&e, false).not_sent();
    let (send, mut connection) = builder().handshake(stream).await.map_err(broken)?;
    // The answer to a ping comes after the settings of the other end, so that its limit of streams is known, and that it speaks
    // HTTP/2 at all before a request is risked. Only this one: gRPC servers end connections that ping more than twice unasked.
    if let Some(mut pings) = connection.ping_pong() {
        tokio::select! {
            pong = pings.ping(Ping::opaque()) => {
                pong.map_err(broken)?;
            }
            ended = &mut connection => {
                ended.map_err(broken)?;
                return Err(ProxyError::upstream(502, "upstream connection ended").not_sent());
            }
        }
    }
    let carrier = Arc::new(Carrier::default());
    let driven = Arc::clone(&carrier);
    tokio::spawn(async move {
        // Its requests are told what went wrong.
        let _ = connection.await;
        driven.ended.store(true, Ordering::Relaxed);
    });
    Ok(Open { send, carrier, used: Instant::now() })
}

/// Settings of every connection to an upstream.
pub(crate) fn builder() -> Builder {
    let mut builder = Builder::new();
    builder
        .enable_push(false)
        .initial_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_send_buffer_size(SEND_BUFFER)
        .max_header_list_size(MAX_HEAD);
    builder
}

/// What an error of HTTP/2 means; `answered` says whether the head of the answer was there already.
pub fn failure(error: &h2::Error, answered: bool) -> ProxyError {
    let reason = error.reason();
    // A stream that the other end refuses, or that came after those it says it took, was not acted upon (RFC 9113 section 8.7).
    if error.is_remote() && (reason == Some(Reason::REFUSED_STREAM) || error.is_go_away()) {
        return ProxyError::upstream(502, "upstream refused the stream").not_sent();
    }
    let error = ProxyError::upstream(
        502,
        match reason {
            Some(Reason::HTTP_1_1_REQUIRED) => "upstream wants http/1.1",
            _ if error.is_io() => "upstream connection ended",
            _ if error.is_reset() && error.is_remote() => "upstream reset the stream",
            _ => "upstream broke http/2",
        },
    );
    if answered { error } else { error.not_answered() }
}
