//! What an inspection needs from the world, passed in.

use super::store::{InProcess, Store};
use crate::operator::{GeoLookup, Rbl};
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Tells the time since the epoch.
pub type Clock = dyn Fn() -> Duration + Send + Sync;

/// Clock, store and look-ups.
#[derive(Clone)]
pub struct Around {
    /// The time.
    pub clock: Arc<Clock>,
    /// Persistent collections.
    pub store: Arc<dyn Store>,
    /// Countries of addresses; without it `@geoLookup` never matches.
    pub geo: Option<Arc<dyn GeoLookup>>,
    /// Block lists in DNS; without it `@rbl` never matches.
    pub rbl: Option<Arc<dyn Rbl>>,
}

impl fmt::Debug for Around {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Around").field("geo", &self.geo.is_some()).field("rbl", &self.rbl.is_some()).finish_non_exhaustive()
    }
}

/// Collections that a process keeps when nothing else is said.
const COLLECTIONS: usize = 100_000;

impl Default for Around {
    /// The machine's clock, collections in memory, no look-ups.
    fn default() -> Self {
        Self {
            clock: Arc::new(|| SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()),
            store: Arc::new(InProcess::new(COLLECTIONS)),
            geo: None,
            rbl: None,
        }
    }
}
