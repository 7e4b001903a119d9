//! One client connection that speaks HTTP/2: each stream is an exchange of its own.

use crate::crew::Job;
use crate::exchange::Peer;
use crate::idle::Idle;
use crate::session::Worker;
use crate::stream::ClientStream;
use bytes::Bytes;
use hcc_proxy::Conn;
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

/// A stream at work on a connection, for the books and for knowing when it is idle.
pub struct Active {
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
                let (active, peer) = (Active::begin(&count, &idle), Arc::clone(&peer));
                worker.crew.serve(&worker, Job { request, respond, peer, active, max_header_bytes: defaults.max_header_bytes });
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
