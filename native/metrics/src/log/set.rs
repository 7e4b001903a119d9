//! A set of small numbers.

/// Numbers that are in it are bits.
#[derive(Debug, Default)]
pub struct Set {
    words: Vec<u64>,
}

impl Set {
    /// Puts a number in; whether it was not there.
    pub fn insert(&mut self, number: u32) -> bool {
        let (word, bit) = (number as usize / 64, 1_u64 << (number % 64));
        if word >= self.words.len() {
            self.words.resize((word + 1).next_power_of_two(), 0);
        }
        let Some(found) = self.words.get_mut(word) else { return true };
        let fresh = *found & bit == 0;
        *found |= bit;
        fresh
    }

    /// Takes a number out.
    pub fn remove(&mut self, number: u32) {
        if let Some(word) = self.words.get_mut(number as usize / 64) {
            *word &= !(1 << (number % 64));
        }
    }

    /// Takes all out; the room stays.
    pub fn clear(&mut self) {
        self.words.fill(0);
    }
}
