//! `@containsWord`: the parameter with no letter beside it.

use memchr::memmem;

/// Only ASCII letters continue a word: `_`, digits and bytes above 127 end it. An empty parameter is always contained.
pub fn contains_word(value: &[u8], parameter: &[u8]) -> bool {
    if parameter.is_empty() {
        return true;
    }
    let Some(first) = memmem::find(value, parameter) else { return false };
    if stands_alone(value, first, parameter.len()) {
        return true;
    }
    // Occurrences may overlap, and then searching again behind each start would be quadratic: Knuth, Morris and Pratt's walk
    // sees every one in a single pass.
    let failure = failure_function(parameter);
    let mut matched = 0;
    for (at, byte) in value.iter().enumerate().skip(first) {
        while matched > 0 && parameter.get(matched) != Some(byte) {
            matched = fall_back(&failure, matched);
        }
        matched += usize::from(parameter.get(matched) == Some(byte));
        if matched == parameter.len() && stands_alone(value, (at + 1).saturating_sub(matched), matched) {
            return true;
        }
    }
    false
}

fn stands_alone(value: &[u8], start: usize, length: usize) -> bool {
    let letter = |at: Option<usize>| at.and_then(|at| value.get(at)).is_some_and(u8::is_ascii_alphabetic);
    !letter(start.checked_sub(1)) && !letter(start.checked_add(length))
}

/// For each prefix, the longest of its own prefixes that ends it too.
fn failure_function(parameter: &[u8]) -> Vec<usize> {
    let mut failure = vec![0];
    let mut matched = 0;
    for byte in parameter.iter().skip(1) {
        while matched > 0 && parameter.get(matched) != Some(byte) {
            matched = fall_back(&failure, matched);
        }
        matched += usize::from(parameter.get(matched) == Some(byte));
        failure.push(matched);
    }
    failure
}

fn fall_back(failure: &[usize], matched: usize) -> usize {
    matched.checked_sub(1).and_then(|last| failure.get(last)).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cases() {
        for (value, parameter, want) in [
            (&b""[..], &b""[..], true),
            (b"x", b"", true),
            (b"", b"x", false),
            (b"abc", b"abc", true),
            (b"abcdef", b"abc", false),
            (b"abcdef", b"def", false),
            (b"abc def", b"abc", true),
            (b"abc def", b"def", true),
            (b"abc1", b"abc", true),
            (b"_abc\xff", b"abc", true),
            (b"xabc abc", b"abc", true),
            (b"xabcx", b"abc", false),
            (b"a\0b", b"b", true),
            // The second of two overlapping occurrences.
            (b"xaba.aba.aba", b"aba.aba", true),
            (b"xaba.aba.abay", b"aba.aba", false),
            (b"x.a.a.a", b"a.a", true),
            (b"aaaa", b"aa", false),
        ] {
            assert_eq!(contains_word(value, parameter), want, "{} {}", value.escape_ascii(), parameter.escape_ascii());
        }
    }

    #[test]
    fn overlapping_without_end() {
        let (value, parameter) = (vec![b'a'; 1 << 20], vec![b'a'; 1 << 19]);
        assert!(!contains_word(&value, &parameter));
    }
}
