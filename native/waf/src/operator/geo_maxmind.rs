//! `@geoLookup` from a file in MaxMind's format, version 2.

use super::geo::{GeoLookup, GeoRecord};
use maxminddb::{Reader, geoip2};
use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;
use std::path::Path;

/// A file of countries or cities, held in memory.
pub struct GeoFile(Reader<Vec<u8>>);

/// Why a file was refused.
#[derive(Debug)]
pub struct GeoFileError(maxminddb::MaxMindDbError);

impl fmt::Display for GeoFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for GeoFileError {}

impl fmt::Debug for GeoFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let metadata = &self.0.metadata;
        write!(f, "GeoFile({}, built {})", metadata.database_type, metadata.build_epoch)
    }
}

impl GeoFile {
    /// Reads the file whole.
    pub fn open(path: &Path) -> Result<Self, GeoFileError> {
        Reader::open_readfile(path).map(Self).map_err(GeoFileError)
    }

    /// Takes a file's bytes.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, GeoFileError> {
        Reader::from_source(bytes).map(Self).map_err(GeoFileError)
    }
}

impl GeoLookup for GeoFile {
    /// What the file does not hold in readable form is unknown.
    fn look_up(&self, address: IpAddr) -> Option<GeoRecord> {
        // A file of countries is one of cities with less in it.
        let found: geoip2::City<'_> = self.0.lookup(address).ok()??;
        let english = |names: &Option<BTreeMap<&str, &str>>| names.as_ref().and_then(|n| n.get("en")).map(|n| (*n).to_owned());
        let degrees = |value: Option<f64>| value.map(|value| format!("{value:.6}"));
        let location = found.location.as_ref();
        Some(GeoRecord {
            country_code: found.country.as_ref().and_then(|c| c.iso_code).map(str::to_owned),
            country_name: found.country.as_ref().and_then(|c| english(&c.names)),
            country_continent: found.continent.as_ref().and_then(|c| english(&c.names)),
            region: found.subdivisions.as_ref().and_then(|s| s.first()).and_then(|s| s.iso_code).map(str::to_owned),
            city: found.city.as_ref().and_then(|c| english(&c.names)),
            postal_code: found.postal.as_ref().and_then(|p| p.code).map(str::to_owned),
            latitude: degrees(location.and_then(|l| l.latitude)),
            longitude: degrees(location.and_then(|l| l.longitude)),
            dma_code: location.and_then(|l| l.metro_code).map(|code| code.to_string()),
        })
    }
}

#[cfg(test)]
#[path = "geo_maxmind_tests.rs"]
mod tests;
