//! Decisions a second on one thread over a million live keys, in an order that no cache foresees.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use hcc_ratelimit::{Leases, Limiter, Quota};
use std::hint::black_box;

const KEYS: u64 = 1 << 20;
/// As many as the gateway has (`native/gateway/src/state.rs`).
const ROOM: usize = 1 << 20;
const NOW: u64 = 3_600_000_000_000;

/// The next number of a sequence that visits every number below `KEYS` once in a scattered order.
fn next(at: u64) -> u64 {
    (at.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407)) & (KEYS - 1)
}

fn decisions(criterion: &mut Criterion) {
    let Some(quota) = Quota::new(100, 60, 20) else { return };
    let mut group = criterion.benchmark_group("limiter");
    group.throughput(Throughput::Elements(1));
    for (name, keys) in [("1 M live keys", KEYS), ("64 k live keys", 1 << 16), ("1 key", 1)] {
        let limiter = Limiter::new(ROOM);
        for key in 0..keys {
            limiter.check(1, u128::from(key) << 64, &quota, NOW);
        }
        let (mut at, mut now) = (0, NOW);
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                at = next(at);
                now += 50;
                black_box(limiter.check(1, u128::from(at & (keys - 1)) << 64, &quota, now))
            });
        });
    }
    let leases = Leases::new(1 << 17);
    leases.members(3, true);
    let (mut at, mut now) = (0, NOW);
    group.bench_function("shared, 64 k live keys", |bencher| {
        bencher.iter(|| {
            at = next(at);
            now += 50;
            black_box(leases.check(1, u128::from(at & 0xffff) << 64, &quota, now))
        });
    });
    group.finish();
}

criterion_group!(benches, decisions);
criterion_main!(benches);
