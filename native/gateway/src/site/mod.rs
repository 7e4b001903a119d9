//! A compiled site: hosts, routes, upstreams.

pub mod limit;
pub mod route;
mod upstream;

pub use limit::Limit;
pub use route::Route;

use crate::snapshot::SiteBody;
use hcc_proxy::Upstream;
use std::collections::HashMap;
use std::hash::BuildHasher;
use std::sync::Arc;

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
        for (name, body) in &body.upstreams {
            let former = old.and_then(|o| o.upstreams.get(name)).map(Arc::as_ref);
            upstreams.insert(name.clone(), Arc::new(upstream::compile(body, former).map_err(|e| format!("upstream {name}: {e}"))?));
        }
        let mut routes = Vec::with_capacity(body.routes.len());
        for route in body.routes {
            let id = route.id.clone();
            routes.push(route::compile(route, &body.site_id, &upstreams, hasher).map_err(|e| format!("route {id}: {e}"))?);
        }
        routes.sort_by(|a: &Route, b: &Route| {
            b.priority.cmp(&a.priority).then(b.prefix.len().cmp(&a.prefix.len())).then(b.methods.is_some().cmp(&a.methods.is_some()))
        });
        Ok(Self { id: body.site_id, hosts, routes, upstreams })
    }

    /// The upstreams with their names.
    pub fn upstreams(&self) -> impl Iterator<Item = (&str, &Arc<Upstream>)> {
        self.upstreams.iter().map(|(name, upstream)| (name.as_str(), upstream))
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

fn host(text: &str) -> Result<String, String> {
    let lower = text.to_ascii_lowercase();
    let name = lower.strip_prefix("*.").unwrap_or(&lower);
    let fine = lower == "*" || hcc_http::host::split(name.as_bytes()) == Some(name);
    if fine { Ok(lower) } else { Err(format!("no host name: {text}")) }
}
