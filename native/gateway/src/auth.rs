//! Who asks: bearer tokens with a bounded cache of verified ones, API keys verified here or passed on.

use crate::api_keys::{self, ApiKeySet};
use crate::config::Platform;
use crate::jwt::{Claims, Refusal};
use crate::render::Answer;
use crate::revoked::Revoked;
use crate::snapshot::{ApiKeys, AuthBody, AuthMode};
use foldhash::quality::RandomState;
use hcc_http::{Name, RequestHead};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Roles that mean the same in every organisation. All others are of an organisation's own making, and count at its sites alone: else
/// whoever made a role of the same name elsewhere could come in.
const BUILT_IN_ROLES: [&str; 5] = ["superadmin", "support", "owner", "staff", "member"];
const CACHE_SHARDS: usize = 16;
const CACHE_PER_SHARD: usize = 512;

/// Who asks, with the fields that tell the upstream.
#[derive(Debug)]
pub struct Identity {
    /// What is known of him.
    pub claims: Claims,
    /// Id of the API key he came with.
    pub key: Option<String>,
    /// What that key opens.
    pub scopes: Vec<String>,
    /// `X-Auth-…` fields.
    pub fields: Vec<(&'static str, String)>,
    platform: u64,
    /// The same one at sites of other organisations, where roles of his own organisation's making are not his.
    abroad: Option<Arc<Self>>,
}

impl Identity {
    fn of_token(claims: Claims, platform: u64) -> Self {
        let mut fields = fields(&claims);
        fields.push(("X-Auth-Session", claims.sid.clone()));
        let abroad = abroad(&claims).map(|claims| Arc::new(Self::of_token(claims, platform)));
        Self { claims, key: None, scopes: Vec::new(), fields, platform, abroad }
    }

    /// The owner of an API key.
    pub fn of_key(claims: Claims, key: String, scopes: Vec<String>) -> Self {
        let mut fields = fields(&claims);
        fields.push(("X-Auth-Scopes", scopes.join(",")));
        fields.push(("X-Auth-Key", key.clone()));
        let abroad = abroad(&claims).map(|claims| Arc::new(Self::of_key(claims, key.clone(), scopes.clone())));
        Self { claims, key: Some(key), scopes, fields, platform: 0, abroad }
    }

    /// Who he is at a site of an organisation.
    pub fn at(self: Arc<Self>, organization: &str) -> Arc<Self> {
        match &self.abroad {
            Some(abroad) if self.claims.org_id != organization => Arc::clone(abroad),
            _ => self,
        }
    }
}

/// The claims without roles of an organisation's own making; nothing where there are none of these.
fn abroad(claims: &Claims) -> Option<Claims> {
    let roles: Vec<String> = claims.roles.iter().filter(|r| BUILT_IN_ROLES.contains(&r.as_str())).cloned().collect();
    (roles.len() < claims.roles.len()).then(|| Claims { roles, ..claims.clone() })
}

fn fields(claims: &Claims) -> Vec<(&'static str, String)> {
    vec![
        ("X-Auth-Subject", claims.sub.clone()),
        ("X-Auth-Organization", claims.org_id.clone()),
        ("X-Auth-User-Type", claims.user_type.clone()),
        ("X-Auth-Roles", claims.roles.join(",")),
    ]
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
    /// A verified bearer or the owner of a verified key.
    Known(Arc<Identity>),
    /// An API key that the upstream verifies.
    ApiKey,
    /// 401 with the reason for the access log.
    Refused(Refusal),
}

/// What credentials are checked against.
#[derive(Clone, Copy, Debug)]
pub struct Against<'a> {
    /// Keys of access tokens.
    pub platform: &'a Platform,
    /// API keys.
    pub keys: &'a ApiKeySet,
    /// Revoked sessions.
    pub revoked: &'a Revoked,
    /// Whose site it is.
    pub organization: &'a str,
    /// Unix seconds.
    pub now_s: u64,
}

impl TokenCache {
    /// Authenticates a request as its route asks.
    pub fn authenticate(&self, head: &RequestHead, auth: &AuthBody, against: &Against<'_>) -> Outcome {
        if auth.mode == AuthMode::None {
            return Outcome::Anonymous;
        }
        let credentials = head.fields.first(Name::Authorization);
        let own_field = head.fields.first(Name::XApiKey);
        // Which of several counts would be for the upstream to guess.
        if head.fields.all(Name::Authorization).nth(1).is_some() {
            return Outcome::Refused("several Authorization fields");
        }
        let bearer = credentials.and_then(bearer);
        let key = bearer.filter(|t| t.starts_with(api_keys::MARK)).or(if credentials.is_none() { own_field } else { None });
        if let Some(key) = key {
            return match auth.api_keys {
                ApiKeys::Refuse => Outcome::Refused("API key not taken here"),
                ApiKeys::Pass => Outcome::ApiKey,
                ApiKeys::Verify if head.fields.all(Name::XApiKey).nth(usize::from(bearer.is_none())).is_some() => {
                    Outcome::Refused("several API keys")
                }
                ApiKeys::Verify => {
                    against.keys.verify(key, against.organization, against.now_s).map_or_else(Outcome::Refused, Outcome::Known)
                }
            };
        }
        match (bearer, credentials) {
            (Some(token), _) => self.verify(token, against).map_or_else(Outcome::Refused, Outcome::Known),
            (None, None) if auth.mode == AuthMode::Optional => Outcome::Anonymous,
            (None, None) => Outcome::Refused("no token"),
            (None, Some(_)) => Outcome::Refused("no bearer token"),
        }
    }

    fn verify(&self, token: &[u8], against: &Against<'_>) -> Result<Arc<Identity>, Refusal> {
        let Against { platform, revoked, now_s, .. } = *against;
        let generation = revoked.generation();
        let shard = &self.shards[token.last().map_or(0, |b| usize::from(*b) ^ token.len()) % CACHE_SHARDS];
        {
            let mut held = shard.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some((identity, seen)) = held.get_mut(token) {
                // Another platform section may have dropped the key: verify again.
                if identity.platform == platform.number {
                    platform.jwt.check_expiry(&identity.claims, now_s)?;
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
        let identity = Arc::new(Identity::of_token(claims, platform.number));
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

    #[cfg(test)]
    fn len(&self) -> usize {
        self.shards.iter().map(|s| s.lock().map_or(0, |s| s.len())).sum()
    }
}

fn bearer(value: &[u8]) -> Option<&[u8]> {
    let (scheme, token) = (value.get(..7)?, value.get(7..)?);
    let token = hcc_http::bytes::trim(token);
    (scheme.eq_ignore_ascii_case(b"bearer ") && !token.is_empty()).then_some(token)
}

/// Whether somebody who is known may use a route: 403 when not.
pub fn permit(identity: &Identity, auth: &AuthBody) -> Result<(), Answer> {
    let claims = &identity.claims;
    if identity.key.is_some() && !auth.scopes.iter().all(|s| covers(&identity.scopes, s)) {
        let challenge = format!("Bearer realm=\"hcc\", error=\"insufficient_scope\", scope=\"{}\"", auth.scopes.join(" "));
        return Err(Answer::new(403, "scope missing").with("WWW-Authenticate", challenge));
    }
    let user_type = auth.user_types.is_empty() || auth.user_types.contains(&claims.user_type);
    let role = auth.roles.is_empty() || auth.roles.iter().any(|r| claims.roles.contains(r));
    if user_type && role {
        return Ok(());
    }
    let reason = if user_type { "role missing" } else { "user type not admitted" };
    Err(Answer::new(403, reason).with("WWW-Authenticate", "Bearer realm=\"hcc\", error=\"insufficient_scope\"".to_owned()))
}

/// Whether scopes held cover one that is wanted; `*` covers all, `area:*` what is below it.
fn covers(held: &[String], wanted: &str) -> bool {
    let area = wanted.split(':').next().unwrap_or_default();
    held.iter().any(|h| h == wanted || h == "*" || h.strip_suffix(":*") == Some(area))
}

/// 401 with the challenge (RFC 6750 section 3).
pub fn unauthorized(reason: Refusal) -> Answer {
    let challenge = if reason == "no token" { "Bearer realm=\"hcc\"" } else { "Bearer realm=\"hcc\", error=\"invalid_token\"" };
    Answer::new(401, reason).with("WWW-Authenticate", challenge.to_owned())
}

/// Checks that what a route asks for can be known at all.
pub fn check(auth: &AuthBody) -> Result<(), String> {
    let asks = !auth.roles.is_empty() || !auth.user_types.is_empty() || !auth.scopes.is_empty() || auth.api_keys == ApiKeys::Verify;
    if asks && auth.mode == AuthMode::None {
        return Err("auth: roles, user_types, scopes and verified API keys need the mode jwt or optional".to_owned());
    }
    if !auth.scopes.is_empty() && auth.api_keys != ApiKeys::Verify {
        return Err("auth: scopes need api_keys: verify".to_owned());
    }
    // They stand in a quoted string of a field.
    if let Some(bad) = auth.scopes.iter().find(|s| s.is_empty() || !s.bytes().all(|b| b.is_ascii_graphic() && b != b'"' && b != b'\\')) {
        return Err(format!("auth: no scope: {bad}"));
    }
    Ok(())
}

#[cfg(test)]
#[path = "auth_tests.rs"]
mod tests;
