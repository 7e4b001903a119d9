//! An endpoint chosen for one try of a request, and why there may be none.

use crate::breaker::{Admitted, Breaker};
use crate::endpoint::Endpoint;
use crate::outlier::Outlier;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// What a choice depends on.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    /// Milliseconds of a clock that never goes back.
    pub now_ms: u64,
    /// Hash of the client, for a consistent hash; drawn when there is none.
    pub hash: Option<u64>,
    /// Any number, new for each request.
    pub random: u64,
    /// Endpoints that failed this request already; another is preferred. Empty means a first try.
    pub except: &'a [Arc<Endpoint>],
}

/// Why no endpoint was chosen; the answer is 503.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unavailable {
    /// There is no target.
    NoTargets,
    /// No name has an address yet; see `Upstream::resolved`.
    Unresolved,
    /// None is healthy, and no panic threshold says to try all the same.
    NoneHealthy,
    /// The circuit is open.
    CircuitOpen,
    /// As many requests in flight as allowed.
    TooManyInFlight,
}

impl Unavailable {
    /// Status for the client.
    pub const STATUS: u16 = 503;

    /// For the access log.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::NoTargets => "upstream without targets",
            Self::Unresolved => "upstream name without address",
            Self::NoneHealthy => "no healthy upstream",
            Self::CircuitOpen => "upstream circuit open",
            Self::TooManyInFlight => "too many in flight upstream",
        }
    }
}

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.reason())
    }
}

impl std::error::Error for Unavailable {}

/// An endpoint chosen for one try; a request in flight until dropped. Without a verdict (the client left, or a kept connection
/// was just closing) the try says nothing of the endpoint.
#[derive(Debug)]
pub struct Lease {
    endpoint: Arc<Endpoint>,
    outlier: Outlier,
    breaker: Breaker,
    admitted: Admitted,
    judged: bool,
}

impl Lease {
    /// Of an endpoint and its upstream that both counted it in already.
    pub(crate) fn new(endpoint: Arc<Endpoint>, outlier: Outlier, breaker: Breaker, admitted: Admitted) -> Self {
        Self { endpoint, outlier, breaker, admitted, judged: false }
    }

    /// The endpoint chosen.
    pub fn endpoint(&self) -> &Arc<Endpoint> {
        &self.endpoint
    }

    /// An answer came; 502, 503 and 504 count as failures where the upstream is configured so. The first verdict counts.
    pub fn succeeded(&mut self, status: u16, now_ms: u64) {
        self.judge(!self.outlier.is_failure(status), now_ms);
    }

    /// No connection or no answer. The first verdict counts.
    pub fn failed(&mut self, now_ms: u64) {
        self.judge(false, now_ms);
    }

    fn judge(&mut self, success: bool, now_ms: u64) {
        if std::mem::replace(&mut self.judged, true) {
            return;
        }
        if success {
            self.endpoint.ejection.succeeded(now_ms, &self.outlier);
        } else {
            self.endpoint.ejection.failed(now_ms, &self.outlier);
        }
        self.endpoint.common.circuit.note(success, self.admitted, now_ms, &self.breaker);
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let common = &self.endpoint.common;
        if !self.judged {
            common.circuit.give_up(self.admitted);
        }
        self.endpoint.in_flight.fetch_sub(1, Ordering::Relaxed);
        common.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}
