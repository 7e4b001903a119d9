//! The words of SQL dialects: kinds of keywords, functions and operators, and phrases of several words.
//!
//! `data/words.txt` has a line a word, sorted, with the letter of its kind before it; `-` marks what only occurs in phrases. The
//! facts are libinjection's table (BSD 3-clause licence).

use super::token::Kind;

static LIST: &[u8] = include_bytes!("../../data/words.txt");
/// The longest word, in bytes.
const LONGEST: usize = 29;
const COUNT: usize = count(false);
const PHRASES: usize = count(true);
const SLOTS: usize = 4096;

/// The word begins a phrase.
const BEGINS: u8 = 1;
/// The word ends a phrase.
const ENDS: u8 = 2;
/// The word is one of [`CALLABLE`].
const CALLED: u8 = 4;

/// Names that are functions when a parenthesis follows, and may be columns or variables otherwise.
const CALLABLE: [&[u8]; 11] = [
    b"USER_ID",
    b"USER_NAME",
    b"DATABASE",
    b"PASSWORD",
    b"USER",
    b"CURRENT_USER",
    b"CURRENT_DATE",
    b"CURRENT_TIME",
    b"CURRENT_TIMESTAMP",
    b"LOCALTIME",
    b"LOCALTIMESTAMP",
];

#[derive(Clone, Copy)]
struct Entry {
    at: u16,
    len: u8,
    kind: Kind,
}

/// Number 0 is no word.
static WORDS: [Entry; COUNT + 1] = words();
/// Open addressing: number of the word in the low half, check bits of its hash in the high half.
static TABLE: [u32; SLOTS] = table();
/// Head, tail and the phrase that both make, once for each place where it can be cut. Sorted by phrase.
static JOINTS: [[u16; 3]; PHRASES] = joints();
/// By number: [`BEGINS`] and the like.
static PARTS: [u8; COUNT + 1] = parts();

/// Lines, or the places where the words of phrases can be cut.
const fn count(cuts: bool) -> usize {
    let (mut at, mut n) = (0, 0);
    while at < LIST.len() {
        let phrase = LIST[at] != b'-';
        at += 2;
        while LIST[at] != b'\n' {
            if cuts && phrase && LIST[at] == b' ' {
                n += 1;
            }
            at += 1;
        }
        at += 1;
        if !cuts {
            n += 1;
        }
    }
    n
}

#[allow(clippy::cast_possible_truncation)] // offsets are below 2^16 and lengths below 2^8: the file has 12 KB
const fn words() -> [Entry; COUNT + 1] {
    let mut all = [Entry { at: 0, len: 0, kind: Kind::Nothing }; COUNT + 1];
    let (mut at, mut n) = (0, 1);
    while at < LIST.len() {
        let (kind, begin) = (Kind::of_word(LIST[at]), at + 2);
        at = begin;
        while LIST[at] != b'\n' {
            at += 1;
        }
        all[n] = Entry { at: begin as u16, len: (at - begin) as u8, kind };
        assert!(at - begin <= LONGEST, "a longer word than LONGEST");
        n += 1;
        at += 1;
    }
    all
}

#[allow(clippy::cast_possible_truncation)] // about a thousand words
const fn table() -> [u32; SLOTS] {
    let mut slots = [0; SLOTS];
    let mut n = 1;
    while n <= COUNT {
        let hash = hash(spelling(n));
        let mut slot = hash as usize % SLOTS;
        while slots[slot] != 0 {
            slot = (slot + 1) % SLOTS;
        }
        slots[slot] = (hash & 0xFFFF_0000) | n as u32;
        n += 1;
    }
    slots
}

#[allow(clippy::cast_possible_truncation)] // about a thousand words
const fn joints() -> [[u16; 3]; PHRASES] {
    let mut all = [[0; 3]; PHRASES];
    let (mut number, mut n) = (1, 0);
    while number <= COUNT {
        let text = spelling(number);
        let mut cut = 0;
        while cut < text.len() && !matches!(WORDS[number].kind, Kind::Nothing) {
            if text[cut] == b' ' {
                let (head, tail) = (text.split_at(cut).0, text.split_at(cut + 1).1);
                all[n] = [find(head), find(tail), number as u16];
                assert!(all[n][0] != 0 && all[n][1] != 0, "a part of a phrase is missing");
                n += 1;
            }
            cut += 1;
        }
        number += 1;
    }
    all
}

const fn parts() -> [u8; COUNT + 1] {
    let mut all = [0; COUNT + 1];
    let mut n = 0;
    while n < PHRASES {
        all[JOINTS[n][0] as usize] |= BEGINS;
        all[JOINTS[n][1] as usize] |= ENDS;
        n += 1;
    }
    n = 0;
    while n < CALLABLE.len() {
        let number = find(CALLABLE[n]);
        assert!(number != 0, "a callable name is not in the list");
        all[number as usize] |= CALLED;
        n += 1;
    }
    all
}

const fn spelling(number: usize) -> &'static [u8] {
    let entry = WORDS[number];
    LIST.split_at(entry.at as usize).1.split_at(entry.len as usize).0
}

#[allow(clippy::cast_possible_truncation, clippy::cast_lossless)] // the high half of a mix; `From` is not const
/// Alike for texts that differ in case only. The ends of a text and its length tell these words apart well enough.
const fn hash(text: &[u8]) -> u32 {
    const CASE: u64 = 0x2020_2020_2020_2020;
    let (first, last) = if let (Some(a), Some(b)) = (text.first_chunk::<8>(), text.last_chunk::<8>()) {
        (u64::from_le_bytes(*a), u64::from_le_bytes(*b))
    } else if let (Some(a), Some(b)) = (text.first_chunk::<4>(), text.last_chunk::<4>()) {
        (u32::from_le_bytes(*a) as u64, u32::from_le_bytes(*b) as u64)
    } else if let (Some(a), Some(b)) = (text.first_chunk::<2>(), text.last_chunk::<2>()) {
        (u16::from_le_bytes(*a) as u64, u16::from_le_bytes(*b) as u64)
    } else if let [only] = text {
        (*only as u64, 0)
    } else {
        (0, 0)
    };
    let mixed = (first | CASE).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29) ^ (last | CASE).wrapping_add(text.len() as u64);
    (mixed.wrapping_mul(0xD6E8_FEB8_6659_FD93) >> 32) as u32
}

/// Whether the texts differ in case at most.
const fn same(a: &[u8], b: &[u8]) -> bool {
    let mut at = 0;
    while at < a.len() && at < b.len() {
        if !a[at].eq_ignore_ascii_case(&b[at]) {
            return false;
        }
        at += 1;
    }
    a.len() == b.len()
}

/// The number of a word in any case, 0 when it is none.
#[allow(clippy::cast_possible_truncation)] // the low half of a slot
const fn find(text: &[u8]) -> u16 {
    if text.len() > LONGEST {
        return 0;
    }
    let hash = hash(text);
    let mut slot = hash as usize % SLOTS;
    while TABLE[slot] != 0 {
        let (check, number) = (TABLE[slot] & 0xFFFF_0000, (TABLE[slot] & 0xFFFF) as u16);
        if check == hash & 0xFFFF_0000 && same(spelling(number as usize), text) {
            return number;
        }
        slot = (slot + 1) % SLOTS;
    }
    0
}

/// The number and kind of a word in any case; 0 and [`Kind::Nothing`] when it is none.
#[inline]
pub(crate) fn lookup(text: &[u8]) -> (u16, Kind) {
    let number = find(text);
    (number, WORDS[usize::from(number)].kind)
}

/// The number and kind of the phrase that two words make.
pub(crate) fn join(head: u16, tail: u16) -> Option<(u16, Kind)> {
    if PARTS[usize::from(head)] & BEGINS == 0 || PARTS[usize::from(tail)] & ENDS == 0 {
        return None;
    }
    let [_, _, phrase] = JOINTS.iter().find(|j| j[0] == head && j[1] == tail)?;
    Some((*phrase, WORDS[usize::from(*phrase)].kind))
}

/// A word as the table has it, in capitals.
pub(crate) fn text(number: u16) -> &'static [u8] {
    spelling(usize::from(number))
}

/// Whether what follows a bare word can make something else of it.
pub(crate) fn inert(number: u16) -> bool {
    PARTS[usize::from(number)] & (BEGINS | CALLED) == 0
}

/// Whether the text is one of the names that are functions when a parenthesis follows.
pub(crate) fn callable(text: &[u8]) -> bool {
    PARTS[usize::from(find(text))] & CALLED != 0
}
