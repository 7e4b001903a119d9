//! What a site and each of its routes did, counted for whoever owns the site.
//!
//! The counters stand at the compiled route and are taken over by the next version of it, so that a change of the configuration
//! loses nothing. Requests that found a site and no route count at the site.

use crate::config::Config;
use crate::metrics::BOUNDS_US;
use crate::security::events::Action;
use crate::site::Site;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};

/// Counters of one route, or of the requests of a site that found none.
#[derive(Debug, Default)]
pub struct Traffic {
    by_class: [AtomicU64; 6],
    buckets: [AtomicU64; BOUNDS_US.len() + 1],
    sum_us: AtomicU64,
    bytes_in: AtomicU64,
    bytes_out: AtomicU64,
    actions: [AtomicU64; Action::ALL.len()],
}

/// One request, as it is counted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    /// Status answered; below 100 nobody was there any more to take one.
    pub status: u16,
    /// Microseconds from the head to the end of the answer.
    pub micros: u64,
    /// Bytes of content taken from the client.
    pub bytes_in: u64,
    /// Bytes of content sent to the client.
    pub bytes_out: u64,
}

impl Traffic {
    /// Counts an answered request.
    pub fn answered(&self, counts: Counts) {
        if let Some(class) = self.by_class.get(usize::from(counts.status / 100).min(5)) {
            class.fetch_add(1, Ordering::Relaxed);
        }
        let bucket = BOUNDS_US.iter().position(|b| counts.micros <= *b).unwrap_or(BOUNDS_US.len());
        if let Some(bucket) = self.buckets.get(bucket) {
            bucket.fetch_add(1, Ordering::Relaxed);
        }
        self.sum_us.fetch_add(counts.micros, Ordering::Relaxed);
        self.bytes_in.fetch_add(counts.bytes_in, Ordering::Relaxed);
        self.bytes_out.fetch_add(counts.bytes_out, Ordering::Relaxed);
    }

    /// Counts what was done with a request for security.
    pub fn decided(&self, action: Action) {
        if let Some(count) = self.actions.get(action as usize) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Adds the lines. One that was never asked for has its counts of zero, from which a rise can be told later, and no more.
    fn render(&self, labels: &str, lines: &mut Families) {
        let get = |c: &AtomicU64| c.load(Ordering::Relaxed);
        for (class, count) in ["none", "1xx", "2xx", "3xx", "4xx", "5xx"].iter().zip(&self.by_class) {
            // The first two are rare; a series of their own comes with the first of them.
            if get(count) > 0 || class.starts_with(['2', '3', '4', '5']) {
                let _ = writeln!(lines.requests, "hcc_site_requests_total{{{labels},class=\"{class}\"}} {}", get(count));
            }
        }
        for (action, count) in Action::ALL.iter().zip(&self.actions) {
            let _ = writeln!(lines.decisions, "hcc_site_decisions_total{{{labels},action=\"{}\"}} {}", action.word(), get(count));
        }
        if self.by_class.iter().all(|c| get(c) == 0) {
            return;
        }
        let mut total = 0;
        for (i, bucket) in self.buckets.iter().enumerate() {
            total += get(bucket);
            let bound = BOUNDS_US.get(i).map_or_else(|| "+Inf".to_owned(), |b| (*b as f64 / 1e6).to_string());
            let _ = writeln!(lines.seconds, "hcc_site_request_seconds_bucket{{{labels},le=\"{bound}\"}} {total}");
        }
        let _ = writeln!(lines.seconds, "hcc_site_request_seconds_sum{{{labels}}} {}", get(&self.sum_us) as f64 / 1e6);
        let _ = writeln!(lines.seconds, "hcc_site_request_seconds_count{{{labels}}} {total}");
        let _ = writeln!(lines.received, "hcc_site_received_bytes_total{{{labels}}} {}", get(&self.bytes_in));
        let _ = writeln!(lines.sent, "hcc_site_sent_bytes_total{{{labels}}} {}", get(&self.bytes_out));
    }
}

/// The lines of one organisation, those of a family together as the format wants it.
#[derive(Default)]
struct Families {
    requests: String,
    decisions: String,
    seconds: String,
    received: String,
    sent: String,
}

impl Families {
    fn text(self) -> String {
        let mut out = String::new();
        for (name, kind, help, lines) in [
            ("requests_total", "counter", "Requests by class of the answer", self.requests),
            ("decisions_total", "counter", "Requests by what was done with them for security", self.decisions),
            ("request_seconds", "histogram", "Time from the head of a request to the end of its answer", self.seconds),
            ("received_bytes_total", "counter", "Content taken from clients", self.received),
            ("sent_bytes_total", "counter", "Content sent to clients", self.sent),
        ] {
            let _ = write!(out, "# HELP hcc_site_{name} {help}.\n# TYPE hcc_site_{name} {kind}\n{lines}");
        }
        out
    }

    fn add(&mut self, site: &Site, gateway: &str) {
        let labels = format!("gateway=\"{}\",site=\"{}\"", escaped(gateway), escaped(&site.id));
        site.traffic.render(&labels, self);
        for route in &site.routes {
            route.traffic.render(&format!("{labels},route=\"{}\"", escaped(&route.id)), self);
        }
    }
}

/// Prometheus' text format of every organisation's sites by the organisation's id; `gateway` tells several gateways apart.
pub fn by_organization(config: &Config, gateway: &str) -> BTreeMap<String, String> {
    let mut found: BTreeMap<String, Families> = BTreeMap::new();
    for site in config.sites() {
        found.entry(site.organization.clone()).or_default().add(site, gateway);
    }
    found.into_iter().map(|(organization, lines)| (organization, lines.text())).collect()
}

/// A label's value as the format writes it.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
#[path = "traffic_tests.rs"]
mod tests;
