//! How a route is compiled.

use super::limit::{self, Limit};
use crate::snapshot::{AuthBody, LimitKey, RouteBody};
use hcc_http::bytes::is_token;
use hcc_proxy::Upstream;
use std::collections::HashMap;
use std::hash::BuildHasher;
use std::sync::Arc;

/// One route, ready to serve.
#[derive(Debug)]
pub struct Route {
    /// Its id, for the access log.
    pub id: String,
    pub(super) prefix: Vec<u8>,
    pub(super) methods: Option<Vec<Vec<u8>>>,
    pub(super) priority: i64,
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

impl Route {
    pub(super) fn covers(&self, path: &[u8]) -> bool {
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

/// Compiles a route of a site.
pub(super) fn compile(
    body: RouteBody,
    site: &str,
    upstreams: &HashMap<String, Arc<Upstream>>,
    hasher: &impl BuildHasher,
) -> Result<Route, String> {
    let named = body.upstream.ok_or("no upstream")?;
    let upstream = upstreams.get(&named).cloned().ok_or_else(|| format!("no upstream {named}"))?;
    let path_prefix = body.path_prefix.ok_or("no path_prefix")?;
    let mut prefix = Vec::new();
    if !path_prefix.starts_with('/')
        || hcc_http::path::normalise(path_prefix.as_bytes(), &mut prefix).is_err()
        || prefix != path_prefix.as_bytes()
    {
        return Err(format!("path_prefix is not normal: {path_prefix}"));
    }
    if let Some(bad) = body.methods.iter().flatten().find(|m| !is_token(m.as_bytes())) {
        return Err(format!("no method: {bad}"));
    }
    let mut client_limits = Vec::new();
    let mut identity_limits = Vec::new();
    for body in body.rate_limits {
        let list = if body.key == LimitKey::Client { &mut client_limits } else { &mut identity_limits };
        list.push(limit::compile(body, site, hasher)?);
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
