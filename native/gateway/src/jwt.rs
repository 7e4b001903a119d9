//! Access tokens: the algorithm is pinned by the key that the token names (RFC 7515, 7517, 7518, 7519, 8037, 8725).

use crate::jwk::{Key, base64url};
use crate::snapshot::JwtBody;
use serde::{Deserialize, Deserializer};
use std::collections::HashMap;

/// Longest token in bytes.
pub const MAX_TOKEN: usize = 8192;

/// What is known of who asks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claims {
    /// Subject: the user.
    pub sub: String,
    /// `admin`, `reseller` or `customer`.
    pub user_type: String,
    /// The organisation acted for.
    pub org_id: String,
    /// Roles there.
    pub roles: Vec<String>,
    /// The session, by which a token is revoked; empty for API keys.
    pub sid: String,
    /// Unix seconds after which it is void.
    pub exp: u64,
}

#[derive(Deserialize)]
struct Payload {
    sub: String,
    user_type: String,
    org_id: String,
    #[serde(default)]
    roles: Vec<String>,
    sid: String,
    exp: u64,
    typ: String,
    iss: String,
    aud: Audience,
    #[serde(default)]
    nbf: Option<u64>,
    #[serde(default)]
    iat: Option<u64>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: String,
    #[serde(default)]
    crit: Present,
}

/// Whether a member is there, whatever its value.
#[derive(Default)]
struct Present(bool);

impl<'de> Deserialize<'de> for Present {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        serde::de::IgnoredAny::deserialize(deserializer).map(|_| Self(true))
    }
}

/// Why credentials are refused; only the access log sees it.
pub type Refusal = &'static str;

/// Keys and expectations, ready to verify.
#[derive(Debug, Default)]
pub struct Verifier {
    issuer: String,
    audience: String,
    leeway_s: u64,
    keys: HashMap<String, Key>,
}

impl Verifier {
    /// Compiles keys; one that cannot be used is an error.
    pub fn compile(body: &JwtBody) -> Result<Self, String> {
        let mut keys = HashMap::new();
        for key in &body.keys {
            if key.kid.is_empty() {
                return Err("a key without kid".to_owned());
            }
            let compiled = Key::compile(key).map_err(|e| format!("key {}: {e}", key.kid))?;
            if keys.insert(key.kid.clone(), compiled).is_some() {
                return Err(format!("key {} stands twice", key.kid));
            }
        }
        Ok(Self { issuer: body.issuer.clone(), audience: body.audience.clone(), leeway_s: body.leeway_s.min(300), keys })
    }

    /// Signature and claims, except revocation.
    pub fn verify(&self, token: &[u8], now_s: u64) -> Result<Claims, Refusal> {
        if token.len() > MAX_TOKEN {
            return Err("token too long");
        }
        let mut parts = token.split(|b| *b == b'.');
        let (Some(header), Some(payload), Some(signature), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
            return Err("token shape");
        };
        let head: Header = base64url(header).and_then(|b| serde_json::from_slice(&b).ok()).ok_or("token header")?;
        // Extensions that must be understood (RFC 7515 section 4.1.11): none is.
        if head.crit.0 {
            return Err("token crit");
        }
        let key = self.keys.get(&head.kid).ok_or("token key id")?;
        if head.alg != key.algorithm() {
            return Err("token algorithm");
        }
        let signature = base64url(signature).ok_or("token signature")?;
        if !key.verify(&token[..header.len() + 1 + payload.len()], &signature) {
            return Err("token signature");
        }
        let payload: Payload = base64url(payload).and_then(|b| serde_json::from_slice(&b).ok()).ok_or("token claims")?;
        self.check(payload, now_s)
    }

    fn check(&self, payload: Payload, now_s: u64) -> Result<Claims, Refusal> {
        if payload.typ != "access" {
            return Err("token type");
        }
        if payload.iss != self.issuer || self.issuer.is_empty() {
            return Err("token issuer");
        }
        let audience = match &payload.aud {
            Audience::One(a) => *a == self.audience,
            Audience::Many(all) => all.contains(&self.audience),
        };
        if !audience || self.audience.is_empty() {
            return Err("token audience");
        }
        let early = |t: Option<u64>| t.is_some_and(|t| t > now_s.saturating_add(self.leeway_s));
        if early(payload.nbf) || early(payload.iat) {
            return Err("token not yet valid");
        }
        let Payload { sub, user_type, org_id, roles, sid, exp, .. } = payload;
        let claims = Claims { sub, user_type, org_id, roles, sid, exp };
        self.check_expiry(&claims, now_s)?;
        if !claims.fit_fields() || claims.sid.is_empty() {
            return Err("token claims");
        }
        Ok(claims)
    }

    /// Expiry with leeway; asked again for cached tokens.
    pub fn check_expiry(&self, claims: &Claims, now_s: u64) -> Result<(), Refusal> {
        if claims.exp.saturating_add(self.leeway_s) <= now_s { Err("token expired") } else { Ok(()) }
    }
}

impl Claims {
    /// Whether all of it can stand in header fields: visible ASCII, without the comma that divides roles.
    pub fn fit_fields(&self) -> bool {
        let texts = [&self.sub, &self.user_type, &self.org_id, &self.sid];
        texts.into_iter().chain(&self.roles).all(|t| t.bytes().all(|b| b.is_ascii_graphic() && b != b','))
    }
}

#[cfg(test)]
#[path = "jwt_tests.rs"]
pub(crate) mod tests;
