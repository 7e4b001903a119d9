//! What becomes of a request, decided from its head alone: the architecture's order, without I/O.

use crate::auth::{Identity, Outcome};
use crate::config::{Config, Platform};
use crate::render::Answer;
use crate::site::{Limit, Matched, Site};
use crate::snapshot::LimitKey;
use crate::state::Shared;
use crate::time::{monotonic_ns, unix_ms};
use foldhash::quality::FixedState;
use hcc_http::{Framing, RequestHead, client, path};
use hcc_ratelimit::Decision;
use std::hash::BuildHasher;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// What is known of a request, growing as the pipeline goes.
#[derive(Debug)]
pub struct Known {
    /// The platform's rules in force for this request.
    pub platform: Arc<Platform>,
    /// The client's address.
    pub client: IpAddr,
    /// Whether the connection comes from a trusted proxy.
    pub peer_trusted: bool,
    /// The site and the index of its route.
    pub route: Option<(Arc<Site>, usize)>,
    /// The verified bearer.
    pub identity: Option<Arc<Identity>>,
    /// Bytes the body may have.
    pub max_body: u64,
}

impl Known {
    /// What the connection alone tells.
    pub fn new(config: &Config, peer: IpAddr) -> Self {
        let platform = Arc::clone(&config.platform);
        let max_body = platform.defaults.max_body;
        Self { client: peer, peer_trusted: false, route: None, identity: None, max_body, platform }
    }
}

/// Runs the steps from the client's address to the limits by identity.
pub fn decide(shared: &Shared, config: &Config, head: &RequestHead, peer: IpAddr, known: &mut Known) -> Result<(), Answer> {
    known.peer_trusted = client::is_trusted(peer, &known.platform.trusted);
    if known.peer_trusted {
        known.client = client::address(peer, &head.fields, &known.platform.trusted);
    }
    let Some(site) = config.site(head.host()) else { return Err(Answer::new(404, "no site of this host")) };
    let index = find(site, head)?;
    known.route = Some((Arc::clone(site), index));
    let route = &site.routes[index];
    known.max_body = route.max_body.unwrap_or(known.max_body);
    if matches!(head.framing, Framing::Length(n) if n > known.max_body) {
        return Err(Answer::closing(413, "body too large"));
    }
    if !route.client_limits.is_empty() {
        let now_ns = monotonic_ns();
        for limit in &route.client_limits {
            count(shared, limit, client::limit_key(known.client), now_ns)?;
        }
    }
    match shared.tokens.authenticate(head, &route.auth, &known.platform, &shared.revoked, unix_ms() / 1000) {
        Outcome::Anonymous | Outcome::ApiKey => {}
        Outcome::Bearer(identity) => known.identity = Some(identity),
        Outcome::Refused(reason) => return Err(unauthorized(reason)),
    }
    let Some(identity) = known.identity.as_ref().filter(|_| !route.identity_limits.is_empty()) else { return Ok(()) };
    let now_ns = monotonic_ns();
    for limit in &route.identity_limits {
        let name = if limit.key == LimitKey::User { &identity.claims.sub } else { &identity.claims.org_id };
        let hasher = FixedState::default();
        let key = u128::from(hasher.hash_one(name)) << 64 | u128::from(hasher.hash_one((name, 1u8)));
        count(shared, limit, key, now_ns)?;
    }
    Ok(())
}

fn find(site: &Site, head: &RequestHead) -> Result<usize, Answer> {
    let raw = if head.path() == b"*" { b"/" } else { head.path() };
    let method = head.method();
    if method == b"TRACE" {
        return Err(Answer::new(405, "TRACE"));
    }
    let found = if path::is_plain(raw) {
        site.find(raw, method)
    } else {
        let mut normal = Vec::with_capacity(raw.len());
        path::normalise(raw, &mut normal).map_err(|r| Answer::closing(r.status, r.reason))?;
        let found = site.find(&normal, method);
        // The upstream gets the path as received: where that would lead elsewhere, the two readings differ.
        if found != site.find(raw, method) {
            return Err(Answer::closing(400, "ambiguous path"));
        }
        found
    };
    match found {
        Matched::Route(index) => Ok(index),
        Matched::Method => Err(Answer::new(405, "method")),
        Matched::Nothing => Err(Answer::new(404, "no route")),
    }
}

fn count(shared: &Shared, limit: &Limit, key: u128, now_ns: u64) -> Result<(), Answer> {
    let Decision::Refused { wait_ns } = shared.limits.check(limit, key, now_ns) else { return Ok(()) };
    shared.metrics.limited.fetch_add(1, Ordering::Relaxed);
    let wait = wait_ns.div_ceil(1_000_000_000).max(1);
    let mut answer = Answer::new(429, "rate limit");
    answer.fields = vec![
        ("Retry-After", wait.to_string()),
        ("RateLimit-Policy", format!("\"{}\";q={};w={}", limit.name, limit.rate, limit.per_s)),
        ("RateLimit", format!("\"{}\";r=0;t={wait}", limit.name)),
    ];
    Err(answer)
}

fn unauthorized(reason: &'static str) -> Answer {
    let mut answer = Answer::new(401, reason);
    let challenge = if reason == "no token" { "Bearer realm=\"hcc\"" } else { "Bearer realm=\"hcc\", error=\"invalid_token\"" };
    answer.fields = vec![("WWW-Authenticate", challenge.to_owned())];
    answer
}
