//! Countries and autonomous systems from files in `MaxMind`'s format.

use arc_swap::{ArcSwap, Guard};
use maxminddb::{PathElement, Reader};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

/// What the files say.
#[derive(Default)]
pub struct Geo {
    country: Option<Reader<Vec<u8>>>,
    asn: Option<Reader<Vec<u8>>>,
}

impl std::fmt::Debug for Geo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Geo").field("country", &self.country.is_some()).field("asn", &self.asn.is_some()).finish()
    }
}

impl Geo {
    /// The country of an address: where it is, else where it is registered.
    pub fn country(&self, address: IpAddr) -> Option<[u8; 2]> {
        let found = self.country.as_ref()?.lookup(address).ok()?;
        for key in ["country", "registered_country"] {
            if let Ok(Some(code)) = found.decode_path::<&str>(&[PathElement::Key(key), PathElement::Key("iso_code")]) {
                return super::access::country(code).ok();
            }
        }
        None
    }

    /// The autonomous system of an address.
    pub fn asn(&self, address: IpAddr) -> Option<u32> {
        let found = self.asn.as_ref()?.lookup(address).ok()?;
        found.decode_path(&[PathElement::Key("autonomous_system_number")]).ok().flatten()
    }
}

type Stamp = Option<(SystemTime, u64)>;

/// The files, read anew when they change.
#[derive(Debug, Default)]
pub struct GeoFiles {
    country: Option<PathBuf>,
    asn: Option<PathBuf>,
    now: ArcSwap<Geo>,
    /// When the files were written that are in force, and why one is not.
    read: Mutex<(Stamp, Stamp, Vec<String>)>,
}

impl GeoFiles {
    /// Reads both files; one that cannot be read is as if it were not there, which `problems` tells.
    pub fn new(country: Option<PathBuf>, asn: Option<PathBuf>) -> Self {
        let files = Self { country, asn, ..Self::default() };
        files.refresh();
        files
    }

    /// What the files say now.
    pub fn load(&self) -> Guard<Arc<Geo>> {
        self.now.load()
    }

    /// Why a file is not in force.
    pub fn problems(&self) -> Vec<String> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner).2.clone()
    }

    /// Reads the files again when one was written since.
    pub fn refresh(&self) {
        let stamps = (stamp(self.country.as_deref()), stamp(self.asn.as_deref()));
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        let missing = (self.country.is_some() && stamps.0.is_none()) || (self.asn.is_some() && stamps.1.is_none());
        if (read.0, read.1) == stamps && !missing {
            return;
        }
        let mut problems = Vec::new();
        let mut open = |path: Option<&Path>| {
            let path = path?;
            Reader::open_readfile(path).map_err(|e| problems.push(format!("{}: {e}", path.display()))).ok()
        };
        let geo = Geo { country: open(self.country.as_deref()), asn: open(self.asn.as_deref()) };
        self.now.store(Arc::new(geo));
        *read = (stamps.0, stamps.1, problems);
    }
}

fn stamp(path: Option<&Path>) -> Stamp {
    let meta = std::fs::metadata(path?).ok()?;
    Some((meta.modified().ok()?, meta.len()))
}

#[cfg(test)]
impl GeoFiles {
    pub(crate) fn into_inner(self) -> Arc<Geo> {
        self.now.into_inner()
    }
}
