//! Persistent collections that gateways share through Redis.
//!
//! Requests read and change a copy in this process and wait for nothing. A thread tells Redis what was changed, as sums where that is
//! what was asked for, and reads what the other gateways changed. Without Redis each gateway goes on with its own copy, and tells
//! later what fits into the memory for it.

mod pending;
mod wire;

use hcc_waf::engine::{Change, Clock, Elements, InProcess, Key, Store, change};
use pending::{Changes, Pending};
use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, IntoConnectionInfo, RedisResult};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// Time between two rounds of telling and reading.
const ROUND: Duration = Duration::from_millis(200);
/// Collections told of, or read, in one batch.
const BATCH: usize = 512;
/// Batches of one round.
const BATCHES: usize = 16;
/// Longest time that one answer may take, and a connection.
const PATIENCE: Duration = Duration::from_secs(1);
/// The list of collections that were changed, its length, and how far back a gateway that comes reads it.
const CHANGED: &str = "hcc:waf:changed";
const CHANGED_LENGTH: usize = 65_536;
const BACK: Duration = Duration::from_secs(600);
/// Collections of this process.
const COLLECTIONS: usize = 100_000;
/// How long a collection is kept that others changed.
const KEPT: Duration = Duration::from_secs(3600);
const SCRIPT: &str = include_str!("apply.lua");

/// Collections of this process, and what Redis has not heard of them.
pub struct Collections {
    local: InProcess,
    pending: Mutex<Pending>,
    clock: Arc<Clock>,
    instance: String,
    connected: AtomicBool,
    ended: AtomicBool,
    /// Changes that no other gateway hears of.
    untold: AtomicU64,
}

impl Store for Collections {
    fn load(&self, key: &Key, now: Duration) -> Elements {
        self.local.load(key, now)
    }

    fn apply(&self, key: &Key, changes: &[(String, Change)], now: Duration, timeout: Duration) {
        // Both under one lock: what comes from Redis is put together with exactly what Redis has not heard of.
        let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        self.local.apply(key, changes, now, timeout);
        if !pending.add(key, changes, timeout) {
            self.untold.fetch_add(changes.len() as u64, Ordering::Relaxed);
        }
    }
}

impl Collections {
    /// Starts the thread. An error means that the URL is none or there can be no thread; a Redis that is not there is none.
    pub fn start(url: &str, clock: Arc<Clock>) -> io::Result<Arc<Self>> {
        // The library's own words may hold the URL, and with it the password.
        let bad = || io::Error::new(io::ErrorKind::InvalidInput, "the address of Redis is not redis://, rediss:// or unix:");
        let client = url.into_connection_info().and_then(Client::open).map_err(|_| bad())?;
        let own = Arc::new(Self {
            local: InProcess::new(COLLECTIONS),
            pending: Mutex::default(),
            clock,
            instance: format!("{:016x}", RandomState::new().hash_one(std::process::id())),
            connected: AtomicBool::new(false),
            ended: AtomicBool::new(false),
            untold: AtomicU64::new(0),
        });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build()?;
        let this = Arc::clone(&own);
        thread::Builder::new().name("collections".to_owned()).spawn(move || runtime.block_on(this.keep(client)))?;
        Ok(own)
    }

    /// Ends the thread within a round.
    pub fn end(&self) {
        self.ended.store(true, Ordering::Relaxed);
    }

    /// How they are, without secrets.
    pub fn status(&self) -> Value {
        json!({
            "configured": true,
            "connected": self.connected.load(Ordering::Relaxed),
            "untold_changes": self.untold.load(Ordering::Relaxed),
        })
    }

    /// Connects again and again, until the end.
    async fn keep(&self, client: Client) {
        let config = AsyncConnectionConfig::new().set_connection_timeout(Some(PATIENCE)).set_response_timeout(Some(PATIENCE));
        let mut last = format!("{}-0", (self.clock)().saturating_sub(BACK).as_millis());
        while !self.ended.load(Ordering::Relaxed) {
            let connecting = client.get_multiplexed_async_connection_with_config(&config);
            if let Ok(Ok(mut connection)) = timeout(PATIENCE, connecting).await {
                // Ends with an error only, or at the end.
                let _ = self.speak(&mut connection, &mut last).await;
            }
            self.connected.store(false, Ordering::Relaxed);
            sleep(ROUND).await;
        }
    }

    async fn speak(&self, connection: &mut MultiplexedConnection, last: &mut String) -> RedisResult<()> {
        let hash: String = redis::cmd("SCRIPT").arg("LOAD").arg(SCRIPT).query_async(connection).await?;
        self.connected.store(true, Ordering::Relaxed);
        while !self.ended.load(Ordering::Relaxed) {
            for _ in 0..BATCHES {
                if self.tell(connection, &hash).await? < BATCH {
                    break;
                }
            }
            for _ in 0..BATCHES {
                if self.hear(connection, last).await? < BATCH {
                    break;
                }
            }
            sleep(ROUND).await;
        }
        Ok(())
    }

    /// Tells what was changed here; how many collections.
    async fn tell(&self, connection: &mut MultiplexedConnection, hash: &str) -> RedisResult<usize> {
        let taken = self.pending.lock().unwrap_or_else(PoisonError::into_inner).take(BATCH);
        if taken.is_empty() {
            return Ok(0);
        }
        let mut pipeline = redis::pipe();
        let now = (self.clock)();
        for (key, changes) in &taken {
            pipeline.add_command(wire::call(hash, key, changes, now));
            let noted = redis::cmd("XADD").arg(CHANGED).arg("MAXLEN").arg("~").arg(CHANGED_LENGTH).arg("*").clone();
            pipeline.add_command(noted).arg("by").arg(&self.instance).arg("key").arg(wire::key(key)).ignore();
        }
        let answers: Vec<Vec<Vec<u8>>> = match pipeline.query_async(connection).await {
            Ok(answers) => answers,
            Err(error) => {
                self.put_back(taken);
                return Err(error);
            }
        };
        for ((key, changes), flat) in taken.iter().zip(&answers) {
            self.merge(key, flat, changes.timeout);
        }
        Ok(taken.len())
    }

    fn put_back(&self, taken: Vec<(Key, Changes)>) {
        let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        for (key, changes) in taken {
            if !pending.put_back(&key, &changes) {
                self.untold.fetch_add(changes.list.len() as u64, Ordering::Relaxed);
            }
        }
    }

    /// Reads what others changed; how many changes.
    async fn hear(&self, connection: &mut MultiplexedConnection, last: &mut String) -> RedisResult<usize> {
        type Entries = Vec<(String, (Vec<u8>, Vec<u8>, Vec<u8>, Vec<u8>))>;
        let mut read = redis::cmd("XREAD");
        read.arg("COUNT").arg(BATCH).arg("STREAMS").arg(CHANGED).arg(last.as_str());
        let streams: Option<Vec<(String, Entries)>> = read.query_async(connection).await?;
        let entries: Entries = streams.into_iter().flatten().flat_map(|(_, entries)| entries).collect();
        let own = self.instance.as_bytes();
        let others: BTreeSet<&[u8]> = entries.iter().filter(|(_, e)| e.1 != own).map(|(_, e)| e.3.as_slice()).collect();
        let keys: Vec<(Key, &[u8])> = others.into_iter().filter_map(|text| Some((wire::read_key(text)?, text))).collect();
        if !keys.is_empty() {
            let mut pipeline = redis::pipe();
            for (_, text) in &keys {
                pipeline.cmd("HGETALL").arg(*text);
            }
            let answers: Vec<Vec<Vec<u8>>> = pipeline.query_async(connection).await?;
            for ((key, _), flat) in keys.iter().zip(&answers) {
                self.merge(key, flat, KEPT);
            }
        }
        if let Some((id, _)) = entries.last() {
            last.clone_from(id);
        }
        Ok(entries.len())
    }

    /// Takes over what Redis has, and what it has not heard of yet on top of it.
    fn merge(&self, key: &Key, flat: &[Vec<u8>], timeout: Duration) {
        let now = (self.clock)();
        let mut elements = wire::elements(flat, now);
        let pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        for (name, what) in pending.of(key) {
            change(&mut elements, name, what);
        }
        self.local.replace(key, elements, now, timeout);
    }
}
