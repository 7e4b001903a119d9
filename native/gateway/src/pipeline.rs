//! What becomes of a request, decided from its head alone: the architecture's order, without I/O.

use crate::auth::{self, Against, Identity, Outcome};
use crate::config::{Config, Platform};
use crate::edits::Edits;
use crate::gate::Pass;
use crate::render::{Answer, Context, Rendered, render};
use crate::security;
use crate::security::events::Finding;
use crate::site::cors::{Preflight, field};
use crate::site::redirect::{Asked, to_https};
use crate::site::{Action, Counted, Limit, Matched, Route, Site};
use crate::snapshot::PolicyBody;
use crate::state::Shared;
use crate::time::{monotonic_ns, unix_ms_of};
use crate::traffic::Traffic;
use crate::waf::Shield;
use hcc_http::bytes::put_u64;
use hcc_http::path::{self, Reading};
use hcc_http::{Framing, Name, RequestHead, client};
use hcc_proxy::{Upstream, clock};
use hcc_ratelimit::Decision;
use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Where certificate authorities look (RFC 8555 section 8.3); they come by plain http.
const ACME: &[u8] = b"/.well-known/acme-challenge/";
/// `Retry-After` when too many requests are being served, in seconds.
const BUSY_RETRY_S: u32 = 1;

/// What is known of a request, growing as the pipeline goes.
#[derive(Debug)]
#[allow(clippy::struct_excessive_bools)] // independent facts, not states of one machine
pub struct Known {
    /// The platform's rules in force for this request.
    pub platform: Arc<Platform>,
    /// The client's address.
    pub client: IpAddr,
    /// Whether the connection comes from a trusted proxy.
    pub peer_trusted: bool,
    /// Whether the connection is TLS; whoever accepted it says so.
    pub secure: bool,
    /// Whether the client speaks https: to us, or to a trusted proxy before us.
    pub https: bool,
    /// The site.
    pub site: Option<Arc<Site>>,
    /// The site and the index of its route.
    pub route: Option<(Arc<Site>, usize)>,
    /// The verified bearer, or the owner of a verified API key.
    pub identity: Option<Arc<Identity>>,
    /// Bytes the body may have.
    pub max_body: u64,
    /// The upstream chosen.
    pub upstream: Option<Arc<Upstream>>,
    /// The answer of a route that asks no upstream.
    pub own: Option<Answer>,
    /// Path and query for the upstream, where they are not those received.
    pub target: Option<Vec<u8>>,
    /// Field lines for every answer to this request.
    pub response_lines: Vec<u8>,
    /// Whether a list allows the client.
    pub allowed: bool,
    /// Whether a rule lets the request past the firewall.
    pub bypass: bool,
    /// What the firewall looks with.
    pub shield: Option<Shield>,
    /// What was found, for security events.
    pub findings: Vec<Finding>,
    /// Places among the requests being served.
    passes: Vec<Pass>,
}

impl Known {
    /// What the connection alone tells.
    pub fn new(config: &Config, peer: IpAddr) -> Self {
        let platform = Arc::clone(&config.platform);
        let max_body = platform.defaults.max_body;
        Self {
            client: peer,
            peer_trusted: false,
            secure: false,
            https: false,
            site: None,
            route: None,
            identity: None,
            max_body,
            upstream: None,
            own: None,
            target: None,
            response_lines: Vec::new(),
            allowed: false,
            bypass: false,
            shield: None,
            findings: Vec::new(),
            passes: Vec::new(),
            platform,
        }
    }

    /// The route, when one matched.
    pub fn route(&self) -> Option<&Route> {
        self.route.as_ref().and_then(|(site, index)| site.routes.get(*index))
    }

    /// Where the request counts: at its route, else at its site.
    pub fn traffic(&self) -> Option<&Traffic> {
        self.route().map(|r| r.traffic.as_ref()).or_else(|| self.site.as_ref().map(|s| s.traffic.as_ref()))
    }

    /// How the firewall works for this request, once its site is known.
    pub fn policy(&self) -> Option<&PolicyBody> {
        self.route().and_then(|r| r.waf.as_ref()).or_else(|| self.site.as_ref().map(|s| &s.security.waf))
    }

    /// What becomes of the fields of the response.
    pub fn edits(&self) -> Edits<'_> {
        let route = self.route();
        Edits {
            platform: &self.platform,
            rules: route.map(|r| &r.response_rules).filter(|r| !r.is_empty()),
            security: route.map_or(&[][..], |r| &r.security),
            hsts: self.site.as_ref().filter(|_| self.https).and_then(|s| s.hsts.as_ref()),
            cors: route.is_some_and(|r| r.cors.is_some()),
            lines: &self.response_lines,
        }
    }

    /// An answer of the gateway itself as bytes; `accept` is the client's field.
    pub fn render(&self, answer: &Answer, accept: &[u8], request_id: &[u8]) -> Rendered {
        let pages = self.site.as_ref().map(|s| &s.pages);
        render(answer, &Context { accept, request_id, edits: self.edits(), pages })
    }
}

/// Runs the steps from the client's address to the choice of the upstream, or of the answer of a route that asks none. What ends
/// the request before is an error.
pub fn decide(shared: &Shared, config: &Config, head: &RequestHead, peer: IpAddr, known: &mut Known) -> Result<(), Answer> {
    known.peer_trusted = client::is_trusted(peer, &known.platform.trusted);
    known.https = known.secure;
    if known.peer_trusted {
        known.client = client::address(peer, &head.fields, &known.platform.trusted);
        if let Some(proto) = head.fields.first(Name::XForwardedProto) {
            known.https = proto == b"https";
        }
    }
    let site = config.site(head.host());
    known.site = site.map(Arc::clone);
    security::admit(shared, config, site.map(Arc::as_ref), known)?;
    let Some(site) = site else { return Err(Answer::new(404, "no site of this host")) };
    take_places(shared, known)?;
    if site.https_redirect && !known.https && !head.path().starts_with(ACME) {
        return Err(to_https(head.host(), head.target()));
    }
    if let Some(maintenance) = &site.maintenance {
        maintenance.check(known.client)?;
    }
    if let Some(answer) = security::solved(config, site, head, known) {
        return Err(answer);
    }
    let (path, index) = find(site, head)?;
    known.route = Some((Arc::clone(site), index));
    security::judge(shared, config, site, head, &path, known)?;
    let route = &site.routes[index];
    if let Some(cors) = &route.cors {
        if let Some(preflight) = Preflight::of(head) {
            return Err(cors.preflight(&preflight, head));
        }
        cors.put_lines(head, &mut known.response_lines);
    }
    admit(shared, config, head, site, route, known)?;
    if !known.bypass {
        let armour = site.armour.load();
        known.shield = armour.as_ref().and_then(|a| a.shield(route.waf.as_ref().unwrap_or(&site.security.waf), &path));
    }
    act(head, route, &path, known)
}

/// The steps of a route before its action: whether the request may have it.
fn admit(shared: &Shared, config: &Config, head: &RequestHead, site: &Site, route: &Route, known: &mut Known) -> Result<(), Answer> {
    if let Some(maintenance) = &route.maintenance {
        maintenance.check(known.client)?;
    }
    if route.max_in_flight > 0 {
        known.passes.push(route.in_flight.enter(route.max_in_flight).ok_or_else(|| busy(503, "route at its limit"))?);
    }
    check_body(head, route, known)?;
    let mut tightest = None;
    limit(shared, &route.early_limits, head, known, &mut tightest)?;
    let against = Against {
        platform: &known.platform,
        keys: &config.api_keys,
        revoked: &shared.revoked,
        organization: &site.organization,
        now_s: unix_ms_of(clock::recent().into_std()) / 1000,
    };
    match shared.tokens.authenticate(head, &route.auth, &against) {
        Outcome::Anonymous | Outcome::ApiKey => {}
        Outcome::Known(identity) => {
            let identity = known.identity.insert(identity.at(&site.organization));
            auth::permit(identity, &route.auth)?;
        }
        Outcome::Refused(reason) => return Err(auth::unauthorized(reason)),
    }
    limit(shared, &route.identity_limits, head, known, &mut tightest)?;
    if let Some((limit, remaining)) = tightest {
        known.response_lines.extend_from_slice(&limit.told);
        put_u64(&mut known.response_lines, remaining);
        known.response_lines.extend_from_slice(b"\r\n");
    }
    Ok(())
}

/// Does what the route is for; `path` is the normal form of the one received.
fn act(head: &RequestHead, route: &Route, path: &[u8], known: &mut Known) -> Result<(), Answer> {
    match &route.action {
        Action::Redirect(redirect) => {
            let query = head.target().get(head.path().len()..).unwrap_or_default();
            known.own = Some(redirect.answer(&route.paths, &Asked { host: head.host(), path, query }));
            Ok(())
        }
        Action::Respond(respond) => {
            known.own = Some(respond.answer());
            Ok(())
        }
        Action::Forward { upstream, canary } => {
            let bearer = known.identity.as_ref().map(|i| i.claims.sub.as_str());
            let canary = canary.as_ref().filter(|c| c.takes(head, client::limit_key(known.client), bearer));
            known.upstream = Some(Arc::clone(canary.map_or(upstream, |c| &c.upstream)));
            // `*` is no path that could be rewritten.
            if let Some(rewrite) = route.rewrite.as_ref().filter(|_| head.path() != b"*") {
                let target = rewrite.target(&route.paths, head.target(), path);
                known.target = Some(target.ok_or_else(|| Answer::closing(400, "ambiguous path"))?);
            }
            Ok(())
        }
    }
}

/// Takes places among the requests being served; they are given back with `known`.
fn take_places(shared: &Shared, known: &mut Known) -> Result<(), Answer> {
    let (total, each) = (known.platform.defaults.max_in_flight, known.platform.defaults.max_in_flight_per_client);
    if total > 0 {
        known.passes.push(shared.in_flight.enter(total).ok_or_else(|| busy(503, "gateway at its limit"))?);
    }
    if each > 0 {
        let key = client::limit_key(known.client);
        known.passes.push(shared.clients_in_flight.enter(key, each).ok_or_else(|| busy(429, "client at its limit"))?);
    }
    Ok(())
}

fn busy(status: u16, reason: &'static str) -> Answer {
    Answer::new(status, reason).with("Retry-After", BUSY_RETRY_S.to_string())
}

/// What the head says of the body.
fn check_body(head: &RequestHead, route: &Route, known: &mut Known) -> Result<(), Answer> {
    known.max_body = route.max_body.unwrap_or(known.max_body);
    if let Some(validator) = &route.validate {
        if validator.wants_body() {
            known.max_body = known.max_body.min(validator.max_bytes());
        }
        if head.framing != Framing::None {
            validator.check_head(field(head, b"content-type"), field(head, b"content-encoding"))?;
        } else if validator.wants_body() && matches!(head.method(), b"POST" | b"PUT" | b"PATCH") {
            return Err(Answer::new(400, "no body").with_message("INVALID_JSON", "The request has no body. Send the JSON in it."));
        }
    }
    if matches!(head.framing, Framing::Length(n) if n > known.max_body) {
        return Err(Answer::closing(413, "body too large"));
    }
    Ok(())
}

/// The path in its normal form and the route; a preflight asks for the route of the request to come.
fn find<'a>(site: &Site, head: &'a RequestHead) -> Result<(Cow<'a, [u8]>, usize), Answer> {
    let raw = if head.path() == b"*" { b"/" } else { head.path() };
    let method = head.method();
    if method == b"TRACE" {
        return Err(Answer::new(405, "TRACE").with("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS".to_owned()));
    }
    let path = if path::is_plain(raw) {
        Cow::Borrowed(raw)
    } else {
        let mut normal = Vec::with_capacity(raw.len());
        path::normalise(raw, &mut normal).map_err(|r| Answer::closing(r.status, r.reason))?;
        Cow::Owned(normal)
    };
    let lookup = |method: &[u8]| {
        let found = site.find(&path, method);
        // The upstream gets the path as received: where that would lead elsewhere, the two readings differ.
        if matches!(path, Cow::Owned(_)) && found != site.find(raw, method) {
            return Err(Answer::closing(400, "ambiguous path"));
        }
        let mut other = Vec::new();
        let fits = match path::obliging(raw, &mut other) {
            Ok(Reading::Same) => true,
            // An escaped slash in a pattern's parameter leads nowhere else when no route is for the longer path.
            Ok(Reading::Other) => matches!(site.find(&other, method), m if m == found || m == Matched::Nothing),
            Ok(Reading::Climbed) => found == site.find(&other, method),
            Err(_) => false,
        };
        if fits { Ok(found) } else { Err(Answer::closing(400, "ambiguous path")) }
    };
    if let Some(preflight) = Preflight::of(head) {
        if let Matched::Route(index) = lookup(preflight.method)? {
            if site.routes[index].cors.is_some() {
                return Ok((path, index));
            }
        }
    }
    match lookup(method)? {
        Matched::Route(index) => Ok((path, index)),
        Matched::Method => Err(Answer::new(405, "method").with("Allow", site.methods(&path))),
        Matched::Nothing => Err(Answer::new(404, "no route")),
    }
}

/// Counts a request by limits, remembering the one that leaves least.
fn limit<'a>(
    shared: &Shared,
    limits: &'a [Counted],
    head: &RequestHead,
    known: &Known,
    tightest: &mut Option<(&'a Limit, u64)>,
) -> Result<(), Answer> {
    if limits.is_empty() {
        return Ok(());
    }
    let now_ns = monotonic_ns();
    for Counted { limit, by } in limits {
        let Some(key) = by.key(head, known.client, known.identity.as_deref()) else { continue };
        let remaining = count(shared, limit, key, now_ns)?;
        if tightest.is_none_or(|(_, least)| remaining < least) {
            *tightest = Some((limit, remaining));
        }
    }
    Ok(())
}

/// Counts a request; gives how many more would be right now.
pub fn count(shared: &Shared, limit: &Limit, key: u128, now_ns: u64) -> Result<u64, Answer> {
    let wait_ns = match shared.limits.check(limit, key, now_ns) {
        Decision::Admitted { remaining, .. } => return Ok(remaining),
        Decision::Refused { wait_ns } => wait_ns,
    };
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

#[cfg(test)]
#[path = "pipeline_tests.rs"]
mod tests;
