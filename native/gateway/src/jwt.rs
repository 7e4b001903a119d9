//! Access tokens: `EdDSA`, pinned by key id (RFC 7515, 7519, 8037).

use crate::snapshot::JwtBody;
use ring::signature::{ED25519, UnparsedPublicKey};
use serde::Deserialize;
use std::collections::HashMap;

/// Longest token in bytes.
pub const MAX_TOKEN: usize = 8192;

/// What a token says of its bearer.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub struct Claims {
    /// Subject: the user.
    pub sub: String,
    /// `admin`, `reseller` or `customer`.
    pub user_type: String,
    /// The organisation acted for.
    pub org_id: String,
    /// Roles there.
    #[serde(default)]
    pub roles: Vec<String>,
    /// The session, by which a token is revoked.
    pub sid: String,
    /// Unix seconds after which it is void.
    pub exp: u64,
    typ: String,
    iss: String,
    aud: Audience,
    #[serde(default)]
    nbf: Option<u64>,
    #[serde(default)]
    iat: Option<u64>,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
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
    crit: Option<serde::de::IgnoredAny>,
}

/// Why a token is refused; only the access log sees it.
pub type Refusal = &'static str;

/// Keys and expectations, ready to verify.
#[derive(Debug, Default)]
pub struct Verifier {
    issuer: String,
    audience: String,
    leeway_s: u64,
    keys: HashMap<String, Vec<u8>>,
}

impl Verifier {
    /// Compiles keys; one that is no Ed25519 public key is an error.
    pub fn compile(body: &JwtBody) -> Result<Self, String> {
        let mut keys = HashMap::new();
        for key in &body.keys {
            let bytes = base64url(key.x.as_bytes()).filter(|b| b.len() == 32);
            let (true, Some(bytes)) = (key.kty == "OKP" && key.crv == "Ed25519" && !key.kid.is_empty(), bytes) else {
                return Err(format!("key {} is no Ed25519 public key", key.kid));
            };
            if keys.insert(key.kid.clone(), bytes).is_some() {
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
        if head.alg != "EdDSA" || head.crit.is_some() {
            return Err("token algorithm");
        }
        let key = self.keys.get(&head.kid).ok_or("token key id")?;
        let signature = base64url(signature).ok_or("token signature")?;
        let signed = &token[..header.len() + 1 + payload.len()];
        UnparsedPublicKey::new(&ED25519, key).verify(signed, &signature).map_err(|_| "token signature")?;
        let claims: Claims = base64url(payload).and_then(|b| serde_json::from_slice(&b).ok()).ok_or("token claims")?;
        self.check(claims, now_s)
    }

    fn check(&self, claims: Claims, now_s: u64) -> Result<Claims, Refusal> {
        if claims.typ != "access" {
            return Err("token type");
        }
        if claims.iss != self.issuer || self.issuer.is_empty() {
            return Err("token issuer");
        }
        let audience = match &claims.aud {
            Audience::One(a) => *a == self.audience,
            Audience::Many(all) => all.contains(&self.audience),
        };
        if !audience || self.audience.is_empty() {
            return Err("token audience");
        }
        self.check_times(&claims, now_s)?;
        // Claims become header values: nothing that a field value may not hold.
        let texts = [&claims.sub, &claims.user_type, &claims.org_id, &claims.sid];
        if texts.into_iter().chain(&claims.roles).any(|t| !t.bytes().all(|b| b.is_ascii_graphic() && b != b',')) {
            return Err("token claims");
        }
        Ok(claims)
    }

    /// Expiry and not-before with leeway; asked again for cached tokens.
    pub fn check_times(&self, claims: &Claims, now_s: u64) -> Result<(), Refusal> {
        if claims.exp.saturating_add(self.leeway_s) <= now_s {
            return Err("token expired");
        }
        let early = |t: Option<u64>| t.is_some_and(|t| t > now_s.saturating_add(self.leeway_s));
        if early(claims.nbf) || early(claims.iat) { Err("token not yet valid") } else { Ok(()) }
    }
}

/// Decodes base64url without padding; trailing bits that are not zero are refused (RFC 4648 section 3.5).
pub fn base64url(text: &[u8]) -> Option<Vec<u8>> {
    if text.len() % 4 == 1 {
        return None;
    }
    let mut out = Vec::with_capacity(text.len() / 4 * 3 + 2);
    let (mut bits, mut count) = (0u32, 0u32);
    for b in text {
        let value = match b {
            b'A'..=b'Z' => b - b'A',
            b'a'..=b'z' => b - b'a' + 26,
            b'0'..=b'9' => b - b'0' + 52,
            b'-' => 62,
            b'_' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push(u8::try_from(bits >> count & 0xff).unwrap_or(0));
            bits &= (1 << count) - 1;
        }
    }
    (bits == 0).then_some(out)
}

#[cfg(test)]
#[path = "jwt_tests.rs"]
mod tests;
