//! Several gateways and one ledger on a clock of our own: the bound holds whatever the requests and the delays are.

use super::*;
use crate::gcra::{Decision, Quota};
use proptest::prelude::*;
use std::collections::HashMap;

const MS: u64 = 1_000_000;
const START: u64 = 3_600_000 * MS;

/// What `lease.lua` does, in Rust.
#[derive(Default)]
struct Ledger {
    times: HashMap<(u64, u128), f64>,
}

impl Ledger {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // small positive numbers
    fn lease(&mut self, ask: &Ask, now_us: f64) -> Reply {
        let interval = ask.interval_ns as f64 / 1000.0;
        let furthest = now_us + f64::from(ask.ceiling) * interval;
        let stored = self.times.get(&(ask.limit, ask.key)).copied().unwrap_or(0.0);
        let mut tat = stored.max(ask.hint).max(now_us).min(furthest);
        if ask.charge > 0 {
            tat = (tat + f64::from(ask.charge) * interval).min(furthest);
        }
        let free = ((f64::from(ask.burst) * interval - (tat - now_us)) / interval).floor().max(0.0);
        let granted = f64::from(ask.wanted).min(free);
        tat += granted * interval;
        if tat > now_us {
            self.times.insert((ask.limit, ask.key), tat);
        }
        let left = free - granted;
        let wait = if left >= 1.0 { 0.0 } else { (tat - now_us) - f64::from(ask.burst - 1) * interval };
        Reply {
            granted: granted as u32,
            wait_us: wait.max(0.0).ceil() as u64,
            ahead_us: (tat - now_us).ceil() as u64,
            left: left as u32,
            hint: tat,
        }
    }
}

/// Asks on their way to the ledger and back.
enum Flight {
    Out { at: u64, back: u64, asks: Vec<(Place, Ask)> },
    Back { at: u64, answers: Vec<(Place, Ask, Reply)> },
}

struct World {
    quota: Quota,
    gateways: Vec<(Leases, Option<Flight>)>,
    ledger: Option<Ledger>,
    now: u64,
    delay: u64,
    admitted: Vec<u64>,
    refused: u64,
    most: usize,
}

impl World {
    fn new(gateways: u32, quota: Quota, delay_ms: u64) -> Self {
        let make = |_| {
            let leases = Leases::new(64);
            leases.members(gateways, true);
            (leases, None)
        };
        let gateways = (0..gateways).map(make).collect();
        Self {
            quota,
            gateways,
            ledger: Some(Ledger::default()),
            now: START,
            delay: delay_ms * MS,
            admitted: Vec::new(),
            refused: 0,
            most: 64,
        }
    }

    fn request(&mut self, gateway: usize) {
        match self.gateways[gateway].0.check(1, 7, &self.quota, self.now).0 {
            Decision::Admitted { .. } => self.admitted.push(self.now),
            Decision::Refused { wait_ns } => {
                assert!(wait_ns > 0);
                self.refused += 1;
            }
        }
    }

    /// One millisecond in which every gateway's background does what it can.
    fn tick(&mut self) {
        self.now += MS;
        for (leases, flight) in &mut self.gateways {
            *flight = match (flight.take(), &mut self.ledger) {
                (Some(Flight::Out { at, back, asks }), Some(ledger)) if at <= self.now => {
                    let us = at as f64 / 1000.0;
                    let answers = asks.into_iter().map(|(place, ask)| (place, ask, ledger.lease(&ask, us))).collect();
                    Some(Flight::Back { at: back, answers })
                }
                (Some(Flight::Out { at, asks, .. }), None) if at <= self.now => {
                    for (place, ask) in asks {
                        leases.unanswered(place, &ask, self.now);
                    }
                    None
                }
                (Some(Flight::Back { at, answers }), _) if at <= self.now => {
                    for (place, ask, reply) in answers {
                        leases.settle(place, &ask, &reply, self.now);
                    }
                    None
                }
                (other, _) => other,
            };
            if flight.is_none() && leases.next_due().is_some_and(|due| due <= self.now) {
                let mut asks = Vec::new();
                leases.collect(self.now, self.most, &mut asks);
                if !asks.is_empty() {
                    *flight = Some(Flight::Out { at: self.now + self.delay, back: self.now + 2 * self.delay, asks });
                }
            }
        }
    }

    /// So many milliseconds with so many requests a millisecond at each of these gateways.
    fn run(&mut self, ms: u64, asked: &[usize], each: u32) {
        for _ in 0..ms {
            self.tick();
            for gateway in asked {
                for _ in 0..each {
                    self.request(*gateway);
                }
            }
        }
    }

    /// By how many requests the worst window is above burst + rate * time.
    fn excess(&self, burst: f64) -> f64 {
        let (mut level, mut last, mut worst) = (0.0f64, START, f64::MIN);
        for at in &self.admitted {
            level = (level - (at - last) as f64 / self.quota.interval_ns() as f64).max(0.0) + 1.0;
            last = *at;
            worst = worst.max(level - burst);
        }
        worst
    }
}

fn quota(rate: u32, per_s: u32, burst: u32) -> Quota {
    Quota::new(rate, per_s, burst).unwrap_or_else(|| panic!("{rate} {per_s} {burst}"))
}

/// A limit (rate, seconds, burst), requests a millisecond and gateway, length in milliseconds, the gateways asked, and the share
/// of the allowance that must come through.
struct Case(u32, u32, u32, u32, u64, &'static [usize], f64);

#[test]
fn hammered_keys_get_what_they_may_and_no_more() {
    for Case(rate, per_s, burst, each, ms, asked, least) in [
        Case(100, 60, 20, 1, 30_000, &[0, 1, 2], 0.97),
        Case(100, 60, 20, 1, 60_000, &[0], 0.94),
        Case(5_000, 1, 1_000, 4, 4_000, &[0, 1, 2], 0.98),
        Case(5_000, 1, 1_000, 9, 4_000, &[1], 0.95),
        Case(300, 1, 60, 1, 4_000, &[0, 1, 2], 0.97),
        Case(300, 1, 60, 1, 4_000, &[2], 0.95),
        Case(50, 1, 1, 1, 4_000, &[0, 1, 2], 0.85),
        Case(1_000, 1, 10, 2, 4_000, &[0, 1, 2], 0.85),
    ] {
        let mut world = World::new(3, quota(rate, per_s, burst), 1);
        world.run(ms, asked, each);
        let slack = if burst > 3 { 0.0 } else { 3.0 };
        let allowance = f64::from(burst) + f64::from(rate) / f64::from(per_s) * ms as f64 / 1000.0;
        let got = world.admitted.len() as f64 / allowance;
        assert!(world.excess(f64::from(burst) + slack) <= 1e-6, "{rate}/{per_s} burst {burst}: {}", world.excess(f64::from(burst)));
        assert!(got >= least, "{rate}/{per_s} burst {burst} on {asked:?}: {got:.3}");
    }
}

const ALL: &[usize] = &[0, 1, 2];

#[test]
fn an_outage_admits_locally_and_nothing_more() {
    for emptied in [false, true] {
        let mut world = World::new(3, quota(100, 1, 40), 1);
        world.run(1_000, ALL, 1);
        let kept = world.ledger.take();
        world.run(50, ALL, 1);
        for (leases, _) in &world.gateways {
            leases.lost(world.now);
        }
        let before = world.admitted.len();
        world.run(3_000, ALL, 1);
        let alone = world.admitted.len() - before;
        assert!((290..=303).contains(&alone), "{alone}");
        world.ledger = if emptied { Some(Ledger::default()) } else { kept };
        for (leases, _) in &world.gateways {
            leases.found(world.now);
        }
        world.run(2_000, ALL, 1);
        // Floats went on where they were and the ledger was charged: the whole run keeps the bound.
        assert!(world.excess(40.0) <= 1e-6, "emptied {emptied}: {}", world.excess(40.0));
        assert!(world.admitted.len() as f64 >= 0.85 * (40.0 + 100.0 * 6.0), "{}", world.admitted.len());
    }
}

#[test]
fn a_ledger_that_forgot_is_told() {
    let mut world = World::new(3, quota(10, 1, 60), 1);
    for _ in 0..6 {
        world.run(1_000, ALL, 1);
        world.ledger = Some(Ledger::default());
    }
    assert!(world.excess(60.0) <= 1e-6, "{}", world.excess(60.0));
}

#[test]
fn coming_and_going_costs_one_float_each() {
    let mut world = World::new(2, quota(100, 1, 60), 1);
    world.run(500, &[0, 1], 1);
    world.gateways.push((Leases::new(64), None));
    world.gateways[2].0.members(3, false);
    world.run(500, ALL, 1);
    for (leases, _) in &world.gateways {
        leases.members(3, true);
    }
    world.run(500, ALL, 1);
    let came = world.excess(60.0);
    assert!(came <= f64::from(share(60, 3)), "{came}");
    world.gateways.pop();
    world.run(500, &[0, 1], 1);
    for (leases, _) in &world.gateways {
        leases.members(2, true);
    }
    world.run(500, &[0, 1], 1);
    assert!(world.excess(60.0) <= came + f64::from(share(60, 3)), "{}", world.excess(60.0));
}

#[test]
fn a_refused_key_is_asked_for_first_and_idle_ones_are_left_alone() {
    let leases = Leases::new(4096);
    leases.members(2, true);
    let quota = quota(10, 1, 40);
    let mut now = START;
    for key in 0..100 {
        leases.check(1, key, &quota, now);
    }
    assert_eq!(leases.next_due(), Some(now + 200 * MS));
    for _ in 0..11 {
        leases.check(1, 1000, &quota, now);
    }
    let mut asks = Vec::new();
    now += 2_000 * MS;
    leases.collect(now, 5, &mut asks);
    assert_eq!((asks.len(), asks[0].1.key, asks[0].1.wanted), (5, 1000, 10));
    for (place, ask) in asks.drain(..) {
        leases.settle(place, &ask, &Reply { granted: ask.wanted, left: 3, ..Reply::default() }, now);
    }
    leases.collect(now, 1000, &mut asks);
    assert_eq!(asks.len(), 96);
    for (place, ask) in asks.drain(..) {
        leases.settle(place, &ask, &Reply { granted: ask.wanted, left: 3, ..Reply::default() }, now);
    }
    assert_eq!(leases.next_due(), None);
    assert_eq!(leases.displaced(), 0);
}

#[test]
fn memory_is_bounded_and_whole_keys_go_first() {
    let leases = Leases::new(128);
    leases.members(1, true);
    let quota = quota(1, 60, 10);
    for key in 0..10_000 {
        leases.check(1, key, &quota, START);
    }
    assert!((9_000..10_000).contains(&leases.displaced()), "{}", leases.displaced());
    let mut asks = Vec::new();
    leases.collect(START + 3_000 * MS, 10_000, &mut asks);
    assert!(asks.len() <= 128);
}

/// So many milliseconds, and how often each gateway is asked in each of them.
type Load = (u64, Vec<u32>);

/// By how many requests the worst window is above what the limit promises. Without floats one request a gateway may be unpaid.
fn beyond_the_bound(gateways: u32, quota: Quota, delay: u64, loads: &[Load]) -> f64 {
    let mut world = World::new(gateways, quota, delay);
    for (ms, many) in loads {
        for _ in 0..*ms {
            world.tick();
            for (gateway, many) in many.iter().enumerate().take(gateways as usize) {
                (0..*many).for_each(|_| world.request(gateway));
            }
        }
    }
    let unpaid = if quota.burst() > gateways { 0 } else { gateways };
    world.excess(f64::from(quota.burst() + unpaid))
}

/// Quiet milliseconds are as frequent as others.
fn loads() -> impl Strategy<Value = Vec<Load>> {
    prop::collection::vec((0u64..400, prop::collection::vec((0u32..12).prop_map(|n| n.saturating_sub(4)), 5)), 1..12)
}

#[test]
fn a_token_kept_over_a_rest_is_not_had_beside_the_ledger_s() {
    let loads = [(103, vec![1, 1]), (384, vec![0, 0]), (1, vec![2, 2])];
    let excess = beyond_the_bound(2, quota(25, 3, 1), 0, &loads);
    assert!(excess <= 1e-6, "{excess}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]
    #[test]
    fn never_more_than_burst_plus_rate(
        gateways in 1u32..5, rate in 1u32..3_000, per_s in 1u32..20, burst in 1u32..400, delay in 0u64..30, loads in loads(),
    ) {
        let excess = beyond_the_bound(gateways, quota(rate, per_s, burst), delay, &loads);
        prop_assert!(excess <= 1e-6, "{excess}");
    }

    #[test]
    fn small_bursts_are_kept_too(
        gateways in 1u32..5, rate in 1u32..3_000, per_s in 1u32..20, burst in 1u32..6, delay in 0u64..30, loads in loads(),
    ) {
        let excess = beyond_the_bound(gateways, quota(rate, per_s, burst), delay, &loads);
        prop_assert!(excess <= 1e-6, "{excess}");
    }
}
