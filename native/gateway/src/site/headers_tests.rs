use super::*;
use serde_json::{Value, json};

fn rules(body: &Value, direction: Direction) -> Result<Rules, String> {
    let body: HeaderRules = serde_json::from_value(body.clone()).unwrap_or_else(|e| panic!("{e}"));
    Rules::compile(&body, direction)
}

#[test]
fn remove_set_add() {
    let body = json!({"remove": ["X-Old"], "set": {"X-Set": "1"}, "add": {"Link": "</a>"}});
    let rules = rules(&body, Direction::Response).unwrap_or_else(|e| panic!("{e}"));
    for (name, drops, touches) in
        [("x-old", true, true), ("X-SET", true, true), ("Link", false, true), ("X-Other", false, false), ("X-Set-2", false, false)]
    {
        assert_eq!((rules.drops(name.as_bytes()), rules.touches(name.as_bytes())), (drops, touches), "{name}");
    }
    assert_eq!(rules.lines(), b"X-Set: 1\r\nLink: </a>\r\n");
    assert!(!rules.is_empty() && Rules::default().is_empty());
    let mut out = Vec::new();
    rules.put_lines(&mut out, |name| name.eq_ignore_ascii_case(b"x-set"));
    assert_eq!(out, b"Link: </a>\r\n");
    out.clear();
    rules.put_lines(&mut out, |_| false);
    assert_eq!(out, rules.lines());
}

#[test]
fn refused_and_taken() {
    use Direction::{Request, Response};
    for (body, direction, fine) in [
        (json!({"set": {"Host": "inner.example:8080"}}), Request, true),
        (json!({"set": {"Host": "a b"}}), Request, false),
        (json!({"add": {"Host": "a"}}), Request, false),
        (json!({"remove": ["host"]}), Request, false),
        (json!({"set": {"Authorization": "Basic YTpi"}}), Request, true),
        (json!({"set": {"X-Auth-Subject": "root"}}), Request, false),
        (json!({"set": {"x_auth_subject": "root"}}), Request, false),
        (json!({"remove": ["X-Forwarded-For"]}), Request, false),
        (json!({"set": {"X-Request-Id": "1"}}), Response, false),
        (json!({"set": {"Connection": "close"}}), Response, false),
        (json!({"set": {"Transfer-Encoding": "chunked"}}), Response, false),
        (json!({"remove": ["Content-Length"]}), Response, false),
        (json!({"remove": ["content_length"]}), Response, false),
        (json!({"set": {"Upgrade": "x"}}), Request, false),
        (json!({"set": {"Te": "trailers"}}), Request, false),
        (json!({"set": {"A B": "x"}}), Response, false),
        (json!({"set": {"": "x"}}), Response, false),
        (json!({"set": {"X": "a\r\nY: b"}}), Response, false),
        (json!({"set": {"X": " a"}}), Response, false),
        (json!({"set": {"X": ""}}), Response, true),
        (json!({"set": {"X": "a".repeat(5000)}}), Response, false),
        (json!({"remove": vec!["X"; 65]}), Response, false),
        (json!({"remove": ["Server", "X-Powered-By"]}), Response, true),
    ] {
        assert_eq!(rules(&body, direction).is_ok(), fine, "{body} {direction:?}");
    }
}

#[test]
fn security_headers_leave_what_rules_speak_of() {
    let names = |body: &Value| {
        let rules = rules(body, Direction::Response).unwrap_or_else(|e| panic!("{e}"));
        security(&rules).iter().map(|d| d.name).collect::<Vec<_>>()
    };
    assert_eq!(names(&json!({})), ["X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy"]);
    assert_eq!(names(&json!({"remove": ["x-frame-options"]})), ["X-Content-Type-Options", "Referrer-Policy"]);
    assert_eq!(names(&json!({"set": {"Referrer-Policy": "no-referrer"}})), ["X-Content-Type-Options", "X-Frame-Options"]);
    assert!(hsts(0).is_none());
    assert_eq!(hsts(60).map(|d| d.line), Some(b"Strict-Transport-Security: max-age=60\r\n"[..].into()));
}
