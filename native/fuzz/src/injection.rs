//! SQL injection and scripts: the short cuts change no verdict, and no value takes more than linear time.

use hcc_injection::{sqli, sqli_in_full, xss, xss_in_full};
use std::time::{Duration, Instant};

/// A value that is repeated up to so many bytes.
const LONG: usize = 1 << 17;
/// Of so many values one is repeated.
const ONE_OF: u32 = 64;

/// Any bytes are a value.
pub fn check(data: &[u8]) {
    let found = sqli(data);
    assert_eq!(found, sqli_in_full(data));
    assert_eq!(xss(data), xss_in_full(data));
    if let Some(found) = found {
        assert!((1..=5).contains(&found.as_str().len()), "{found}");
    }
    let sum = data.iter().fold(0u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(*byte)));
    if !data.is_empty() && sum % ONE_OF == 0 {
        let long = data.repeat(LONG.div_ceil(data.len()));
        let begun = Instant::now();
        sqli(&long);
        xss(&long);
        // Some 60 ms without optimisation.
        assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    }
}
