//! What is known of series, shared by the threads that decode.

use super::Options;
use super::organizations::Allowance;
use super::request::Request;
use super::tables::Tables;
use crate::log::Dictionary;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// Families whose metadata are remembered as written; beyond them all are written again.
const MOST_FAMILIES: usize = 200_000;

/// Known series. One a process.
pub struct Cache {
    tables: RwLock<Tables>,
    families: Mutex<HashMap<[u64; 2], u64>>,
    pub(super) options: Options,
}

/// How much is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Active series.
    pub series: usize,
    /// Different sources.
    pub shapes: usize,
    /// Organisations that sent something.
    pub organizations: usize,
}

impl Cache {
    /// An empty one.
    pub fn new(options: Options) -> Self {
        Cache { tables: RwLock::default(), families: Mutex::default(), options }
    }

    pub(super) fn read(&self) -> RwLockReadGuard<'_, Tables> {
        self.tables.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn write(&self) -> RwLockWriteGuard<'_, Tables> {
        self.tables.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a request of an organisation at `now` (µs since the Unix epoch). When it has sent more values than it may: the seconds
    /// after which it may go on.
    pub fn request(&self, organization: [u8; 16], allowance: Allowance, now: i64) -> Result<Request<'_>, u64> {
        let known = self.read().organizations.find(&organization, allowance);
        let number = known.unwrap_or_else(|| self.write().organizations.number(organization, allowance, now));
        if allowance.values_per_s > 0 {
            let wait = self.spend(number, now, 0);
            if wait > 0 {
                return Err(wait);
            }
        }
        Ok(Request::new(self, number, organization, now))
    }

    pub(super) fn spend(&self, organization: u32, now: i64, values: u64) -> u64 {
        self.write().organizations.get_mut(organization).map_or(0, |o| o.spend(now, values))
    }

    /// Whether these metadata are new, or others than before.
    pub(super) fn is_news(&self, family: [u64; 2], content: u64) -> bool {
        let mut families = self.families.lock().unwrap_or_else(PoisonError::into_inner);
        if families.len() >= MOST_FAMILIES {
            families.clear();
        }
        families.insert(family, content) != Some(content)
    }

    /// A batch was not kept: what it said of families is to be said again.
    pub fn not_kept(&self) {
        self.families.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Forgets what was idle for longer than it may; the numbers of series and shapes that are free, for [`crate::log::Log::forget`].
    pub fn sweep(&self, now: i64) -> (Vec<u32>, Vec<u32>) {
        self.write().sweep(minute(now).saturating_sub(self.options.idle_minutes))
    }

    /// How much is known.
    pub fn figures(&self) -> Figures {
        let tables = self.read();
        Figures { series: tables.series_count(), shapes: tables.shapes.len(), organizations: tables.organizations.len() }
    }
}

/// The minute of a time.
pub(super) fn minute(now: i64) -> u32 {
    u32::try_from(now / 60_000_000).unwrap_or(0)
}

impl Dictionary for Cache {
    fn series(&self, series: u32, with: &mut dyn FnMut(&[u8])) {
        with(self.read().canonical(series));
    }

    fn shape(&self, shape: u32, with: &mut dyn FnMut(&[u32])) {
        // Its series are asked for from within `with`, and a lock held twice by one thread may wait for itself.
        let members: Vec<u32> = self.read().shapes.get(shape).map(|s| s.members.list().to_vec()).unwrap_or_default();
        with(&members);
    }
}
