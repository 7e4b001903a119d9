//! How a limit is compiled.

use crate::snapshot::{LimitBody, LimitKey};
use hcc_http::bytes::is_token;
use hcc_ratelimit::Quota;
use std::hash::BuildHasher;

/// One limit, ready to count.
#[derive(Debug)]
pub struct Limit {
    /// Name shown in `RateLimit-Policy`.
    pub name: String,
    /// Stable number of the limit.
    pub id: u64,
    /// What is counted.
    pub key: LimitKey,
    /// Name of the field in lower case, when that is counted.
    pub header: Option<String>,
    /// Rate and burst.
    pub quota: Quota,
    /// Requests ...
    pub rate: u32,
    /// ... in so many seconds.
    pub per_s: u32,
    /// Whether all gateways count together.
    pub shared: bool,
    /// The fields that tell of it, up to the number of requests left.
    pub told: Vec<u8>,
}

/// Compiles a limit of a site; its number is the same over every apply.
pub(crate) fn compile(limit: LimitBody, site: &str, hasher: &impl BuildHasher) -> Result<Limit, String> {
    if limit.name.is_empty() || limit.name.len() > 64 || !is_token(limit.name.as_bytes()) {
        return Err(format!("name of a limit: {}", limit.name));
    }
    let header = match (limit.key, limit.header) {
        (LimitKey::Header, Some(name)) if is_token(name.as_bytes()) => Some(name.to_ascii_lowercase()),
        (LimitKey::Header, _) => return Err(format!("limit {}: header is no field name", limit.name)),
        (_, Some(_)) => return Err(format!("limit {}: a header is counted by key `header` only", limit.name)),
        (_, None) => None,
    };
    let quota = Quota::new(limit.rate, limit.per_s, limit.burst)
        .ok_or_else(|| format!("limit {}: rate, per_s and burst are at least 1", limit.name))?;
    let id = hasher.hash_one((site, &limit.name, limit.key as u8));
    let name = &limit.name;
    let told = format!("RateLimit-Policy: \"{name}\";q={};w={}\r\nRateLimit: \"{name}\";r=", limit.rate, limit.per_s).into_bytes();
    let (rate, per_s, shared) = (limit.rate, limit.per_s, limit.shared);
    Ok(Limit { name: limit.name, id, key: limit.key, header, quota, rate, per_s, shared, told })
}
