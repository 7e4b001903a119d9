//! Finding the end of a head must not depend on how its bytes arrive.

use hcc_http::scan::HeadScanner;

/// Bytes of a head taken here.
pub const MAX_HEAD: usize = 16_384;

/// The first head in `data`, or `None` when there is none or it is refused.
///
/// The head is looked for at once and in pieces of a few sizes; the answers have to be the same, but for which of two faults is
/// found first.
pub fn head(data: &[u8]) -> Option<&[u8]> {
    let whole = HeadScanner::default().scan(data, MAX_HEAD).map_err(|_| ());
    for step in [1, 2, 7, 64] {
        let mut scanner = HeadScanner::default();
        let mut seen = 0;
        let pieces = loop {
            match scanner.scan(&data[..seen], MAX_HEAD) {
                Ok(None) if seen < data.len() => seen = (seen + step).min(data.len()),
                answer => break answer.map_err(|_| ()),
            }
        };
        assert_eq!(whole, pieces, "in pieces of {step}");
    }
    whole.ok().flatten().map(|length| &data[..length])
}
