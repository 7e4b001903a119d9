//! How many gateways count together, from what each heartbeat says.

/// Nanoseconds between two heartbeats.
pub const BEAT_NS: u64 = 1_000_000_000;
/// Milliseconds after which a silent gateway counts no more.
pub const SILENT_MS: u64 = 5_000;
/// Nanoseconds of heartbeats after which every other gateway has read of this one: two of theirs.
const SETTLED_NS: u64 = 2 * BEAT_NS;
/// Nanoseconds that a lower number must last. A Redis that lost its memory hears of all gateways again within this time.
const FEWER_NS: u64 = 3 * BEAT_NS;
/// Nanoseconds without a heartbeat after which the others may have stopped counting this gateway.
const ABSENT_NS: u64 = 4 * BEAT_NS;

/// What a gateway knows of the others.
#[derive(Debug)]
pub struct Members {
    gateways: u32,
    /// Since when fewer are seen, and how many at most.
    fewer: Option<(u64, u32)>,
    first_ns: u64,
    last_ns: u64,
}

impl Members {
    /// One gateway that nobody has heard of.
    pub fn new() -> Self {
        Self { gateways: 1, fewer: None, first_ns: 0, last_ns: 0 }
    }

    /// Takes one heartbeat's answer; gives how many gateways count, and whether they can have noticed this one.
    pub fn heard(&mut self, seen: u32, now_ns: u64) -> (u32, bool) {
        if self.first_ns == 0 || now_ns.saturating_sub(self.last_ns) > ABSENT_NS {
            self.first_ns = now_ns;
        }
        self.last_ns = now_ns;
        if seen >= self.gateways {
            self.gateways = seen.max(1);
            self.fewer = None;
        } else {
            let (since, most) = self.fewer.map_or((now_ns, seen), |(since, most)| (since, most.max(seen)));
            self.fewer = Some((since, most));
            if now_ns.saturating_sub(since) >= FEWER_NS {
                self.gateways = most.max(1);
                self.fewer = None;
            }
        }
        (self.gateways, now_ns.saturating_sub(self.first_ns) >= SETTLED_NS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_at_once_fewer_after_a_while() {
        // Milliseconds, gateways seen; then gateways that count, settled.
        let beats = [
            (1_000, 1, 1, false),
            (2_000, 3, 3, false),
            (3_000, 3, 3, true),
            (4_000, 1, 3, true),
            (5_000, 2, 3, true),
            (6_000, 1, 3, true),
            (7_000, 1, 2, true),
            (8_000, 1, 2, true),
            (9_000, 4, 4, true),
            (13_500, 4, 4, false),
            (15_500, 4, 4, true),
        ];
        let mut members = Members::new();
        for (ms, seen, gateways, settled) in beats {
            assert_eq!(members.heard(seen, ms * 1_000_000), (gateways, settled), "at {ms} ms");
        }
    }
}
