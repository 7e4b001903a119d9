//! `@geoLookup` from a file in `MaxMind`'s format, version 2.

use super::geo::{GeoLookup, GeoRecord};
use maxminddb::{Reader, geoip2};
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
        let metadata = self.0.metadata();
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
        let found: geoip2::City<'_> = self.0.lookup(address).ok()?.decode().ok()??;
        let text = |value: Option<&str>| value.map(str::to_owned);
        let degrees = |value: Option<f64>| value.map(|value| format!("{value:.6}"));
        Some(GeoRecord {
            country_code: text(found.country.iso_code),
            country_name: text(found.country.names.english),
            country_continent: text(found.continent.names.english),
            region: text(found.subdivisions.first().and_then(|region| region.iso_code)),
            city: text(found.city.names.english),
            postal_code: text(found.postal.code),
            latitude: degrees(found.location.latitude),
            longitude: degrees(found.location.longitude),
            dma_code: found.location.metro_code.map(|code| code.to_string()),
        })
    }
}

#[cfg(test)]
#[path = "geo_maxmind_tests.rs"]
mod tests;
