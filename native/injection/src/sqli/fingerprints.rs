//! The fingerprints of attacks: up to five kinds of tokens in a row.
//!
//! `data/fingerprints.txt` has, sorted, all letters but the last, a blank, and every letter that may come last; letters are
//! capitals, so that keywords and the like share one with others (`k` and `K`). The facts are libinjection's (BSD 3-clause
//! licence).

static LIST: &[u8] = include_bytes!("../../data/fingerprints.txt");
const SLOTS: usize = 4096;

/// Open addressing: the letters before the last, five bits each, and a bit for every last letter. No last letter: a free slot.
static TABLE: [(u32, u32); SLOTS] = table();
/// By the numbers of the first two letters, a bit for every third; bit 0 when there are fingerprints of the two at all.
static BEGINNINGS: [[u32; 21]; 21] = beginnings();

/// The numbers of letters.
static NUMBERS: [u8; 256] = {
    let mut all = [0; 256];
    let mut letter: u8 = 255;
    while letter > 0 {
        all[letter as usize] = of(letter);
        letter -= 1;
    }
    all
};

#[inline]
#[allow(clippy::cast_lossless)] // `From` is not const
const fn number(letter: u8) -> u32 {
    NUMBERS[letter as usize] as u32
}

/// 1 to 20; 0 for what stands in no fingerprint.
const fn of(letter: u8) -> u8 {
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

#[allow(clippy::large_stack_arrays)] // of the compiler
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

const fn beginnings() -> [[u32; 21]; 21] {
    let mut all = [[0; 21]; 21];
    let (mut at, mut slot) = (0, 0);
    while slot < SLOTS {
        let (stem, ends) = TABLE[slot];
        // The third letter from the left of stems of four letters, or three, or two; the last one where the stem is shorter.
        let (mut stem, mut third) = (stem, ends);
        while stem >= 1 << 10 {
            third = 1 << (stem & 31);
            stem >>= 5;
        }
        if stem >= 1 << 5 {
            all[(stem >> 5) as usize][(stem & 31) as usize] |= third | 1;
        } else if stem > 0 {
            while at <= 20 {
                if ends >> at & 1 == 1 {
                    all[stem as usize][at] |= 1;
                }
                at += 1;
            }
            at = 0;
        }
        slot += 1;
    }
    all
}

/// Whether any fingerprint begins with the two or three letters.
#[inline]
pub(crate) fn begins(first: u8, second: u8, third: Option<u8>) -> bool {
    let thirds = BEGINNINGS[number(first) as usize][number(second) as usize];
    match third.map(number) {
        None => thirds & 1 == 1,
        Some(third) => third != 0 && thirds >> third & 1 == 1,
    }
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
