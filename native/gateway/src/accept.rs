//! Accepting connections, the books of those that are open, and closing a port without losing who waits there.

use crate::h2_session;
use crate::idle::Idle;
use crate::listener::Stop;
use crate::preamble::{self, Opened, Opening};
use crate::session::{self, Worker};
use hcc_http::client::limit_key;
use std::collections::HashMap;
use std::io::ErrorKind;
use std::net::{Shutdown, SocketAddr};
use std::pin::pin;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::AbortHandle;

/// Pause after the system had no descriptor left: others must close first.
const NO_DESCRIPTOR_PAUSE: Duration = Duration::from_millis(20);

#[derive(Debug, Default)]
struct Open {
    last: u64,
    connections: HashMap<u64, (AbortHandle, Arc<Idle>)>,
}

/// The open connections of one thread, whichever of its sockets they came by.
#[derive(Clone, Debug, Default)]
pub struct Books(Arc<Mutex<Open>>);

impl Books {
    /// Cuts connections that have been idle long enough, or all of them; how many are left.
    pub fn cut(&self, all: bool) -> usize {
        let open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut left = 0;
        for (handle, idle) in open.connections.values() {
            if all || idle.for_ms().is_some_and(|ms| Duration::from_millis(ms) >= session::DRAIN_IDLE) {
                handle.abort();
            } else {
                left += 1;
            }
        }
        left
    }
}

/// Takes a connection out of the books when it ends, however it ends.
struct Entry {
    worker: Arc<Worker>,
    books: Books,
    number: u64,
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.books.0.lock().unwrap_or_else(PoisonError::into_inner).connections.remove(&self.number);
        self.worker.shared.metrics.open.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Accepts until the gateway stops; then empties the socket's queue and closes it, when that is asked for.
pub async fn accept(worker: Arc<Worker>, listener: TcpListener, opening: Opening, books: Books) {
    let mut stopped = pin!(stopped(worker.stop.clone()));
    let close = loop {
        tokio::select! {
            biased;
            close = &mut stopped => break close,
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => begin(&worker, stream, peer, &opening, &books),
                Err(_) => tokio::time::sleep(NO_DESCRIPTOR_PAUSE).await,
            },
        }
    };
    // Left open, its queue is for whoever accepts next.
    let Some(socket) = listener.into_std().ok().filter(|_| close) else { return };
    loop {
        match socket.accept() {
            Ok((stream, peer)) => {
                if stream.set_nonblocking(true).is_ok() {
                    if let Ok(stream) = TcpStream::from_std(stream) {
                        begin(&worker, stream, peer, &opening, &books);
                    }
                }
            }
            Err(error) if matches!(error.kind(), ErrorKind::Interrupted | ErrorKind::ConnectionAborted) => {}
            Err(_) => break,
        }
    }
    // Others may have it open too, the process that made it at least: closing it here alone would let its queue fill again.
    let _ = socket2::SockRef::from(&socket).shutdown(Shutdown::Both);
}

/// Waits until accepting is over; whether the socket is to be closed then.
async fn stopped(mut stop: watch::Receiver<Option<Stop>>) -> bool {
    let close_at = match stop.wait_for(Option::is_some).await {
        Ok(stop) => stop.and_then(|s| s.close_at),
        Err(_) => None,
    };
    let Some(at) = close_at else { return false };
    tokio::time::sleep(at.saturating_duration_since(Instant::now())).await;
    true
}

/// Begins to serve a connection, unless there are too many.
fn begin(worker: &Arc<Worker>, stream: TcpStream, from: SocketAddr, opening: &Opening, books: &Books) {
    let shared = &worker.shared;
    shared.metrics.connections.fetch_add(1, Ordering::Relaxed);
    let now_open = shared.metrics.open.fetch_add(1, Ordering::Relaxed);
    if now_open >= shared.config.load().platform.defaults.max_connections {
        shared.metrics.open.fetch_sub(1, Ordering::Relaxed);
        shared.metrics.turned_away.fetch_add(1, Ordering::Relaxed);
        turn_away(&stream, opening.tls.is_some());
        return;
    }
    let _ = stream.set_nodelay(true);
    let idle = Arc::new(Idle::default());
    let serving = serve(Arc::clone(worker), stream, from, opening.clone(), Arc::clone(&idle));
    let mut open = books.0.lock().unwrap_or_else(PoisonError::into_inner);
    open.last += 1;
    let number = open.last;
    let entry = Entry { worker: Arc::clone(worker), books: books.clone(), number };
    let task = tokio::spawn(async move {
        let _entry = entry;
        serving.await;
    });
    open.connections.insert(number, (task.abort_handle(), idle));
}

async fn serve(worker: Arc<Worker>, tcp: TcpStream, from: SocketAddr, opening: Opening, idle: Arc<Idle>) {
    let opened = if opening.proxy || opening.tls.is_some() {
        let within = Duration::from_millis(worker.shared.config.load().platform.defaults.handshake_timeout_ms);
        Box::pin(tokio::time::timeout(within, preamble::open(&opening, tcp, from))).await.ok().flatten()
    } else {
        preamble::plain(tcp, from)
    };
    let Some(Opened { conn, peer, h2 }) = opened else {
        worker.shared.metrics.failed_handshakes.fetch_add(1, Ordering::Relaxed);
        return;
    };
    let each = worker.shared.config.load().platform.defaults.max_connections_per_client;
    let _place = if each > 0 {
        let Some(place) = worker.shared.clients_connected.enter(limit_key(peer.address), each) else {
            worker.shared.metrics.turned_away.fetch_add(1, Ordering::Relaxed);
            return turn_away(conn.io.tcp(), conn.io.is_secure());
        };
        Some(place)
    } else {
        None
    };
    if h2 {
        Box::pin(h2_session::serve(worker, conn, peer, idle)).await;
    } else {
        session::serve(worker, conn, peer, idle).await;
    }
}

/// Says that there are too many connections, where the client could read it.
fn turn_away(stream: &TcpStream, tls: bool) {
    if tls {
        return;
    }
    let _ = stream.try_write(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nRetry-After: 1\r\nConnection: close\r\n\r\n");
}
