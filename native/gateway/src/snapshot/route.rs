//! One route: which requests, what is done with them, where they go.

use super::{AuthBody, PolicyBody};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// One route. Exactly one of `path_prefix`, `path` and `path_pattern` says which paths, and exactly one of `upstream`,
/// `redirect` and `respond` what becomes of them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RouteBody {
    /// Id of the route.
    pub id: String,
    /// Beginning of the path, in whole segments.
    #[serde(default)]
    pub path_prefix: Option<String>,
    /// The whole path.
    #[serde(default)]
    pub path: Option<String>,
    /// The whole path with `{name}` for one segment each, as `/users/{id}/posts`; a last `{*rest}` takes all that is left.
    #[serde(default)]
    pub path_pattern: Option<String>,
    /// Methods, or all.
    #[serde(default)]
    pub methods: Option<Vec<String>>,
    /// Higher ones are tried first; then exact before pattern before prefix, longer before shorter.
    #[serde(default)]
    pub priority: i64,
    /// Name of an upstream of the same site.
    #[serde(default)]
    pub upstream: Option<String>,
    /// A share of the requests that goes elsewhere.
    #[serde(default)]
    pub canary: Option<CanaryBody>,
    /// Answered with a redirect.
    #[serde(default)]
    pub redirect: Option<RedirectBody>,
    /// Answered as stated.
    #[serde(default)]
    pub respond: Option<RespondBody>,
    /// Whether the prefix is left out upstream.
    #[serde(default)]
    pub strip_prefix: bool,
    /// The path asked for upstream: of a prefix route it takes the prefix's place, of the others the whole path's, with `{name}` of
    /// the pattern filled in. The query stays.
    #[serde(default)]
    pub rewrite: Option<String>,
    /// Changes of the request's fields.
    #[serde(default)]
    pub request_headers: HeaderRules,
    /// Changes of the response's fields.
    #[serde(default)]
    pub response_headers: HeaderRules,
    /// Whether the usual security headers are set where the upstream sets none.
    #[serde(default)]
    pub security_headers: bool,
    /// Cross-origin requests, answered here.
    #[serde(default)]
    pub cors: Option<CorsBody>,
    /// Whether answers are compressed for clients that take it.
    #[serde(default)]
    pub compress: bool,
    /// Who may come in.
    #[serde(default)]
    pub auth: AuthBody,
    /// How often.
    #[serde(default)]
    pub rate_limits: Vec<LimitBody>,
    /// Bytes of a request body, or the default.
    #[serde(default)]
    pub max_body: Option<u64>,
    /// Requests of this route being served at once; 0 is without limit.
    #[serde(default)]
    pub max_in_flight: u32,
    /// What a request body must be.
    #[serde(default)]
    pub validate: Option<ValidateBody>,
    /// The route in maintenance.
    #[serde(default)]
    pub maintenance: Option<MaintenanceBody>,
    /// Milliseconds for the whole exchange instead of the upstream's; 0 for no end.
    #[serde(default)]
    pub total_ms: Option<u64>,
    /// How the firewall works here, where that is not as on the site.
    #[serde(default)]
    pub waf: Option<PolicyBody>,
}

/// A share of the requests that goes elsewhere.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CanaryBody {
    /// Name of an upstream of the same site.
    pub upstream: String,
    /// Per cent of the clients, 0 to 100; one client stays on its side (by its address, or its bearer when known).
    #[serde(default)]
    pub percent: f64,
    /// A field whose presence with this value leads to the canary, whatever the share.
    #[serde(default)]
    pub header: Option<(String, String)>,
}

/// A redirect.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RedirectBody {
    /// Where to: `https://new.example{path}`, `/new/{id}`; `{host}`, `{path}`, `{query}` (with its `?`) and names of the pattern are
    /// filled in.
    pub to: String,
    /// 301, 302, 303, 307 or 308.
    pub status: u16,
}

/// A fixed answer.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RespondBody {
    /// Status, 200 to 599.
    pub status: u16,
    /// `Content-Type`.
    #[serde(default)]
    pub content_type: Option<String>,
    /// The body.
    #[serde(default)]
    pub body: String,
}

/// Changes of fields: first removed, then set (in place of what is there), then added.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HeaderRules {
    /// Names that go.
    pub remove: Vec<String>,
    /// Values that replace.
    pub set: BTreeMap<String, String>,
    /// Values that come besides.
    pub add: BTreeMap<String, String>,
}

/// Cross-origin requests (the Fetch standard, section 3.2).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CorsBody {
    /// Origins allowed: `https://app.example`, `https://*.example`, or `*`, which excludes credentials.
    pub origins: Vec<String>,
    /// Methods allowed; those of the request unless given.
    #[serde(default)]
    pub methods: Vec<String>,
    /// Request headers allowed; those asked for unless given.
    #[serde(default)]
    pub headers: Vec<String>,
    /// Response headers that scripts may read.
    #[serde(default)]
    pub expose: Vec<String>,
    /// Whether cookies and the like are allowed.
    #[serde(default)]
    pub credentials: bool,
    /// Seconds for which a preflight is remembered.
    #[serde(default)]
    pub max_age_s: Option<u32>,
}

/// One limit.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LimitBody {
    /// Its name; limits of one site with the same name count together.
    pub name: String,
    /// What is counted.
    pub key: LimitKey,
    /// Name of the field when `key` is `header`; requests without it are not counted by this limit.
    #[serde(default)]
    pub header: Option<String>,
    /// Requests ...
    pub rate: u32,
    /// ... in so many seconds.
    pub per_s: u32,
    /// Requests at once.
    pub burst: u32,
    /// Whether all gateways count together, when they share a Redis.
    #[serde(default)]
    pub shared: bool,
}

/// What is counted.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum LimitKey {
    /// The client's address.
    Client,
    /// The token's subject.
    User,
    /// The token's or key's organisation.
    Organization,
    /// The verified API key.
    ApiKey,
    /// A field's value.
    Header,
    /// Every request alike.
    Route,
}

/// What a request body must be.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ValidateBody {
    /// Content types taken, as `application/json` or `image/*`; others answer 415. Empty is any.
    #[serde(default)]
    pub content_types: Vec<String>,
    /// Whether the body must be well-formed JSON (400 when not).
    #[serde(default)]
    pub json: bool,
    /// A JSON Schema (2020-12 unless it says otherwise) that the body must satisfy (422 when not). References outside of itself
    /// are refused.
    #[serde(default)]
    pub schema: Option<Box<RawValue>>,
    /// Bytes of a body that is checked; 1 MiB unless given.
    #[serde(default)]
    pub max_bytes: Option<u64>,
}

/// Maintenance: 503 for everybody but those let through.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[derive(Default)]
pub struct MaintenanceBody {
    /// Whether it is on.
    pub on: bool,
    /// `Retry-After` in seconds; 300 when 0.
    pub retry_after_s: u32,
    /// What visitors are told.
    pub message: String,
    /// Networks that are let through.
    pub allow: Vec<ipnet::IpNet>,
}
