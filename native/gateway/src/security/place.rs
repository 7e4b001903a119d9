//! Where a client is: looked up when somebody asks, and once.

use super::geo::Geo;
use std::cell::OnceCell;
use std::net::IpAddr;

/// Where a client is.
#[derive(Debug)]
pub struct Place<'a> {
    address: IpAddr,
    geo: &'a Geo,
    country: OnceCell<Option<[u8; 2]>>,
    asn: OnceCell<Option<u32>>,
}

impl<'a> Place<'a> {
    /// Nothing looked up yet.
    pub fn new(address: IpAddr, geo: &'a Geo) -> Self {
        Self { address: address.to_canonical(), geo, country: OnceCell::new(), asn: OnceCell::new() }
    }

    /// The address.
    pub fn address(&self) -> IpAddr {
        self.address
    }

    /// The country, ISO 3166-1 alpha-2.
    pub fn country(&self) -> Option<[u8; 2]> {
        *self.country.get_or_init(|| self.geo.country(self.address))
    }

    /// The autonomous system.
    pub fn asn(&self) -> Option<u32> {
        *self.asn.get_or_init(|| self.geo.asn(self.address))
    }
}
