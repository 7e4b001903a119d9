//! 128 bits that stand for bytes: two hashes with seeds that nobody outside knows.

use foldhash::quality::RandomState;
use std::hash::{BuildHasher, Hasher};

/// Stands for some bytes. That two of 10^9 are equal by chance has a probability of 10^-21.
pub type Key = [u64; 2];

/// The seeds of one process.
#[derive(Default)]
pub struct Seeds([RandomState; 2]);

impl Seeds {
    /// The key of some bytes.
    pub fn key(&self, bytes: &[u8]) -> Key {
        self.0.each_ref().map(|seed| {
            let mut hasher = seed.build_hasher();
            hasher.write(bytes);
            hasher.finish()
        })
    }
}

/// Hashes a [`Key`], which is random already.
#[derive(Clone, Copy, Default)]
pub struct Taken;

impl BuildHasher for Taken {
    type Hasher = First;
    fn build_hasher(&self) -> First {
        First::default()
    }
}

/// Gives the first number that it gets.
#[derive(Default)]
pub struct First(Option<u64>);

impl Hasher for First {
    fn finish(&self) -> u64 {
        self.0.unwrap_or(0)
    }
    fn write(&mut self, _: &[u8]) {}
    // The length of the array comes first.
    fn write_usize(&mut self, _: usize) {}
    fn write_u64(&mut self, number: u64) {
        self.0.get_or_insert(number);
    }
}
