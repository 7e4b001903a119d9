//! One pass over a value that says which of many patterns may match it.

use super::byte_set::ByteSet;
use super::grams::Grams;
use super::required::Required;
use std::collections::BTreeMap;

/// A set of ids: small numbers, one bit each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IdSet {
    words: Vec<u64>,
}

impl IdSet {
    /// Makes it the set of these words.
    pub fn copy_from(&mut self, words: &[u64]) {
        self.words.clear();
        self.words.extend_from_slice(words);
    }

    /// The set as words of 64 ids each, the lowest first; ids beyond them are not in it.
    pub fn words(&self) -> &[u64] {
        &self.words
    }

    /// Adds an id.
    #[inline]
    pub fn insert(&mut self, id: u32) {
        let word = (id / 64) as usize;
        if word >= self.words.len() {
            self.words.resize(word + 1, 0);
        }
        self.words[word] |= 1 << (id % 64);
    }

    /// Whether the id is in the set.
    #[inline]
    pub fn contains(&self, id: u32) -> bool {
        self.words.get((id / 64) as usize).is_some_and(|word| word >> (id % 64) & 1 == 1)
    }

    /// Removes every id and keeps the memory.
    pub fn clear(&mut self) {
        self.words.fill(0);
    }

    /// How many ids there are.
    pub fn len(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    /// The ids in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.words
            .iter()
            .zip(0u32..)
            .flat_map(|(word, index)| (0..64).filter(move |bit| word >> bit & 1 == 1).map(move |bit| index * 64 + bit))
    }
}

/// Collects what patterns require.
#[derive(Debug, Default)]
pub struct Builder {
    entries: Vec<(u32, Required)>,
}

impl Builder {
    /// Adds a pattern under an id. Ids are small numbers from 0: the scan's result has a bit for each.
    pub fn add(&mut self, id: u32, required: Required) -> &mut Self {
        self.entries.push((id, required));
        self
    }

    /// Makes the prefilter.
    pub fn build(self) -> Prefilter {
        let mut filter = Prefilter::default();
        let classes = Classes::of(&self.entries);
        let mut owners: BTreeMap<Vec<u8>, Vec<u32>> = BTreeMap::new();
        let mut conditions = Vec::new();
        for (id, required) in self.entries {
            if required.is_nothing() && required.min_length == 0 {
                filter.always.insert(id);
                continue;
            }
            let all = required.bytes.iter().fold(0, |mask, set| mask | classes.bit(set));
            let any = classes.bit(&required.or_bytes);
            if required.literals.is_empty() && required.or_bytes.is_empty() || any == 0 && !required.or_bytes.is_empty() {
                filter.unfiltered.insert(id);
            }
            conditions.push((id, required.min_length, all));
            if any != 0 {
                filter.by_class[any.trailing_zeros() as usize].insert(id);
            }
            for literal in required.literals {
                owners.entry(literal.to_ascii_lowercase()).or_default().push(id);
            }
            filter.ids.insert(id);
        }
        filter.classes = classes.table();
        filter.conditions(&conditions);
        filter.grams = (!owners.is_empty()).then(|| Grams::new(&owners.into_iter().collect::<Vec<_>>()));
        filter
    }
}

/// Sets of bytes that conditions name, a bit each. There is room for 64; the conditions of those beyond count as met.
struct Classes(Vec<ByteSet>);

impl Classes {
    fn of(entries: &[(u32, Required)]) -> Self {
        let mut wanted: Vec<(u32, ByteSet)> = Vec::new();
        for (_, required) in entries {
            // Where there are literals, they say more than bytes do; without them the rarest set says most.
            let (weight, sets) = if required.literals.is_empty() { (4, required.bytes.as_slice()) } else { (0, &[][..]) };
            let sets = sets.iter().take(2).enumerate().map(|(rank, set)| (if rank == 0 { weight } else { 1 }, *set));
            for (weight, set) in sets.chain([(8, required.or_bytes)]).filter(|(_, set)| !set.is_empty()) {
                match wanted.iter_mut().find(|(_, known)| *known == set) {
                    Some((sum, _)) => *sum += weight,
                    None => wanted.push((weight, set)),
                }
            }
        }
        wanted.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
        wanted.truncate(64);
        Self(wanted.into_iter().map(|(_, set)| set).collect())
    }

    /// The bit of a set; none when it was left out.
    fn bit(&self, set: &ByteSet) -> u64 {
        self.0.iter().position(|known| known == set).map_or(0, |index| 1 << index)
    }

    /// The bits of all sets that a byte is in.
    fn table(&self) -> Box<[u64; 256]> {
        let mut table = Box::new([0; 256]);
        for (index, set) in self.0.iter().enumerate() {
            set.iter().for_each(|byte| table[usize::from(byte)] |= 1 << index);
        }
        table
    }
}

/// A set of few ids: those words that are not empty, with their places.
#[derive(Clone, Debug, Default)]
struct Sparse {
    words: Vec<(u32, u64)>,
}

impl Sparse {
    fn insert(&mut self, id: u32) {
        match self.words.iter_mut().find(|(place, _)| *place == id / 64) {
            Some((_, word)) => *word |= 1 << (id % 64),
            None => self.words.push((id / 64, 1 << (id % 64))),
        }
    }
}

/// Lengths that are told apart; all longer values count as one.
const LENGTHS: usize = 64;

/// Says which patterns may match a value. It may name one that does not match, and never leaves one out that does.
#[derive(Debug)]
pub struct Prefilter {
    grams: Option<Grams>,
    /// All ids but those of `always`.
    ids: IdSet,
    always: IdSet,
    /// Ids without literals, which other conditions may still rule out.
    unfiltered: IdSet,
    /// By byte, the classes that it is in.
    classes: Box<[u64; 256]>,
    /// By class, the ids that a byte of it is enough for.
    by_class: Vec<Sparse>,
    /// Words of the sets below.
    words: usize,
    /// By length, the ids that such a value is long enough for.
    long_enough: Vec<u64>,
    /// By class, the ids that a value without it is nothing for.
    needed: Vec<Sparse>,
    /// The classes that some id needs.
    classes_needed: u64,
}

impl Default for Prefilter {
    fn default() -> Self {
        Self {
            grams: None,
            ids: IdSet::default(),
            always: IdSet::default(),
            unfiltered: IdSet::default(),
            classes: Box::new([0; 256]),
            by_class: vec![Sparse::default(); 64],
            words: 0,
            long_enough: Vec::new(),
            needed: vec![Sparse::default(); 64],
            classes_needed: 0,
        }
    }
}

impl Prefilter {
    /// An empty collection.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Ids of which nothing is known: they may match every value, and scans do not name them.
    pub const fn always(&self) -> &IdSet {
        &self.always
    }

    /// Makes `out` the ids that may match `value`, those of [`Self::always`] excepted.
    pub fn scan(&self, value: &[u8], out: &mut IdSet) {
        self.literals_of(value, out);
        self.sieve(value, out);
    }

    /// The first part of [`Self::scan`]: makes `out` the ids with a literal in the value, and those that want none. The case of
    /// letters makes no difference to it.
    pub fn literals_of(&self, value: &[u8], out: &mut IdSet) {
        out.words.clone_from(&self.unfiltered.words);
        out.words.resize(self.words, 0);
        if let Some(grams) = &self.grams {
            if !grams.search(value, |id| out.insert(id)) {
                out.words.clone_from(&self.ids.words);
            }
        }
    }

    /// The second part of [`Self::scan`]: what the value's bytes and its length add and take away.
    pub fn sieve(&self, value: &[u8], out: &mut IdSet) {
        let present = value.iter().fold(0, |mask, byte| mask | self.classes[usize::from(*byte)]);
        let mut left = present;
        while left != 0 {
            for (place, ids) in self.by_class.get(left.trailing_zeros() as usize).map_or(&[][..], |set| &set.words) {
                if let Some(word) = out.words.get_mut(*place as usize) {
                    *word |= ids;
                }
            }
            left &= left - 1;
        }
        for (word, fits) in out.words.iter_mut().zip(self.long_enough(value.len())) {
            *word &= fits;
        }
        let mut absent = self.classes_needed & !present;
        while absent != 0 {
            for (place, needed) in self.needed.get(absent.trailing_zeros() as usize).map_or(&[][..], |set| &set.words) {
                if let Some(word) = out.words.get_mut(*place as usize) {
                    *word &= !needed;
                }
            }
            absent &= absent - 1;
        }
    }

    fn long_enough(&self, length: usize) -> &[u64] {
        let at = length.min(LENGTHS - 1);
        self.long_enough.get(at * self.words..(at + 1) * self.words).unwrap_or_default()
    }

    /// What ids ask for besides literals: shortest lengths, and classes of which each must be present.
    fn conditions(&mut self, conditions: &[(u32, usize, u64)]) {
        self.words = self.ids.words.len();
        self.long_enough = vec![0; LENGTHS * self.words];
        for (id, min_length, all) in conditions {
            let (word, bit) = ((id / 64) as usize, 1_u64 << (id % 64));
            for length in (0..LENGTHS).filter(|length| length >= min_length || *length == LENGTHS - 1) {
                self.long_enough[length * self.words + word] |= bit;
            }
            for (_, needed) in self.needed.iter_mut().enumerate().filter(|(class, _)| all >> class & 1 == 1) {
                needed.insert(*id);
            }
            self.classes_needed |= all;
        }
    }

    /// Bytes held.
    pub fn memory(&self) -> usize {
        let sets = self.by_class.iter().chain(&self.needed).map(|set| size_of_val(set) + size_of_val(set.words.as_slice()));
        let sets = sets.sum::<usize>();
        self.grams.as_ref().map_or(0, Grams::memory) + sets + self.long_enough.len() * 8 + size_of_val(&*self.classes)
    }

    /// How many words all ids take.
    pub const fn words(&self) -> usize {
        self.words
    }

    /// How many different literals are looked for.
    pub fn literals(&self) -> usize {
        self.grams.as_ref().map_or(0, Grams::len)
    }
}

impl IdSet {
    /// Takes an id out.
    #[inline]
    pub fn remove(&mut self, id: u32) {
        if let Some(word) = self.words.get_mut((id / 64) as usize) {
            *word &= !(1 << (id % 64));
        }
    }
}

#[cfg(test)]
#[path = "prefilter_tests.rs"]
mod tests;
