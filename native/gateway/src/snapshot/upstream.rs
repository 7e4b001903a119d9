//! One upstream: where it goes, how a target is chosen, what is thought of its health.

use serde::Deserialize;

/// One upstream.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UpstreamBody {
    /// Id in the configuration database; not used here.
    #[serde(default)]
    pub id: Option<String>,
    /// How a target is chosen.
    pub policy: Policy,
    /// What a consistent hash is made of; the client's address unless given.
    #[serde(default)]
    pub hash_key: HashKey,
    /// Where it goes.
    pub targets: Vec<TargetBody>,
    /// What is spoken to the targets.
    #[serde(default)]
    pub protocol: Protocol,
    /// TLS to the targets.
    #[serde(default)]
    pub tls: Option<UpstreamTls>,
    /// Milliseconds until the connection stands.
    pub connect_ms: u64,
    /// Milliseconds until the head of the answer.
    pub first_byte_ms: u64,
    /// Milliseconds between two pieces of a body.
    pub between_bytes_ms: u64,
    /// Milliseconds for all of it, 0 for no end.
    pub total_ms: u64,
    /// Active checks.
    #[serde(default)]
    pub health: Option<HealthBody>,
    /// Passive ejection.
    #[serde(default)]
    pub outlier: OutlierBody,
    /// Second tries.
    #[serde(default)]
    pub retry: RetryBody,
    /// When to stop asking.
    #[serde(default)]
    pub breaker: BreakerBody,
}

/// How a target is chosen.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Policy {
    /// In turn, by weight.
    RoundRobin,
    /// Of two drawn by weight, the one with fewer requests in flight per weight.
    LeastRequest,
    /// By a hash of [`HashKey`]; a change of targets moves few keys.
    ConsistentHash,
}

/// What a consistent hash is made of.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case", tag = "kind", content = "name")]
pub enum HashKey {
    /// The client's address.
    #[default]
    Client,
    /// The first value of this field, else the client's address.
    Header(String),
    /// The value of this cookie, else the client's address.
    Cookie(String),
}

/// What is spoken to the targets.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Protocol {
    /// HTTP/1.1.
    #[default]
    H1,
    /// HTTP/2, with prior knowledge in the clear or by ALPN over TLS.
    H2,
}

/// TLS to the targets.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct UpstreamTls {
    /// Whether the certificate is verified.
    pub verify: bool,
    /// Name wanted in the certificate and sent as SNI; the target's host unless given.
    pub server_name: Option<String>,
    /// Certificates of own authorities, PEM; the system's unless given.
    pub ca_pem: Option<String>,
}

impl Default for UpstreamTls {
    fn default() -> Self {
        Self { verify: true, server_name: None, ca_pem: None }
    }
}

/// One address.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TargetBody {
    /// `host:port`, or `unix:/path/of/socket`. A host name is looked up again and again; each of its addresses counts by itself.
    pub address: String,
    /// Share of the requests, 1 to 1000; each address of a host name has it whole.
    pub weight: u32,
}

/// Active checks.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HealthBody {
    /// What is asked.
    pub kind: CheckKind,
    /// Path of an HTTP check.
    pub path: String,
    /// `Host` of an HTTP check; the target's address unless given.
    pub host: Option<String>,
    /// Lowest and highest status that is good.
    pub status: (u16, u16),
    /// Text that the first 64 KiB of the answer must hold.
    pub contains: Option<String>,
    /// Milliseconds between checks.
    pub interval_ms: u64,
    /// Milliseconds that one may take.
    pub timeout_ms: u64,
    /// Failures in a row that take a target out.
    pub unhealthy_after: u32,
    /// Successes in a row that bring it back.
    pub healthy_after: u32,
}

impl Default for HealthBody {
    fn default() -> Self {
        Self {
            kind: CheckKind::Http,
            path: "/".to_owned(),
            host: None,
            status: (200, 399),
            contains: None,
            interval_ms: 5_000,
            timeout_ms: 2_000,
            unhealthy_after: 3,
            healthy_after: 2,
        }
    }
}

/// What is asked.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum CheckKind {
    /// A GET whose status, and text when given, are right.
    Http,
    /// A connection that stands.
    Tcp,
}

/// Passive ejection: a target that fails is left alone for a while.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OutlierBody {
    /// Failures in a row (no connection, no answer, and 502, 503, 504 when `gateway_errors`) that eject; 0 is never.
    pub consecutive: u32,
    /// Whether 502, 503 and 504 of the target count as failures.
    pub gateway_errors: bool,
    /// Milliseconds of the first ejection; doubles each time.
    pub base_ms: u64,
    /// Milliseconds of the longest ejection.
    pub max_ms: u64,
    /// Per cent of healthy targets below which health is no longer believed and all are tried; 0 is never.
    pub panic_percent: u32,
}

impl Default for OutlierBody {
    fn default() -> Self {
        Self { consecutive: 2, gateway_errors: false, base_ms: 500, max_ms: 10_000, panic_percent: 50 }
    }
}

/// Second tries, only where they are safe.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RetryBody {
    /// Tries after the first.
    pub attempts: u32,
    /// Whether 502, 503 and 504 of a target are tried again elsewhere (idempotent requests only).
    pub gateway_errors: bool,
    /// Retries at most, in per cent of the requests of the last ten seconds.
    pub budget_percent: u32,
    /// Retries a second that are always allowed.
    pub min_per_s: u32,
}

impl Default for RetryBody {
    fn default() -> Self {
        Self { attempts: 1, gateway_errors: false, budget_percent: 20, min_per_s: 10 }
    }
}

/// When to stop asking: more than this answers 503 at once.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BreakerBody {
    /// Requests in flight to the whole upstream; 0 is without limit.
    pub max_in_flight: u32,
    /// Requests in flight to one address of a target; 0 is without limit.
    pub max_in_flight_per_target: u32,
    /// Share of failures (those of [`OutlierBody`]) in per cent, over the last ten seconds and at least 20 requests, that opens the circuit; 0 is never.
    pub error_percent: u32,
    /// Milliseconds that the circuit stays open before one request tries again; 5,000 when 0.
    pub open_ms: u64,
}
