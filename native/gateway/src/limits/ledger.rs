//! The thread that speaks with Redis: heartbeats, and leases in batches of one script a key.
//!
//! Each script names one key, so a batch may go to whatever server holds it.

use super::members::{BEAT_NS, Members, SILENT_MS};
use super::shared::Shared;
use crate::time::monotonic_ns;
use hcc_ratelimit::lease::{Ask, Place, Reply};
use redis::aio::MultiplexedConnection;
use redis::{
    AsyncConnectionConfig, Client, Cmd, ErrorKind, IntoConnectionInfo, Pipeline, RedisError, RedisResult, Script, ServerErrorKind,
};
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// Keys asked for in one batch.
const BATCH: usize = 256;
/// Least time between the beginnings of two batches.
const TICK: Duration = Duration::from_millis(2);
/// Longest time that one answer may take, and a connection.
const PATIENCE: Duration = Duration::from_secs(1);
/// Time between two attempts to connect.
const AGAIN: Duration = Duration::from_millis(200);
/// How often it is looked whether Redis is gone.
const LOOK: Duration = Duration::from_millis(100);
const MEMBERS_KEY: &str = "hcc:limits:gateways";

/// Starts the thread.
pub(super) fn start(url: &str, instance: Option<String>) -> io::Result<Arc<Shared>> {
    // The library's own words may hold the URL, and with it the password.
    let bad = || io::Error::new(io::ErrorKind::InvalidInput, "the address of Redis is not redis://, rediss:// or unix:");
    let info = url.into_connection_info().map_err(|_| bad())?;
    let address = info.addr().to_string();
    let client = Client::open(info).map_err(|_| bad())?;
    let instance = instance.unwrap_or_else(|| {
        let random = || RandomState::new().hash_one(std::process::id());
        format!("{:016x}{:016x}", random(), random())
    });
    let shared = Arc::new(Shared::new(instance, address));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build()?;
    let own = Arc::clone(&shared);
    thread::Builder::new().name("shared-limits".to_owned()).spawn(move || runtime.block_on(run(own, client)))?;
    Ok(shared)
}

async fn run(shared: Arc<Shared>, client: Client) {
    let watch = async {
        loop {
            sleep(LOOK).await;
            shared.look(monotonic_ns());
        }
    };
    tokio::select! {
        () = watch => {}
        () = keep(&shared, &client) => {}
    }
}

/// Connects again and again, until the end.
async fn keep(shared: &Shared, client: &Client) {
    let mut speaker = Speaker {
        shared,
        lease: Words::new(include_str!("lease.lua")),
        heartbeat: Words::new(include_str!("heartbeat.lua")),
        members: Members::new(),
    };
    let config = AsyncConnectionConfig::new().set_connection_timeout(Some(PATIENCE)).set_response_timeout(Some(PATIENCE));
    while !shared.has_ended() {
        shared.asked(monotonic_ns());
        let connecting = client.get_multiplexed_async_connection_with_config(&config);
        if let Ok(Ok(mut connection)) = timeout(PATIENCE, connecting).await {
            // Ends with an error only, or at the end.
            let _ = speaker.speak(&mut connection).await;
        }
        if !shared.has_ended() {
            shared.asked(monotonic_ns());
            // A key that wants something must not wake it before it is time to try again.
            shared.wakes_ns.store(0, Ordering::SeqCst);
            let _ = timeout(AGAIN, shared.wake.notified()).await;
        }
    }
}

/// A script and its hash, by which it is called.
struct Words {
    text: &'static str,
    hash: String,
}

impl Words {
    fn new(text: &'static str) -> Self {
        Self { text, hash: Script::new(text).get_hash().to_owned() }
    }

    /// A call by hash, or with the whole text when the server does not know it yet.
    fn call(&self, known: bool) -> Cmd {
        let mut cmd = redis::cmd(if known { "EVALSHA" } else { "EVAL" });
        cmd.arg(if known { &self.hash } else { self.text });
        cmd
    }
}

type Answer = (u32, u64, u64, u32, String);

struct Speaker<'a> {
    shared: &'a Shared,
    lease: Words,
    heartbeat: Words,
    members: Members,
}

impl Speaker<'_> {
    async fn speak(&mut self, connection: &mut MultiplexedConnection) -> RedisResult<()> {
        let shared = self.shared;
        let mut beat_ns = 0;
        let mut asks: Vec<(Place, Ask)> = Vec::new();
        while !shared.has_ended() {
            let begun = monotonic_ns();
            if begun >= beat_ns {
                self.beat(connection).await?;
                beat_ns = begun + BEAT_NS;
            }
            asks.clear();
            shared.leases.collect(monotonic_ns(), BATCH, &mut asks);
            if !asks.is_empty() {
                self.batch(connection, &asks).await?;
                if asks.len() < BATCH {
                    let took = Duration::from_nanos(monotonic_ns().saturating_sub(begun));
                    sleep(TICK.saturating_sub(took)).await;
                }
                continue;
            }
            self.rest(beat_ns).await;
        }
        Ok(())
    }

    /// Sleeps until something is due or somebody wakes it.
    async fn rest(&self, beat_ns: u64) {
        let shared = self.shared;
        let next = || shared.leases.next_due().map_or(beat_ns, |due| due.min(beat_ns));
        let planned = next();
        shared.wakes_ns.store(planned, Ordering::SeqCst);
        // What came between the first look and the plan woke nobody.
        let due = planned.min(next());
        let left = due.saturating_sub(monotonic_ns());
        if left > 0 {
            let _ = timeout(Duration::from_nanos(left), shared.wake.notified()).await;
        }
        shared.wakes_ns.store(0, Ordering::SeqCst);
    }

    async fn beat(&mut self, connection: &mut MultiplexedConnection) -> RedisResult<()> {
        self.shared.asked(monotonic_ns());
        let call = |known| {
            let mut cmd = self.heartbeat.call(known);
            cmd.arg(1).arg(MEMBERS_KEY).arg(&self.shared.instance).arg(SILENT_MS);
            cmd
        };
        let seen = match call(true).query_async::<u32>(connection).await {
            Err(error) if is_unknown(&error) => call(false).query_async::<u32>(connection).await?,
            other => other?,
        };
        let now_ns = monotonic_ns();
        let (gateways, settled) = self.members.heard(seen, now_ns);
        self.shared.leases.members(gateways, settled);
        self.shared.answered();
        self.shared.leases.found(now_ns);
        Ok(())
    }

    /// Asks for all of a batch; an error means that the connection is of no more use.
    async fn batch(&self, connection: &mut MultiplexedConnection, asks: &[(Place, Ask)]) -> RedisResult<()> {
        let mut open: Vec<&(Place, Ask)> = asks.iter().collect();
        let mut failed = None;
        for known in [true, false] {
            if open.is_empty() || failed.is_some() {
                break;
            }
            self.shared.asked(monotonic_ns());
            let mut pipeline = Pipeline::with_capacity(open.len());
            for (_, ask) in &open {
                pipeline.add_command(self.call(ask, known));
            }
            match pipeline.ignore_errors().query_async::<Vec<RedisResult<Answer>>>(connection).await {
                Ok(answers) => {
                    let mut left = Vec::new();
                    for (asked, answer) in open.iter().zip(answers) {
                        match answer {
                            Ok(answer) => self.settle(asked, &answer),
                            Err(error) if known && is_unknown(&error) => left.push(*asked),
                            Err(_) => self.unanswered(asked),
                        }
                    }
                    open = left;
                }
                Err(error) => failed = Some(error),
            }
        }
        for asked in open {
            self.unanswered(asked);
        }
        failed.map_or(Ok(()), Err)
    }

    fn call(&self, ask: &Ask, known: bool) -> Cmd {
        let mut cmd = self.lease.call(known);
        cmd.arg(1)
            .arg(format!("hcc:limit:{:016x}:{:032x}", ask.limit, ask.key))
            .arg(ask.interval_ns as f64 / 1000.0)
            .arg(ask.burst)
            .arg(ask.ceiling)
            .arg(ask.wanted)
            .arg(ask.charge)
            .arg(ask.hint);
        cmd
    }

    fn settle(&self, (place, ask): &(Place, Ask), answer: &Answer) {
        let (granted, wait_us, ahead_us, left, hint) = answer;
        let hint = hint.parse().ok().filter(|h: &f64| h.is_finite()).unwrap_or(0.0);
        let reply = Reply { granted: *granted, wait_us: *wait_us, ahead_us: *ahead_us, left: *left, hint };
        self.shared.leases.settle(*place, ask, &reply, monotonic_ns());
        self.shared.answered();
        let counters = &self.shared.counters;
        let outcome = if *granted > 0 { &counters.granted } else { &counters.refused };
        outcome.fetch_add(1, Ordering::Relaxed);
        counters.tokens.fetch_add(u64::from(*granted), Ordering::Relaxed);
        counters.charged.fetch_add(u64::from(ask.charge), Ordering::Relaxed);
    }

    fn unanswered(&self, (place, ask): &(Place, Ask)) {
        self.shared.leases.unanswered(*place, ask, monotonic_ns());
        self.shared.counters.errors.fetch_add(1, Ordering::Relaxed);
    }
}

fn is_unknown(error: &RedisError) -> bool {
    error.kind() == ErrorKind::Server(ServerErrorKind::NoScript)
}
