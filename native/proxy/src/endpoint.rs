//! One resolved address of a target, and all that is known of it.

use crate::balance;
use crate::breaker::Circuit;
use crate::budget::Budget;
use crate::check::CheckFailure;
use crate::health::{Health, Standing};
use crate::outlier::Ejection;
use crate::settings::Protocol;
use crate::tls::Tls;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Where a connection goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// An address and port.
    Socket(SocketAddr),
    /// The path of a unix socket.
    Unix(PathBuf),
}

/// What all endpoints of an upstream share over every configuration.
#[derive(Debug, Default)]
pub(crate) struct Common {
    pub(crate) in_flight: AtomicU32,
    pub(crate) circuit: Circuit,
    pub(crate) budget: Budget,
}

/// What is spoken to the endpoints of an upstream, and how it was asked for.
#[derive(Debug)]
pub(crate) struct Transport {
    pub(crate) protocol: Protocol,
    pub(crate) tls: Option<Tls>,
    pub(crate) config: Option<Arc<ClientConfig>>,
}

/// One resolved address of a target: its health, its requests in flight, and by its id its idle connections. It outlives a change
/// of configuration that leaves address and transport as they are.
#[derive(Debug)]
pub struct Endpoint {
    id: u64,
    target: Arc<str>,
    text: Box<str>,
    place: Place,
    transport: Arc<Transport>,
    server_name: Option<ServerName<'static>>,
    pub(crate) common: Arc<Common>,
    pub(crate) in_flight: AtomicU32,
    pub(crate) ejection: Ejection,
    pub(crate) standing: Standing,
    check_failure: Mutex<Option<CheckFailure>>,
}

impl Endpoint {
    /// An endpoint thought healthy.
    pub(crate) fn new(
        target: &Arc<str>,
        place: Place,
        transport: &Arc<Transport>,
        server_name: Option<ServerName<'static>>,
        common: &Arc<Common>,
    ) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let text = match &place {
            Place::Socket(address) => address.to_string(),
            Place::Unix(path) => format!("unix:{}", path.display()),
        };
        Self {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            target: Arc::clone(target),
            text: text.into(),
            place,
            transport: Arc::clone(transport),
            server_name,
            common: Arc::clone(common),
            in_flight: AtomicU32::new(0),
            ejection: Ejection::default(),
            standing: Standing::default(),
            check_failure: Mutex::default(),
        }
    }

    /// A number that no other endpoint of this process has or had.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// The address in use: `192.0.2.1:80`, `[2001:db8::1]:80` or `unix:/path`.
    pub fn address(&self) -> &str {
        &self.text
    }

    /// The target as configured.
    pub fn target(&self) -> &str {
        &self.target
    }

    /// Where a connection goes.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// What is spoken to it.
    pub fn protocol(&self) -> Protocol {
        self.transport.protocol
    }

    /// Requests in flight.
    pub fn in_flight(&self) -> u32 {
        self.in_flight.load(Ordering::Relaxed)
    }

    /// Whether connections to it are over TLS.
    pub fn is_tls(&self) -> bool {
        self.transport.config.is_some()
    }

    /// How TLS is spoken to it, and the name its certificate must bear; `None` is in the clear.
    pub(crate) fn tls(&self) -> Option<(Arc<ClientConfig>, ServerName<'static>)> {
        Some((Arc::clone(self.transport.config.as_ref()?), self.server_name.clone()?))
    }

    /// What a consistent hash knows it by.
    pub(crate) fn seed(&self) -> u64 {
        balance::hash(self.text.as_bytes())
    }

    /// Whether it is this place of this target, reached in this way.
    pub(crate) fn is(&self, target: &str, place: &Place, transport: &Arc<Transport>) -> bool {
        *self.target == *target && self.place == *place && Arc::ptr_eq(&self.transport, transport)
    }

    /// Whether requests should go there now; `checked` says whether active checks count.
    pub(crate) fn is_healthy(&self, now_ms: u64, checked: bool) -> bool {
        !self.ejection.is_out(now_ms) && (!checked || self.standing.is_up())
    }

    /// Takes a place among its requests in flight unless there are `limit` of them (0 is without limit).
    pub(crate) fn enter(&self, limit: u32) -> bool {
        enter(&self.in_flight, limit)
    }

    /// Takes in what a check found.
    pub(crate) fn checked(&self, outcome: Result<(), CheckFailure>, health: &Health) {
        if self.standing.note(outcome.is_ok(), health) == Some(true) {
            self.ejection.lift();
        }
        *self.check_failure.lock().unwrap_or_else(PoisonError::into_inner) = outcome.err();
    }

    /// Why the last check failed, if it did.
    pub fn check_failure(&self) -> Option<CheckFailure> {
        *self.check_failure.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts one more unless there are `limit` (0 is without limit).
pub(crate) fn enter(count: &AtomicU32, limit: u32) -> bool {
    let before = count.fetch_add(1, Ordering::Relaxed);
    let fits = limit == 0 || before < limit;
    if !fits {
        count.fetch_sub(1, Ordering::Relaxed);
    }
    fits
}
