//! A byte queue that reads and writes without leaving initialised memory.

use std::cell::RefCell;

/// Sizes of the pieces of memory that go from one queue to another, in bytes, and how many of each a thread keeps for the next.
const PIECES: [(usize, usize); 4] = [(4096, 256), (16_384, 256), (65_536, 16), (131_072, 16)];

thread_local! {
    static SPARE: RefCell<[Vec<Vec<u8>>; PIECES.len()]> = const { RefCell::new([Vec::new(), Vec::new(), Vec::new(), Vec::new()]) };
}

/// Initialised memory of at least this size; clearing 128 KiB anew for each body would cost more than moving the body.
fn piece(min: usize) -> Vec<u8> {
    match PIECES.iter().position(|(size, _)| *size >= min) {
        Some(class) => SPARE.with_borrow_mut(|spare| spare[class].pop()).unwrap_or_else(|| vec![0; PIECES[class].0]),
        None => vec![0; min.next_power_of_two()],
    }
}

fn give_back(data: Vec<u8>) {
    if let Some(class) = PIECES.iter().position(|(size, _)| *size == data.len()) {
        SPARE.with_borrow_mut(|spare| {
            if spare[class].len() < PIECES[class].1 {
                spare[class].push(data);
            }
        });
    }
}

/// Bytes between a reader and a writer; memory is initialised once and reused.
#[derive(Debug, Default)]
pub struct Buf {
    data: Vec<u8>,
    start: usize,
    end: usize,
}

impl Buf {
    /// What is queued.
    pub fn bytes(&self) -> &[u8] {
        &self.data[self.start..self.end]
    }

    /// How many bytes are queued.
    pub fn len(&self) -> usize {
        self.end - self.start
    }

    /// Whether nothing is queued.
    pub fn is_empty(&self) -> bool {
        self.start == self.end
    }

    /// Drops the first `n` bytes (at most what is queued).
    pub fn consume(&mut self, n: usize) {
        self.start = self.start.saturating_add(n).min(self.end);
        if self.start == self.end {
            self.start = 0;
            self.end = 0;
        }
    }

    /// At least `min` bytes of room behind what is queued.
    pub fn room(&mut self, min: usize) -> &mut [u8] {
        if self.data.len() - self.end < min {
            if self.start > 0 {
                self.data.copy_within(self.start..self.end, 0);
                self.end -= self.start;
                self.start = 0;
            }
            if self.data.len() - self.end < min {
                let mut larger = piece(self.end + min);
                larger[..self.end].copy_from_slice(&self.data[..self.end]);
                give_back(std::mem::replace(&mut self.data, larger));
            }
        }
        &mut self.data[self.end..]
    }

    /// Counts `n` bytes written into [`Buf::room`] as queued.
    pub fn filled(&mut self, n: usize) {
        self.end = (self.end + n).min(self.data.len());
    }

    /// Queues bytes.
    pub fn put(&mut self, bytes: &[u8]) {
        let room = self.room(bytes.len());
        room[..bytes.len()].copy_from_slice(bytes);
        self.filled(bytes.len());
    }

    /// Gives back memory when nothing is queued and more than `keep` bytes are held.
    pub fn shrink(&mut self, keep: usize) {
        if self.data.len() > keep {
            self.release();
        }
    }

    /// Hands the memory on to the next queue of this thread when nothing is queued.
    pub fn release(&mut self) {
        if self.is_empty() && !self.data.is_empty() {
            give_back(std::mem::take(&mut self.data));
        }
    }

    /// Bytes of memory held.
    pub fn held(&self) -> usize {
        self.data.len()
    }
}

#[cfg(test)]
mod tests {
    use super::Buf;
    use proptest::prelude::*;

    #[test]
    fn memory_goes_from_queue_to_queue() {
        let (mut one, mut two) = (Buf::default(), Buf::default());
        one.put(b"secret");
        one.release();
        assert_eq!((one.bytes(), one.held()), (&b"secret"[..], 4096));
        one.consume(6);
        one.release();
        assert_eq!(one.held(), 0);
        two.put(b"x");
        assert_eq!((two.bytes(), two.held()), (&b"x"[..], 4096));
        two.put(&[1; 10_000]);
        two.consume(usize::MAX);
        two.release();
        assert_eq!(two.held(), 0);
    }

    proptest! {
        #[test]
        fn behaves_as_a_queue(steps in prop::collection::vec((prop::collection::vec(any::<u8>(), 0..40), 0usize..50), 0..40)) {
            let mut buf = Buf::default();
            let mut model: Vec<u8> = Vec::new();
            for (bytes, drop) in steps {
                buf.put(&bytes);
                model.extend_from_slice(&bytes);
                prop_assert_eq!(buf.bytes(), &model[..]);
                buf.consume(drop);
                model.drain(..drop.min(model.len()));
                prop_assert_eq!(buf.bytes(), &model[..]);
            }
        }
    }
}
