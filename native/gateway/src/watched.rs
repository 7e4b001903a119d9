//! Single requests of sites that somebody watches, kept until they are taken.
//!
//! While no site is watched, a request costs one load of a flag. Requests of a watched site are kept as the access log has them,
//! a few of each second; how many were left out is told with them.

use crate::access_log::{Record, put};
use crate::security::events::bounded;
use crate::security::geo::GeoFiles;
use crate::time::rfc3339;
use arc_swap::ArcSwap;
use hcc_http::bytes::put_u64;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Sites watched at one time; further ones are not.
pub const MOST_SITES: usize = 64;
/// Requests of a site kept of one second: so many answered below 400, and as many others, so that a flood of one kind hides none
/// of the other.
pub const EACH_SECOND: u32 = 10;
/// Bytes of a site's requests that wait to be taken.
pub const ROOM: usize = 65_536;
/// Seconds for which a site is watched at most without being told again.
const LONGEST_S: u64 = 300;
/// Bytes of a path, method or id that are kept.
const MAX_PART: usize = 512;
const SECOND_NS: u64 = 1_000_000_000;

/// Sites that somebody watches.
#[derive(Debug, Default)]
pub struct Watched {
    any: AtomicBool,
    sites: ArcSwap<HashMap<String, Arc<Site>>>,
    /// Held while sites come and go; requests do not wait for it.
    changing: Mutex<()>,
}

#[derive(Debug)]
struct Site {
    until_ns: AtomicU64,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    /// Objects of JSON, with commas between them.
    requests: Vec<u8>,
    left_out: u64,
    second: u64,
    /// Of this second: answers below 400, and others.
    counts: [u32; 2],
    /// Whether it was told to be watched since it was last taken.
    is_told: bool,
}

impl Watched {
    /// Whether any site is watched.
    pub fn is_any(&self) -> bool {
        self.any.load(Ordering::Relaxed)
    }

    /// How many sites are watched.
    pub fn len(&self) -> usize {
        self.sites.load().len()
    }

    /// Whether none is watched.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Watches a site for so many seconds from now; told again, for longer.
    pub fn watch(&self, site: &str, seconds: u64, now_ns: u64) {
        let _changing = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let until_ns = now_ns.saturating_add(seconds.min(LONGEST_S).saturating_mul(SECOND_NS));
        let sites = self.sites.load();
        if let Some(held) = sites.get(site) {
            held.until_ns.fetch_max(until_ns, Ordering::Relaxed);
            held.kept.lock().unwrap_or_else(PoisonError::into_inner).is_told = true;
            return;
        }
        let mut next = HashMap::clone(&sites);
        next.retain(|_, site| !site.is_over(now_ns));
        if next.len() >= MOST_SITES {
            return;
        }
        let kept = Mutex::new(Kept { is_told: true, ..Kept::default() });
        next.insert(site.to_owned(), Arc::new(Site { until_ns: AtomicU64::new(until_ns), kept }));
        self.sites.store(Arc::new(next));
        self.any.store(true, Ordering::Relaxed);
    }

    /// Keeps a request of a site, if that is watched and the second has room.
    pub fn add(&self, site: &str, record: &Record<'_>, geo: &GeoFiles, now_ns: u64) {
        let sites = self.sites.load();
        let Some(site) = sites.get(site).filter(|site| !site.is_over(now_ns)) else { return };
        if !site.kept.lock().unwrap_or_else(PoisonError::into_inner).has_room(record.status, now_ns) {
            return;
        }
        let line = line(record, geo);
        site.kept.lock().unwrap_or_else(PoisonError::into_inner).keep(&line);
    }

    /// Takes what was seen, as a JSON array of `site`, `left_out` and `requests`; forgets sites that are watched no more. A site
    /// is there once after each `watch`, else when something was seen.
    pub fn take(&self, now_ns: u64) -> Vec<u8> {
        let mut out = vec![b'['];
        let mut any_over = false;
        for (id, site) in self.sites.load().iter() {
            any_over |= site.is_over(now_ns);
            site.kept.lock().unwrap_or_else(PoisonError::into_inner).take(id, &mut out);
        }
        out.push(b']');
        if any_over {
            let _changing = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
            let mut next = HashMap::clone(&self.sites.load());
            next.retain(|_, site| !site.is_over(now_ns));
            self.any.store(!next.is_empty(), Ordering::Relaxed);
            self.sites.store(Arc::new(next));
        }
        out
    }
}

impl Site {
    fn is_over(&self, now_ns: u64) -> bool {
        self.until_ns.load(Ordering::Relaxed) <= now_ns
    }
}

impl Kept {
    /// Counts a request; whether it is to be kept.
    fn has_room(&mut self, status: u16, now_ns: u64) -> bool {
        let second = now_ns / SECOND_NS;
        if self.second != second {
            self.second = second;
            self.counts = [0; 2];
        }
        let count = &mut self.counts[usize::from(status >= 400)];
        *count = count.saturating_add(1);
        let has_room = *count <= EACH_SECOND;
        self.left_out += u64::from(!has_room);
        has_room
    }

    fn keep(&mut self, line: &[u8]) {
        if self.requests.len() + line.len() >= ROOM {
            self.left_out += 1;
            return;
        }
        if !self.requests.is_empty() {
            self.requests.push(b',');
        }
        self.requests.extend_from_slice(line);
    }

    fn take(&mut self, id: &str, out: &mut Vec<u8>) {
        if !self.is_told && self.requests.is_empty() && self.left_out == 0 {
            return;
        }
        if out.len() > 1 {
            out.push(b',');
        }
        out.extend_from_slice(b"{\"site\":");
        out.extend_from_slice(serde_json::Value::from(id).to_string().as_bytes());
        out.extend_from_slice(b",\"left_out\":");
        put_u64(out, std::mem::take(&mut self.left_out));
        out.extend_from_slice(b",\"requests\":[");
        out.append(&mut self.requests);
        out.extend_from_slice(b"]}");
        self.is_told = false;
    }
}

/// A request as the access log has it, shortened, with its country, and without the person whose token it came with.
fn line(record: &Record<'_>, geo: &GeoFiles) -> Vec<u8> {
    fn part(text: &[u8]) -> &[u8] {
        text.get(..MAX_PART).unwrap_or(text)
    }
    let host = bounded(record.host.as_bytes());
    let detail = record.detail.map(|text| bounded(text.as_bytes()));
    let shown = Record {
        id: part(record.id),
        method: part(record.method),
        host: &host,
        path: part(record.path),
        subject: None,
        detail: detail.as_deref(),
        country: geo.load().country(record.client.to_canonical()),
        ..*record
    };
    let mut line = Vec::with_capacity(512);
    put(&mut line, &rfc3339(record.at_ms), &shown);
    line
}

#[cfg(test)]
#[path = "watched_tests.rs"]
mod tests;
