use super::*;
use serde_json::json;

fn validator(body: &Value) -> Result<Validator, String> {
    let body: ValidateBody = serde_json::from_str(&body.to_string()).unwrap_or_else(|e| panic!("{e}"));
    Validator::compile(&body)
}

fn made(body: &Value) -> Validator {
    validator(body).unwrap_or_else(|e| panic!("{e}"))
}

fn details(answer: &Answer) -> Value {
    match &answer.content {
        crate::render::Content::Told { details, .. } => details.clone(),
        _ => Value::Null,
    }
}

#[test]
fn content_types() {
    let some = made(&json!({"content_types": ["application/json", "Image/*"]}));
    let any = made(&json!({}));
    for (value, taken) in [
        (Some("application/json"), true),
        (Some("Application/JSON; charset=utf-8"), true),
        (Some(" application/json ;x"), true),
        (Some("application/json2"), false),
        (Some("image/png"), true),
        (Some("image/"), false),
        (Some("image"), false),
        (Some("text/plain, application/json"), false),
        (Some(""), false),
        (None, false),
    ] {
        let value = value.map(str::as_bytes);
        assert_eq!(some.check(value, b"").map_err(|a| a.status), if taken { Ok(()) } else { Err(415) }, "{value:?}");
        assert!(any.check(value, b"").is_ok());
    }
    assert!(!some.wants_body());
    let json = made(&json!({"json": true}));
    for (encoding, fine) in [(None, true), (Some("identity"), true), (Some("gzip"), false)] {
        assert_eq!(json.check_head(None, encoding.map(str::as_bytes)).is_ok(), fine);
        assert!(some.check_head(Some(b"image/png"), encoding.map(str::as_bytes)).is_ok());
    }
}

#[test]
fn well_formed_or_not() {
    let json = made(&json!({"json": true}));
    assert!(json.wants_body() && json.max_bytes() == 1_048_576);
    let deep = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
    for (body, place) in [
        ("{}", None),
        (" [1, 2.5e999, \"\\u00e9\\\"[\"] \n", None),
        (&*deep(64), None),
        (&*deep(65), Some(Value::Null)),
        (&*deep(100_000), Some(Value::Null)),
        (&*format!("\"{}\"", "[".repeat(100)), None),
        ("", Some(json!({"line": 1, "column": 0}))),
        ("{\n \"a\": 1,\n}", Some(json!({"line": 3, "column": 1}))),
        ("{} {}", Some(json!({"line": 1, "column": 4}))),
        ("{'a': 1}", Some(json!({"line": 1, "column": 2}))),
        ("[01]", Some(json!({"line": 1, "column": 3}))),
        ("\u{feff}{}", Some(json!({"line": 1, "column": 1}))),
        ("NaN", Some(json!({"line": 1, "column": 1}))),
    ] {
        let refused = json.check(None, body.as_bytes()).err();
        assert_eq!(refused.as_ref().map(details), place, "{body:.60}");
        assert!(refused.is_none_or(|a| a.status == 400));
    }
    let refused = json.check(None, b"{\"a\":\n \"\xff\"}").err();
    assert_eq!(refused.as_ref().map(details), Some(json!({"line": 2, "column": 3})));
}

#[test]
fn schemas() {
    let schema = json!({
        "type": "object",
        "required": ["name"],
        "properties": {"name": {"type": "string", "pattern": "^[a-z]+$"}, "tags": {"type": "array", "items": {"$ref": "#/$defs/tag"}}},
        "additionalProperties": false,
        "$defs": {"tag": {"type": "string", "maxLength": 3}},
    });
    let validator = made(&json!({"schema": schema}));
    assert!(validator.wants_body());
    for (body, want) in [
        (json!({"name": "a"}), vec![]),
        (json!({"name": "a", "tags": ["x", "yyy"]}), vec![]),
        (json!({}), vec![""]),
        (json!({"name": "A"}), vec!["/name"]),
        (json!({"name": "a", "tags": ["x", "long", 4]}), vec!["/tags/1", "/tags/2"]),
        (json!([]), vec![""]),
    ] {
        let refused = validator.check(Some(b"application/json"), body.to_string().as_bytes()).err();
        let fields: Vec<String> = refused
            .as_ref()
            .and_then(|a| details(a)["errors"].as_array().cloned())
            .into_iter()
            .flatten()
            .map(|e| e["field"].as_str().unwrap_or_default().to_owned())
            .collect();
        assert_eq!(fields, want, "{body}");
        assert_eq!(refused.map(|a| a.status), (!want.is_empty()).then_some(422));
    }
    let many = json!({"name": "a", "tags": vec![1; 50]}).to_string();
    let refused = validator.check(None, many.as_bytes()).err().unwrap_or_else(|| panic!());
    assert_eq!(details(&refused)["errors"].as_array().map(Vec::len), Some(MAX_ERRORS));
    let long = json!({"name": "A".repeat(5000)}).to_string();
    let refused = validator.check(None, long.as_bytes()).err().unwrap_or_else(|| panic!());
    assert!(details(&refused)["errors"][0]["message"].as_str().is_some_and(|m| m.chars().count() <= MAX_MESSAGE + 1));
    assert_eq!(validator.check(None, b"{").map_err(|a| a.status), Err(400));
    assert_eq!(validator.check(None, b"1e999").map_err(|a| a.status), Err(400));
}

#[test]
fn refused() {
    for body in [
        json!({"content_types": ["json"]}),
        json!({"content_types": ["*/json"]}),
        json!({"max_bytes": 0}),
        json!({"max_bytes": 1_000_000_000}),
        json!({"schema": {"type": "nothing"}}),
        json!({"schema": {"$ref": "https://example.com/schema.json"}}),
        json!({"schema": {"$ref": "file:///etc/passwd"}}),
        json!({"schema": {"$ref": "#/$defs/none"}}),
        json!({"schema": {"pattern": "(?=a)b"}}),
        json!({"schema": {"pattern": "("}}),
        json!({"schema": {"description": "x".repeat(300_000)}}),
        json!({"schema": 7}),
    ] {
        assert!(validator(&body).is_err(), "{:.100}", body.to_string());
    }
}
