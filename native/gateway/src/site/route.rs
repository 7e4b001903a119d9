//! How a route is compiled.

use super::canary::Canary;
use super::cors::Cors;
use super::counted::{self, Counted};
use super::headers::{self, DefaultField, Direction, Rules};
use super::maintenance::Maintenance;
use super::paths::Paths;
use super::redirect::Redirect;
use super::respond::Respond;
use super::rewrite::Rewrite;
use crate::auth;
use crate::body::Validator;
use crate::gate::Counter;
use crate::security;
use crate::snapshot::{AuthBody, PolicyBody, RouteBody};
use crate::traffic::Traffic;
use hcc_http::bytes::is_token;
use hcc_proxy::Upstream;
use std::cmp::Ordering;
use std::collections::HashMap;
use std::hash::BuildHasher;
use std::sync::Arc;
use std::time::Duration;

/// Longest time for a whole exchange, in milliseconds.
const MAX_TOTAL_MS: u64 = 86_400_000;

/// One route, ready to serve.
#[derive(Debug)]
pub struct Route {
    /// Its id, for the access log.
    pub id: String,
    /// Which paths it is for.
    pub paths: Paths,
    methods: Option<Vec<Vec<u8>>>,
    priority: i64,
    /// What becomes of its requests.
    pub action: Action,
    /// The path asked for upstream, where it is not the one received.
    pub rewrite: Option<Rewrite>,
    /// Changes of the request's fields.
    pub request_rules: Rules,
    /// Changes of the response's fields.
    pub response_rules: Rules,
    /// Fields set where the upstream sets none.
    pub security: Vec<DefaultField>,
    /// What other origins may do.
    pub cors: Option<Cors>,
    /// Whether answers are compressed for clients that take it.
    pub compress: bool,
    /// Who may come in.
    pub auth: AuthBody,
    /// How often, by what is known before authentication.
    pub early_limits: Vec<Counted>,
    /// How often, per identity.
    pub identity_limits: Vec<Counted>,
    /// Bytes of a request body.
    pub max_body: Option<u64>,
    /// Requests of this route being served at once; 0 is without limit.
    pub max_in_flight: u32,
    /// Those being served.
    pub in_flight: Arc<Counter>,
    /// What it did.
    pub traffic: Arc<Traffic>,
    /// What a request body must be.
    pub validate: Option<Validator>,
    /// The route in maintenance.
    pub maintenance: Option<Maintenance>,
    /// The whole exchange's time instead of the upstream's; `Some(None)` is without end.
    pub total: Option<Option<Duration>>,
    /// How the firewall works here, where that is not as on the site.
    pub waf: Option<PolicyBody>,
}

/// What becomes of a request.
#[derive(Debug)]
pub enum Action {
    /// It goes upstream.
    Forward {
        /// Where it goes.
        upstream: Arc<Upstream>,
        /// A share that goes elsewhere.
        canary: Option<Canary>,
    },
    /// It is sent elsewhere.
    Redirect(Redirect),
    /// It is answered as stated.
    Respond(Respond),
}

impl Route {
    /// Whether it takes a method; GET includes HEAD.
    pub fn takes(&self, method: &[u8]) -> bool {
        self.methods.as_ref().is_none_or(|m| m.iter().any(|m| m == method || (m == b"GET" && method == b"HEAD")))
    }

    /// The methods it takes, if not all.
    pub fn methods(&self) -> Option<&[Vec<u8>]> {
        self.methods.as_deref()
    }

    /// Which of two is tried first: by priority, by paths, then the one with methods.
    pub(super) fn order(&self, other: &Self) -> Ordering {
        let methods = other.methods.is_some().cmp(&self.methods.is_some());
        other.priority.cmp(&self.priority).then_with(|| self.paths.order(&other.paths)).then(methods)
    }
}

/// What routes of a site are compiled with.
pub(super) struct Around<'a> {
    pub site: &'a str,
    pub upstreams: &'a HashMap<String, Arc<Upstream>>,
    /// Routes of the former version by id; what they count goes on.
    pub former: &'a HashMap<&'a str, &'a Route>,
}

/// Compiles a route of a site.
pub(super) fn compile(mut body: RouteBody, around: &Around<'_>, hasher: &impl BuildHasher) -> Result<Route, String> {
    let paths = Paths::compile(&body)?;
    if let Some(bad) = body.methods.iter().flatten().find(|m| !is_token(m.as_bytes())) {
        return Err(format!("no method: {bad}"));
    }
    let rewrite = Rewrite::compile(&body, &paths)?;
    let action = action(&mut body, &paths, around)?;
    if rewrite.is_some() && !matches!(action, Action::Forward { .. }) {
        return Err("strip_prefix and rewrite need an upstream".to_owned());
    }
    auth::check(&body.auth)?;
    body.waf.as_ref().map_or(Ok(()), security::check)?;
    let request_rules = Rules::compile(&body.request_headers, Direction::Request).map_err(|e| format!("request_headers: {e}"))?;
    let response_rules = Rules::compile(&body.response_headers, Direction::Response).map_err(|e| format!("response_headers: {e}"))?;
    let security = if body.security_headers { headers::security(&response_rules) } else { Vec::new() };
    let (mut early_limits, mut identity_limits) = (Vec::new(), Vec::new());
    for limit in body.rate_limits {
        let counted = counted::compile(limit, around.site, hasher)?;
        if counted.by.is_early() { &mut early_limits } else { &mut identity_limits }.push(counted);
    }
    let total = match body.total_ms {
        None => None,
        Some(0) => Some(None),
        Some(ms) if ms <= MAX_TOTAL_MS => Some(Some(Duration::from_millis(ms))),
        Some(_) => return Err(format!("total_ms is more than {MAX_TOTAL_MS}")),
    };
    Ok(Route {
        paths,
        methods: body.methods.map(|m| m.into_iter().map(String::into_bytes).collect()),
        priority: body.priority,
        action,
        rewrite,
        request_rules,
        response_rules,
        security,
        cors: body.cors.as_ref().map(Cors::compile).transpose()?,
        compress: body.compress,
        auth: body.auth,
        early_limits,
        identity_limits,
        max_body: body.max_body,
        max_in_flight: body.max_in_flight,
        in_flight: around.former.get(body.id.as_str()).map(|r| Arc::clone(&r.in_flight)).unwrap_or_default(),
        traffic: around.former.get(body.id.as_str()).map(|r| Arc::clone(&r.traffic)).unwrap_or_default(),
        validate: body.validate.as_ref().map(Validator::compile).transpose()?,
        maintenance: Maintenance::compile(body.maintenance)?,
        total,
        waf: body.waf,
        id: body.id,
    })
}

fn action(body: &mut RouteBody, paths: &Paths, around: &Around<'_>) -> Result<Action, String> {
    let find = |name: &String| around.upstreams.get(name).cloned().ok_or_else(|| format!("no upstream {name}"));
    if body.canary.is_some() && body.upstream.is_none() {
        return Err("a canary needs an upstream beside it".to_owned());
    }
    match (&body.upstream, body.redirect.take(), body.respond.take()) {
        (Some(name), None, None) => {
            let canary = body.canary.as_ref().map(|c| find(&c.upstream).and_then(|u| Canary::compile(c, around.site, u))).transpose()?;
            Ok(Action::Forward { upstream: find(name)?, canary })
        }
        (None, Some(redirect), None) => Redirect::compile(&redirect, paths).map(Action::Redirect),
        (None, None, Some(respond)) => Respond::compile(respond).map(Action::Respond),
        _ => Err("exactly one of upstream, redirect and respond is needed".to_owned()),
    }
}
