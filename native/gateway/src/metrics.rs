//! Counters in Prometheus' text format.

use crate::security::events::Action;
use std::fmt::Write;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// Upper bounds of the times that are counted, in microseconds.
pub const BOUNDS_US: [u64; 12] = [250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 500_000, 1_000_000, 5_000_000];

/// Counters of one gateway.
#[derive(Debug, Default)]
pub struct Metrics {
    by_class: [AtomicU64; 6],
    buckets: [AtomicU64; 13],
    sum_us: AtomicU64,
    /// Connections accepted.
    pub connections: AtomicU64,
    /// Connections open.
    pub open: AtomicUsize,
    /// Connections turned away at the limit.
    pub turned_away: AtomicU64,
    /// Connections that failed before HTTP: no PROXY header, no TLS.
    pub failed_handshakes: AtomicU64,
    /// Requests that ended in a panic.
    pub panics: AtomicU64,
    /// Requests refused by a limit.
    pub limited: AtomicU64,
    /// Requests refused by framing.
    pub malformed: AtomicU64,
    /// Requests sent again to another target.
    pub retries: AtomicU64,
    /// Exchanges that failed on the upstream's side.
    pub upstream_failures: AtomicU64,
    /// Access log lines not written because the writer fell behind.
    pub log_dropped: AtomicU64,
    /// Snapshots applied.
    pub applies: AtomicU64,
    /// Sections refused by the last snapshot.
    pub refused_sections: AtomicU64,
    /// Requests by what was done with them for security, in the order of [`Action`].
    pub security: [AtomicU64; 7],
}

impl Metrics {
    /// Counts one answered request.
    pub fn answered(&self, status: u16, micros: u64) {
        self.by_class[usize::from(status / 100).min(5)].fetch_add(1, Ordering::Relaxed);
        let bucket = BOUNDS_US.iter().position(|b| micros <= *b).unwrap_or(BOUNDS_US.len());
        self.buckets[bucket].fetch_add(1, Ordering::Relaxed);
        self.sum_us.fetch_add(micros, Ordering::Relaxed);
    }

    /// The text; `displaced` counts limiter keys that lost their place.
    pub fn render(&self, displaced: u64) -> String {
        let get = |c: &AtomicU64| c.load(Ordering::Relaxed);
        let mut out = String::from("# TYPE hcc_gateway_requests_total counter\n");
        for (class, count) in self.by_class.iter().enumerate().skip(1) {
            let _ = writeln!(out, "hcc_gateway_requests_total{{class=\"{class}xx\"}} {}", get(count));
        }
        out.push_str("# TYPE hcc_gateway_request_seconds histogram\n");
        let mut total = 0;
        for (i, bucket) in self.buckets.iter().enumerate() {
            total += get(bucket);
            let bound = BOUNDS_US.get(i).map_or_else(|| "+Inf".to_owned(), |b| (*b as f64 / 1e6).to_string());
            let _ = writeln!(out, "hcc_gateway_request_seconds_bucket{{le=\"{bound}\"}} {total}");
        }
        let _ =
            writeln!(out, "hcc_gateway_request_seconds_sum {}\nhcc_gateway_request_seconds_count {total}", get(&self.sum_us) as f64 / 1e6);
        let _ =
            writeln!(out, "# TYPE hcc_gateway_connections_open gauge\nhcc_gateway_connections_open {}", self.open.load(Ordering::Relaxed));
        let _ = writeln!(out, "# TYPE hcc_gateway_sections_refused gauge\nhcc_gateway_sections_refused {}", get(&self.refused_sections));
        out.push_str("# TYPE hcc_gateway_security_total counter\n");
        for (action, count) in Action::ALL.iter().zip(&self.security) {
            let _ = writeln!(out, "hcc_gateway_security_total{{action=\"{}\"}} {}", action.word(), get(count));
        }
        for (name, value) in [
            ("connections", get(&self.connections)),
            ("connections_turned_away", get(&self.turned_away)),
            ("failed_handshakes", get(&self.failed_handshakes)),
            ("panics", get(&self.panics)),
            ("limited", get(&self.limited)),
            ("malformed", get(&self.malformed)),
            ("retries", get(&self.retries)),
            ("upstream_failures", get(&self.upstream_failures)),
            ("log_lines_dropped", get(&self.log_dropped)),
            ("config_applies", get(&self.applies)),
            ("limiter_keys_displaced", displaced),
        ] {
            let _ = writeln!(out, "# TYPE hcc_gateway_{name}_total counter\nhcc_gateway_{name}_total {value}");
        }
        out
    }
}
