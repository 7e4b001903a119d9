use super::*;
use crate::limits::Limits;
use crate::sealed::Keyring;
use crate::testing::{head, site_body};
use serde_json::{Value, json};

const CLIENT: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));
const PROXY: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 1));

fn shared(routes: &Value, site: &Value, platform: &Value) -> Shared {
    let limits = Limits::new(None, None).unwrap_or_else(|e| panic!("{e}"));
    let shared = Shared::new(None, Keyring::default(), None, limits);
    let sections = json!([
        {"id": "platform", "hash": "1", "body": platform},
        {"id": "site:s", "hash": "1", "body": site_body(routes, site)},
    ]);
    let report = shared.apply(json!({"version": 1, "sections": sections}).to_string().as_bytes()).unwrap_or_else(|e| panic!("{e}"));
    assert!(report.refused.is_empty(), "{:?}", report.refused);
    shared
}

fn ask(shared: &Shared, line: &str, lines: &str, peer: IpAddr) -> (Known, Option<Answer>) {
    let config = shared.config.load_full();
    let mut known = Known::new(&config, peer);
    let answer = decide(shared, &config, &head(line, lines), peer, &mut known).err().or_else(|| known.own.take());
    (known, answer)
}

/// Status and reason, or 0 and where it goes.
fn told(outcome: &(Known, Option<Answer>)) -> (u16, String) {
    match outcome {
        (_, Some(answer)) => {
            (answer.status, answer.fields.iter().find(|(n, _)| *n == "Location").map_or(answer.reason, |(_, v)| v).to_owned())
        }
        (known, None) => {
            let upstream = known.upstream.as_ref().map_or_else(String::new, |u| u.endpoints()[0].address().to_owned());
            (0, format!("{upstream}{}", String::from_utf8_lossy(known.target.as_deref().unwrap_or_default())))
        }
    }
}

#[test]
fn routes_and_their_actions() {
    let shared = shared(
        &json!([
            {"id": "web", "path_prefix": "/", "upstream": "a"},
            {"id": "api", "path_prefix": "/api", "methods": ["GET", "POST"], "upstream": "b", "strip_prefix": true},
            {"id": "old", "path_pattern": "/old/{id}", "redirect": {"to": "https://new.example/{id}{query}", "status": 301}},
            {"id": "ping", "path": "/ping", "respond": {"status": 200, "body": "pong"}},
            {"id": "wait", "path": "/wait", "upstream": "a", "maintenance": {"on": true, "allow": ["198.51.100.0/24"]}},
            {"id": "user", "path_pattern": "/users/{id}/posts", "upstream": "b", "rewrite": "/posts/{id}"},
            {"id": "json", "path": "/json", "upstream": "a", "validate": {"content_types": ["application/json"], "json": true, "max_bytes": 100}},
        ]),
        &Value::Null,
        &json!({"trusted_proxies": ["10.0.0.0/8"]}),
    );
    let a = "127.0.0.1:1";
    let b = "127.0.0.1:2";
    for (line, lines, want) in [
        ("GET /", "", (0, a.to_owned())),
        ("GET /api/x?y", "", (0, format!("{b}/x?y"))),
        ("GET /api/../api/x", "", (400, "ambiguous path".into())),
        ("GET /%61pi/x", "", (400, "ambiguous path".into())),
        ("GET /%zz", "", (400, "broken escape in path".into())),
        ("TRACE /", "", (405, "TRACE".into())),
        ("OPTIONS *", "", (0, a.to_owned())),
        ("GET /old/7?a=b", "", (301, "https://new.example/7?a=b".into())),
        ("GET /old//7", "", (400, "ambiguous path".into())),
        ("GET /ping", "", (200, "fixed answer".into())),
        ("GET /users/7/posts?x", "", (0, format!("{b}/posts/7?x"))),
        ("GET /wait", "", (503, "maintenance".into())),
        ("GET /wait", "X-Forwarded-For: 198.51.100.7\r\n", (0, a.to_owned())),
        ("POST /json", "Content-Type: text/plain\r\nContent-Length: 2\r\n", (415, "content type".into())),
        ("POST /json", "Content-Type: application/json\r\nContent-Length: 2\r\n", (0, a.to_owned())),
        (
            "POST /json",
            "Content-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n",
            (415, "content encoding".into()),
        ),
        ("POST /json", "Content-Type: application/json\r\nContent-Length: 101\r\n", (413, "body too large".into())),
        ("POST /json", "", (400, "no body".into())),
        ("GET /json", "", (0, a.to_owned())),
    ] {
        assert_eq!(told(&ask(&shared, line, lines, PROXY)), want, "{line} {lines}");
    }
    let (_, answer) = ask(&shared, "DELETE /api", "", CLIENT);
    // The route of `/` takes every method.
    assert!(answer.is_none());
    let (known, _) = ask(&shared, "POST /json", "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n", CLIENT);
    assert_eq!(known.max_body, 100);
}

#[test]
fn a_method_that_is_not_allowed_names_those_that_are() {
    let shared = shared(&json!([{"id": "r", "path": "/x", "methods": ["GET", "PUT"], "upstream": "a"}]), &Value::Null, &json!({}));
    let (_, answer) = ask(&shared, "POST /x", "", CLIENT);
    let answer = answer.unwrap_or_else(|| panic!());
    assert_eq!((answer.status, answer.fields), (405, vec![("Allow", "GET, HEAD, PUT".to_owned())]));
}

#[test]
fn https_and_hsts() {
    let routes = json!([{"id": "r", "path_prefix": "/", "respond": {"status": 200, "body": "x"}, "security_headers": true}]);
    let shared = shared(&routes, &json!({"https_redirect": true, "hsts_s": 60}), &json!({"trusted_proxies": ["10.0.0.0/8"]}));
    for (peer, line, lines, want) in [
        (CLIENT, "GET /a?b", "", (308, "https://shop.example/a?b")),
        (CLIENT, "GET /a", "X-Forwarded-Proto: https\r\n", (308, "https://shop.example/a")),
        (PROXY, "GET /a", "X-Forwarded-Proto: https\r\n", (200, "fixed answer")),
        (PROXY, "GET /a", "X-Forwarded-Proto: http\r\n", (308, "https://shop.example/a")),
        (CLIENT, "GET /.well-known/acme-challenge/x", "", (200, "fixed answer")),
    ] {
        assert_eq!(told(&ask(&shared, line, lines, peer)), (want.0, want.1.to_owned()), "{peer} {line} {lines}");
    }
    let config = shared.config.load_full();
    for (secure, there) in [(true, true), (false, false)] {
        let mut known = Known::new(&config, CLIENT);
        known.secure = secure;
        let refused = decide(&shared, &config, &head("GET /", ""), CLIENT, &mut known).err();
        let answer = refused.or_else(|| known.own.take()).unwrap_or_else(|| panic!());
        let lines = String::from_utf8_lossy(&known.render(&answer, b"", b"id").lines).into_owned();
        assert_eq!(lines.contains("Strict-Transport-Security: max-age=60\r\n"), there, "{lines}");
        assert_eq!(lines.contains("X-Frame-Options: SAMEORIGIN\r\n"), there, "{lines}");
    }
}

#[test]
fn cross_origin_requests_come_before_authentication() {
    let routes = json!([{"id": "r", "path_prefix": "/", "methods": ["PUT"], "upstream": "a", "auth": {"mode": "jwt"},
        "cors": {"origins": ["https://a.example"]}, "rate_limits": [{"name": "l", "key": "client", "rate": 1, "per_s": 60, "burst": 1}]}]);
    let shared = shared(&routes, &Value::Null, &json!({}));
    let asks = "Origin: https://a.example\r\nAccess-Control-Request-Method: PUT\r\n";
    for (line, lines, want) in [
        ("OPTIONS /", asks, (204, "preflight")),
        ("OPTIONS /", asks, (204, "preflight")),
        ("OPTIONS /", &*asks.replace("a.example", "b.example"), (403, "origin not allowed")),
        ("OPTIONS /", &*asks.replace("PUT", "PATCH"), (405, "method")),
        ("OPTIONS /", "", (405, "method")),
        ("PUT /", "Origin: https://a.example\r\n", (401, "no token")),
        ("PUT /", "Origin: https://a.example\r\n", (429, "rate limit")),
    ] {
        let outcome = ask(&shared, line, lines, CLIENT);
        assert_eq!(told(&outcome), (want.0, want.1.to_owned()), "{line} {lines}");
        // Scripts can read why they were refused.
        let (known, Some(answer)) = outcome else { panic!() };
        let lines = String::from_utf8_lossy(&known.render(&answer, b"", b"id").lines).into_owned();
        assert_eq!(lines.matches("Access-Control-Allow-Origin").count(), usize::from(matches!(want.0, 204 | 401 | 429)), "{lines}");
    }
}

#[test]
fn limits_by_everything_known_early() {
    let limit = |name: &str, key: &str, burst: u32| json!({"name": name, "key": key, "rate": 1, "per_s": 60, "burst": burst});
    let mut by_header = limit("h", "header", 1);
    by_header["header"] = json!("X-Tenant");
    let routes = json!([
        {"id": "h", "path": "/h", "upstream": "a", "rate_limits": [by_header]},
        {"id": "r", "path": "/r", "upstream": "a", "rate_limits": [limit("r", "route", 2), limit("c", "client", 9)]},
    ]);
    let shared = shared(&routes, &Value::Null, &json!({}));
    let other = IpAddr::from([192, 0, 2, 2]);
    for (line, lines, peer, want) in [
        ("GET /h", "", CLIENT, 0),
        ("GET /h", "", CLIENT, 0),
        ("GET /h", "X-Tenant: a\r\n", CLIENT, 0),
        ("GET /h", "x-tenant: a\r\n", other, 429),
        ("GET /h", "X-Tenant: b\r\n", CLIENT, 0),
        ("GET /r", "", CLIENT, 0),
        ("GET /r", "", other, 0),
        ("GET /r", "", CLIENT, 429),
    ] {
        assert_eq!(told(&ask(&shared, line, lines, peer)).0, want, "{line} {lines} {peer}");
    }
    let (known, _) = ask(&shared, "GET /h", "X-Tenant: c\r\n", CLIENT);
    assert_eq!(String::from_utf8_lossy(&known.response_lines), "RateLimit-Policy: \"h\";q=1;w=60\r\nRateLimit: \"h\";r=0\r\n");
}

#[test]
fn places_are_taken_and_given_back() {
    let routes =
        json!([{"id": "one", "path": "/one", "upstream": "a", "max_in_flight": 1}, {"id": "rest", "path_prefix": "/", "upstream": "a"}]);
    let defaults = json!({"defaults": {"max_in_flight": 4, "max_in_flight_per_client": 2}});
    let shared = shared(&routes, &Value::Null, &defaults);
    let client = |n: u8| IpAddr::from([192, 0, 2, n]);
    let (one, none) = ask(&shared, "GET /one", "", client(1));
    assert!(none.is_none());
    assert_eq!(told(&ask(&shared, "GET /one", "", client(2))), (503, "route at its limit".to_owned()));
    let two = ask(&shared, "GET /x", "", client(1));
    assert_eq!(told(&ask(&shared, "GET /x", "", client(1))), (429, "client at its limit".to_owned()));
    let more = [ask(&shared, "GET /x", "", client(3)), ask(&shared, "GET /x", "", client(4))];
    let full = ask(&shared, "GET /x", "", client(5));
    assert_eq!(told(&full), (503, "gateway at its limit".to_owned()));
    assert_eq!(full.1.map(|a| a.fields), Some(vec![("Retry-After", "1".to_owned())]));
    // An apply forgets nothing of what is being served.
    let config = shared.config.load_full();
    let before = config.site("shop.example").map(|s| Arc::clone(&s.routes[0].in_flight));
    let changed = site_body(&routes, &json!({"name": "m"}));
    let sections = json!([{"id": "site:s", "hash": "2", "body": changed}]);
    shared.apply(json!({"version": 1, "sections": sections}).to_string().as_bytes()).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(before.map(|c| c.taken()), Some(1));
    assert_eq!(told(&ask(&shared, "GET /one", "", client(6))).0, 503);
    drop((one, two, more));
    assert_eq!((shared.in_flight.taken(), shared.clients_in_flight.keys()), (0, 0));
    assert_eq!(told(&ask(&shared, "GET /one", "", client(6))).0, 0);
}

#[test]
fn edits_of_a_response() {
    let routes = json!([{"id": "r", "path_prefix": "/", "upstream": "a", "security_headers": true, "cors": {"origins": ["*"]},
        "response_headers": {"remove": ["X-Powered-By"], "set": {"X-Version": "theirs", "X-Set": "1"}}}]);
    let shared = shared(&routes, &Value::Null, &json!({"response_headers": {"X-Version": "ours", "Referrer-Policy": "no-referrer"}}));
    let (known, _) = ask(&shared, "GET /", "Origin: https://a.example\r\n", CLIENT);
    let edits = known.edits();
    for (name, gone) in [
        ("x-powered-by", true),
        ("X-Set", true),
        ("X-Version", true),
        ("Referrer-Policy", true),
        ("Access-Control-Allow-Origin", true),
        ("X-Frame-Options", false),
        ("Vary", false),
    ] {
        assert_eq!(edits.drops(name.as_bytes(), true), gone, "{name}");
    }
    assert!(!edits.drops(b"X-Powered-By", false));
    let mut out = Vec::new();
    edits.put_defaults(&mut out, |name| name == b"X-Frame-Options");
    edits.put_lines(&mut out, true);
    assert_eq!(
        String::from_utf8_lossy(&out),
        "X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\nX-Version: ours\r\nX-Set: 1\r\nAccess-Control-Allow-Origin: *\r\n"
    );
}
