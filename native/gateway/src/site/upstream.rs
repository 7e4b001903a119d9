//! How an upstream is compiled.

use crate::snapshot::upstream::{CheckKind, HashKey, HealthBody, Policy, Protocol, UpstreamBody};
use hcc_proxy::{Breaker, Health, Outlier, Retry, Settings, Target, Timeouts, Tls, Upstream};
use std::collections::HashSet;
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::time::Duration;

/// Most targets of one upstream.
const MAX_TARGETS: usize = 256;
/// A day: longer times are mistakes.
const MAX_MS: u64 = 86_400_000;

/// Compiles an upstream; what `former`, the same upstream before a change, knows lives on. An error names the field.
pub(super) fn compile(body: &UpstreamBody, former: Option<&Upstream>) -> Result<Upstream, String> {
    let timeouts = Timeouts {
        connect: time("connect_ms", body.connect_ms)?,
        first_byte: time("first_byte_ms", body.first_byte_ms)?,
        between_bytes: time("between_bytes_ms", body.between_bytes_ms)?,
        total: if body.total_ms == 0 { None } else { Some(time("total_ms", body.total_ms)?) },
    };
    let mut settings = Settings::new(targets(body)?, timeouts);
    settings.policy = match body.policy {
        Policy::RoundRobin => hcc_proxy::Policy::RoundRobin,
        Policy::LeastRequest => hcc_proxy::Policy::LeastRequest,
        Policy::ConsistentHash => hcc_proxy::Policy::ConsistentHash,
    };
    settings.protocol = match body.protocol {
        Protocol::H1 => hcc_proxy::Protocol::H1,
        Protocol::H2 => hcc_proxy::Protocol::H2,
    };
    settings.hash_key = hash_key(&body.hash_key)?;
    settings.tls = body.tls.as_ref().map(|t| Tls { verify: t.verify, server_name: t.server_name.clone(), ca_pem: t.ca_pem.clone() });
    settings.health = body.health.as_ref().map(health).transpose()?;
    settings.outlier = outlier(body)?;
    settings.retry = Retry {
        attempts: within("retry.attempts", body.retry.attempts, 0..=10)?,
        gateway_errors: body.retry.gateway_errors,
        budget_percent: within("retry.budget_percent", body.retry.budget_percent, 0..=1000)?,
        min_per_s: body.retry.min_per_s,
    };
    settings.breaker = Breaker {
        max_in_flight: body.breaker.max_in_flight,
        max_in_flight_per_endpoint: body.breaker.max_in_flight_per_target,
        error_percent: within("breaker.error_percent", body.breaker.error_percent, 0..=100)?,
        open_ms: within("breaker.open_ms", body.breaker.open_ms, 0..=MAX_MS)?,
    };
    Upstream::new(settings, former)
}

fn targets(body: &UpstreamBody) -> Result<Vec<Target>, String> {
    if body.targets.len() > MAX_TARGETS {
        return Err(format!("targets: more than {MAX_TARGETS}"));
    }
    let mut seen = HashSet::new();
    let mut targets = Vec::with_capacity(body.targets.len());
    for (i, t) in body.targets.iter().enumerate() {
        let weight = within(&format!("targets[{i}].weight"), t.weight, 1..=1000)?;
        let target = Target::parse(&t.address, weight)
            .ok_or_else(|| format!("targets[{i}].address: neither host:port nor unix:/path: {}", t.address))?;
        if !seen.insert(&t.address) {
            return Err(format!("targets[{i}].address: {} stands twice", t.address));
        }
        targets.push(target);
    }
    Ok(targets)
}

fn hash_key(key: &HashKey) -> Result<hcc_proxy::HashKey, String> {
    let (HashKey::Header(name) | HashKey::Cookie(name)) = key else { return Ok(hcc_proxy::HashKey::Client) };
    if !hcc_http::bytes::is_token(name.as_bytes()) {
        return Err(format!("hash_key.name: no name of a field or cookie: {name}"));
    }
    Ok(match key {
        HashKey::Cookie(name) => hcc_proxy::HashKey::Cookie(name.clone()),
        _ => hcc_proxy::HashKey::Header(name.clone()),
    })
}

fn health(body: &HealthBody) -> Result<Health, String> {
    let path = &body.path;
    if !path.starts_with('/') || !path.bytes().all(|b| b.is_ascii_graphic() && b != b'#') {
        return Err(format!("health.path: no path: {path}"));
    }
    if let Some(host) = body.host.as_ref().filter(|h| hcc_http::host::split(h.as_bytes()).is_none()) {
        return Err(format!("health.host: no host: {host}"));
    }
    let (lowest, highest) = body.status;
    if !(200..=599).contains(&lowest) || !(lowest..=599).contains(&highest) {
        return Err(format!("health.status: {lowest} to {highest} is no range within 200 to 599"));
    }
    Ok(Health {
        kind: match body.kind {
            CheckKind::Http => hcc_proxy::CheckKind::Http,
            CheckKind::Tcp => hcc_proxy::CheckKind::Tcp,
        },
        path: path.clone(),
        host: body.host.clone(),
        status: body.status,
        contains: body.contains.clone(),
        interval: Duration::from_millis(within("health.interval_ms", body.interval_ms, 100..=MAX_MS)?),
        timeout: Duration::from_millis(within("health.timeout_ms", body.timeout_ms, 1..=MAX_MS)?),
        unhealthy_after: within("health.unhealthy_after", body.unhealthy_after, 1..=100)?,
        healthy_after: within("health.healthy_after", body.healthy_after, 1..=100)?,
    })
}

fn outlier(body: &UpstreamBody) -> Result<Outlier, String> {
    let o = &body.outlier;
    Ok(Outlier {
        consecutive: within("outlier.consecutive", o.consecutive, 0..=1000)?,
        gateway_errors: o.gateway_errors,
        base_ms: within("outlier.base_ms", o.base_ms, 1..=MAX_MS)?,
        max_ms: within("outlier.max_ms", o.max_ms, o.base_ms..=MAX_MS)?,
        panic_percent: within("outlier.panic_percent", o.panic_percent, 0..=100)?,
    })
}

fn time(field: &str, ms: u64) -> Result<Duration, String> {
    within(field, ms, 1..=MAX_MS).map(Duration::from_millis)
}

fn within<T: PartialOrd + Display + Copy>(field: &str, value: T, range: RangeInclusive<T>) -> Result<T, String> {
    if range.contains(&value) { Ok(value) } else { Err(format!("{field}: {value} is not {} to {}", range.start(), range.end())) }
}

#[cfg(test)]
#[path = "upstream_tests.rs"]
mod tests;
