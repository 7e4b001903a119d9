//! When to stop asking an upstream that mostly fails.

use crate::window::Window;
use serde::Serialize;
use std::sync::atomic::{AtomicU64, Ordering};

/// Requests of the last ten seconds below which no share of failures is believed.
const FEWEST_REQUESTS: u64 = 20;
/// Milliseconds that a circuit stays open unless told otherwise.
const OPEN_MS: u64 = 5_000;
const CLOSED: u64 = 0;
const PROBING: u64 = u64::MAX;

/// When to stop asking.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Breaker {
    /// Requests in flight to the whole upstream; 0 is without limit.
    pub max_in_flight: u32,
    /// Requests in flight to one endpoint; 0 is without limit.
    pub max_in_flight_per_endpoint: u32,
    /// Share of failures in per cent, over the last ten seconds and at least 20 requests, that opens the circuit; 0 is never.
    pub error_percent: u32,
    /// Milliseconds that the circuit stays open before one request tries again; 5,000 when 0.
    pub open_ms: u64,
}

/// Where a circuit stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CircuitState {
    /// Requests pass.
    Closed,
    /// Requests are refused.
    Open,
    /// One request tries, the others are refused.
    Probing,
}

/// How a request got past the circuit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admitted {
    /// As all do.
    Plainly,
    /// As the one that tries; its verdict must be told, or the try given up.
    AsProbe,
}

/// The circuit of one upstream.
#[derive(Debug, Default)]
pub struct Circuit {
    /// Closed, probing, or the moment until which it is open.
    state: AtomicU64,
    requests: Window,
    failures: Window,
}

impl Circuit {
    /// Whether a request may pass (clock in milliseconds); `None` when the circuit is open.
    pub fn admit(&self, now_ms: u64, breaker: &Breaker) -> Option<Admitted> {
        let state = self.state.load(Ordering::Relaxed);
        if state == CLOSED || breaker.error_percent == 0 {
            return Some(Admitted::Plainly);
        }
        if state == PROBING || state > now_ms {
            return None;
        }
        self.state.compare_exchange(state, PROBING, Ordering::Relaxed, Ordering::Relaxed).ok().map(|_| Admitted::AsProbe)
    }

    /// What became of a request that passed.
    pub fn note(&self, success: bool, admitted: Admitted, now_ms: u64, breaker: &Breaker) {
        let open_until = now_ms + if breaker.open_ms == 0 { OPEN_MS } else { breaker.open_ms };
        if admitted == Admitted::AsProbe {
            if success {
                self.requests.clear();
                self.failures.clear();
            }
            self.state.store(if success { CLOSED } else { open_until }, Ordering::Relaxed);
            return;
        }
        if breaker.error_percent == 0 {
            return;
        }
        self.requests.add(now_ms);
        if success {
            return;
        }
        self.failures.add(now_ms);
        let requests = self.requests.sum(now_ms);
        if requests >= FEWEST_REQUESTS && self.failures.sum(now_ms) * 100 >= requests * u64::from(breaker.error_percent) {
            // Answers to requests from before it opened must not keep it open longer.
            let _ = self.state.compare_exchange(CLOSED, open_until, Ordering::Relaxed, Ordering::Relaxed);
        }
    }

    /// The probe came back without a verdict (its client left): the next request is a probe again.
    pub fn give_up(&self, admitted: Admitted) {
        if admitted == Admitted::AsProbe {
            let _ = self.state.compare_exchange(PROBING, 1, Ordering::Relaxed, Ordering::Relaxed);
        }
    }

    /// Where the circuit stands.
    pub fn state(&self, breaker: &Breaker) -> CircuitState {
        match self.state.load(Ordering::Relaxed) {
            _ if breaker.error_percent == 0 => CircuitState::Closed,
            CLOSED => CircuitState::Closed,
            PROBING => CircuitState::Probing,
            _ => CircuitState::Open,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Admitted::{AsProbe, Plainly};

    const HALF: Breaker = Breaker { max_in_flight: 0, max_in_flight_per_endpoint: 0, error_percent: 50, open_ms: 1000 };

    fn after(outcomes: &[(bool, usize)], breaker: &Breaker) -> Circuit {
        let circuit = Circuit::default();
        for (success, times) in outcomes {
            (0..*times).for_each(|_| circuit.note(*success, Plainly, 5000, breaker));
        }
        circuit
    }

    #[test]
    fn opens_at_the_share_and_never_on_few_requests() {
        for (outcomes, percent, want) in [
            (&[(true, 10), (false, 10)][..], 50, CircuitState::Open),
            (&[(true, 11), (false, 10)], 50, CircuitState::Closed),
            (&[(false, 19)], 50, CircuitState::Closed),
            (&[(false, 20)], 100, CircuitState::Open),
            (&[(true, 1), (false, 50)], 100, CircuitState::Closed),
            (&[(false, 500)], 0, CircuitState::Closed),
        ] {
            let breaker = Breaker { error_percent: percent, ..HALF };
            assert_eq!(after(outcomes, &breaker).state(&breaker), want, "{outcomes:?} {percent}");
        }
    }

    #[test]
    fn old_failures_are_forgotten() {
        let circuit = after(&[(false, 19)], &HALF);
        circuit.note(false, Plainly, 15_000, &HALF);
        assert_eq!(circuit.admit(15_000, &HALF), Some(Plainly));
    }

    #[test]
    fn one_probe_decides() {
        let circuit = after(&[(false, 20)], &HALF);
        assert_eq!((circuit.admit(5999, &HALF), circuit.admit(6000, &HALF), circuit.admit(6000, &HALF)), (None, Some(AsProbe), None));
        circuit.give_up(AsProbe);
        assert_eq!(circuit.admit(6001, &HALF), Some(AsProbe));
        circuit.note(false, AsProbe, 6500, &HALF);
        assert_eq!((circuit.admit(7499, &HALF), circuit.admit(7500, &HALF)), (None, Some(AsProbe)));
        circuit.note(true, AsProbe, 7600, &HALF);
        assert_eq!(circuit.admit(7600, &HALF), Some(Plainly));
        circuit.note(false, Plainly, 7600, &HALF);
        assert_eq!(circuit.state(&HALF), CircuitState::Closed);
    }

    #[test]
    fn late_answers_do_not_keep_it_open_and_a_change_of_settings_closes_it() {
        let circuit = after(&[(false, 20)], &HALF);
        circuit.note(false, Plainly, 5900, &HALF);
        assert_eq!(circuit.admit(6000, &HALF), Some(AsProbe));
        assert_eq!(circuit.admit(6000, &Breaker::default()), Some(Plainly));
    }
}
