//! Threads that accept and serve, and how they stop.

use crate::accept::{Books, accept};
use crate::access_log::{Journal, Log};
use crate::config::Report;
use crate::crew::Crew;
use crate::limits::Limits;
use crate::preamble::Opening;
use crate::sealed::Keyring;
use crate::security::events::Event;
use crate::security::geo::GeoFiles;
use crate::security::tally::Tally;
use crate::security::waf_log::{Format, WafLog};
use crate::session::Worker;
use crate::snapshot::BanBody;
use crate::state::Shared;
use crate::time::monotonic_ns;
use crate::tls;
use crate::traffic;
use crate::waf::block_lists::BlockLists;
use crate::waf::{Collections, RuleSets};
use hcc_http::request_id::Random;
use hcc_proxy::{Pool, clock};
use hcc_waf::Inspector;
use hcc_waf::engine::{Around, Store};
use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::net::TcpListener as StdListener;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// How often batches of the access log go out.
const TICK: Duration = Duration::from_millis(100);
/// How long a drained gateway waits for its access log to be written.
const LOG_PATIENCE: Duration = Duration::from_secs(1);
/// How long an upstream connection stays idle in the pool.
const UPSTREAM_IDLE: Duration = Duration::from_secs(30);

/// A listening socket and what is spoken on it.
pub struct Listen {
    /// The socket.
    pub socket: StdListener,
    /// Whether clients speak TLS.
    pub tls: bool,
    /// Whether a PROXY header stands first.
    pub proxy: bool,
}

/// How a gateway stops.
#[derive(Clone, Copy, Debug)]
pub struct Stop {
    /// When what still runs is cut.
    pub deadline: Instant,
    /// When the listening sockets are closed, for everybody who has them; `None` leaves them open.
    pub close_at: Option<Instant>,
}

/// What a gateway is made with.
#[derive(Default)]
pub struct Options {
    /// Threads that serve the public; at least one.
    pub threads: usize,
    /// File of the last good configuration.
    pub last_good: Option<PathBuf>,
    /// File of the access log, or `-` for standard output.
    pub access_log: Option<String>,
    /// File of the firewall's own log, or `-` for standard output.
    pub waf_log: Option<String>,
    /// How that is written.
    pub waf_log_format: Format,
    /// Open the private keys of certificates.
    pub certificate_keys: Keyring,
    /// Redis by which gateways that share it count shared limits together.
    pub redis_url: Option<String>,
    /// This one's id among them; a random one unless given.
    pub instance: Option<String>,
    /// A firewall.
    pub inspector: Option<Box<dyn Inspector>>,
    /// Files of the firewall's rules by version; Debian's core rules unless given.
    pub rule_sets: Option<HashMap<String, Vec<String>>>,
    /// Whether the firewall's persistent collections are shared with other gateways at `redis_url`; else each has its own.
    pub share_collections: bool,
    /// File of countries in `MaxMind`'s format.
    pub geo_country: Option<PathBuf>,
    /// File of autonomous systems in the same format.
    pub geo_asn: Option<PathBuf>,
}

/// A gateway in this process.
pub struct Gateway {
    shared: Arc<Shared>,
    threads: usize,
    log: Arc<Journal>,
    stop: watch::Sender<Option<Stop>>,
    running: Mutex<Vec<std::thread::JoinHandle<()>>>,
}

impl Gateway {
    /// A gateway that does not listen yet.
    pub fn new(options: Options) -> io::Result<Self> {
        let mut around = Around { rbl: Some(Arc::new(BlockLists::start()?)), ..Around::default() };
        let collections = match (options.share_collections, &options.redis_url) {
            (false, _) => None,
            (true, Some(url)) => Some(Collections::start(url, Arc::clone(&around.clock))?),
            (true, None) => return Err(io::Error::new(io::ErrorKind::InvalidInput, "collections are to be shared, and there is no Redis")),
        };
        if let Some(collections) = &collections {
            around.store = Arc::clone(collections) as Arc<dyn Store>;
        }
        let limits = Limits::new(options.redis_url.as_deref(), options.instance)?;
        let mut shared = Shared::new(options.last_good, options.certificate_keys, options.inspector, limits);
        shared.geo = GeoFiles::new(options.geo_country, options.geo_asn);
        shared.rule_sets = RuleSets::new(options.rule_sets.unwrap_or_else(RuleSets::of_debian), around);
        shared.collections = collections;
        if let Some(path) = &options.waf_log {
            shared.waf_log = WafLog::start(path, options.waf_log_format, Arc::clone(&shared.metrics))?;
        }
        let shared = Arc::new(shared);
        let log = Arc::new(Journal::start(options.access_log.as_deref(), Arc::clone(&shared.metrics))?);
        Ok(Self { shared, threads: options.threads.clamp(1, 256), log, stop: watch::Sender::new(None), running: Mutex::default() })
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

    /// Opens the paths of the access log and the firewall's log anew, after the files were renamed; an error means that an old one
    /// is written on.
    pub fn reopen_log(&self) -> io::Result<()> {
        self.log.reopen().and(self.shared.waf_log.reopen())
    }

    /// Refuses tokens of these sessions until `until_s` (Unix seconds).
    pub fn revoke(&self, sessions: Vec<String>, until_s: u64) {
        self.shared.revoke(sessions, until_s);
    }

    /// Puts a ban (a [`BanBody`] with `lifted` as JSON) in force before the next snapshot tells of it, or lifts it.
    pub fn ban(&self, json: &[u8]) -> Result<(), String> {
        let mut told: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(json).map_err(|e| e.to_string())?;
        let lifted = told.remove("lifted").is_some_and(|l| l == true);
        let ban: BanBody = serde_json::from_value(told.into()).map_err(|e| e.to_string())?;
        self.shared.ban(&ban, lifted);
        Ok(())
    }

    /// Takes the security events that wait.
    pub fn take_events(&self) -> Vec<Event> {
        self.shared.events.take()
    }

    /// Takes the counts of clients since the last time.
    pub fn take_tallies(&self) -> Vec<Tally> {
        self.shared.tallies.take()
    }

    /// Shows single requests of a site for so many seconds from now.
    pub fn watch(&self, site: &str, seconds: u64) {
        self.shared.watched.watch(site, seconds, monotonic_ns());
    }

    /// Takes what was seen at watched sites, as JSON (see [`crate::watched::Watched::take`]).
    pub fn take_requests(&self) -> Vec<u8> {
        self.shared.watched.take(monotonic_ns())
    }

    /// What is in force, as JSON.
    pub fn status(&self) -> String {
        self.shared.status()
    }

    /// Counters in Prometheus' text format.
    pub fn metrics(&self) -> String {
        let mut text = self.shared.metrics.render(self.shared.limits.displaced());
        text.push_str(&self.shared.limits.render());
        text.push_str(&self.shared.security_text());
        text
    }

    /// Counters of the sites in force, in Prometheus' text format by the organisation that owns them.
    pub fn traffic(&self, gateway: &str) -> BTreeMap<String, String> {
        traffic::by_organization(&self.shared.config.load(), gateway)
    }

    /// Starts the threads; thread n accepts from list n, from the first again when there are fewer lists.
    pub fn start(&self, lists: &[Vec<Listen>]) -> io::Result<()> {
        let acceptor =
            if lists.iter().flatten().any(|l| l.tls) { Some(tls::acceptor(&self.shared).map_err(io::Error::other)?) } else { None };
        for number in 0..self.threads {
            let mut own = Vec::new();
            for listener in lists.get(number % lists.len().max(1)).into_iter().flatten() {
                let socket = listener.socket.try_clone()?;
                socket.set_nonblocking(true)?;
                own.push((socket, Opening { proxy: listener.proxy, tls: acceptor.clone().filter(|_| listener.tls) }));
            }
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_io()
                .enable_time()
                .event_interval(61)
                .on_thread_unpark(|| _ = clock::tick())
                .build()?;
            let seed = RandomState::new().hash_one((number, std::process::id()));
            let worker = Arc::new(Worker {
                shared: Arc::clone(&self.shared),
                pool: Pool::default(),
                log: Log::new(Arc::clone(&self.log)),
                random: Mutex::new(Random::new(seed)),
                stop: self.stop.subscribe(),
                crew: Crew::default(),
            });
            let stop = self.stop.subscribe();
            let thread = std::thread::Builder::new().name(format!("gateway-{number}")).spawn(move || {
                runtime.block_on(async {
                    // One thread looks after the upstreams for all.
                    let watching = (number == 0).then(|| tokio::spawn(watch(Arc::clone(&worker.shared), seed)));
                    run(worker, own, stop).await;
                    if let Some(watching) = watching {
                        watching.abort();
                    }
                });
            })?;
            self.running.lock().unwrap_or_else(PoisonError::into_inner).push(thread);
        }
        Ok(())
    }

    /// Accepts nothing more, ends connections that have been idle for a second, lets requests finish within `timeout`, then cuts.
    ///
    /// Listening sockets are left to whoever else has them, and what waits in their queues with them. With `close_after` they are
    /// accepted on for that long, emptied and closed, for everybody who has them.
    pub fn drain(&self, timeout: Duration, close_after: Option<Duration>) {
        self.shared.draining.store(true, Ordering::Relaxed);
        let now = Instant::now();
        let _ = self.stop.send(Some(Stop { deadline: now + timeout, close_at: close_after.map(|after| now + after) }));
        let threads = std::mem::take(&mut *self.running.lock().unwrap_or_else(PoisonError::into_inner));
        for thread in threads {
            let _ = thread.join();
        }
        self.log.settle(LOG_PATIENCE);
        self.shared.waf_log.settle(LOG_PATIENCE);
    }
}

async fn watch(shared: Arc<Shared>, seed: u64) {
    let upstreams = || shared.config.load().sites().flat_map(|s| s.upstreams().map(|(_, u)| Arc::clone(u))).collect();
    hcc_proxy::watch(upstreams, &shared.changed, seed).await;
}

async fn run(worker: Arc<Worker>, listeners: Vec<(StdListener, Opening)>, mut stop: watch::Receiver<Option<Stop>>) {
    let open = Books::default();
    let mut accepting = Vec::new();
    for (listener, opening) in listeners {
        if let Ok(listener) = TcpListener::from_std(listener) {
            accepting.push(tokio::spawn(accept(Arc::clone(&worker), listener, opening, open.clone())));
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
    let deadline = (*stop.borrow()).map_or_else(Instant::now, |s| s.deadline);
    loop {
        let late = Instant::now() >= deadline;
        accepting.retain(|task| !task.is_finished());
        if late {
            accepting.iter().for_each(JoinHandle::abort);
        }
        if open.cut(late) == 0 && (late || accepting.is_empty()) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    worker.log.flush();
}
