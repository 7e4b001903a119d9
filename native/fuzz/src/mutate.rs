//! Changes to inputs: small, seeded, with the words of the field at hand.

/// A generator of numbers that is the same everywhere (`SplitMix64`).
#[derive(Debug)]
pub struct Random(u64);

impl Random {
    /// From a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `bound`; 0 when that is 0.
    pub fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.number() % (bound.max(1) as u64)).unwrap_or(0)
    }
}

/// Longest input made.
const MAX: usize = 12_288;
/// Bytes at which parsers decide.
const ODD: &[u8] = b"\0\t\n\x0b\x0c\r \"#%&*+,-./0159:;=?@AFGafg[\\]_x\x7f\x80\xa0\xff";

/// Changes an input in one to six places; `words` are inserted, `other` is an input to take a part of.
pub fn mutate(input: &mut Vec<u8>, random: &mut Random, words: &[Vec<u8>], other: &[u8]) {
    for _ in 0..=random.below(6) {
        let at = random.below(input.len() + 1);
        let end = (at + random.below(16) + 1).min(input.len());
        match random.below(10) {
            0 | 1 => put(input, at, words.get(random.below(words.len())).map_or(&[], Vec::as_slice)),
            2 => put(input, at, &[ODD[random.below(ODD.len())]]),
            3 if at < input.len() => input[at] = ODD[random.below(ODD.len())],
            4 if at < input.len() => input[at] ^= 1 << random.below(8),
            5 => drop(input.drain(at.min(end)..end)),
            6 => {
                let piece = input[at.min(end)..end].to_vec();
                put(input, random.below(input.len() + 1), &piece);
            }
            7 => {
                let from = random.below(other.len() + 1);
                let to = (from + random.below(64)).min(other.len());
                put(input, at, &other[from..to]);
            }
            8 if at < end => {
                // Long runs, for limits.
                let piece = input[at..end].repeat(1 + random.below(600));
                put(input, at, &piece);
            }
            _ if at < input.len() => input[at] = input[at].to_ascii_uppercase() ^ (b' ' & random.number().to_le_bytes()[0]),
            _ => {}
        }
    }
    input.truncate(MAX);
}

fn put(input: &mut Vec<u8>, at: usize, bytes: &[u8]) {
    input.splice(at..at, bytes.iter().copied());
}

/// The words of a dictionary in libFuzzer's form: a quoted word a line, `\xHH`, `\\` and `\"` for bytes that need it.
///
/// Gives `None` when a line is neither that, nor empty, nor a comment.
pub fn dictionary(text: &str) -> Option<Vec<Vec<u8>>> {
    let lines = text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#'));
    lines.map(|l| l.strip_prefix('"')?.strip_suffix('"').and_then(unescaped)).collect()
}

fn unescaped(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let mut bytes = text.bytes();
    while let Some(b) = bytes.next() {
        match b {
            b'\\' => match bytes.next()? {
                b'x' => {
                    let digits = [bytes.next()?, bytes.next()?];
                    out.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
                }
                other => out.push(other),
            },
            other => out.push(other),
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_inputs() {
        let run = |seed| {
            let mut random = Random::new(seed);
            let mut input = b"GET / HTTP/1.1\r\n".to_vec();
            for _ in 0..50 {
                mutate(&mut input, &mut random, &[b"Host".to_vec()], b"0\r\n\r\n");
            }
            input
        };
        assert_eq!(run(1), run(1));
        assert_ne!(run(1), run(2));
        assert!(run(3).len() <= MAX);
    }

    #[test]
    fn a_dictionary_is_read() {
        assert_eq!(dictionary("# words\n\n\"a\\x0d\\\\\\\"\"\n"), Some(vec![b"a\r\\\"".to_vec()]));
        assert_eq!(dictionary("a=b"), None);
    }
}
