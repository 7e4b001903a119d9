//! What an upstream is made from.

use crate::balance::Policy;
use crate::breaker::Breaker;
use crate::budget::Retry;
use crate::health::Health;
use crate::outlier::Outlier;
use crate::resolve::{Lookup, SystemLookup};
use crate::target::Target;
use crate::tls::Tls;
use std::sync::Arc;
use std::time::Duration;

/// How long each step may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// Until the connection stands, its TLS handshake included.
    pub connect: Duration,
    /// From the request sent to the head of the answer.
    pub first_byte: Duration,
    /// Between two pieces of a body, in either direction.
    pub between_bytes: Duration,
    /// The whole exchange; `None` is without end.
    pub total: Option<Duration>,
}

/// What is spoken to the endpoints.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Protocol {
    /// HTTP/1.1.
    #[default]
    H1,
    /// HTTP/2, with prior knowledge in the clear or by ALPN over TLS.
    H2,
}

/// What a consistent hash is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum HashKey {
    /// The client's address.
    #[default]
    Client,
    /// The first value of this field, else the client's address.
    Header(String),
    /// The value of this cookie, else the client's address.
    Cookie(String),
}

/// What an upstream is made from.
#[derive(Clone)]
pub struct Settings {
    /// How an endpoint is chosen.
    pub policy: Policy,
    /// What a consistent hash is made of.
    pub hash_key: HashKey,
    /// Where it goes.
    pub targets: Vec<Target>,
    /// What is spoken.
    pub protocol: Protocol,
    /// TLS, or in the clear.
    pub tls: Option<Tls>,
    /// How long each step may take.
    pub timeouts: Timeouts,
    /// Active checks.
    pub health: Option<Health>,
    /// Passive ejection.
    pub outlier: Outlier,
    /// Second tries.
    pub retry: Retry,
    /// When to stop asking.
    pub breaker: Breaker,
    /// Who looks names up.
    pub lookup: Arc<dyn Lookup>,
}

impl Settings {
    /// These targets in turn over HTTP/1.1 in the clear, everything else as it is by default.
    pub fn new(targets: Vec<Target>, timeouts: Timeouts) -> Self {
        Self {
            policy: Policy::default(),
            hash_key: HashKey::default(),
            targets,
            protocol: Protocol::default(),
            tls: None,
            timeouts,
            health: None,
            outlier: Outlier::default(),
            retry: Retry::default(),
            breaker: Breaker::default(),
            lookup: Arc::new(SystemLookup),
        }
    }
}
