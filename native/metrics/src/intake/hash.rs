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
pub struct First(u64);

impl Hasher for First {
    fn finish(&self) -> u64 {
        self.0
    }
    // Numbers of an array come all at once, as bytes, after their count.
    fn write(&mut self, bytes: &[u8]) {
        if let Some(first) = bytes.first_chunk() {
            self.0 = u64::from_ne_bytes(*first);
        }
    }
    fn write_usize(&mut self, _: usize) {}
}
