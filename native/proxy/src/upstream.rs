//! A named set of targets: which endpoint a request goes to, or why to none.

use crate::breaker::{Breaker, CircuitState};
use crate::budget::Retry;
use crate::endpoint::{Common, Endpoint, Transport, enter};
use crate::health::Health;
use crate::lease::{Ask, Lease, Unavailable};
use crate::members::{Limits, Members, Plan};
use crate::outlier::Outlier;
use crate::report::{EndpointReport, UpstreamReport};
use crate::resolve::{self, Lookup};
use crate::settings::{HashKey, Protocol, Settings, Timeouts};
use crate::target::{Address, Target};
use crate::tls::{self, Tls};
use arc_swap::ArcSwap;
use rustls::pki_types::ServerName;
use std::fmt;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{Notify, OnceCell};
use tokio::task::JoinSet;

/// A named set of targets with the endpoints found for them.
pub struct Upstream {
    /// How long each step may take.
    pub timeouts: Timeouts,
    /// When a request is tried again.
    pub retry: Retry,
    /// What is spoken to the endpoints.
    pub protocol: Protocol,
    /// What a consistent hash is made of; `None` when the policy needs no hash.
    pub hash_key: Option<HashKey>,
    pub(crate) health: Option<Arc<Health>>,
    outlier: Outlier,
    breaker: Breaker,
    plan: Plan,
    members: ArcSwap<Members>,
    /// Addresses of each target that is a name, as last looked up.
    found: Mutex<Vec<Vec<SocketAddr>>>,
    lookup: Arc<dyn Lookup>,
    lookups_failed: AtomicU64,
    first_lookup: OnceCell<()>,
    /// Told when endpoints come or go.
    pub(crate) changed: Notify,
}

impl Upstream {
    /// An upstream of these settings. What `former` (the same upstream before a change) knows lives on: addresses, health, requests
    /// in flight, circuit and budget, and with its endpoints their idle connections. An error names the field.
    pub fn new(settings: Settings, former: Option<&Self>) -> Result<Self, String> {
        let transport = transport(settings.protocol, settings.tls, former)?;
        let server_names = settings.targets.iter().map(|t| server_name(t, transport.tls.as_ref())).collect::<Result<Vec<_>, _>>()?;
        let common = former.map_or_else(|| Arc::new(Common::default()), |f| Arc::clone(&f.plan.common));
        let plan = Plan { policy: settings.policy, targets: settings.targets, server_names, transport, common };
        let found = former.map_or_else(|| vec![Vec::new(); plan.targets.len()], |f| f.known(&plan.targets));
        let old = former.map(Self::endpoints).unwrap_or_default();
        let members = Members::new(&plan, &found, &old);
        Ok(Self {
            timeouts: settings.timeouts,
            retry: settings.retry,
            protocol: settings.protocol,
            hash_key: (plan.policy == crate::balance::Policy::ConsistentHash).then_some(settings.hash_key),
            health: settings.health.map(Arc::new),
            outlier: settings.outlier,
            breaker: settings.breaker,
            plan,
            members: ArcSwap::from_pointee(members),
            found: Mutex::new(found),
            lookup: settings.lookup,
            lookups_failed: AtomicU64::new(0),
            first_lookup: OnceCell::new(),
            changed: Notify::new(),
        })
    }

    /// Chooses an endpoint for one try of a request.
    pub fn pick(&self, ask: &Ask<'_>) -> Result<Lease, Unavailable> {
        let common = &self.plan.common;
        if ask.except.is_empty() {
            common.budget.asked(ask.now_ms);
        }
        let admitted = common.circuit.admit(ask.now_ms, &self.breaker).ok_or(Unavailable::CircuitOpen)?;
        self.place(ask)
            .map(|endpoint| Lease::new(endpoint, self.outlier, self.breaker, admitted))
            .inspect_err(|_| common.circuit.give_up(admitted))
    }

    fn place(&self, ask: &Ask<'_>) -> Result<Arc<Endpoint>, Unavailable> {
        let in_flight = &self.plan.common.in_flight;
        if !enter(in_flight, self.breaker.max_in_flight) {
            return Err(Unavailable::TooManyInFlight);
        }
        let limits = Limits {
            checked: self.health.is_some(),
            panic_percent: self.outlier.panic_percent,
            in_flight: self.breaker.max_in_flight_per_endpoint,
        };
        self.members.load().choose(ask, limits).cloned().map_err(|why| {
            in_flight.fetch_sub(1, Ordering::Relaxed);
            if why == Unavailable::NoTargets && !self.plan.targets.is_empty() { Unavailable::Unresolved } else { why }
        })
    }

    /// Whether one more retry is within the budget; it is spent then.
    pub fn may_retry(&self, now_ms: u64) -> bool {
        self.plan.common.budget.spend(now_ms, &self.retry)
    }

    /// Waits until the names of the targets were looked up once, at most some seconds; looks them up if nobody does yet.
    pub async fn resolved(&self) {
        self.first_lookup.get_or_init(|| self.look_up()).await;
    }

    /// The endpoints there are now.
    pub fn endpoints(&self) -> Vec<Arc<Endpoint>> {
        self.members.load().endpoints.clone()
    }

    /// Whether a target is a name.
    pub fn has_names(&self) -> bool {
        self.plan.targets.iter().any(Target::is_name)
    }

    /// Whether a name has no address yet.
    pub(crate) fn has_unknown_names(&self) -> bool {
        let found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        self.plan.targets.iter().zip(found.iter()).any(|(t, f)| t.is_name() && f.is_empty())
    }

    /// Looks every name up at once. The former addresses stay where a look-up fails or finds nothing.
    pub(crate) async fn look_up(&self) {
        let mut asked = JoinSet::new();
        for (i, target) in self.plan.targets.iter().enumerate() {
            if let Address::Name { host, port } = &target.address {
                let found = self.lookup.look_up(host, *port);
                asked.spawn(async move { (i, tokio::time::timeout(resolve::TIMEOUT, found).await) });
            }
        }
        while let Some(answer) = asked.join_next().await {
            match answer {
                Ok((i, Ok(Ok(addresses)))) if !addresses.is_empty() => self.put(i, resolve::settled(addresses)),
                _ => {
                    self.lookups_failed.fetch_add(1, Ordering::Relaxed);
                }
            }
        }
    }

    fn put(&self, target: usize, addresses: Vec<SocketAddr>) {
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        match found.get_mut(target) {
            Some(known) if *known != addresses => *known = addresses,
            _ => return,
        }
        let old = self.endpoints();
        self.members.store(Arc::new(Members::new(&self.plan, &found, &old)));
        self.changed.notify_one();
    }

    /// The addresses known for these targets.
    fn known(&self, targets: &[Target]) -> Vec<Vec<SocketAddr>> {
        let found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        let of = |target: &Target| {
            let at = self.plan.targets.iter().position(|t| t.text == target.text)?;
            found.get(at).cloned()
        };
        targets.iter().map(|t| of(t).unwrap_or_default()).collect()
    }

    /// What is known of the endpoints now, for the operations port.
    pub fn report(&self, now_ms: u64) -> UpstreamReport {
        let members = self.members.load();
        let unresolved = {
            let found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
            let unknown = self.plan.targets.iter().zip(found.iter()).filter(|(t, f)| t.is_name() && f.is_empty());
            unknown.map(|(t, _)| t.text.clone()).collect()
        };
        let endpoints = members.endpoints.iter().zip(&members.weights);
        UpstreamReport {
            circuit: self.circuit(),
            in_flight: self.plan.common.in_flight.load(Ordering::Relaxed),
            unresolved,
            lookups_failed: self.lookups_failed.load(Ordering::Relaxed),
            endpoints: endpoints.map(|(e, weight)| EndpointReport::of(e, *weight, self.health.is_some(), now_ms)).collect(),
        }
    }

    /// Where the circuit stands.
    pub fn circuit(&self) -> CircuitState {
        self.plan.common.circuit.state(&self.breaker)
    }
}

impl fmt::Debug for Upstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upstream").field("plan", &self.plan).field("members", &self.members.load()).finish_non_exhaustive()
    }
}

/// The former transport when it is the same, so that endpoints and TLS sessions stay.
fn transport(protocol: Protocol, tls: Option<Tls>, former: Option<&Upstream>) -> Result<Arc<Transport>, String> {
    if let Some(same) = former.map(|f| &f.plan.transport).filter(|t| t.protocol == protocol && t.tls == tls) {
        return Ok(Arc::clone(same));
    }
    let config = tls.as_ref().map(|t| tls::client(t, protocol)).transpose()?.map(Arc::new);
    Ok(Arc::new(Transport { protocol, tls, config }))
}

fn server_name(target: &Target, tls: Option<&Tls>) -> Result<Option<ServerName<'static>>, String> {
    let Some(tls) = tls else { return Ok(None) };
    match &tls.server_name {
        Some(name) => ServerName::try_from(name.clone()).map(Some).map_err(|_| format!("tls.server_name: no name: {name}")),
        None => match target.server_name() {
            Some(name) => Ok(Some(name)),
            None => Err(format!("tls.server_name: needed for {}", target.text)),
        },
    }
}

#[cfg(test)]
#[path = "upstream_tests.rs"]
mod tests;
