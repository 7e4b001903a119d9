//! JSON: another parser takes what ours takes, and refuses what ours refuses.

use hcc_waf::body::{Fault, Field, Limits, Scratch, Text, json};

/// Any bytes are a document.
pub fn check(data: &[u8]) {
    let (mut count, mut names) = (0, 0);
    let mut sink = |_: Field, name: Text<'_>, value: Text<'_>| {
        assert!(value.range().is_none_or(|r| data[r] == *value), "where it says it stands");
        assert!(name.starts_with(b"json") && std::str::from_utf8(&name).is_ok() && std::str::from_utf8(&value).is_ok());
        (count, names) = (count + 1, names + name.len());
    };
    // The other one has a limit of 128.
    let limits = Limits { depth: 100, arguments: 2_000, names: 100_000, ..Limits::default() };
    let document = json::parse(data, &limits, &mut Scratch::default(), &mut sink);
    assert!(document.arguments <= limits.arguments && names <= limits.names);
    // The name of a list that has elements is handed over beside what is counted.
    let lists: usize = data.iter().map(|byte| usize::from(*byte == b'[')).sum();
    assert!((document.arguments..=document.arguments + lists).contains(&count), "{} of {count}", document.arguments);
    let fault = document.error.map(|e| e.fault);
    assert!(document.error.is_none_or(|e| e.at <= data.len()));
    if data.is_empty() || matches!(fault, Some(Fault::Depth | Fault::Arguments | Fault::Names)) {
        return;
    }
    let other = serde_json::from_slice::<&serde_json::value::RawValue>(data).is_ok();
    assert_eq!(fault.is_none(), other, "{fault:?}: {}", data.escape_ascii());
}
