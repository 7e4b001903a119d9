//! Forms: another way of reading them, by the letter, agrees.

use hcc_waf::body::{Field, Limits, Scratch, Text, urlencoded};

/// Any bytes are a form.
pub fn check(data: &[u8]) {
    let mut found = Vec::new();
    let mut sink = |_: Field, name: Text<'_>, value: Text<'_>| {
        for text in [name, value] {
            assert!(text.range().is_none_or(|r| data[r] == *text), "where it says it stands");
        }
        found.push((name.to_vec(), value.to_vec()));
    };
    let limits = Limits { arguments: 200, ..Limits::default() };
    let form = urlencoded::parse(data, b'&', &limits, &mut Scratch::default(), &mut sink);
    let mut pairs: Vec<&[u8]> = data.split(|b| *b == b'&').collect();
    // Nothing stands behind the last separator.
    if pairs.last().is_some_and(|last| last.is_empty()) {
        pairs.pop();
    }
    assert_eq!(form.over_limit, pairs.len() > limits.arguments);
    pairs.truncate(limits.arguments);
    let mut invalid = false;
    let expected = pairs.iter().map(|pair| {
        let mut halves = pair.splitn(2, |b| *b == b'=').map(|half| decoded(half, &mut invalid));
        (halves.next().unwrap_or_default(), halves.next().unwrap_or_default())
    });
    assert_eq!(found, expected.collect::<Vec<_>>());
    assert_eq!((form.arguments, form.invalid_encoding), (found.len(), invalid));
}

fn decoded(raw: &[u8], invalid: &mut bool) -> Vec<u8> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < raw.len() {
        let digits = raw.get(at + 1..at + 3).filter(|d| d.iter().all(u8::is_ascii_hexdigit));
        let byte = digits.and_then(|d| std::str::from_utf8(d).ok()).and_then(|d| u8::from_str_radix(d, 16).ok());
        match (raw[at], byte) {
            (b'%', Some(byte)) => {
                out.push(byte);
                at += 2;
            }
            (b'+', _) => out.push(b' '),
            (other, _) => {
                *invalid |= other == b'%';
                out.push(other);
            }
        }
        at += 1;
    }
    out
}
