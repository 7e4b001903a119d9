//! Idle upstream connections of one thread.

use crate::conn::{Conn, Timer};
use crate::error::ProxyError;
use crate::target::Target;
use std::collections::HashMap;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::task::Poll;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::Instant;

/// Most idle connections kept for one target by one thread.
const MAX_IDLE: usize = 256;

struct Idle {
    target: Weak<Target>,
    connections: Vec<(Conn<TcpStream>, Instant)>,
}

/// Idle connections by target; used by one thread, so that its lock is never waited for.
#[derive(Default)]
pub struct Pool {
    idle: Mutex<HashMap<usize, Idle>>,
}

/// A connection to send on.
pub struct Checkout {
    /// The connection.
    pub conn: Conn<TcpStream>,
    /// Whether it served before, so that the other end may just be closing it.
    pub reused: bool,
}

fn key(target: &Arc<Target>) -> usize {
    Arc::as_ptr(target) as usize
}

impl Pool {
    /// An idle connection that is still open, or a new one.
    pub async fn get(&self, target: &Arc<Target>, connect: Duration, timer: &mut Timer) -> Result<Checkout, ProxyError> {
        if let Some(conn) = self.take(target) {
            return Ok(Checkout { conn, reused: true });
        }
        Self::connect(target, connect, timer).await
    }

    fn take(&self, target: &Arc<Target>) -> Option<Conn<TcpStream>> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = idle.get_mut(&key(target))?;
        if entry.target.as_ptr() != Arc::as_ptr(target) {
            return None;
        }
        while let Some((mut conn, _)) = entry.connections.pop() {
            if conn.is_silent() {
                return Some(conn);
            }
        }
        None
    }

    /// A new connection, never an idle one.
    pub async fn connect(target: &Arc<Target>, connect: Duration, timer: &mut Timer) -> Result<Checkout, ProxyError> {
        timer.within(connect);
        let mut connecting = pin!(async {
            match target.socket {
                Some(socket) => TcpStream::connect(socket).await,
                None => TcpStream::connect(&target.address).await,
            }
        });
        let stream = poll_fn(|cx| match connecting.as_mut().poll(cx) {
            Poll::Ready(done) => Poll::Ready(Some(done)),
            Poll::Pending if timer.poll_late(cx) => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        })
        .await
        .ok_or(ProxyError::upstream(504, "upstream connect timeout").not_sent())?
        .map_err(|_| ProxyError::upstream(502, "upstream connect failed").not_sent())?;
        let _ = stream.set_nodelay(true);
        Ok(Checkout { conn: Conn::new(stream), reused: false })
    }

    /// Keeps a connection whose exchange ended cleanly.
    pub fn put(&self, target: &Arc<Target>, mut conn: Conn<TcpStream>) {
        if !conn.rbuf.is_empty() || !conn.wbuf.is_empty() {
            return;
        }
        conn.rbuf.shrink(16_384);
        conn.wbuf.shrink(16_384);
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = idle.entry(key(target)).or_insert_with(|| Idle { target: Arc::downgrade(target), connections: Vec::new() });
        if entry.target.as_ptr() != Arc::as_ptr(target) {
            *entry = Idle { target: Arc::downgrade(target), connections: Vec::new() };
        }
        if entry.connections.len() < MAX_IDLE {
            entry.connections.push((conn, Instant::now()));
        }
    }

    /// Closes what was idle longer than `age`, was closed by the other end, or belongs to a target that is gone.
    pub fn sweep(&self, age: Duration) {
        let now = Instant::now();
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|_, entry| {
            entry.connections.retain_mut(|(conn, since)| now.duration_since(*since) < age && conn.is_silent());
            entry.target.strong_count() > 0
        });
    }

    /// How many connections are idle.
    pub fn idle(&self) -> usize {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).values().map(|e| e.connections.len()).sum()
    }
}
