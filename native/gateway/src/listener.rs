//! Threads that accept and serve, and how they stop.

use crate::access_log::{Journal, Log};
use crate::config::Report;
use crate::limits::Limits;
use crate::session::{Worker, serve};
use crate::state::Shared;
use hcc_http::request_id::Random;
use hcc_proxy::Pool;
use hcc_waf::Inspector;
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::net::TcpListener as StdListener;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::AbortHandle;

/// How often batches of the access log go out.
const TICK: Duration = Duration::from_millis(100);
/// How long a drained gateway waits for its access log to be written.
const LOG_PATIENCE: Duration = Duration::from_secs(1);
/// How long an upstream connection stays idle in the pool.
const UPSTREAM_IDLE: Duration = Duration::from_secs(30);

/// A gateway in this process.
pub struct Gateway {
    shared: Arc<Shared>,
    threads: usize,
    log: Arc<Journal>,
    stop: watch::Sender<Option<Instant>>,
    running: Mutex<Vec<JoinHandle<()>>>,
}

impl Gateway {
    /// A gateway that does not listen yet. `access_log` is a path, or `-` for standard output. Shared limits count together with
    /// other gateways through the Redis at `redis_url`; `instance` is this one's id among them, a random one unless given.
    pub fn new(
        threads: usize,
        last_good: Option<PathBuf>,
        access_log: Option<&str>,
        inspector: Option<Box<dyn Inspector>>,
        redis_url: Option<&str>,
        instance: Option<String>,
    ) -> io::Result<Self> {
        let limits = Limits::new(redis_url, instance)?;
        let shared = Arc::new(Shared::new(last_good, inspector, limits));
        let log = Arc::new(Journal::start(access_log, Arc::clone(&shared.metrics))?);
        Ok(Self { shared, threads: threads.clamp(1, 256), log, stop: watch::Sender::new(None), running: Mutex::default() })
    }

    /// Applies a snapshot; an error means that nothing of it could be read.
    pub fn apply(&self, bytes: &[u8]) -> Result<Report, String> {
        let report = self.shared.apply(bytes)?;
        self.sample();
        Ok(report)
    }

    /// Applies the last good file; whether there was one.
    pub fn load_last_good(&self) -> bool {
        let loaded = self.shared.load_last_good();
        self.sample();
        loaded
    }

    fn sample(&self) {
        self.log.sample(self.shared.config.load().platform.defaults.access_log_sample);
    }

    /// Opens the access log's path anew, after the file was renamed; an error means that the old one is written on.
    pub fn reopen_log(&self) -> io::Result<()> {
        self.log.reopen()
    }

    /// Refuses tokens of these sessions until `until_s` (Unix seconds).
    pub fn revoke(&self, sessions: Vec<String>, until_s: u64) {
        self.shared.revoke(sessions, until_s);
    }

    /// What is in force, as JSON.
    pub fn status(&self) -> String {
        self.shared.status()
    }

    /// Counters in Prometheus' text format.
    pub fn metrics(&self) -> String {
        let mut text = self.shared.metrics.render(self.shared.limits.displaced());
        text.push_str(&self.shared.limits.render());
        text
    }

    /// Starts the threads, each accepting from every listener.
    pub fn start(&self, listeners: &[StdListener]) -> io::Result<()> {
        for number in 0..self.threads {
            let own = listeners.iter().map(StdListener::try_clone).collect::<io::Result<Vec<_>>>()?;
            for listener in &own {
                listener.set_nonblocking(true)?;
            }
            let runtime = tokio::runtime::Builder::new_current_thread().enable_io().enable_time().event_interval(61).build()?;
            let seed = RandomState::new().hash_one((number, std::process::id()));
            let worker = Arc::new(Worker {
                shared: Arc::clone(&self.shared),
                pool: Pool::default(),
                log: Log::new(Arc::clone(&self.log)),
                random: Mutex::new(Random::new(seed)),
            });
            let stop = self.stop.subscribe();
            let thread =
                std::thread::Builder::new().name(format!("gateway-{number}")).spawn(move || runtime.block_on(run(worker, own, stop)))?;
            self.running.lock().unwrap_or_else(PoisonError::into_inner).push(thread);
        }
        Ok(())
    }

    /// Accepts nothing more, ends idle connections, lets running requests finish within `timeout`, then cuts.
    pub fn drain(&self, timeout: Duration) {
        self.shared.draining.store(true, Ordering::Relaxed);
        let _ = self.stop.send(Some(Instant::now() + timeout));
        let threads = std::mem::take(&mut *self.running.lock().unwrap_or_else(PoisonError::into_inner));
        for thread in threads {
            let _ = thread.join();
        }
        self.log.settle(LOG_PATIENCE);
    }
}

type Open = Arc<Mutex<HashMap<u64, (AbortHandle, Arc<AtomicBool>)>>>;

async fn run(worker: Arc<Worker>, listeners: Vec<StdListener>, mut stop: watch::Receiver<Option<Instant>>) {
    let open: Open = Arc::default();
    let mut accepting = Vec::new();
    for listener in listeners {
        if let Ok(listener) = TcpListener::from_std(listener) {
            accepting.push(tokio::spawn(accept(Arc::clone(&worker), listener, Arc::clone(&open))).abort_handle());
        }
    }
    let mut ticks = 0u32;
    while stop.borrow_and_update().is_none() {
        tokio::select! {
            () = tokio::time::sleep(TICK) => {
                worker.log.flush();
                ticks = ticks.wrapping_add(1);
                if ticks % 50 == 0 {
                    worker.pool.sweep(UPSTREAM_IDLE);
                }
            }
            changed = stop.changed() => if changed.is_err() { break },
        }
    }
    for handle in accepting {
        handle.abort();
    }
    let deadline = (*stop.borrow()).unwrap_or_else(Instant::now);
    loop {
        let mut left = 0;
        for (handle, idle) in open.lock().unwrap_or_else(PoisonError::into_inner).values() {
            if idle.load(Ordering::Relaxed) || Instant::now() >= deadline {
                handle.abort();
            } else {
                left += 1;
            }
        }
        if left == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    worker.log.flush();
}

/// Takes a connection out of the books when it ends, however it ends.
struct Entry {
    worker: Arc<Worker>,
    open: Open,
    number: u64,
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.number);
        self.worker.shared.metrics.open.fetch_sub(1, Ordering::Relaxed);
    }
}

async fn accept(worker: Arc<Worker>, listener: TcpListener, open: Open) {
    let mut number = 0u64;
    loop {
        let Ok((stream, peer)) = listener.accept().await else {
            // Out of descriptors, most likely: others must close first.
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        };
        let shared = &worker.shared;
        shared.metrics.connections.fetch_add(1, Ordering::Relaxed);
        let now_open = shared.metrics.open.fetch_add(1, Ordering::Relaxed);
        if now_open >= shared.config.load().platform.defaults.max_connections {
            shared.metrics.open.fetch_sub(1, Ordering::Relaxed);
            shared.metrics.turned_away.fetch_add(1, Ordering::Relaxed);
            turn_away(&stream);
            continue;
        }
        let _ = stream.set_nodelay(true);
        number = number.wrapping_add(1);
        // Both listeners of a thread count apart; the port tells them apart.
        let key = number << 16 | listener.local_addr().map_or(0, |a| u64::from(a.port()));
        let entry = Entry { worker: Arc::clone(&worker), open: Arc::clone(&open), number: key };
        let idle = Arc::new(AtomicBool::new(false));
        let serving = serve(Arc::clone(&worker), stream, peer.ip(), Arc::clone(&idle));
        let mut books = open.lock().unwrap_or_else(PoisonError::into_inner);
        let task = tokio::spawn(async move {
            let _entry = entry;
            serving.await;
        });
        books.insert(key, (task.abort_handle(), idle));
    }
}

fn turn_away(stream: &TcpStream) {
    let _ = stream.try_write(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nRetry-After: 1\r\nConnection: close\r\n\r\n");
}
