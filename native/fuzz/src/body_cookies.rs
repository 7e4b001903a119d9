//! Cookies: names are never empty, everything stands where it says, and nothing but separators is left out.

use hcc_waf::body::{Field, Limits, Text, cookies};

/// Any bytes are a `Cookie` field.
pub fn check(data: &[u8]) {
    let mut covered = vec![false; data.len()];
    let mut last = 0;
    let whole = cookies::parse(data, &Limits { arguments: 300, ..Limits::default() }, &mut |_: Field, name: Text<'_>, value: Text<'_>| {
        assert!(!name.is_empty() && !name.contains(&b'=') && !name[0].is_ascii_whitespace());
        for text in [name, value] {
            let range = text.range().unwrap_or_else(|| panic!("cookies are never copied"));
            assert!(range.start >= last && data[range.clone()] == *text && !text.contains(&b';'));
            last = range.end;
            covered[range].fill(true);
        }
    });
    if whole {
        // What is nowhere is a separator, white space, or belongs to a pair without a name.
        for (at, byte) in data.iter().enumerate().filter(|(at, _)| !covered[*at]) {
            let nameless = data[..at].iter().rposition(|b| *b == b';').map_or(0, |n| n + 1);
            let nameless = data[nameless..].iter().find(|b| !b.is_ascii_whitespace() && **b != 0x0b) == Some(&b'=');
            assert!(matches!(byte, b';' | b'=' | b'\t'..=b'\r' | b' ') || nameless, "byte {at} of {}", data.escape_ascii());
        }
    }
}
