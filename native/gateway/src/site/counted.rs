//! What a limit is counted by.

use super::cors::field;
use super::limit::{self, Limit};
use crate::auth::Identity;
use crate::snapshot::{LimitBody, LimitKey};
use foldhash::quality::FixedState;
use hcc_http::RequestHead;
use hcc_http::bytes::is_token;
use hcc_http::client::limit_key;
use std::hash::BuildHasher;
use std::net::IpAddr;

/// A limit with what it is counted by.
#[derive(Debug)]
pub struct Counted {
    /// The limit.
    pub limit: Limit,
    /// What is counted.
    pub by: By,
}

/// What is counted.
#[derive(Debug, PartialEq, Eq)]
pub enum By {
    /// The client's address, or the /64 of it.
    Client,
    /// Every request alike.
    Route,
    /// The first value of a field.
    Header(Box<[u8]>),
    /// The user.
    User,
    /// The organisation he works for.
    Organization,
    /// The verified API key.
    ApiKey,
}

impl By {
    /// Whether it is known before authentication.
    pub fn is_early(&self) -> bool {
        matches!(self, Self::Client | Self::Route | Self::Header(_))
    }

    /// The key of a request, `None` when this limit does not count it.
    pub fn key(&self, head: &RequestHead, client: IpAddr, identity: Option<&Identity>) -> Option<u128> {
        match self {
            Self::Client => Some(limit_key(client)),
            Self::Route => Some(0),
            Self::Header(name) => field(head, name).map(hash),
            Self::User => identity.map(|i| hash(i.claims.sub.as_bytes())),
            Self::Organization => identity.map(|i| hash(i.claims.org_id.as_bytes())),
            Self::ApiKey => identity.and_then(|i| i.key.as_ref()).map(|k| hash(k.as_bytes())),
        }
    }
}

/// The same on every gateway, so that they can count together.
fn hash(name: &[u8]) -> u128 {
    let hasher = FixedState::default();
    u128::from(hasher.hash_one(name)) << 64 | u128::from(hasher.hash_one((name, 1u8)))
}

/// Compiles a limit of a site.
pub(super) fn compile(body: LimitBody, site: &str, hasher: &impl BuildHasher) -> Result<Counted, String> {
    let by = match (body.key, &body.header) {
        (LimitKey::Header, Some(name)) if is_token(name.as_bytes()) => By::Header(name.to_ascii_lowercase().into_bytes().into()),
        (LimitKey::Header, _) | (_, Some(_)) => {
            return Err(format!("limit {}: header is needed for the key header, and only there", body.name));
        }
        (LimitKey::Client, None) => By::Client,
        (LimitKey::Route, None) => By::Route,
        (LimitKey::User, None) => By::User,
        (LimitKey::Organization, None) => By::Organization,
        (LimitKey::ApiKey, None) => By::ApiKey,
    };
    limit::compile(body, site, hasher).map(|limit| Counted { limit, by })
}
