use super::*;
use crate::config::Platform;
use serde_json::json;
use std::collections::BTreeMap;

fn rendered(answer: &Answer, accept: &str, pages: Option<&ErrorPages>) -> (String, String) {
    let platform =
        Platform { response_lines: b"X-Version: 1\r\n".to_vec(), response_names: vec!["x-version".to_owned()], ..Platform::default() };
    let edits = Edits { platform: &platform, rules: None, security: &[], hsts: None, cors: false, lines: b"Vary: Origin\r\n" };
    let context = Context { accept: accept.as_bytes(), request_id: b"id-1", edits, pages };
    let rendered = render(answer, &context);
    (String::from_utf8_lossy(&rendered.lines).into_owned(), String::from_utf8_lossy(&rendered.body).into_owned())
}

#[test]
fn the_kind_that_the_client_prefers() {
    for (accept, want) in [
        ("", Kind::Json),
        ("*/*", Kind::Json),
        ("application/json", Kind::Json),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", Kind::Html),
        ("text/html,*/*", Kind::Html),
        ("TEXT/HTML", Kind::Html),
        ("text/html, application/json", Kind::Json),
        ("application/json, text/html", Kind::Json),
        ("text/html, application/json;q=0.9", Kind::Html),
        ("text/html;q=0.1, application/problem+json;q=0.2", Kind::Problem),
        ("application/problem+json", Kind::Problem),
        ("application/json, application/problem+json", Kind::Json),
        ("text/html;q=0", Kind::Json),
        ("text/html;q=x", Kind::Json),
        (";;,,;q=", Kind::Json),
    ] {
        assert_eq!(preferred(accept.as_bytes()), want, "{accept}");
    }
}

#[test]
fn errors() {
    let answer = Answer::new(429, "rate limit").with("Retry-After", "7".to_owned());
    let (lines, body) = rendered(&answer, "", None);
    for line in [
        "Content-Type: application/json\r\n",
        "Cache-Control: no-store\r\n",
        "X-Content-Type-Options: nosniff\r\n",
        "Retry-After: 7\r\n",
        "X-Request-Id: id-1\r\n",
        "X-Version: 1\r\n",
        "Vary: Origin\r\n",
    ] {
        assert!(lines.contains(line), "{line}: {lines}");
    }
    assert!(lines.contains(&format!("Content-Length: {}\r\n", body.len())));
    let envelope: Value = serde_json::from_str(&body).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(
        (&envelope["error"]["code"], &envelope["request_id"], &envelope["success"]),
        (&json!("RATE_LIMITED"), &json!("id-1"), &json!(false))
    );
    let told = Answer::new(422, "x").with_details(json!({"errors": [1]}));
    let (_, body) = rendered(&told, "application/problem+json", None);
    let problem: Value = serde_json::from_str(&body).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(
        (&problem["status"], &problem["details"], &problem["code"]),
        (&json!(422), &json!({"errors": [1]}), &json!("VALIDATION_FAILED"))
    );
    let shouted = Answer::new(503, "maintenance").with_message("MAINTENANCE", "<b>back & soon</b>\nbye");
    let (lines, body) = rendered(&shouted, "text/html", None);
    assert!(lines.contains("Content-Type: text/html; charset=utf-8\r\n"));
    assert!(
        body.contains("&lt;b&gt;back &amp; soon&lt;/b&gt;<br>bye") && body.contains("<title>503 Service Unavailable</title>"),
        "{body}"
    );
}

#[test]
fn a_site_has_pages_of_its_own() {
    let pages = |pairs: &[(&str, &str)]| {
        ErrorPages::compile(pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect::<BTreeMap<_, _>>())
    };
    let own = pages(&[("502", "<p>502"), ("5xx", "<p>5xx"), ("404", "<p>404")]).unwrap_or_else(|e| panic!("{e}"));
    for (status, accept, want) in [
        (502, "text/html", "<p>502"),
        (503, "text/html", "<p>5xx"),
        (404, "text/html", "<p>404"),
        (404, "application/json", "{"),
        (403, "text/html", "<!doctype"),
    ] {
        let (_, body) = rendered(&Answer::new(status, "x"), accept, Some(&own));
        assert!(body.starts_with(want), "{status} {accept}: {body}");
    }
    for key in ["200", "600", "6xx", "x", ""] {
        assert!(pages(&[(key, "")]).is_err(), "{key}");
    }
    assert!(pages(&[("404", &"x".repeat(600_000))]).is_err());
}

#[test]
fn redirects_and_fixed_answers() {
    let (lines, body) = rendered(&Answer::redirect(308, "https://a/".to_owned()), "text/html", None);
    assert!(lines.contains("Location: https://a/\r\nContent-Length: 0\r\n") && !lines.contains("no-store") && body.is_empty(), "{lines}");
    let (lines, body) = rendered(&Answer::fixed(200, "text/plain".into(), "hi".into()), "text/html", None);
    assert!(lines.contains("Content-Type: text/plain\r\nContent-Length: 2\r\n") && body == "hi", "{lines}");
    let (lines, _) = rendered(&Answer::new(204, "preflight"), "", None);
    assert!(!lines.contains("Content-"), "{lines}");
}

#[test]
fn as_http_1() {
    let rendered = Rendered { status: 200, reason_phrase: "OK", lines: b"A: b\r\n".to_vec(), body: b"hi".to_vec() };
    for (close, without_body, want) in [
        (false, false, "HTTP/1.1 200 OK\r\nA: b\r\n\r\nhi"),
        (true, false, "HTTP/1.1 200 OK\r\nA: b\r\nConnection: close\r\n\r\nhi"),
        (false, true, "HTTP/1.1 200 OK\r\nA: b\r\n\r\n"),
    ] {
        let mut out = Vec::new();
        rendered.put_h1(&mut out, close, without_body);
        assert_eq!(String::from_utf8_lossy(&out), want);
    }
}
