//! Upstream connections of one thread that are kept.

use crate::clock;
use crate::conn::{Conn, Timer};
use crate::connect::{in_time, open};
use crate::endpoint::Endpoint;
use crate::error::ProxyError;
use crate::multiplex::{Multiplex, Multiplexed};
use crate::stream::Stream;
use foldhash::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;
use tokio::time::Instant;

/// Most idle connections kept for one endpoint by one thread.
const MAX_IDLE: usize = 256;
/// Bytes that the queues of an idle connection may hold on to.
const IDLE_BUFFER: usize = 16_384;

struct Idle {
    endpoint: Weak<Endpoint>,
    connections: Vec<(Conn<Stream>, Instant)>,
}

/// Connections by endpoint; used by one thread, so that its locks are never waited for.
#[derive(Default)]
pub struct Pool {
    idle: Mutex<HashMap<u64, Idle>>,
    multiplex: Multiplex,
}

/// A connection to send on.
pub struct Checkout {
    /// The connection.
    pub conn: Conn<Stream>,
    /// Whether it served before, so that the other end may just be closing it.
    pub reused: bool,
}

impl Pool {
    /// An idle connection that is still open, or a new one. For a request that is not `repeatable` (one that could not be sent
    /// again if the other end is just closing) the system is asked whether it is open, which costs a call.
    pub async fn get(
        &self,
        endpoint: &Arc<Endpoint>,
        repeatable: bool,
        connect: Duration,
        timer: &mut Timer,
    ) -> Result<Checkout, ProxyError> {
        if let Some(conn) = self.take(endpoint, repeatable) {
            return Ok(Checkout { conn, reused: true });
        }
        Self::connect(endpoint, connect, timer).await
    }

    fn take(&self, endpoint: &Arc<Endpoint>, repeatable: bool) -> Option<Conn<Stream>> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = idle.get_mut(&endpoint.id())?;
        while let Some((mut conn, _)) = entry.connections.pop() {
            if if repeatable { conn.io.is_silent() } else { conn.io.is_surely_silent() } {
                return Some(conn);
            }
        }
        None
    }

    /// A new connection, never an idle one.
    pub async fn connect(endpoint: &Arc<Endpoint>, connect: Duration, timer: &mut Timer) -> Result<Checkout, ProxyError> {
        let stream = in_time(timer, connect, open(endpoint)).await?;
        Ok(Checkout { conn: Conn::new(stream), reused: false })
    }

    /// Keeps a connection whose exchange ended cleanly.
    pub fn put(&self, endpoint: &Arc<Endpoint>, mut conn: Conn<Stream>) {
        if !conn.rbuf.is_empty() || !conn.wbuf.is_empty() {
            return;
        }
        conn.rbuf.shrink(IDLE_BUFFER);
        conn.wbuf.shrink(IDLE_BUFFER);
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = idle.entry(endpoint.id()).or_insert_with(|| Idle { endpoint: Arc::downgrade(endpoint), connections: Vec::new() });
        if entry.connections.len() < MAX_IDLE {
            entry.connections.push((conn, clock::recent()));
        }
    }

    /// A place for one request on an HTTP/2 connection that has one, or on a new one.
    pub async fn h2(&self, endpoint: &Arc<Endpoint>, connect: Duration, timer: &mut Timer) -> Result<Multiplexed, ProxyError> {
        self.multiplex.get(endpoint, connect, timer).await
    }

    /// Closes what was idle longer than `age`, was closed by the other end, or belongs to an endpoint that is gone.
    pub fn sweep(&self, age: Duration) {
        let now = Instant::now();
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).retain(|_, entry| {
            entry.connections.retain_mut(|(conn, since)| now.duration_since(*since) < age && conn.io.is_silent());
            entry.endpoint.strong_count() > 0
        });
        self.multiplex.sweep(age);
    }

    /// How many HTTP/1.1 connections are idle.
    pub fn idle(&self) -> usize {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).values().map(|e| e.connections.len()).sum()
    }

    /// How many HTTP/2 connections are open.
    pub fn multiplexed(&self) -> usize {
        self.multiplex.open()
    }
}
