//! `@geoLookup`: where an address is.

use std::net::IpAddr;

/// Answers where an address is, from whatever it has; used by many threads at once.
pub trait GeoLookup: Send + Sync {
    /// `None` for addresses that it knows nothing of, and then the operator does not match.
    fn look_up(&self, address: IpAddr) -> Option<GeoRecord>;
}

/// What the `GEO` collection holds after a look-up.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct GeoRecord {
    /// ISO 3166-1, two letters.
    pub country_code: Option<String>,
    /// In English.
    pub country_name: Option<String>,
    /// The continent's name in English, as the reference implementation gives it.
    pub country_continent: Option<String>,
    /// The region's part of ISO 3166-2.
    pub region: Option<String>,
    /// In English.
    pub city: Option<String>,
    /// As the country writes it.
    pub postal_code: Option<String>,
    /// Degrees with six decimals.
    pub latitude: Option<String>,
    /// Degrees with six decimals.
    pub longitude: Option<String>,
    /// The metropolitan area in the United States.
    pub dma_code: Option<String>,
}

impl GeoRecord {
    /// Names and values of the collection, only those that are known.
    pub fn fields(&self) -> impl Iterator<Item = (&'static str, &str)> {
        [
            ("COUNTRY_CODE", &self.country_code),
            ("COUNTRY_NAME", &self.country_name),
            ("COUNTRY_CONTINENT", &self.country_continent),
            ("REGION", &self.region),
            ("CITY", &self.city),
            ("POSTAL_CODE", &self.postal_code),
            ("LATITUDE", &self.latitude),
            ("LONGITUDE", &self.longitude),
            ("DMA_CODE", &self.dma_code),
        ]
        .into_iter()
        .filter_map(|(name, value)| value.as_deref().map(|value| (name, value)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_fields_only() {
        let record = GeoRecord { country_code: Some("AT".into()), latitude: Some("47.070000".into()), ..GeoRecord::default() };
        assert_eq!(record.fields().collect::<Vec<_>>(), [("COUNTRY_CODE", "AT"), ("LATITUDE", "47.070000")]);
        assert_eq!(GeoRecord::default().fields().count(), 0);
    }
}
