//! What the threads that serve and the thread that speaks with Redis have in common.

use crate::site::Limit;
use hcc_ratelimit::{Decision, Leases};
use serde_json::{Value, json};
use std::fmt::Write;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use tokio::sync::Notify;

/// Keys of shared limits that there is room for (about 130 bytes each, taken as they come).
const SHARED_KEYS: usize = 1 << 17;
/// Nanoseconds without an answer after which Redis counts as gone.
pub(super) const GONE_NS: u64 = 1_000_000_000;

pub(super) struct Shared {
    pub(super) leases: Leases,
    /// Id of this gateway among the others.
    pub(super) instance: String,
    /// Where Redis is, without credentials.
    pub(super) address: String,
    /// Wakes the thread that speaks with Redis.
    pub(super) wake: Notify,
    /// When that thread wakes by itself; 0 while it is awake.
    pub(super) wakes_ns: AtomicU64,
    /// Since when an answer is awaited; 0 when none is.
    pub(super) waiting_ns: AtomicU64,
    /// Whether Redis has ever answered.
    pub(super) heard: AtomicBool,
    pub(super) ended: AtomicBool,
    pub(super) counters: Counters,
}

/// What is said in metrics.
#[derive(Default)]
pub(super) struct Counters {
    /// Leases of which something was granted.
    pub(super) granted: AtomicU64,
    /// Leases of which nothing was granted.
    pub(super) refused: AtomicU64,
    /// Leases without an answer.
    pub(super) errors: AtomicU64,
    /// Tokens granted.
    pub(super) tokens: AtomicU64,
    /// Requests admitted first and charged afterwards.
    pub(super) charged: AtomicU64,
    /// How often Redis was gone.
    pub(super) outages: AtomicU64,
}

impl Shared {
    pub(super) fn new(instance: String, address: String) -> Self {
        Self {
            leases: Leases::new(SHARED_KEYS),
            instance,
            address,
            wake: Notify::new(),
            wakes_ns: AtomicU64::new(0),
            waiting_ns: AtomicU64::new(0),
            heard: AtomicBool::new(false),
            ended: AtomicBool::new(false),
            counters: Counters::default(),
        }
    }

    pub(super) fn check(&self, limit: &Limit, key: u128, now_ns: u64) -> Decision {
        let (decision, due) = self.leases.check(limit.id, key, &limit.quota, now_ns);
        // Only who brings the waking forward wakes, and only a thread that sleeps.
        if let Some(due) = due.filter(|due| *due < self.wakes_ns.load(Ordering::SeqCst)) {
            if due < self.wakes_ns.fetch_min(due, Ordering::SeqCst) {
                self.wake.notify_one();
            }
        }
        decision
    }

    pub(super) fn end(&self) {
        self.ended.store(true, Ordering::SeqCst);
        self.wake.notify_one();
    }

    pub(super) fn has_ended(&self) -> bool {
        self.ended.load(Ordering::SeqCst)
    }

    /// Something was asked.
    pub(super) fn asked(&self, now_ns: u64) {
        // What was asked first counts.
        let _ = self.waiting_ns.compare_exchange(0, now_ns, Ordering::SeqCst, Ordering::SeqCst);
    }

    /// Something was answered.
    pub(super) fn answered(&self) {
        self.heard.store(true, Ordering::Relaxed);
        self.waiting_ns.store(0, Ordering::SeqCst);
    }

    /// Goes on alone when an answer is awaited for too long.
    pub(super) fn look(&self, now_ns: u64) {
        let waiting = self.waiting_ns.load(Ordering::SeqCst);
        if waiting > 0 && now_ns.saturating_sub(waiting) >= GONE_NS && self.leases.view().connected {
            self.leases.lost(now_ns);
            self.counters.outages.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn is_connected(&self) -> bool {
        self.heard.load(Ordering::Relaxed) && self.leases.view().connected
    }

    pub(super) fn status(&self) -> Value {
        let view = self.leases.view();
        json!({
            "configured": true,
            "connected": self.is_connected(),
            "gateways": view.gateways,
            "settled": view.settled,
            "instance": self.instance,
            "redis": self.address,
        })
    }

    pub(super) fn render(&self) -> String {
        let get = |c: &AtomicU64| c.load(Ordering::Relaxed);
        let (view, c) = (self.leases.view(), &self.counters);
        let mut out = String::from("# HELP hcc_gateway_shared_limits_connected Whether shared limits count together (1) or alone (0)\n");
        let _ = writeln!(out, "# TYPE hcc_gateway_shared_limits_connected gauge");
        let _ = writeln!(out, "hcc_gateway_shared_limits_connected {}", u8::from(self.is_connected()));
        let _ = writeln!(out, "# TYPE hcc_gateway_shared_limits_gateways gauge\nhcc_gateway_shared_limits_gateways {}", view.gateways);
        let _ = writeln!(out, "# TYPE hcc_gateway_shared_limits_leases_total counter");
        for (outcome, count) in [("granted", get(&c.granted)), ("refused", get(&c.refused)), ("error", get(&c.errors))] {
            let _ = writeln!(out, "hcc_gateway_shared_limits_leases_total{{outcome=\"{outcome}\"}} {count}");
        }
        for (name, count) in [("tokens_leased", get(&c.tokens)), ("requests_charged", get(&c.charged)), ("outages", get(&c.outages))] {
            let _ = writeln!(out, "# TYPE hcc_gateway_shared_limits_{name}_total counter\nhcc_gateway_shared_limits_{name}_total {count}");
        }
        out
    }
}
