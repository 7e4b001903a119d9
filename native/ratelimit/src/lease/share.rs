//! How a burst is split between the gateways and the ledger that they share.

/// What the gateways know of each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct View {
    /// Gateways that count together, at least 1.
    pub gateways: u32,
    /// Whether the others can have noticed this one; before that it holds no float.
    pub settled: bool,
    /// Whether the ledger answers.
    pub connected: bool,
    /// Changes whenever `connected` does; below 2^30.
    pub epoch: u32,
}

/// Tokens of one key that one gateway holds without asking.
///
/// Half of the burst is with the gateways and half with the ledger: what the ledger holds serves a client that comes to one
/// gateway only, and is the room in which tokens gather between two leases. The small bursts still give each gateway one token,
/// as long as the ledger keeps one. 0 when there are as many gateways as tokens.
pub fn share(burst: u32, gateways: u32) -> u32 {
    let gateways = gateways.max(1);
    (burst / gateways / 2).max((burst.saturating_sub(1) / gateways).min(1))
}

/// Tokens of one key that the ledger holds at most: what the floats leave.
pub fn reserve(burst: u32, gateways: u32) -> u32 {
    burst - share(burst, gateways) * gateways.max(1)
}

impl View {
    /// In one word: gateways, settled, connected, epoch.
    pub(super) fn pack(self) -> u64 {
        u64::from(self.gateways) | u64::from(self.settled) << 32 | u64::from(self.connected) << 33 | u64::from(self.epoch) << 34
    }

    pub(super) fn unpack(word: u64) -> Self {
        Self {
            gateways: u32::try_from(word & 0xffff_ffff).unwrap_or(1),
            settled: word >> 32 & 1 == 1,
            connected: word >> 33 & 1 == 1,
            epoch: u32::try_from(word >> 34).unwrap_or(0),
        }
    }

    /// Tokens that a key never seen has here.
    pub(super) fn float(self, burst: u32) -> u32 {
        if self.settled { share(burst, self.gateways) } else { 0 }
    }

    /// Tokens that are asked for at most, and held. One even where the float is 0: it is paid before it is spent.
    pub(super) fn room(self, burst: u32) -> u32 {
        self.float(burst).max(1)
    }

    /// Tokens of a key while the ledger is gone.
    pub(super) fn alone(self, burst: u32) -> u32 {
        (burst / self.gateways).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_fits_a_word() {
        let view = View { gateways: u32::MAX, settled: true, connected: false, epoch: (1 << 30) - 1 };
        assert_eq!(View::unpack(view.pack()), view);
        let view = View { gateways: 1, settled: false, connected: true, epoch: 5 };
        assert_eq!(View::unpack(view.pack()), view);
    }

    #[test]
    fn the_parts_are_the_whole() {
        for (burst, gateways, float, rest) in
            [(20, 3, 3, 11), (1000, 3, 166, 502), (1, 1, 0, 1), (2, 1, 1, 1), (20, 1, 10, 10), (5, 3, 1, 2), (3, 3, 0, 3), (4, 3, 1, 1)]
        {
            assert_eq!((share(burst, gateways), reserve(burst, gateways)), (float, rest), "{burst} over {gateways}");
        }
        for burst in 1..200 {
            for gateways in 1..40 {
                assert!(reserve(burst, gateways) >= 1 && (share(burst, gateways) > 0) == (burst > gateways));
            }
        }
    }
}
