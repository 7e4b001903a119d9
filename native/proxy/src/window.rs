//! Counts of the last ten seconds, without a lock.

use std::sync::atomic::{AtomicU64, Ordering};

/// Seconds that are remembered, the running one among them.
const SECONDS: u64 = 10;
const COUNT: u64 = 0xffff_ffff;

/// How often something happened in each of the last ten seconds.
#[derive(Debug, Default)]
pub struct Window {
    /// The second (low 32 bits of it) in the upper half, the count in the lower.
    slots: [AtomicU64; 10],
}

fn tag(second: u64) -> u64 {
    second << 32
}

impl Window {
    fn slot(&self, second: u64) -> &AtomicU64 {
        &self.slots[usize::try_from(second % SECONDS).unwrap_or(0)]
    }

    /// Counts one (clock in milliseconds).
    pub fn add(&self, now_ms: u64) {
        let second = now_ms / 1000;
        let slot = self.slot(second);
        let old = slot.load(Ordering::Relaxed);
        if old & !COUNT == tag(second) {
            slot.fetch_add(1, Ordering::Relaxed);
        } else if slot.compare_exchange(old, tag(second) | 1, Ordering::Relaxed, Ordering::Relaxed).is_err() {
            // Another thread began this second.
            slot.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// How many in the running second.
    pub fn this_second(&self, now_ms: u64) -> u64 {
        let second = now_ms / 1000;
        let value = self.slot(second).load(Ordering::Relaxed);
        if value & !COUNT == tag(second) { value & COUNT } else { 0 }
    }

    /// How many in the last ten seconds, the running one among them.
    pub fn sum(&self, now_ms: u64) -> u64 {
        let second = now_ms / 1000;
        let recent = |value: u64| ((second & COUNT).wrapping_sub(value >> 32) & COUNT) < SECONDS;
        self.slots.iter().map(|s| s.load(Ordering::Relaxed)).filter(|v| recent(*v)).map(|v| v & COUNT).sum()
    }

    /// Forgets all.
    pub fn clear(&self) {
        for slot in &self.slots {
            slot.store(0, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn counts_as_a_list_of_moments_does(steps in prop::collection::vec(0u64..4000, 0..200), start in 0u64..5_000_000_000_000) {
            let window = Window::default();
            let (mut now, mut moments) = (start, Vec::new());
            for step in steps {
                now += step;
                window.add(now);
                moments.push(now);
                let count = |within: u64| moments.iter().filter(|m| now / 1000 - **m / 1000 < within).count() as u64;
                prop_assert_eq!((window.sum(now), window.this_second(now)), (count(10), count(1)));
            }
            prop_assert_eq!(window.sum(now + 10_000), 0);
            window.clear();
            prop_assert_eq!(window.sum(now), 0);
        }
    }
}
