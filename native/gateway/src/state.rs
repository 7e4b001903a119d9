//! What all threads share.

use crate::auth::TokenCache;
use crate::config::{Config, Report};
use crate::gate::{Counter, Gate};
use crate::last_good;
use crate::limits::Limits;
use crate::metrics::Metrics;
use crate::revoked::Revoked;
use crate::sealed::Keyring;
use crate::security::bans::Bans;
use crate::security::events::Events;
use crate::security::geo::GeoFiles;
use crate::security::tally::Tallies;
use crate::security::waf_log::WafLog;
use crate::snapshot::BanBody;
use crate::time::{monotonic_ns, unix_ms};
use crate::waf::{Collections, RuleSets};
use crate::watched::Watched;
use arc_swap::ArcSwap;
use hcc_waf::Inspector;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Notify;

/// What all threads share; it outlives every configuration.
pub struct Shared {
    /// The configuration in force.
    pub config: ArcSwap<Config>,
    /// Rate limits' state.
    pub limits: Limits,
    /// Verified tokens.
    pub tokens: TokenCache,
    /// Revoked sessions.
    pub revoked: Revoked,
    /// Requests being served.
    pub in_flight: Arc<Counter>,
    /// The same for each client.
    pub clients_in_flight: Arc<Gate>,
    /// Connections of each client.
    pub clients_connected: Arc<Gate>,
    /// Counters.
    pub metrics: Arc<Metrics>,
    /// Bans in force.
    pub bans: Bans,
    /// Where clients are.
    pub geo: GeoFiles,
    /// Security events that wait for somebody who writes them down.
    pub events: Events,
    /// What clients did that only attackers do often.
    pub tallies: Tallies,
    /// Sites whose requests somebody watches.
    pub watched: Watched,
    /// The firewall's own log.
    pub waf_log: WafLog,
    /// Rule sets of the firewall.
    pub rule_sets: RuleSets,
    /// Persistent collections, when other gateways share them.
    pub collections: Option<Arc<Collections>>,
    /// Another firewall instead.
    pub inspector: Option<Box<dyn Inspector>>,
    /// Whether the gateway is draining.
    pub draining: AtomicBool,
    /// Told when another configuration came into force.
    pub changed: Notify,
    certificate_keys: Keyring,
    last_good: Option<PathBuf>,
    applies: AtomicU64,
    last: Mutex<(Report, u64)>,
}

impl Shared {
    /// An empty configuration.
    pub fn new(last_good: Option<PathBuf>, certificate_keys: Keyring, inspector: Option<Box<dyn Inspector>>, limits: Limits) -> Self {
        Self {
            config: ArcSwap::default(),
            limits,
            tokens: TokenCache::default(),
            revoked: Revoked::default(),
            in_flight: Arc::default(),
            clients_in_flight: Arc::default(),
            clients_connected: Arc::default(),
            metrics: Arc::default(),
            bans: Bans::default(),
            geo: GeoFiles::default(),
            events: Events::default(),
            tallies: Tallies::default(),
            watched: Watched::default(),
            waf_log: WafLog::none(),
            rule_sets: RuleSets::default(),
            collections: None,
            inspector,
            draining: AtomicBool::new(false),
            changed: Notify::new(),
            certificate_keys,
            last_good,
            applies: AtomicU64::new(0),
            last: Mutex::default(),
        }
    }

    /// Compiles a snapshot off the hot path and swaps it in; writes the last good file when something changed.
    pub fn apply(&self, bytes: &[u8]) -> Result<Report, String> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let number = self.applies.fetch_add(1, Ordering::Relaxed) + 1;
        let before = self.config.load_full();
        let (next, mut report) = before.apply(bytes, number, &self.certificate_keys)?;
        next.arm(&self.rule_sets, &mut report);
        let now_ms = unix_ms();
        if !Arc::ptr_eq(&next.platform, &before.platform) {
            self.revoked.add(next.platform.revoked.iter().cloned(), now_ms / 1000);
        }
        self.geo.refresh();
        if let Some(bans) = &next.bans {
            // Also when the section is as before: what was told of in between is out of date now.
            self.bans.replace(bans);
        }
        let changed = !report.applied.is_empty() || next.sections().count() != before.sections().count();
        self.metrics.applies.fetch_add(1, Ordering::Relaxed);
        self.metrics.refused_sections.store(report.refused.len() as u64, Ordering::Relaxed);
        let kept = if changed { next.to_snapshot().ok() } else { None };
        self.config.store(Arc::new(next));
        self.changed.notify_one();
        if let (Some(path), Some(kept)) = (&self.last_good, kept) {
            // Serving goes on without the file; the next change writes it again.
            let _ = last_good::write(path, &kept);
        }
        *last = (report.clone(), now_ms);
        Ok(report)
    }

    /// Applies the last good file; whether there was one.
    pub fn load_last_good(&self) -> bool {
        let bytes = self.last_good.as_deref().and_then(|p| std::fs::read(p).ok());
        bytes.is_some_and(|b| self.apply(&b).is_ok())
    }

    /// Refuses tokens of these sessions from now on, until their tokens have expired at `until_s`.
    pub fn revoke(&self, sessions: Vec<String>, until_s: u64) {
        self.revoked.add(sessions.into_iter().map(|s| (s, until_s)), unix_ms() / 1000);
    }

    /// Puts a ban in force before the next snapshot tells of it, or lifts it.
    pub fn ban(&self, ban: &BanBody, lifted: bool) {
        let now_s = unix_ms() / 1000;
        if lifted { self.bans.lift(ban, now_s) } else { self.bans.add(ban, now_s) }
    }

    /// Gauges and counters of security and of what is watched, in Prometheus' text format.
    pub fn security_text(&self) -> String {
        let numbers = [
            ("gauge", "banned_networks", self.bans.len() as u64),
            ("gauge", "watched_sites", self.watched.len() as u64),
            ("counter", "security_events_dropped_total", self.events.dropped()),
            ("counter", "client_tallies_missed_total", self.tallies.missed()),
        ];
        let line = |(kind, name, value)| format!("# TYPE hcc_gateway_{name} {kind}\nhcc_gateway_{name} {value}\n");
        numbers.map(line).concat()
    }

    /// What is in force, as JSON without secrets.
    pub fn status(&self) -> String {
        let config = self.config.load();
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let sections: Vec<_> = config.sections().map(|(id, hash)| serde_json::json!({"id": id, "hash": hash})).collect();
        let now_ms = monotonic_ns() / 1_000_000;
        let upstreams: Vec<_> = config
            .sites()
            .flat_map(|s| s.upstreams().map(move |(name, u)| serde_json::json!({"site": s.id, "name": name, "state": u.report(now_ms)})))
            .collect();
        serde_json::json!({
            "version": env!("CARGO_PKG_VERSION"),
            "configured": !sections.is_empty(),
            "sections": sections,
            "refused": last.0.refused,
            "applied_at": (last.1 > 0).then(|| crate::time::rfc3339(last.1)),
            "connections_open": self.metrics.open.load(Ordering::Relaxed),
            "revoked_sessions": self.revoked.len(),
            "banned_networks": self.bans.len(),
            "geo_problems": self.geo.problems(),
            "upstreams": upstreams,
            "shared_limits": self.limits.status(),
            "shared_collections": self.collections.as_ref().map_or_else(|| serde_json::json!({"configured": false}), |c| c.status()),
            "draining": self.draining.load(Ordering::Relaxed),
        })
        .to_string()
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        if let Some(collections) = &self.collections {
            collections.end();
        }
    }
}
