use super::*;
use crate::testing::head;
use serde_json::{Value, json};

fn cors(body: &Value) -> Result<Cors, String> {
    let body: CorsBody = serde_json::from_value(body.clone()).map_err(|e| e.to_string())?;
    Cors::compile(&body)
}

fn made(body: &Value) -> Cors {
    cors(body).unwrap_or_else(|e| panic!("{e}"))
}

#[test]
fn origins() {
    let some = made(&json!({"origins": ["https://App.example", "https://*.shop.example", "http://*.dev.example:8080"]}));
    for (origin, allowed) in [
        ("https://app.example", true),
        ("http://app.example", false),
        ("https://app.example:8443", false),
        ("https://app.example.evil", false),
        ("https://a.shop.example", true),
        ("https://a.b.shop.example", true),
        ("https://shop.example", false),
        ("https://.shop.example", false),
        ("https://evil.example/.shop.example", false),
        ("https://evil.example#.shop.example", false),
        ("https://u@a.shop.example", false),
        ("https://a..shop.example", false),
        ("https://evilshop.example", false),
        ("http://a.dev.example:8080", true),
        ("http://a.dev.example", false),
        ("null", false),
        ("", false),
    ] {
        assert_eq!(some.allows(origin.as_bytes()), allowed, "{origin}");
    }
    assert!(made(&json!({"origins": ["*"]})).allows(b"null"));
}

#[test]
fn refused() {
    for body in [
        json!({"origins": []}),
        json!({"origins": ["*"], "credentials": true}),
        json!({"origins": ["app.example"]}),
        json!({"origins": ["https://app.example/"]}),
        json!({"origins": ["ftp://app.example"]}),
        json!({"origins": ["https://*"]}),
        json!({"origins": ["https://a.*.example"]}),
        json!({"origins": ["null"]}),
        json!({"origins": ["https://a.example"], "methods": ["A B"]}),
        json!({"origins": ["https://a.example"], "headers": ["*"], "credentials": true}),
        json!({"origins": ["https://a.example"], "expose": ["X\r\nY"]}),
    ] {
        assert!(cors(&body).is_err(), "{body}");
    }
}

fn preflight(cors: &Cors, lines: &str) -> (u16, Vec<String>) {
    let head = head("OPTIONS /", lines);
    let asked = Preflight::of(&head).unwrap_or_else(|| panic!("no preflight: {lines}"));
    let answer = cors.preflight(&asked, &head);
    (answer.status, answer.fields.iter().map(|(n, v)| format!("{n}: {v}")).collect())
}

#[test]
fn preflights() {
    let vary = "Vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers";
    let asks = "Origin: https://a.example\r\nAccess-Control-Request-Method: PUT\r\nAccess-Control-Request-Headers: x-a, content-type\r\n";
    let open = made(&json!({"origins": ["*"], "max_age_s": 600}));
    assert_eq!(
        preflight(&open, asks),
        (
            204,
            [
                vary,
                "Access-Control-Allow-Origin: *",
                "Access-Control-Allow-Methods: PUT",
                "Access-Control-Allow-Headers: x-a, content-type",
                "Access-Control-Max-Age: 600"
            ]
            .map(str::to_owned)
            .to_vec()
        )
    );
    let strict = made(&json!({"origins": ["https://a.example"], "methods": ["GET", "PUT"], "headers": ["X-A"], "credentials": true}));
    assert_eq!(
        preflight(&strict, asks),
        (
            204,
            [
                vary,
                "Access-Control-Allow-Origin: https://a.example",
                "Access-Control-Allow-Credentials: true",
                "Access-Control-Allow-Methods: GET, PUT",
                "Access-Control-Allow-Headers: X-A"
            ]
            .map(str::to_owned)
            .to_vec()
        )
    );
    assert_eq!(preflight(&strict, &asks.replace("a.example", "b.example")), (403, vec![vary.to_owned()]));
    let odd = preflight(&open, &asks.replace("x-a,", "x a,"));
    assert!(!odd.1.iter().any(|l| l.contains("Allow-Headers")), "{odd:?}");
}

#[test]
fn what_is_no_preflight() {
    for (line, lines) in [
        ("OPTIONS /", ""),
        ("OPTIONS /", "Origin: https://a.example\r\n"),
        ("OPTIONS /", "Access-Control-Request-Method: PUT\r\n"),
        ("OPTIONS /", "Origin: https://a.example\r\nAccess-Control-Request-Method: P T\r\n"),
        ("GET /", "Origin: https://a.example\r\nAccess-Control-Request-Method: PUT\r\n"),
    ] {
        assert!(Preflight::of(&head(line, lines)).is_none(), "{line} {lines}");
    }
}

#[test]
fn actual_answers() {
    let strict = made(&json!({"origins": ["https://a.example"], "expose": ["X-Total"], "credentials": true}));
    let open = made(&json!({"origins": ["*"]}));
    let full = "Vary: Origin\r\nAccess-Control-Allow-Origin: https://a.example\r\nAccess-Control-Allow-Credentials: true\r\nAccess-Control-Expose-Headers: X-Total\r\n";
    for (cors, lines, want) in [
        (&strict, "Origin: https://a.example\r\n", full),
        (&strict, "Origin: https://b.example\r\n", "Vary: Origin\r\n"),
        (&strict, "", "Vary: Origin\r\n"),
        (&open, "Origin: https://b.example\r\n", "Access-Control-Allow-Origin: *\r\n"),
        (&open, "", ""),
    ] {
        let mut out = Vec::new();
        cors.put_lines(&head("GET /", lines), &mut out);
        assert_eq!(String::from_utf8_lossy(&out), want, "{lines}");
    }
    assert!(Cors::replaces(b"access-control-allow-origin") && !Cors::replaces(b"Access-Control-") && !Cors::replaces(b"Vary"));
}
