//! The endpoints of an upstream at one moment, and the choice among them.

use crate::balance::{Balance, Candidate, Policy};
use crate::endpoint::{Common, Endpoint, Place, Transport};
use crate::lease::{Ask, Unavailable};
use crate::target::{Address, Target};
use rustls::pki_types::ServerName;
use std::cell::OnceCell;
use std::net::SocketAddr;
use std::sync::Arc;

/// Choices made again because another thread took the last place of the one chosen.
const RACES: u32 = 4;

/// What endpoints are made from.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) policy: Policy,
    pub(crate) targets: Vec<Target>,
    /// The name wanted in the certificate of each target.
    pub(crate) server_names: Vec<Option<ServerName<'static>>>,
    pub(crate) transport: Arc<Transport>,
    pub(crate) common: Arc<Common>,
}

/// The endpoints of an upstream at one moment.
#[derive(Debug)]
pub(crate) struct Members {
    pub(crate) endpoints: Vec<Arc<Endpoint>>,
    pub(crate) weights: Vec<u32>,
    balance: Balance,
}

/// What decides whether an endpoint may be taken.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Whether active checks count.
    pub(crate) checked: bool,
    /// Per cent of healthy ones below which all are tried.
    pub(crate) panic_percent: u32,
    /// Requests in flight to one; 0 is without limit.
    pub(crate) in_flight: u32,
}

impl Members {
    /// Endpoints of a plan. `found` are the addresses of each target that is a name; those of `old` that are the same are kept.
    pub(crate) fn new(plan: &Plan, found: &[Vec<SocketAddr>], old: &[Arc<Endpoint>]) -> Self {
        let (mut endpoints, mut weights) = (Vec::new(), Vec::new());
        for (i, target) in plan.targets.iter().enumerate() {
            let places: Vec<Place> = match &target.address {
                Address::Socket(address) => vec![Place::Socket(*address)],
                Address::Unix(path) => vec![Place::Unix(path.clone())],
                Address::Name { .. } => found.get(i).into_iter().flatten().map(|a| Place::Socket(*a)).collect(),
            };
            let text: Arc<str> = target.text.as_str().into();
            for place in places {
                let kept = old.iter().find(|e| e.is(&text, &place, &plan.transport));
                endpoints.push(kept.cloned().unwrap_or_else(|| {
                    let server_name = plan.server_names.get(i).cloned().flatten();
                    Arc::new(Endpoint::new(&text, place, &plan.transport, server_name, &plan.common))
                }));
                weights.push(target.weight);
            }
        }
        let candidates: Vec<_> = endpoints.iter().zip(&weights).map(|(e, w)| Candidate { seed: e.seed(), weight: *w }).collect();
        Self { balance: Balance::new(plan.policy, &candidates), endpoints, weights }
    }

    /// Chooses an endpoint and counts the request in there.
    pub(crate) fn choose(&self, ask: &Ask<'_>, limits: Limits) -> Result<&Arc<Endpoint>, Unavailable> {
        let panicking = OnceCell::new();
        // Health is asked of those proposed only; counting all of them waits until one proposed is not healthy.
        let believed =
            |e: &Endpoint| e.is_healthy(ask.now_ms, limits.checked) || *panicking.get_or_init(|| self.panics(ask.now_ms, limits));
        let choose = |usable: &dyn Fn(&Arc<Endpoint>) -> bool| {
            let load = |i: usize| self.endpoints.get(i).map_or(0, |e| e.in_flight());
            self.balance
                .choose(ask.hash.unwrap_or(ask.random), ask.random, load, |i| self.endpoints.get(i).is_some_and(usable))
                .and_then(|i| self.endpoints.get(i))
        };
        let tried = |e: &Arc<Endpoint>| ask.except.iter().any(|x| Arc::ptr_eq(x, e));
        let fits = |e: &Endpoint| believed(e) && (limits.in_flight == 0 || e.in_flight() < limits.in_flight);
        for _ in 0..RACES {
            let other = choose(&|e| !tried(e) && fits(e));
            let found = other.or_else(|| if ask.except.is_empty() { None } else { choose(&|e| tried(e) && fits(e)) });
            let Some(endpoint) = found else { break };
            // Another thread may have taken the last place since it was proposed.
            if endpoint.enter(limits.in_flight) {
                return Ok(endpoint);
            }
        }
        Err(if self.endpoints.is_empty() {
            Unavailable::NoTargets
        } else if self.endpoints.iter().any(|e| believed(e)) {
            Unavailable::TooManyInFlight
        } else {
            Unavailable::NoneHealthy
        })
    }

    fn panics(&self, now_ms: u64, limits: Limits) -> bool {
        let healthy = self.endpoints.iter().filter(|e| e.is_healthy(now_ms, limits.checked)).count();
        healthy * 100 < self.endpoints.len() * limits.panic_percent as usize
    }
}
