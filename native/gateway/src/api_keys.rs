//! API keys that the gateway verifies: found by their prefix, compared by their hash in constant time.

use crate::auth::Identity;
use crate::jwt::{Claims, Refusal};
use crate::snapshot::{ApiKeyBody, ApiKeysBody};
use hcc_http::bytes::hex;
use ring::rand::{SystemRandom, generate};
use ring::{digest, hmac};
use std::collections::HashMap;
use std::sync::Arc;

/// What every API key begins with.
pub const MARK: &[u8] = b"hcc_";
/// Longest key in bytes.
const MAX_KEY: usize = 256;

/// The keys of the section `api_keys`.
#[derive(Debug, Default)]
pub struct ApiKeySet {
    keys: HashMap<Box<[u8]>, Entry>,
    compare: Option<hmac::Key>,
}

#[derive(Debug)]
struct Entry {
    /// The stored hash under a secret of this process: to compare tags takes the same time for all.
    tag: hmac::Tag,
    identity: Arc<Identity>,
}

impl ApiKeySet {
    /// Compiles the section; one bad key refuses it.
    pub fn compile(body: ApiKeysBody) -> Result<Self, String> {
        let secret: [u8; 32] = generate(&SystemRandom::new()).map_err(|_| "no randomness".to_owned())?.expose();
        let compare = hmac::Key::new(hmac::HMAC_SHA256, &secret);
        let mut keys = HashMap::with_capacity(body.keys.len());
        for key in body.keys {
            let (id, prefix) = (key.id.clone(), key.prefix.clone());
            let hash = unhex(&key.hash).ok_or_else(|| format!("key {id}: the hash is not a SHA-256 in hexadecimal"))?;
            if prefix.is_empty() || !prefix.bytes().all(|b| b.is_ascii_alphanumeric()) {
                return Err(format!("key {id}: the prefix is not letters and digits"));
            }
            let identity = identity(key).ok_or_else(|| format!("key {id}: what it says cannot stand in header fields"))?;
            let entry = Entry { tag: hmac::sign(&compare, &hash), identity: Arc::new(identity) };
            if keys.insert(prefix.into_bytes().into(), entry).is_some() {
                return Err(format!("key {id}: its prefix stands twice"));
            }
        }
        Ok(Self { keys, compare: Some(compare) })
    }

    /// Whose key this is, if it is valid for sites of an organisation: its own, or any when the key is the platform's.
    pub fn verify(&self, key: &[u8], organization: &str, now_s: u64) -> Result<Arc<Identity>, Refusal> {
        let compare = self.compare.as_ref().ok_or("no API keys known")?;
        let rest = key.strip_prefix(MARK).filter(|_| key.len() <= MAX_KEY).ok_or("API key shape")?;
        let at = rest.iter().position(|b| *b == b'_').ok_or("API key shape")?;
        let entry = self.keys.get(&rest[..at]).ok_or("API key not known")?;
        hmac::verify(compare, digest::digest(&digest::SHA256, key).as_ref(), entry.tag.as_ref()).map_err(|_| "API key not known")?;
        let claims = &entry.identity.claims;
        if claims.exp <= now_s {
            return Err("API key expired");
        }
        // Only the platform's organisation has users of type admin.
        if claims.org_id != organization && claims.user_type != "admin" {
            return Err("API key of another organisation");
        }
        Ok(Arc::clone(&entry.identity))
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }
}

fn identity(key: ApiKeyBody) -> Option<Identity> {
    let claims = Claims {
        sub: key.user_id,
        user_type: key.user_type,
        org_id: key.organization_id,
        roles: key.roles,
        sid: String::new(),
        exp: key.expires.unwrap_or(u64::MAX),
    };
    let fine = |t: &String| !t.is_empty() && t.bytes().all(|b| b.is_ascii_graphic() && b != b',');
    (claims.fit_fields() && fine(&key.id) && key.scopes.iter().all(fine)).then(|| Identity::of_key(claims, key.id, key.scopes))
}

fn unhex(text: &str) -> Option<[u8; 32]> {
    let mut out = [0; 32];
    if text.len() != 64 {
        return None;
    }
    for (byte, pair) in out.iter_mut().zip(text.as_bytes().chunks(2)) {
        *byte = hex(pair[0])? << 4 | hex(pair[1])?;
    }
    Some(out)
}

#[cfg(test)]
#[path = "api_keys_tests.rs"]
mod tests;
