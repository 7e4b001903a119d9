//! What every gateway does alike.

use super::{ChallengeBody, DetectionBody};
use serde::Deserialize;
use std::collections::BTreeMap;

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
    /// The proof of work that rules ask for.
    pub challenge: ChallengeBody,
    /// What is counted of clients.
    pub detection: DetectionBody,
}

/// Who signs access tokens.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct JwtBody {
    /// `iss` wanted.
    pub issuer: String,
    /// `aud` wanted.
    pub audience: String,
    /// Keys; fields that are not known are ignored (RFC 7517 section 4).
    pub keys: Vec<JwkBody>,
    /// Seconds by which clocks may differ.
    pub leeway_s: u64,
}

/// One key (RFC 7517, 7518, 8037). Its type pins the algorithm: OKP/Ed25519 `EdDSA`, EC/P-256 `ES256`, RSA `RS256`, oct `HS256`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct JwkBody {
    /// `OKP`, `EC`, `RSA` or `oct`.
    pub kty: String,
    /// `Ed25519` or `P-256`.
    pub crv: String,
    /// Name of the key.
    pub kid: String,
    /// The algorithm, when stated; it must be the one its type pins.
    pub alg: String,
    /// The key or its first coordinate, base64url.
    pub x: String,
    /// Second coordinate, base64url.
    pub y: String,
    /// RSA modulus, base64url.
    pub n: String,
    /// RSA exponent, base64url.
    pub e: String,
    /// The secret of an `oct` key, base64url.
    pub k: String,
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
    /// Milliseconds that a tunnel (WebSocket) may be silent in both directions.
    pub tunnel_idle_ms: u64,
    /// Milliseconds for a TLS handshake or a PROXY header.
    pub handshake_timeout_ms: u64,
    /// Connections at once.
    pub max_connections: usize,
    /// Connections at once of one client address (IPv6: /64); 0 is without limit.
    pub max_connections_per_client: u32,
    /// Requests being served at once; 0 is without limit.
    pub max_in_flight: u32,
    /// Requests being served at once for one client address (IPv6: /64); 0 is without limit.
    pub max_in_flight_per_client: u32,
    /// Bytes of a request head.
    pub max_header_bytes: usize,
    /// Share of answers below 400 that reach the access log, 0 to 1; the others always do.
    pub access_log_sample: f64,
}

impl Default for Defaults {
    fn default() -> Self {
        Self {
            max_body: 52_428_800,
            header_timeout_ms: 15_000,
            body_timeout_ms: 15_000,
            idle_timeout_ms: 60_000,
            keep_alive_ms: 75_000,
            tunnel_idle_ms: 3_600_000,
            handshake_timeout_ms: 10_000,
            max_connections: 20_000,
            max_connections_per_client: 0,
            max_in_flight: 0,
            max_in_flight_per_client: 0,
            max_header_bytes: 32_768,
            access_log_sample: 1.0,
        }
    }
}
