//! Where requests are counted: in this process, or together with other gateways through Redis.

mod ledger;
mod members;
mod shared;

use crate::site::Limit;
use hcc_ratelimit::{Decision, Limiter};
use serde_json::{Value, json};
use shared::Shared;
use std::io;
use std::sync::Arc;

/// Keys the limiter of this process has room for (16 bytes each).
const LOCAL_KEYS: usize = 1 << 20;

/// The state of all limits; it outlives every configuration.
pub struct Limits {
    local: Limiter,
    shared: Option<Arc<Shared>>,
}

impl Limits {
    /// Limits of this process; with a `redis_url` (`redis://`, `rediss://` or `unix:`), those that are shared count together with
    /// other gateways. `instance` tells the gateways apart; a random one unless given.
    ///
    /// Starts a thread that speaks with Redis. An error means that the URL is none or the thread cannot be started; a Redis that is
    /// not there is none.
    pub fn new(redis_url: Option<&str>, instance: Option<String>) -> io::Result<Self> {
        let shared = redis_url.map(|url| ledger::start(url, instance)).transpose()?;
        Ok(Self { local: Limiter::new(LOCAL_KEYS), shared })
    }

    /// Counts one request; waits for nothing. `now_ns` is [`crate::time::monotonic_ns`].
    pub fn check(&self, limit: &Limit, key: u128, now_ns: u64) -> Decision {
        match &self.shared {
            Some(shared) if limit.shared => shared.check(limit, key, now_ns),
            _ => self.local.check(limit.id, key, &limit.quota, now_ns),
        }
    }

    /// How many live keys lost their place to newer ones.
    pub fn displaced(&self) -> u64 {
        self.local.displaced() + self.shared.as_ref().map_or(0, |s| s.leases.displaced())
    }

    /// How the shared limits are, without secrets; `configured` is false when there is no Redis.
    pub fn status(&self) -> Value {
        self.shared.as_ref().map_or_else(|| json!({"configured": false}), |s| s.status())
    }

    /// Counters of the shared limits in Prometheus' text format; nothing when there is no Redis.
    pub fn render(&self) -> String {
        self.shared.as_ref().map(|s| s.render()).unwrap_or_default()
    }
}

impl Drop for Limits {
    fn drop(&mut self) {
        if let Some(shared) = &self.shared {
            shared.end();
        }
    }
}
