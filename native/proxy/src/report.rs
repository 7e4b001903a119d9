//! What is known of an upstream, for the operations port.

use crate::breaker::CircuitState;
use crate::endpoint::Endpoint;
use serde::Serialize;

/// What is known of an upstream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UpstreamReport {
    /// Where its circuit stands.
    pub circuit: CircuitState,
    /// Requests in flight.
    pub in_flight: u32,
    /// Targets whose name has no address yet.
    pub unresolved: Vec<String>,
    /// Look-ups that failed since the configuration was applied.
    pub lookups_failed: u64,
    /// Its endpoints.
    pub endpoints: Vec<EndpointReport>,
}

/// What is known of an endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EndpointReport {
    /// The target as configured.
    pub target: String,
    /// The address in use.
    pub address: String,
    /// Its share of the requests.
    pub weight: u32,
    /// Whether requests go there: its checks are well, and it is not ejected.
    pub healthy: bool,
    /// Milliseconds that its ejection lasts on; 0 when it is not ejected.
    pub ejected_ms: u64,
    /// Requests in flight.
    pub in_flight: u32,
    /// Failed requests in a row.
    pub failures: u32,
    /// Checks made.
    pub checks: u64,
    /// Checks failed.
    pub checks_failed: u64,
    /// Why the last check failed, if it did.
    pub check_failure: Option<String>,
}

impl EndpointReport {
    /// Of an endpoint; `checked` says whether active checks count.
    pub(crate) fn of(endpoint: &Endpoint, weight: u32, checked: bool, now_ms: u64) -> Self {
        Self {
            target: endpoint.target().to_owned(),
            address: endpoint.address().to_owned(),
            weight,
            healthy: endpoint.is_healthy(now_ms, checked),
            ejected_ms: endpoint.ejection.left_ms(now_ms),
            in_flight: endpoint.in_flight(),
            failures: endpoint.ejection.failures(),
            checks: endpoint.standing.checks(),
            checks_failed: endpoint.standing.failures(),
            check_failure: endpoint.check_failure().filter(|_| checked).map(|f| f.to_string()),
        }
    }
}
