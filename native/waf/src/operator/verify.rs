//! `@verifyCC`, `@verifyCPF`, `@verifySSN` and `@verifySVNR`: numbers whose check digits are right.
//!
//! The operators' parameter is a regular expression; what it matches is a candidate, of which only the digits count.

use std::ops::Range;

/// Bytes of candidates looked at, as a multiple of the value's length and beside it, before candidates may no longer overlap.
const OVERLAP: (usize, usize) = (4, 4096);

/// The first candidate that holds up.
///
/// `find` gives the first match of the operator's expression at or behind an offset. Candidates may overlap, since a number can
/// begin inside a longer match; in a value of many long ones they may not after a while, so that the time stays linear.
pub fn find_verified(
    value: &[u8],
    mut find: impl FnMut(&[u8], usize) -> Option<Range<usize>>,
    holds: impl Fn(&[u8]) -> bool,
) -> Option<Range<usize>> {
    let mut budget = value.len().saturating_mul(OVERLAP.0).saturating_add(OVERLAP.1);
    let mut from = 0;
    while from < value.len() {
        let candidate = find(value, from)?;
        if value.get(candidate.clone()).is_some_and(&holds) {
            return Some(candidate);
        }
        budget = budget.saturating_sub(candidate.len());
        let next = candidate.start.max(from).saturating_add(1);
        from = if budget > 0 { next } else { next.max(candidate.end) };
    }
    None
}

/// Exactly `N` digits; other bytes do not count.
fn digits<const N: usize>(candidate: &[u8]) -> Option<[u32; N]> {
    let mut found = [0; N];
    let mut count = 0;
    for digit in candidate.iter().filter(|b| b.is_ascii_digit()) {
        *found.get_mut(count)? = u32::from(digit - b'0');
        count += 1;
    }
    (count == N).then_some(found)
}

/// The first `N` digits, up to a NUL; whatever follows does not count.
fn leading_digits<const N: usize>(candidate: &[u8]) -> Option<[u32; N]> {
    let text = candidate.split(|b| *b == 0).next().unwrap_or_default();
    let mut found = [0; N];
    let mut source = text.iter().filter(|b| b.is_ascii_digit());
    for digit in &mut found {
        *digit = u32::from(source.next()? - b'0');
    }
    Some(found)
}

/// Sum of the digits times their weights.
fn weighted(digits: &[u32], weights: &[u32]) -> u32 {
    digits.iter().zip(weights).map(|(digit, weight)| digit * weight).sum()
}

/// All the same.
fn repeated(digits: &[u32]) -> bool {
    digits.windows(2).all(|pair| pair.first() == pair.last())
}

/// Each one more than the one before.
fn ascending(digits: &[u32]) -> bool {
    digits.windows(2).all(|pair| matches!(pair, [a, b] if a + 1 == *b))
}

/// `@verifyCC`: ISO/IEC 7812-1 annex B (Luhn), for any number of digits but none.
pub fn is_card_number(candidate: &[u8]) -> bool {
    let (mut sum, mut count) = (0_u32, 0_usize);
    for digit in candidate.iter().rev().filter(|b| b.is_ascii_digit()).map(|b| u32::from(b - b'0')) {
        let doubled = digit * 2;
        let weight = if count % 2 == 0 { digit } else { doubled / 10 + doubled % 10 };
        sum = (sum + weight) % 10;
        count += 1;
    }
    count > 0 && sum == 0
}

/// `@verifyCPF`: Brazil's taxpayer number, eleven digits of which the last two check the others.
pub fn is_cpf(candidate: &[u8]) -> bool {
    let Some(number) = leading_digits::<11>(candidate) else { return false };
    if repeated(&number) || number == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0] {
        return false;
    }
    let check = |sum: u32| (sum * 10) % 11 % 10;
    let [.., first, second] = number;
    check(weighted(&number[..9], &[10, 9, 8, 7, 6, 5, 4, 3, 2])) == first
        && check(weighted(&number[..10], &[11, 10, 9, 8, 7, 6, 5, 4, 3, 2])) == second
}

/// `@verifySSN`: a United States social security number by the rules before 2011, nine digits.
pub fn is_ssn(candidate: &[u8]) -> bool {
    let Some(number) = digits::<9>(candidate) else { return false };
    if repeated(&number) || ascending(&number) {
        return false;
    }
    let part = |digits: &[u32]| digits.iter().fold(0, |value, digit| value * 10 + digit);
    let (area, group, serial) = (part(&number[..3]), part(&number[3..5]), part(&number[5..]));
    area > 0 && area < 740 && area != 666 && group > 0 && serial > 0
}

/// `@verifySVNR`: Austria's social insurance number, ten digits of which the fourth checks the others.
pub fn is_svnr(candidate: &[u8]) -> bool {
    const ASCENDING: [[u32; 10]; 2] = [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 2, 3, 4, 5, 6, 7, 8, 9, 0]];
    let Some(number) = leading_digits::<10>(candidate) else { return false };
    // The reference implementation forbids these too, but compares with ten of its twelve only and lets repeated 8 and 9 pass.
    if repeated(&number) || ASCENDING.contains(&number) {
        return false;
    }
    weighted(&number, &[3, 7, 9, 0, 5, 8, 4, 2, 1, 6]) % 11 % 10 == number[3]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        type Check = fn(&[u8]) -> bool;
        let cases: [(Check, &str, bool); 23] = [
            (is_card_number, "4539578763621486", true),
            (is_card_number, "4539-5787-6362-1486", true),
            (is_card_number, "4539578763621487", false),
            (is_card_number, "0", true),
            (is_card_number, "18", true),
            (is_card_number, "none", false),
            (is_cpf, "010.817.514-60", true),
            (is_cpf, "010.817.514-61", false),
            (is_cpf, "111.111.111-11", false),
            (is_cpf, "012.345.678-90", false),
            (is_cpf, "010.817", false),
            (is_cpf, "01081751460999", true),
            (is_ssn, "574-57-8065", true),
            (is_ssn, "800-57-8065", false),
            (is_ssn, "666-57-8065", false),
            (is_ssn, "123-45-6789", false),
            (is_ssn, "574-00-8065", false),
            (is_ssn, "5745780651", false),
            (is_svnr, "1237010180", true),
            (is_svnr, "1238010180", false),
            (is_svnr, "1234567890", false),
            (is_svnr, "8888888888", false),
            (is_svnr, "12370101", false),
        ];
        for (check, candidate, want) in cases {
            assert_eq!(check(candidate.as_bytes()), want, "{candidate}");
        }
    }

    /// Runs of digits, as `\d+` would find them.
    fn run(value: &[u8], from: usize) -> Option<Range<usize>> {
        let start = from + value.get(from..)?.iter().position(u8::is_ascii_digit)?;
        let length = value.get(start..)?.iter().take_while(|b| b.is_ascii_digit()).count();
        Some(start..start + length)
    }

    #[test]
    fn candidates_overlap() {
        for (value, want) in [
            (&b"card 4539578763621486"[..], Some(5..21)),
            // A digit before it belongs to the first match, not to the second.
            (b"94539578763621486", Some(1..17)),
            (b"1, 4539578763621486", Some(3..19)),
            (b"nothing", None),
            (b"", None),
        ] {
            assert_eq!(find_verified(value, run, is_card_number), want, "{}", value.escape_ascii());
        }
    }

    #[test]
    fn long_candidates_stay_linear() {
        let value = vec![b'1'; 1 << 20];
        let mut looked_at = 0;
        let found = find_verified(&value, |value, from| run(value, from).inspect(|candidate| looked_at += candidate.len()), |_| false);
        assert_eq!(found, None);
        assert!(looked_at < value.len() * 6, "{looked_at}");
    }
}
