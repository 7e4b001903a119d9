//! Request ids: the client's when sane, else UUID version 7 (RFC 9562 section 5.7).

/// Whether a client's id may be kept: 8 to 64 letters, digits, `-`, `_` or `.`.
pub fn is_sane(id: &[u8]) -> bool {
    (8..=64).contains(&id.len()) && id.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}

/// The text of a version 7 UUID from Unix milliseconds and 74 random bits.
pub fn uuid7(unix_ms: u64, random: u128) -> [u8; 36] {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    // Where the two digits of each byte stand, past the four dashes.
    const PLACES: [usize; 16] = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];
    let value =
        u128::from(unix_ms & 0xffff_ffff_ffff) << 80 | 7 << 76 | (random >> 64 & 0xfff) << 64 | 2 << 62 | random & 0x3fff_ffff_ffff_ffff;
    let mut out = [b'-'; 36];
    let bytes = value.to_be_bytes();
    for (byte, at) in bytes.iter().zip(PLACES) {
        out[at] = HEX[usize::from(byte >> 4)];
        out[at + 1] = HEX[usize::from(byte & 15)];
    }
    out
}

/// A small fast generator (splitmix64) for ids and choices; not for secrets.
#[derive(Debug)]
pub struct Random(u64);

impl Random {
    /// Starts from a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    /// The next 128 bits.
    pub fn next_u128(&mut self) -> u128 {
        u128::from(self.next_u64()) << 64 | u128::from(self.next_u64())
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn shape() {
        let id = super::uuid7(0x0190_1234_5678, u128::MAX);
        assert_eq!(&id[..], b"01901234-5678-7fff-bfff-ffffffffffff");
        assert!(super::is_sane(&id) && !super::is_sane(b"short") && !super::is_sane(b"has space"));
    }
}
