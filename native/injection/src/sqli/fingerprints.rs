//! The fingerprints of attacks: up to five kinds of tokens in a row.
//!
//! `data/fingerprints.txt` has, sorted, all letters but the last, a blank, and every letter that may come last; letters are
//! capitals, so that keywords and the like share one with others (`k` and `K`). The facts are libinjection's (BSD 3-clause
//! licence).

static LIST: &[u8] = include_bytes!("../../data/fingerprints.txt");
const SLOTS: usize = 4096;

/// Open addressing: the letters before the last, five bits each, and a bit for every last letter. No last letter: a free slot.
static TABLE: [(u32, u32); SLOTS] = table();

/// 1 to 20; 0 for what stands in no fingerprint.
const fn number(letter: u8) -> u32 {
    match letter.to_ascii_uppercase() {
        b'&' => 1,
        b'(' => 2,
        b')' => 3,
        b',' => 4,
        b'1' => 5,
        b':' => 6,
        b';' => 7,
        b'A' => 8,
        b'B' => 9,
        b'C' => 10,
        b'E' => 11,
        b'F' => 12,
        b'K' => 13,
        b'N' => 14,
        b'O' => 15,
        b'S' => 16,
        b'T' => 17,
        b'U' => 18,
        b'V' => 19,
        b'X' => 20,
        _ => 0,
    }
}

const fn slot(stem: u32) -> usize {
    (stem.wrapping_mul(0x9E37_79B1) >> 20) as usize % SLOTS
}

const fn table() -> [(u32, u32); SLOTS] {
    let mut slots = [(0, 0); SLOTS];
    let mut at = 0;
    while at < LIST.len() {
        let mut stem = 0;
        while LIST[at] != b' ' {
            assert!(number(LIST[at]) != 0, "an unknown letter in the list of fingerprints");
            stem = stem << 5 | number(LIST[at]);
            at += 1;
        }
        at += 1;
        let mut ends = 0;
        while LIST[at] != b'\n' {
            assert!(number(LIST[at]) != 0, "an unknown letter in the list of fingerprints");
            ends |= 1 << number(LIST[at]);
            at += 1;
        }
        at += 1;
        let mut slot = slot(stem);
        while slots[slot].1 != 0 {
            slot = (slot + 1) % SLOTS;
        }
        slots[slot] = (stem, ends);
    }
    slots
}

/// Whether the letters, in either case, are the fingerprint of an attack.
pub(crate) fn known(letters: &[u8]) -> bool {
    let Some((last, before)) = letters.split_last() else { return false };
    let mut stem = 0;
    for letter in before {
        match number(*letter) {
            0 => return false,
            n => stem = stem << 5 | n,
        }
    }
    let mut at = slot(stem);
    while TABLE[at].1 != 0 {
        if TABLE[at].0 == stem {
            return number(*last) != 0 && TABLE[at].1 >> number(*last) & 1 == 1;
        }
        at = (at + 1) % SLOTS;
    }
    false
}
