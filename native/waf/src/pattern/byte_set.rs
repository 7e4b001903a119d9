//! Sets of byte values: what a class, or a required byte, stands for.

use std::fmt;

/// A set of byte values as 256 bits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct ByteSet([u64; 4]);

impl ByteSet {
    /// No byte.
    pub const EMPTY: Self = Self([0; 4]);
    /// Every byte.
    pub const ALL: Self = Self([u64::MAX; 4]);

    /// One byte.
    pub const fn one(byte: u8) -> Self {
        let mut set = Self::EMPTY;
        set.0[(byte >> 6) as usize] = 1 << (byte & 63);
        set
    }

    /// The bytes of a list.
    pub fn of(bytes: &[u8]) -> Self {
        bytes.iter().fold(Self::EMPTY, |set, byte| set.union(Self::one(*byte)))
    }

    /// All bytes from `low` to `high`, both included; none when `low` is the greater.
    pub fn range(low: u8, high: u8) -> Self {
        (low..=high).fold(Self::EMPTY, |set, byte| set.union(Self::one(byte)))
    }

    /// Whether `byte` is in the set.
    #[inline]
    pub const fn contains(&self, byte: u8) -> bool {
        self.0[(byte >> 6) as usize] >> (byte & 63) & 1 == 1
    }

    /// Adds one byte.
    #[inline]
    pub fn insert(&mut self, byte: u8) {
        self.0[usize::from(byte >> 6)] |= 1 << (byte & 63);
    }

    /// What is in either.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self([self.0[0] | other.0[0], self.0[1] | other.0[1], self.0[2] | other.0[2], self.0[3] | other.0[3]])
    }

    /// What is in both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self([self.0[0] & other.0[0], self.0[1] & other.0[1], self.0[2] & other.0[2], self.0[3] & other.0[3]])
    }

    /// What is not in the set.
    #[must_use]
    pub const fn complement(self) -> Self {
        Self([!self.0[0], !self.0[1], !self.0[2], !self.0[3]])
    }

    /// What is in this set and not in `other`.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        self.and(other.complement())
    }

    /// Whether no byte is in both.
    #[inline]
    pub const fn is_disjoint(&self, other: &Self) -> bool {
        (self.0[0] & other.0[0]) | (self.0[1] & other.0[1]) | (self.0[2] & other.0[2]) | (self.0[3] & other.0[3]) == 0
    }

    /// Whether every byte of this set is in `other`.
    pub const fn is_subset(&self, other: &Self) -> bool {
        self.without(*other).is_empty()
    }

    /// Whether there is no byte.
    pub const fn is_empty(&self) -> bool {
        (self.0[0] | self.0[1] | self.0[2] | self.0[3]) == 0
    }

    /// How many bytes there are, 0 to 256.
    pub const fn len(&self) -> u32 {
        self.0[0].count_ones() + self.0[1].count_ones() + self.0[2].count_ones() + self.0[3].count_ones()
    }

    /// The bytes in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = u8> + '_ {
        (0..=u8::MAX).filter(|byte| self.contains(*byte))
    }

    /// The bytes as ascending ranges that do not touch.
    pub fn ranges(&self) -> Vec<(u8, u8)> {
        let mut ranges: Vec<(u8, u8)> = Vec::new();
        for byte in self.iter() {
            match ranges.last_mut() {
                Some((_, high)) if u16::from(*high) + 1 == u16::from(byte) => *high = byte,
                _ => ranges.push((byte, byte)),
            }
        }
        ranges
    }

    /// With the other case of every ASCII letter that is in the set.
    #[must_use]
    pub fn fold_case(self) -> Self {
        let mut set = self;
        for byte in self.iter() {
            set.insert(byte.to_ascii_lowercase());
            set.insert(byte.to_ascii_uppercase());
        }
        set
    }

    /// Bytes that PCRE's `\w` stands for outside of UTF mode.
    pub fn word() -> Self {
        Self::range(b'a', b'z').union(Self::range(b'A', b'Z')).union(Self::range(b'0', b'9')).union(Self::one(b'_'))
    }

    /// Bytes that PCRE's `\s` stands for: since 8.34 the vertical tab is one.
    pub fn space() -> Self {
        Self::range(9, 13).union(Self::one(b' '))
    }
}

impl fmt::Debug for ByteSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.ranges().iter().map(|(low, high)| format!("{low:#04x}-{high:#04x}"))).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn algebra() {
        let vowels = ByteSet::of(b"aeiou");
        assert_eq!(vowels.len(), 5);
        assert_eq!(vowels.complement().len(), 251);
        assert!(vowels.is_subset(&ByteSet::word()) && vowels.is_disjoint(&ByteSet::space()));
        assert_eq!(vowels.fold_case(), ByteSet::of(b"aeiouAEIOU"));
        assert_eq!(ByteSet::of(b"abdz").ranges(), [(b'a', b'b'), (b'd', b'd'), (b'z', b'z')]);
        assert_eq!(ByteSet::ALL.ranges(), [(0, 255)]);
        assert_eq!(ByteSet::range(b'z', b'a'), ByteSet::EMPTY);
        assert_eq!(ByteSet::one(0x85).iter().collect::<Vec<_>>(), [0x85]);
    }
}
