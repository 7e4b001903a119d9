//! A compiled site: hosts, routes, upstreams.

pub mod canary;
pub mod cors;
pub mod counted;
pub mod headers;
pub(crate) mod limit;
pub mod maintenance;
pub mod matcher;
pub mod pages;
pub mod paths;
pub mod redirect;
pub mod respond;
pub mod rewrite;
pub mod route;
mod template;
mod upstream;

pub use counted::{By, Counted};
pub use limit::Limit;
pub use matcher::Matched;
pub use route::{Action, Route};

use crate::security::Protection;
use crate::snapshot::SiteBody;
use crate::traffic::Traffic;
use crate::waf::Armour;
use arc_swap::ArcSwapOption;
use hcc_proxy::Upstream;
use headers::DefaultField;
use maintenance::Maintenance;
use matcher::Matcher;
use pages::ErrorPages;
use std::collections::HashMap;
use std::hash::BuildHasher;
use std::sync::Arc;

/// One site, ready to serve.
#[derive(Debug)]
pub struct Site {
    /// Its id, for the access log.
    pub id: String,
    /// Whose site it is.
    pub organization: String,
    /// Host names it answers to, in lower case.
    pub hosts: Vec<String>,
    /// Routes, the one to try first standing first.
    pub routes: Vec<Route>,
    /// Whether plain http is redirected to https.
    pub https_redirect: bool,
    /// `Strict-Transport-Security`, for answers over TLS.
    pub hsts: Option<DefaultField>,
    /// The whole site in maintenance.
    pub maintenance: Option<Maintenance>,
    /// Its own pages for answers of the gateway.
    pub pages: ErrorPages,
    /// What protects it.
    pub security: Protection,
    /// What the firewall does here; set when the whole configuration is known.
    pub armour: ArcSwapOption<Armour>,
    /// What became of requests that found no route.
    pub traffic: Arc<Traffic>,
    matcher: Matcher,
    upstreams: HashMap<String, Arc<Upstream>>,
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
        let former = old.iter().flat_map(|o| &o.routes).map(|r| (r.id.as_str(), r)).collect();
        let around = route::Around { site: &body.site_id, upstreams: &upstreams, former: &former };
        let mut routes = Vec::with_capacity(body.routes.len());
        for route in body.routes {
            let id = route.id.clone();
            routes.push(route::compile(route, &around, hasher).map_err(|e| format!("route {id}: {e}"))?);
        }
        routes.sort_by(Route::order);
        let security = Protection::compile(body.security, &body.site_id, hasher)?;
        Ok(Self {
            id: body.site_id,
            organization: body.organization_id,
            hosts,
            matcher: Matcher::new(&routes),
            routes,
            https_redirect: body.https_redirect,
            hsts: headers::hsts(body.hsts_s),
            maintenance: Maintenance::compile(body.maintenance)?,
            pages: ErrorPages::compile(body.error_pages)?,
            security,
            armour: old.map_or_else(ArcSwapOption::empty, |o| ArcSwapOption::new(o.armour.load_full())),
            traffic: old.map(|o| Arc::clone(&o.traffic)).unwrap_or_default(),
            upstreams,
        })
    }

    /// The upstreams with their names.
    pub fn upstreams(&self) -> impl Iterator<Item = (&str, &Arc<Upstream>)> {
        self.upstreams.iter().map(|(name, upstream)| (name.as_str(), upstream))
    }

    /// The route of a normalised path and a method.
    pub fn find(&self, path: &[u8], method: &[u8]) -> Matched {
        self.matcher.find(&self.routes, path, method)
    }

    #[cfg(test)]
    fn matcher_nodes(&self) -> usize {
        self.matcher.nodes()
    }

    /// The methods that routes of a path take, for `Allow`.
    pub fn methods(&self, path: &[u8]) -> String {
        let covering = self.routes.iter().filter(|r| r.paths.covers(path));
        let mut all: Vec<_> = covering.flat_map(|r| r.methods().unwrap_or_default()).map(|m| String::from_utf8_lossy(m)).collect();
        if all.iter().any(|m| m == "GET") {
            all.push("HEAD".into());
        }
        all.sort_unstable();
        all.dedup();
        all.join(", ")
    }
}

fn host(text: &str) -> Result<String, String> {
    let lower = text.to_ascii_lowercase();
    let name = lower.strip_prefix("*.").unwrap_or(&lower);
    let fine = lower == "*" || hcc_http::host::split(name.as_bytes()) == Some(name);
    if fine { Ok(lower) } else { Err(format!("no host name: {text}")) }
}
