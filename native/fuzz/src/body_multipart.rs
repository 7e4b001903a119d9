//! Multipart bodies: parts are what stands between boundary lines, and what is odd is flagged.

use hcc_waf::body::{Field, Limits, Scratch, Text, multipart};

/// The first line is the `Content-Type`, the rest the body.
pub fn check(data: &[u8]) {
    let cut = memchr::memchr(b'\n', data).unwrap_or(data.len());
    let (content_type, body) = (&data[..cut], data.get(cut + 1..).unwrap_or_default());
    let (mut parts, mut contents, mut last) = (0, Vec::new(), 0);
    let mut sink = |field: Field, name: Text<'_>, value: Text<'_>| {
        for text in [name, value] {
            assert!(text.range().is_none_or(|r| body[r] == *text), "where it says it stands");
        }
        parts += usize::from(field == Field::PartName);
        if matches!(field, Field::Argument | Field::FileContent) {
            let range = value.range().unwrap_or_else(|| panic!("content is never copied"));
            assert!(range.start >= last, "parts do not overlap");
            last = range.end;
            contents.push(range);
        }
    };
    let limits = Limits { parts: 50, ..Limits::default() };
    let form = multipart::parse(content_type, body, &limits, &mut Scratch::default(), &mut sink);
    assert!(parts <= limits.parts && form.files_size + form.without_files <= body.len());
    assert_eq!(form.files + form.arguments, contents.len());
    assert_eq!(form.error.is_some(), form.flags.error);
    assert!(form.flags.strict_error() || form.error.is_none());
    if form.error.is_some() || form.flags.strict_error() || body.is_empty() {
        return;
    }
    // Nothing odd: the body is its parts between boundary lines, from its first byte to its last.
    let Some(at) = memchr::memmem::find(content_type, b"boundary=") else { panic!("a boundary") };
    let boundary = content_type[at + 9..].split(|b| *b == b';').next().unwrap_or_default();
    let delimiter = [b"--", boundary].concat();
    let lines = body.split(|b| *b == b'\n').filter(|l| l.starts_with(&delimiter)).count();
    assert_eq!(lines, parts + 1, "{}", data.escape_ascii());
    assert!(body.starts_with(&delimiter));
    for range in contents {
        let (before, after) = (&body[..range.start], &body[range.end..]);
        assert!(before.ends_with(b"\r\n\r\n"));
        assert!(after.strip_prefix(b"\r\n").is_some_and(|a| a.starts_with(&delimiter)));
    }
}
