//! Who asks: bearer tokens with a bounded cache of verified ones, API keys passed on.

use crate::config::Platform;
use crate::jwt::{Claims, Refusal};
use crate::snapshot::{ApiKeys, AuthBody, AuthMode};
use foldhash::quality::RandomState;
use hcc_http::{Name, RequestHead};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

const CACHE_SHARDS: usize = 16;
const CACHE_PER_SHARD: usize = 512;

/// Sessions whose tokens are refused, until their tokens have expired.
#[derive(Debug, Default)]
pub struct Revoked {
    sessions: RwLock<HashMap<String, u64>>,
    generation: AtomicU64,
}

impl Revoked {
    /// Adds sessions; a later end wins. Entries that are past are forgotten.
    pub fn add<I: IntoIterator<Item = (String, u64)>>(&self, sessions: I, now_s: u64) {
        let mut held = self.sessions.write().unwrap_or_else(PoisonError::into_inner);
        held.retain(|_, until| *until > now_s);
        for (sid, until) in sessions {
            let slot = held.entry(sid).or_insert(until);
            *slot = (*slot).max(until);
        }
        drop(held);
        self.generation.fetch_add(1, Ordering::Release);
    }

    /// Whether a session is revoked.
    pub fn contains(&self, sid: &str) -> bool {
        self.sessions.read().unwrap_or_else(PoisonError::into_inner).contains_key(sid)
    }

    /// How many sessions are held.
    pub fn len(&self) -> usize {
        self.sessions.read().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Whether none is held.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A verified bearer with the fields that tell the upstream.
#[derive(Debug)]
pub struct Identity {
    /// The claims.
    pub claims: Claims,
    /// `X-Auth-…` fields.
    pub fields: Vec<(&'static str, String)>,
    platform: u64,
}

impl Identity {
    fn new(claims: Claims, platform: u64) -> Self {
        let fields = vec![
            ("X-Auth-Subject", claims.sub.clone()),
            ("X-Auth-Organization", claims.org_id.clone()),
            ("X-Auth-User-Type", claims.user_type.clone()),
            ("X-Auth-Roles", claims.roles.join(",")),
            ("X-Auth-Session", claims.sid.clone()),
        ];
        Self { claims, fields, platform }
    }
}

type Shard = HashMap<Box<[u8]>, (Arc<Identity>, u64), RandomState>;

/// Verified tokens, so that a signature is checked once.
#[derive(Debug, Default)]
pub struct TokenCache {
    shards: [Mutex<Shard>; CACHE_SHARDS],
}

/// What authentication makes of a request.
#[derive(Debug)]
pub enum Outcome {
    /// Nobody in particular.
    Anonymous,
    /// A verified bearer.
    Bearer(Arc<Identity>),
    /// An API key that the upstream verifies.
    ApiKey,
    /// 401 with the reason for the access log.
    Refused(Refusal),
}

impl TokenCache {
    /// Authenticates a request as its route asks.
    pub fn authenticate(&self, head: &RequestHead, auth: &AuthBody, platform: &Platform, revoked: &Revoked, now_s: u64) -> Outcome {
        if auth.mode == AuthMode::None {
            return Outcome::Anonymous;
        }
        if head.fields.all(Name::Authorization).nth(1).is_some() {
            return Outcome::Refused("several Authorization fields");
        }
        let credentials = head.fields.first(Name::Authorization);
        let bearer = credentials.and_then(bearer);
        let is_key =
            bearer.is_some_and(|t| t.starts_with(b"hcc_")) || (credentials.is_none() && head.fields.first(Name::XApiKey).is_some());
        if is_key {
            return if auth.api_keys == ApiKeys::Pass { Outcome::ApiKey } else { Outcome::Refused("API key not taken here") };
        }
        match (bearer, credentials) {
            (Some(token), _) => self.verify(token, platform, revoked, now_s).map_or_else(Outcome::Refused, Outcome::Bearer),
            (None, None) if auth.mode == AuthMode::Optional => Outcome::Anonymous,
            (None, None) => Outcome::Refused("no token"),
            (None, Some(_)) => Outcome::Refused("no bearer token"),
        }
    }

    fn verify(&self, token: &[u8], platform: &Platform, revoked: &Revoked, now_s: u64) -> Result<Arc<Identity>, Refusal> {
        let generation = revoked.generation.load(Ordering::Acquire);
        let shard = &self.shards[token.last().map_or(0, |b| usize::from(*b) ^ token.len()) % CACHE_SHARDS];
        {
            let mut held = shard.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some((identity, seen)) = held.get_mut(token) {
                // Another platform section may have dropped the key: verify again.
                if identity.platform == platform.number {
                    platform.jwt.check_times(&identity.claims, now_s)?;
                    if *seen != generation {
                        if revoked.contains(&identity.claims.sid) {
                            return Err("session revoked");
                        }
                        *seen = generation;
                    }
                    return Ok(Arc::clone(identity));
                }
            }
        }
        let claims = platform.jwt.verify(token, now_s)?;
        if revoked.contains(&claims.sid) {
            return Err("session revoked");
        }
        let identity = Arc::new(Identity::new(claims, platform.number));
        let mut held = shard.lock().unwrap_or_else(PoisonError::into_inner);
        if held.len() >= CACHE_PER_SHARD {
            held.retain(|_, (i, _)| i.claims.exp > now_s && i.platform == platform.number);
            if held.len() >= CACHE_PER_SHARD {
                held.clear();
            }
        }
        held.insert(token.into(), (Arc::clone(&identity), generation));
        Ok(identity)
    }
}

fn bearer(value: &[u8]) -> Option<&[u8]> {
    let (scheme, token) = (value.get(..7)?, value.get(7..)?);
    let token = hcc_http::bytes::trim(token);
    (scheme.eq_ignore_ascii_case(b"bearer ") && !token.is_empty()).then_some(token)
}
