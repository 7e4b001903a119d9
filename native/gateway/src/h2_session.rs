//! One client connection that speaks HTTP/2: each stream is an exchange of its own.

use crate::client::h2::{H2Client, framing, put_head};
use crate::exchange::{Exchange, Peer};
use crate::idle::Idle;
use crate::session::Worker;
use crate::stream::ClientStream;
use bytes::Bytes;
use h2::RecvStream;
use h2::server::SendResponse;
use hcc_http::Reject;
use hcc_http::scan::MAX_LINE;
use hcc_proxy::Conn;
use http::Request;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// Streams of one connection at once.
const MAX_STREAMS: u32 = 100;
/// Bytes a client may send on one stream before we have read them.
const STREAM_WINDOW: u32 = 65_535;
/// The same for all streams of a connection together.
const CONNECTION_WINDOW: u32 = 1 << 20;
/// Bytes of one stream's answer that wait in a connection.
const SEND_BUFFER: usize = 128 * 1024;

/// Streams at work on a connection, for the books and for knowing when it is idle.
struct Active {
    count: Arc<AtomicUsize>,
    idle: Arc<Idle>,
}

impl Active {
    fn begin(count: &Arc<AtomicUsize>, idle: &Arc<Idle>) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        idle.end();
        Self { count: Arc::clone(count), idle: Arc::clone(idle) }
    }
}

impl Drop for Active {
    fn drop(&mut self) {
        if self.count.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.idle.begin();
        }
    }
}

/// Serves a connection to its end; `idle` tells since when it could be cut when draining.
pub async fn serve(worker: Arc<Worker>, conn: Conn<ClientStream>, peer: Arc<Peer>, idle: Arc<Idle>) {
    let defaults = worker.shared.config.load().platform.defaults.clone();
    let mut builder = h2::server::Builder::new();
    builder
        .max_concurrent_streams(MAX_STREAMS)
        .initial_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_send_buffer_size(SEND_BUFFER)
        .max_header_list_size(u32::try_from(defaults.max_header_bytes).unwrap_or(u32::MAX));
    let handshake = tokio::time::timeout(Duration::from_millis(defaults.header_timeout_ms), builder.handshake::<_, Bytes>(conn));
    let Ok(Ok(mut connection)) = handshake.await else { return };
    let count = Arc::new(AtomicUsize::new(0));
    idle.begin();
    let keep_alive = Duration::from_millis(defaults.keep_alive_ms);
    let mut stop = worker.stop.clone();
    let mut quiet = tokio::time::Instant::now();
    let mut leaving = false;
    loop {
        tokio::select! {
            biased;
            accepted = connection.accept() => {
                let Some(Ok((request, respond))) = accepted else { return };
                quiet = tokio::time::Instant::now();
                let active = Active::begin(&count, &idle);
                let (worker, peer) = (Arc::clone(&worker), Arc::clone(&peer));
                tokio::spawn(async move {
                    let _active = active;
                    exchange(&worker, peer, request, respond, defaults.max_header_bytes).await;
                });
            }
            () = tokio::time::sleep_until(quiet + keep_alive) => {
                quiet = tokio::time::Instant::now();
                if count.load(Ordering::Relaxed) == 0 {
                    if leaving {
                        return;
                    }
                    leaving = true;
                    connection.graceful_shutdown();
                }
            }
            _ = stop.changed(), if !leaving => {
                leaving = true;
                connection.graceful_shutdown();
            }
        }
    }
}

async fn exchange(
    worker: &Arc<Worker>,
    peer: Arc<Peer>,
    request: Request<RecvStream>,
    respond: SendResponse<Bytes>,
    max_header_bytes: usize,
) {
    let mut ex = Exchange::new(peer);
    let mut text = Vec::with_capacity(512);
    let parsed = put_head(&mut text, &request).and_then(|()| {
        let line = text.iter().position(|b| *b == b'\n').unwrap_or(text.len());
        if line > MAX_LINE {
            return Err(Reject::with(414, "request line too long"));
        }
        if text.len() > max_header_bytes {
            return Err(Reject::with(431, "head too large"));
        }
        ex.head.parse(&text)
    });
    let recv = request.into_body();
    match parsed {
        Ok(()) => {
            ex.head.framing = framing(&ex.head, &recv);
            let mut client = H2Client::new(recv, respond, ex.head.framing);
            ex.serve(&mut client, worker).await;
        }
        Err(reject) => {
            let mut client = H2Client::new(recv, respond, hcc_http::Framing::None);
            ex.refuse(&mut client, worker, reject).await;
        }
    }
}
