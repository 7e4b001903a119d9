//! The shape of a snapshot as it is handed over, and the rules that a section must keep.

use serde::Deserialize;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// A whole snapshot; bodies stay raw until their hash says that they are new.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Snapshot<'a> {
    /// Version of this shape: 1.
    pub version: u32,
    /// `platform` and one section a site.
    #[serde(borrow)]
    pub sections: Vec<Section<'a>>,
}

/// A section with the hash of its content.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section<'a> {
    /// `platform` or `site:<uuid>`.
    pub id: String,
    /// Any text that changes with the content.
    pub hash: String,
    /// The content.
    #[serde(borrow)]
    pub body: &'a RawValue,
}

/// What every gateway does alike.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PlatformBody {
    /// Networks whose forwarded headers are believed.
    pub trusted_proxies: Vec<ipnet::IpNet>,
    /// Access tokens.
    pub jwt: JwtBody,
    /// Sessions whose tokens are refused.
    pub revoked_sessions: Vec<RevokedBody>,
    /// Limits and timeouts.
    pub defaults: Defaults,
    /// Fields set on every response.
    pub response_headers: BTreeMap<String, String>,
}

/// Who signs access tokens.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct JwtBody {
    /// `iss` wanted.
    pub issuer: String,
    /// `aud` wanted.
    pub audience: String,
    /// Public keys; fields that are not known are ignored (RFC 7517 section 4).
    pub keys: Vec<JwkBody>,
    /// Seconds by which clocks may differ.
    pub leeway_s: u64,
}

/// One public key (RFC 8037).
#[derive(Debug, Deserialize)]
pub struct JwkBody {
    /// `OKP`.
    pub kty: String,
    /// `Ed25519`.
    pub crv: String,
    /// Name of the key.
    pub kid: String,
    /// The key, base64url.
    pub x: String,
}

/// A session whose tokens are refused.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RevokedBody {
    /// Session id.
    pub sid: String,
    /// Unix seconds after which the entry may be forgotten.
    pub until: u64,
}

/// Limits and timeouts of the listener.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Defaults {
    /// Bytes of a request body.
    pub max_body: u64,
    /// Milliseconds until a request head is whole.
    pub header_timeout_ms: u64,
    /// Milliseconds between two pieces of a request body.
    pub body_timeout_ms: u64,
    /// Milliseconds a client may leave a response unread.
    pub idle_timeout_ms: u64,
    /// Milliseconds between two requests.
    pub keep_alive_ms: u64,
    /// Connections at once.
    pub max_connections: usize,
    /// Bytes of a request head.
    pub max_header_bytes: usize,
}

impl Default for Defaults {
    fn default() -> Self {
        Self {
            max_body: 52_428_800,
            header_timeout_ms: 15_000,
            body_timeout_ms: 15_000,
            idle_timeout_ms: 60_000,
            keep_alive_ms: 75_000,
            max_connections: 10_000,
            max_header_bytes: 32_768,
        }
    }
}

/// One site.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SiteBody {
    /// Id of the site.
    pub site_id: String,
    /// Whose site it is.
    pub organization_id: String,
    /// Its name, for people.
    pub name: String,
    /// `shop.example`, `*.example` or `*`.
    pub hosts: Vec<String>,
    /// Upstreams by name.
    pub upstreams: BTreeMap<String, UpstreamBody>,
    /// Routes.
    pub routes: Vec<RouteBody>,
}

/// One upstream.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UpstreamBody {
    /// Id in the configuration database; not used here.
    #[serde(default)]
    pub id: Option<String>,
    /// How a target is chosen.
    pub policy: Policy,
    /// Where it goes.
    pub targets: Vec<TargetBody>,
    /// Milliseconds until the connection stands.
    pub connect_ms: u64,
    /// Milliseconds until the head of the answer.
    pub first_byte_ms: u64,
    /// Milliseconds between two pieces of a body.
    pub between_bytes_ms: u64,
    /// Milliseconds for all of it, 0 for no end.
    pub total_ms: u64,
}

/// How a target is chosen.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Policy {
    /// In turn, by weight.
    RoundRobin,
}

/// One address.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TargetBody {
    /// `host:port`.
    pub address: String,
    /// Share of the requests.
    pub weight: u32,
}

/// One route.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RouteBody {
    /// Id of the route.
    pub id: String,
    /// Beginning of the path, in whole segments.
    pub path_prefix: String,
    /// Methods, or all.
    pub methods: Option<Vec<String>>,
    /// Name of an upstream of the same site.
    pub upstream: String,
    /// Whether the prefix is left out upstream.
    #[serde(default)]
    pub strip_prefix: bool,
    /// Who may come in.
    #[serde(default)]
    pub auth: AuthBody,
    /// How often.
    #[serde(default)]
    pub rate_limits: Vec<LimitBody>,
    /// Bytes of a request body, or the default.
    pub max_body: Option<u64>,
    /// Higher ones are tried first.
    #[serde(default)]
    pub priority: i64,
}

/// Who may come in.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AuthBody {
    /// Whether a token is needed.
    pub mode: AuthMode,
    /// What becomes of API keys.
    pub api_keys: ApiKeys,
}

/// Whether a token is needed.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum AuthMode {
    /// Tokens are not looked at.
    #[default]
    None,
    /// A valid token.
    Jwt,
    /// None, or a valid token.
    Optional,
}

/// What becomes of API keys.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum ApiKeys {
    /// They are no authentication.
    #[default]
    Refuse,
    /// The upstream verifies them.
    Pass,
}

/// One limit.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LimitBody {
    /// Its name; limits of one site with the same name count together.
    pub name: String,
    /// What is counted.
    pub key: LimitKey,
    /// Requests ...
    pub rate: u32,
    /// ... in so many seconds.
    pub per_s: u32,
    /// Requests at once.
    pub burst: u32,
}

/// What is counted.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum LimitKey {
    /// The client's address.
    Client,
    /// The token's subject.
    User,
    /// The token's organisation.
    Organization,
}
