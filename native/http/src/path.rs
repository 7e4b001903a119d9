//! Path normalisation for matching; the bytes forwarded stay as received.

use crate::bytes::hex;
use crate::error::Reject;

/// Whether a path is its own normal form, so that no copy is needed.
pub fn is_plain(path: &[u8]) -> bool {
    let mut previous = 0u8;
    for &b in path {
        if b == b'%' || b == b'\\' || (previous == b'/' && matches!(b, b'/' | b'.')) {
            return false;
        }
        previous = b;
    }
    true
}

/// Decodes unreserved escapes, merges slashes and resolves dot segments (RFC 3986 section 6.2.2) into `out`.
///
/// Reserved escapes such as `%2F` stay escaped. Refused: broken escapes, `%00` and other controls, a backslash, a path
/// that climbs above its root.
pub fn normalise(path: &[u8], out: &mut Vec<u8>) -> Result<(), Reject> {
    out.clear();
    let mut i = 0;
    while i < path.len() {
        let b = path[i];
        if b == b'%' {
            let (Some(high), Some(low)) = (path.get(i + 1).copied().and_then(hex), path.get(i + 2).copied().and_then(hex)) else {
                return Err(Reject::bad("broken escape in path"));
            };
            let value = high << 4 | low;
            if value < 0x20 || value == 0x7f {
                return Err(Reject::bad("control byte in path"));
            }
            if value.is_ascii_alphanumeric() || matches!(value, b'-' | b'.' | b'_' | b'~') {
                out.push(value);
            } else {
                out.extend([b'%', path[i + 1].to_ascii_uppercase(), path[i + 2].to_ascii_uppercase()]);
            }
            i += 3;
            continue;
        }
        if b == b'\\' {
            return Err(Reject::bad("backslash in path"));
        }
        out.push(b);
        i += 1;
    }
    resolve(out)
}

/// What an obliging server may make of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// What everybody does.
    Same,
    /// Another path, with the same segments or more of them.
    Other,
    /// Another path, after dot segments were resolved.
    Climbed,
}

/// The path as the most obliging server would read it, into `out`.
///
/// Many decode `%2F` and `%5C` before they resolve dot segments, and some (servlets) leave out what follows a `;` in a segment. A
/// path that leads elsewhere in this reading gets round whatever was decided by the other.
pub fn obliging(path: &[u8], out: &mut Vec<u8>) -> Result<Reading, Reject> {
    let is_slash = |escape: &[u8]| matches!(escape, [b'%', b'2', b'f' | b'F'] | [b'%', b'5', b'c' | b'C']);
    if !path.contains(&b';') && !path.windows(3).any(is_slash) {
        return Ok(Reading::Same);
    }
    let mut read = Vec::with_capacity(path.len());
    let mut parameter = false;
    let mut i = 0;
    while i < path.len() {
        let slash = path[i] == b'/' || path.get(i..i + 3).is_some_and(is_slash);
        let step = if slash && path[i] == b'%' { 3 } else { 1 };
        parameter = !slash && (parameter || path[i] == b';');
        if slash {
            read.push(b'/');
        } else if !parameter {
            read.push(path[i]);
        }
        i += step;
    }
    normalise(&read, out)?;
    let segments = |path: &[u8]| path.split(|b| *b == b'/').filter(|s| !s.is_empty()).count();
    Ok(if segments(&read) == segments(out) { Reading::Other } else { Reading::Climbed })
}

fn resolve(path: &mut Vec<u8>) -> Result<(), Reject> {
    let source = std::mem::take(path);
    let mut segments: Vec<&[u8]> = Vec::new();
    let mut slash_end = true;
    for segment in source.split(|b| *b == b'/') {
        slash_end = false;
        match segment {
            b"" | b"." => slash_end = true,
            b".." => {
                segments.pop().ok_or(Reject::bad("path above its root"))?;
                slash_end = true;
            }
            other => segments.push(other),
        }
    }
    for segment in &segments {
        path.push(b'/');
        path.extend_from_slice(segment);
    }
    if slash_end || segments.is_empty() {
        path.push(b'/');
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn table() {
        for (path, want) in [
            ("/", Some("/")),
            ("/a//b/", Some("/a/b/")),
            ("/a/./b/../c", Some("/a/c")),
            ("/%61%2Fb", Some("/a%2Fb")),
            ("/%2e%2e/x", None),
            ("/a/%2e%2e/x", Some("/x")),
            ("/a/..", Some("/")),
            ("/..", None),
            ("/%", None),
            ("/%0", None),
            ("/%zz", None),
            ("/%00", None),
            ("/a\\b", None),
            ("/a.b/.c", Some("/a.b/.c")),
        ] {
            let mut out = Vec::new();
            let got = normalise(path.as_bytes(), &mut out).ok().map(|()| String::from_utf8_lossy(&out).into_owned());
            assert_eq!(got.as_deref(), want, "{path}");
        }
    }

    #[test]
    fn an_obliging_reading() {
        for (path, want) in [
            ("/a/b", Some((Reading::Same, ""))),
            ("/a%2Fb", Some((Reading::Other, "/a/b"))),
            ("/a%5cb/", Some((Reading::Other, "/a/b/"))),
            ("/x%2f..%2fprivate", Some((Reading::Climbed, "/private"))),
            ("/x%2f%2e%2e%2fprivate", Some((Reading::Climbed, "/private"))),
            ("/x/..;a=b/private;c", Some((Reading::Climbed, "/private"))),
            ("/a;v=1/b", Some((Reading::Other, "/a/b"))),
            ("/..;/b", None),
            ("/%2f..%2f..", None),
        ] {
            let mut out = Vec::new();
            let got = obliging(path.as_bytes(), &mut out).ok().map(|reading| (reading, String::from_utf8_lossy(&out).into_owned()));
            assert_eq!(got, want.map(|(reading, path)| (reading, path.to_owned())), "{path}");
        }
    }

    proptest! {
        #[test]
        fn twice_is_once(path in "/[a-c./%25]{0,20}") {
            let (mut once, mut twice) = (Vec::new(), Vec::new());
            if normalise(path.as_bytes(), &mut once).is_ok() {
                normalise(&once, &mut twice).unwrap_or_else(|e| panic!("{e}"));
                prop_assert_eq!(once, twice);
            }
        }

        #[test]
        fn plain_is_normal(path in "/[a-c./%]{0,12}") {
            let mut out = Vec::new();
            if is_plain(path.as_bytes()) {
                prop_assert!(normalise(path.as_bytes(), &mut out).is_ok());
                prop_assert_eq!(path.as_bytes(), &out[..]);
            }
        }
    }
}
