//! A byte queue that reads and writes without leaving initialised memory.

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
                let want = (self.end + min).next_power_of_two();
                self.data.resize(want, 0);
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
        if self.is_empty() && self.data.len() > keep {
            self.data = Vec::new();
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
