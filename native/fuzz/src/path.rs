//! Normalising: once is enough, the result is safe to match, and another way of computing it agrees.

use hcc_http::path::{is_plain, normalise};

/// Any bytes behind a slash are a path.
pub fn check(data: &[u8]) {
    let mut path = vec![b'/'];
    path.extend(data.iter().copied().filter(|b| *b != b'?'));
    let mut normal = Vec::new();
    let done = normalise(&path, &mut normal).ok().map(|()| normal.clone());
    assert_eq!(done, by_the_book(&path), "{}", path.escape_ascii());
    let Some(normal) = done else {
        assert!(!is_plain(&path), "a plain path is never refused");
        return;
    };
    assert!(normal.starts_with(b"/"));
    let segments: Vec<&[u8]> = normal[1..].split(|b| *b == b'/').collect();
    let inner = &segments[..segments.len() - 1];
    assert!(segments.iter().all(|s| *s != b"." && *s != b".."), "{}", normal.escape_ascii());
    assert!(inner.iter().all(|s| !s.is_empty()), "{}", normal.escape_ascii());
    let mut twice = Vec::new();
    assert!(normalise(&normal, &mut twice).is_ok());
    assert_eq!(normal, twice, "twice is once");
    if is_plain(&path) {
        assert_eq!(path, normal, "a plain path is its own normal form, so that matching it needs no copy");
    }
}

/// RFC 3986 section 6.2.2 and 5.2.4 word for word, with empty segments left out; `None` where it is refused.
fn by_the_book(path: &[u8]) -> Option<Vec<u8>> {
    let mut decoded = Vec::new();
    let mut rest = path;
    while let [b, tail @ ..] = rest {
        rest = tail;
        match (b, tail) {
            (b'%', [high, low, after @ ..]) => {
                let text = [*high, *low];
                let text = std::str::from_utf8(&text).ok().filter(|t| t.bytes().all(|c| c.is_ascii_hexdigit()))?;
                let value = u8::from_str_radix(text, 16).ok()?;
                match char::from(value) {
                    c if c.is_ascii_control() => return None,
                    'a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '.' | '_' | '~' => decoded.push(value),
                    _ => decoded.extend(format!("%{value:02X}").bytes()),
                }
                rest = after;
            }
            (b'%' | b'\\', _) => return None,
            (b, _) => decoded.push(*b),
        }
    }
    let mut input = Vec::new();
    for b in decoded {
        if b != b'/' || input.last() != Some(&b'/') {
            input.push(b);
        }
    }
    let mut input = &input[..];
    let mut output: Vec<u8> = Vec::new();
    while !input.is_empty() {
        if let Some(after) = input.strip_prefix(b"/.").filter(|a| a.is_empty() || a[0] == b'/') {
            input = if after.is_empty() { b"/" } else { after };
        } else if let Some(after) = input.strip_prefix(b"/..").filter(|a| a.is_empty() || a[0] == b'/') {
            let cut = output.iter().rposition(|b| *b == b'/')?;
            output.truncate(cut);
            input = if after.is_empty() { b"/" } else { after };
        } else {
            let end = input[1..].iter().position(|b| *b == b'/').map_or(input.len(), |n| n + 1);
            output.extend(&input[..end]);
            input = &input[end..];
        }
    }
    Some(output)
}
