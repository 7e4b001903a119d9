//! A compiled site: hosts, routes, upstreams.

use crate::snapshot::{AuthBody, LimitKey, RouteBody, SiteBody, UpstreamBody};
use hcc_http::bytes::is_token;
use hcc_proxy::{Target, Timeouts, Upstream};
use hcc_ratelimit::Quota;
use std::collections::HashMap;
use std::hash::BuildHasher;
use std::sync::Arc;
use std::time::Duration;

/// One site, ready to serve.
#[derive(Debug)]
pub struct Site {
    /// Its id, for the access log.
    pub id: String,
    /// Host names it answers to, in lower case.
    pub hosts: Vec<String>,
    /// Routes, the one to try first standing first.
    pub routes: Vec<Route>,
    upstreams: HashMap<String, Arc<Upstream>>,
}

/// One route, ready to serve.
#[derive(Debug)]
pub struct Route {
    /// Its id, for the access log.
    pub id: String,
    prefix: Vec<u8>,
    methods: Option<Vec<Vec<u8>>>,
    priority: i64,
    /// Where it leads.
    pub upstream: Arc<Upstream>,
    /// Whether the prefix is left out upstream.
    pub strip_prefix: bool,
    /// Who may come in.
    pub auth: AuthBody,
    /// How often, per client address.
    pub client_limits: Vec<Limit>,
    /// How often, per identity.
    pub identity_limits: Vec<Limit>,
    /// Bytes of a request body.
    pub max_body: Option<u64>,
}

/// One limit, ready to count.
#[derive(Debug)]
pub struct Limit {
    /// Name shown in `RateLimit-Policy`.
    pub name: String,
    /// Stable number of the limit.
    pub id: u64,
    /// What is counted.
    pub key: LimitKey,
    /// Rate and burst.
    pub quota: Quota,
    /// Requests ...
    pub rate: u32,
    /// ... in so many seconds.
    pub per_s: u32,
}

/// What a request's host and path lead to.
#[derive(Debug, PartialEq, Eq)]
pub enum Matched {
    /// The route at this index.
    Route(usize),
    /// A route of this path, but none for this method.
    Method,
    /// No route.
    Nothing,
}

impl Site {
    /// Compiles a site. Targets of `old` with the same address are taken over with their health and connections.
    pub fn compile(body: SiteBody, old: Option<&Self>, hasher: &impl BuildHasher) -> Result<Self, String> {
        let hosts = body.hosts.iter().map(|h| host(h)).collect::<Result<Vec<_>, _>>()?;
        if hosts.is_empty() {
            return Err("a site needs a host".to_owned());
        }
        let mut upstreams = HashMap::new();
        for (name, upstream) in &body.upstreams {
            let former = old.and_then(|o| o.upstreams.get(name)).map_or(&[][..], |u| u.targets());
            upstreams.insert(name.clone(), Arc::new(compile_upstream(upstream, former).map_err(|e| format!("upstream {name}: {e}"))?));
        }
        let mut routes = Vec::with_capacity(body.routes.len());
        for route in body.routes {
            let id = route.id.clone();
            routes.push(compile_route(route, &body.site_id, &upstreams, hasher).map_err(|e| format!("route {id}: {e}"))?);
        }
        routes.sort_by(|a: &Route, b: &Route| {
            b.priority.cmp(&a.priority).then(b.prefix.len().cmp(&a.prefix.len())).then(b.methods.is_some().cmp(&a.methods.is_some()))
        });
        Ok(Self { id: body.site_id, hosts, routes, upstreams })
    }

    /// The route of a normalised path and a method.
    pub fn find(&self, path: &[u8], method: &[u8]) -> Matched {
        let mut seen = false;
        for (i, route) in self.routes.iter().enumerate() {
            if route.covers(path) {
                if route.methods.as_ref().is_none_or(|m| m.iter().any(|m| m == method || (m == b"GET" && method == b"HEAD"))) {
                    return Matched::Route(i);
                }
                seen = true;
            }
        }
        if seen { Matched::Method } else { Matched::Nothing }
    }
}

impl Route {
    fn covers(&self, path: &[u8]) -> bool {
        path.starts_with(&self.prefix) && (self.prefix.ends_with(b"/") || matches!(path.get(self.prefix.len()), None | Some(b'/')))
    }

    /// The target for the upstream: as received, or without the prefix.
    pub fn rewrite<'a>(&self, target: &'a [u8], out: &'a mut Vec<u8>) -> &'a [u8] {
        if !self.strip_prefix {
            return target;
        }
        let cut = self.prefix.strip_suffix(b"/").unwrap_or(&self.prefix);
        let rest = target.strip_prefix(cut).unwrap_or(target);
        if rest.first() == Some(&b'/') {
            return rest;
        }
        out.clear();
        out.push(b'/');
        out.extend_from_slice(rest);
        out
    }
}

fn host(text: &str) -> Result<String, String> {
    let lower = text.to_ascii_lowercase();
    let name = lower.strip_prefix("*.").unwrap_or(&lower);
    let fine = lower == "*" || hcc_http::host::split(name.as_bytes()) == Some(name);
    if fine { Ok(lower) } else { Err(format!("no host name: {text}")) }
}

fn compile_upstream(body: &UpstreamBody, former: &[Arc<Target>]) -> Result<Upstream, String> {
    if body.targets.len() > 256 {
        return Err("more than 256 targets".to_owned());
    }
    let mut targets = Vec::new();
    for t in &body.targets {
        let (name, port) = t.address.rsplit_once(':').ok_or_else(|| format!("no host:port: {}", t.address))?;
        if hcc_http::host::split(name.as_bytes()) != Some(name) || port.parse::<u16>().map_or(true, |p| p == 0) {
            return Err(format!("no host:port: {}", t.address));
        }
        if t.weight == 0 || t.weight > 1000 {
            return Err(format!("weight of {} is not 1 to 1000", t.address));
        }
        let target = former.iter().find(|f| f.address == t.address).cloned().unwrap_or_else(|| Arc::new(Target::new(&t.address)));
        targets.push((target, t.weight));
    }
    let ms = |n: u64, what: &str| {
        if n == 0 || n > 86_400_000 { Err(format!("{what} is not 1 to 86400000")) } else { Ok(Duration::from_millis(n)) }
    };
    let timeouts = Timeouts {
        connect: ms(body.connect_ms, "connect_ms")?,
        first_byte: ms(body.first_byte_ms, "first_byte_ms")?,
        between_bytes: ms(body.between_bytes_ms, "between_bytes_ms")?,
        total: if body.total_ms == 0 { None } else { Some(ms(body.total_ms, "total_ms")?) },
    };
    Ok(Upstream::new(targets, timeouts))
}

fn compile_route(
    body: RouteBody,
    site: &str,
    upstreams: &HashMap<String, Arc<Upstream>>,
    hasher: &impl BuildHasher,
) -> Result<Route, String> {
    let upstream = upstreams.get(&body.upstream).cloned().ok_or_else(|| format!("no upstream {}", body.upstream))?;
    let mut prefix = Vec::new();
    if !body.path_prefix.starts_with('/')
        || hcc_http::path::normalise(body.path_prefix.as_bytes(), &mut prefix).is_err()
        || prefix != body.path_prefix.as_bytes()
    {
        return Err(format!("path_prefix is not normal: {}", body.path_prefix));
    }
    if let Some(bad) = body.methods.iter().flatten().find(|m| !is_token(m.as_bytes())) {
        return Err(format!("no method: {bad}"));
    }
    let mut client_limits = Vec::new();
    let mut identity_limits = Vec::new();
    for limit in body.rate_limits {
        if limit.name.is_empty() || limit.name.len() > 64 || !is_token(limit.name.as_bytes()) {
            return Err(format!("name of a limit: {}", limit.name));
        }
        let quota = Quota::new(limit.rate, limit.per_s, limit.burst)
            .ok_or_else(|| format!("limit {}: rate, per_s and burst are at least 1", limit.name))?;
        let id = hasher.hash_one((site, &limit.name, limit.key as u8));
        let list = if limit.key == LimitKey::Client { &mut client_limits } else { &mut identity_limits };
        list.push(Limit { name: limit.name, id, key: limit.key, quota, rate: limit.rate, per_s: limit.per_s });
    }
    let methods = body.methods.map(|m| m.into_iter().map(String::into_bytes).collect());
    Ok(Route {
        id: body.id,
        prefix,
        methods,
        priority: body.priority,
        upstream,
        strip_prefix: body.strip_prefix,
        auth: body.auth,
        client_limits,
        identity_limits,
        max_body: body.max_body,
    })
}
