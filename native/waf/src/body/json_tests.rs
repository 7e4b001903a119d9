use super::*;
use proptest::prelude::*;

fn run(input: &[u8], limits: &Limits) -> (Vec<(String, String)>, Option<(Fault, usize)>) {
    let mut out = Vec::new();
    let mut sink = |field: Field, name: Text<'_>, value: Text<'_>| {
        assert_eq!(field, Field::Argument);
        assert!(value.range().is_none_or(|r| input[r] == *value));
        out.push((String::from_utf8_lossy(&name).into_owned(), String::from_utf8_lossy(&value).into_owned()));
    };
    let document = parse(input, limits, &mut Scratch::default(), &mut sink);
    // The names of arrays are told beside the arguments.
    assert!(document.arguments <= out.len());
    (out, document.error.map(|e| (e.fault, e.at)))
}

fn own(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect()
}

#[test]
fn documents() {
    let table: &[(&str, &[(&str, &str)])] = &[
        ("", &[]),
        (r#"{"foo":"bar","mod":"sec"}"#, &[("json.foo", "bar"), ("json.mod", "sec")]),
        (r#" { "a" : { "b" : "c" , "d" : "e" } } "#, &[("json.a.b", "c"), ("json.a.d", "e")]),
        (
            "\t[1,\r\n-2.5e+7,0,-0,1E5]",
            &[("json.array_0", "1"), ("json.array_1", "-2.5e+7"), ("json.array_2", "0"), ("json.array_3", "-0"), ("json.array_4", "1E5")],
        ),
        ("[true,false,null]", &[("json.array_0", "true"), ("json.array_1", "false"), ("json.array_2", "")]),
        ("\"x\"", &[("json", "x")]),
        ("7", &[("json", "7")]),
        ("null", &[("json", "")]),
        (
            r#"{"items":[{"x":1},{"x":2,"y":[3]}]}"#,
            &[
                ("json.items", ""),
                ("json.items.array_0.x", "1"),
                ("json.items.array_1.x", "2"),
                ("json.items.array_1.y", ""),
                ("json.items.array_1.y.array_0", "3"),
            ],
        ),
        ("[[1,2],[3]]", &[("json.array_0.array_0", "1"), ("json.array_0.array_1", "2"), ("json.array_1.array_0", "3")]),
        (r#"{"a":[[1],[]]}"#, &[("json.a", ""), ("json.a.array_0.array_0", "1"), ("json.a.array_1", "")]),
        (r#"[{"a":1},"b",[],"c"]"#, &[("json.array_0.a", "1"), ("json.array_1", "b"), ("json.array_2", ""), ("json.array_3", "c")]),
        (r#"{"a":1,"a":2}"#, &[("json.a", "1"), ("json.a", "2")]),
        (r#"{"":1,"b":{"":2}}"#, &[("json.empty-key", "1"), ("json.b.empty-key", "2")]),
        (r#"{"a":{},"b":[]}"#, &[("json.a", ""), ("json.b", "")]),
        ("{}", &[("json", "")]),
        (r#"{"a\u002eb":"\u003cscript\u003e"}"#, &[("json.a.b", "<script>")]),
        (r#"{"a":"","b":" "}"#, &[("json.a", ""), ("json.b", " ")]),
        (r#"{"\ud83d\ude00":"\ud800"}"#, &[("json.\u{1f600}", "\u{fffd}")]),
        ("{\"k\u{e9}\":\"\u{65e5}\u{672c}\"}", &[("json.k\u{e9}", "\u{65e5}\u{672c}")]),
        (r#"{"a":{"b":{"c":1},"d":2},"e":3}"#, &[("json.a.b.c", "1"), ("json.a.d", "2"), ("json.e", "3")]),
    ];
    for (input, expected) in table {
        assert_eq!(run(input.as_bytes(), &Limits::default()), (own(expected), None), "{input}");
    }
}

#[test]
fn errors_keep_what_was_before() {
    let table: &[(&[u8], &[(&str, &str)], Fault, usize)] = &[
        (b" ", &[], Fault::End, 1),
        (b"a", &[], Fault::Unexpected, 0),
        (b"{", &[], Fault::End, 1),
        (b"{\"a\"", &[], Fault::End, 4),
        (b"{\"a\":", &[], Fault::End, 5),
        (b"{\"a\":1", &[("json.a", "1")], Fault::End, 6),
        (b"{\"a\":1,}", &[("json.a", "1")], Fault::Unexpected, 7),
        (b"{\"a\":1 \"b\":2}", &[("json.a", "1")], Fault::Unexpected, 7),
        (b"{\"a\" 1}", &[], Fault::Unexpected, 5),
        (b"{a:1}", &[], Fault::Unexpected, 1),
        (b"{'a':1}", &[], Fault::Unexpected, 1),
        (b"{1:1}", &[], Fault::Unexpected, 1),
        (b"[1,]", &[("json.array_0", "1")], Fault::Unexpected, 3),
        (b"[,1]", &[], Fault::Unexpected, 1),
        (b"[1}", &[("json.array_0", "1")], Fault::Unexpected, 2),
        (b"{\"a\":1]", &[("json.a", "1")], Fault::Unexpected, 6),
        (b"]", &[], Fault::Unexpected, 0),
        (b"1 2", &[("json", "1")], Fault::Trailing, 2),
        (b"{}{}", &[("json", "")], Fault::Trailing, 2),
        (b"{} // x", &[("json", "")], Fault::Trailing, 3),
        (b"[1 /* x */]", &[("json.array_0", "1")], Fault::Unexpected, 3),
        (b"01", &[], Fault::Number, 0),
        (b"-", &[], Fault::Number, 0),
        (b"+1", &[], Fault::Unexpected, 0),
        (b"1.", &[], Fault::Number, 0),
        (b".5", &[], Fault::Unexpected, 0),
        (b"[1e]", &[], Fault::Number, 1),
        (b"1e+", &[], Fault::Number, 0),
        (b"0x10", &[("json", "0")], Fault::Trailing, 1),
        (b"NaN", &[], Fault::Unexpected, 0),
        (b"-Infinity", &[], Fault::Number, 0),
        (b"True", &[], Fault::Unexpected, 0),
        (b"tru", &[], Fault::Word, 0),
        (b"nulls", &[("json", "")], Fault::Trailing, 4),
        (b"\"a", &[], Fault::End, 2),
        (b"\"a\\\"", &[], Fault::End, 4),
        (b"\"a\nb\"", &[], Fault::Control, 2),
        (b"\"a\0b\"", &[], Fault::Control, 2),
        (b"\"\\x\"", &[], Fault::Escape, 1),
        (b"[\"ok\",\"\\u12\"]", &[("json.array_0", "ok")], Fault::Escape, 7),
        (b"\xef\xbb\xbf{}", &[], Fault::Unexpected, 0),
        (b"[\"a\",\"\xff\"]", &[("json.array_0", "a")], Fault::Utf8, 6),
        (b"\"\xc0\xaf\"", &[], Fault::Utf8, 1),
        (b"\"\xed\xa0\x80\"", &[], Fault::Utf8, 1),
        (b"[1]\xff", &[("json.array_0", "1")], Fault::Utf8, 3),
        (b"{x\xff", &[], Fault::Unexpected, 1),
        (b"{\0\"\0a\0", &[], Fault::Unexpected, 1),
        (b"\x0b1", &[], Fault::Unexpected, 0),
    ];
    for (input, expected, fault, at) in table {
        let found = run(input, &Limits::default());
        assert_eq!(found, (own(expected), Some((*fault, *at))), "{}", input.escape_ascii());
    }
}

#[test]
fn bounds() {
    let tight = Limits { arguments: 3, depth: 4, name: 40, names: 60, body: 1_000, ..Limits::default() };
    let table: &[(String, usize, Option<(Fault, usize)>)] = &[
        (r#"{"a":{"b":{"c":{"d":1}}}}"#.to_owned(), 1, None),
        (r#"{"a":{"b":{"c":{"d":{}}}}}"#.to_owned(), 0, Some((Fault::Depth, 20))),
        ("[".repeat(900), 0, Some((Fault::Depth, 4))),
        ("[1,2,3]".to_owned(), 3, None),
        ("[1,2,3,4]".to_owned(), 3, Some((Fault::Arguments, 7))),
        (r#"{"a":[1,2,3]}"#.to_owned(), 4, None),
        (r#"{"a":[1],"b":[2],"c":[3]}"#.to_owned(), 6, None),
        (r#"{"a":[1,2,3,4]}"#.to_owned(), 4, Some((Fault::Arguments, 12))),
        (format!("{{\"{}\":1}}", "k".repeat(35)), 1, None),
        (format!("{{\"{}\":1}}", "k".repeat(36)), 0, Some((Fault::Names, 1))),
        (format!("{{\"{}\":[1,2,3]}}", "k".repeat(10)), 2, Some((Fault::Names, 17))),
        (format!("{{\"{}\":[1],\"k\":[2]}}", "k".repeat(21)), 2, Some((Fault::Names, 33))),
        (format!("[1,\"{}\"]", "x".repeat(1_000)), 1, Some((Fault::BodyTooLong, 1_000))),
    ];
    for (input, count, error) in table {
        let (out, found) = run(input.as_bytes(), &tight);
        assert_eq!((out.len(), found), (*count, *error), "{}", &input[..input.len().min(60)]);
    }
}

#[test]
fn a_million_brackets_are_no_trouble() {
    for (input, fault) in
        [("[".repeat(1 << 20), Fault::Depth), ("{\"a\":".repeat(1 << 18), Fault::Depth), ("[[],".repeat(1 << 18), Fault::Depth)]
    {
        assert_eq!(run(input.as_bytes(), &Limits::default()).1.map(|e| e.0), Some(fault));
    }
    let wide = format!("[{}0]", "0,".repeat(1 << 19));
    assert_eq!(run(wide.as_bytes(), &Limits::default()).1.map(|e| e.0), Some(Fault::Arguments));
}

/// A value, its text, and what it flattens to below a name.
fn value() -> impl Strategy<Value = serde_json::Value> {
    use serde_json::Value;
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(|n| Value::Number(n.into())),
        any::<String>().prop_map(Value::String),
    ];
    leaf.prop_recursive(5, 60, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
            proptest::collection::vec((any::<String>(), inner), 0..6).prop_map(|m| Value::Object(m.into_iter().collect())),
        ]
    })
}

fn flatten(value: &serde_json::Value, name: &str, member: bool, out: &mut Vec<(String, String)>) {
    use serde_json::Value;
    match value {
        Value::Array(items) if !items.is_empty() => {
            if member {
                out.push((name.to_owned(), String::new()));
            }
            items.iter().enumerate().for_each(|(n, item)| flatten(item, &format!("{name}.array_{n}"), false, out));
        }
        Value::Object(members) if !members.is_empty() => members.iter().for_each(|(key, item)| {
            flatten(item, &format!("{name}.{}", if key.is_empty() { "empty-key" } else { key }), true, out);
        }),
        Value::Null | Value::Array(_) | Value::Object(_) => out.push((name.to_owned(), String::new())),
        Value::String(text) => out.push((name.to_owned(), text.clone())),
        other => out.push((name.to_owned(), other.to_string())),
    }
}

proptest! {
    #[test]
    fn what_another_encoder_writes_is_read(value in value(), pretty in any::<bool>()) {
        let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) };
        let mut expected = Vec::new();
        flatten(&value, "json", false, &mut expected);
        let text = text.unwrap_or_default();
        prop_assert_eq!(run(text.as_bytes(), &Limits { arguments: 1 << 20, ..Limits::default() }), (expected, None));
    }

    #[test]
    fn the_judgement_is_another_parser_s(input in "[\\[\\]{}:,\" 0-1a\\\\n\\-.e]{0,12}") {
        let (_, error) = run(input.as_bytes(), &Limits::default());
        let other = serde_json::from_str::<&serde_json::value::RawValue>(&input).is_ok();
        prop_assert_eq!(error.is_none(), other || input.is_empty(), "{}", input);
    }
}
