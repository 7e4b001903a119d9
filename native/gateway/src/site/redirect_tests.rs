use super::*;
use crate::testing::{head, site, try_site};
use proptest::prelude::*;
use serde_json::json;

fn location(pattern: &str, to: &str, target: &str) -> String {
    let site = site(&json!([{"id": "r", "path_pattern": pattern, "redirect": {"to": to, "status": 301}}]));
    let head = head(&format!("GET {target}"), "");
    let crate::site::Action::Redirect(redirect) = &site.routes[0].action else { panic!() };
    let mut path = Vec::new();
    hcc_http::path::normalise(head.path(), &mut path).unwrap_or_else(|e| panic!("{e}"));
    let query = &head.target()[head.path().len()..];
    let answer = redirect.answer(&site.routes[0].paths, &Asked { host: head.host(), path: &path, query });
    assert_eq!((answer.status, answer.fields.len(), answer.fields[0].0), (301, 1, "Location"));
    answer.fields[0].1.clone()
}

#[test]
fn table() {
    for (pattern, to, target, want) in [
        ("/{*all}", "https://new.example{path}", "/a/b", "https://new.example/a/b"),
        ("/{*all}", "https://new.example{path}{query}", "/a?b=c&d", "https://new.example/a?b=c&d"),
        ("/{*all}", "https://new.example{path}{query}", "/a", "https://new.example/a"),
        ("/{*all}", "https://www.{host}{path}", "/a", "https://www.shop.example/a"),
        ("/{*all}", "https://{host}:8443{path}", "/a", "https://shop.example:8443/a"),
        ("/old/{id}", "/new/{id}", "/old/7", "/new/7"),
        ("/old/{*rest}", "/new/{rest}", "/old/a/b", "/new/a/b"),
        ("/old/{*rest}", "/new/{*rest}", "/old/", "/new/"),
        ("/old/{id}", "/new?id={id}&x=1", "/old/a&b=c+d", "/new?id=a%26b%3Dc%2Bd&x=1"),
        ("/old/{id}", "/new?id={id}{query}", "/old/7?a=b", "/new?id=7&a=b"),
        ("/old/{id}", "/new#{id}", "/old/7", "/new#7"),
        // What cannot stand in a URI is escaped, what is escaped stays so.
        ("/{*all}", "{path}{query}", "/a\"<>|^`{}?\"<>%41%zz", "/a%22%3C%3E%7C%5E%60%7B%7D?%22%3C%3E%41%25zz"),
        ("/{*all}", "{path}", "/%0D%0ASet-Cookie:x", ""),
        // Slashes that would name another host.
        ("/{*all}", "{path}", "//evil.example/x", "/evil.example/x"),
        ("/{a}/{*rest}", "/{rest}/{a}", "/evil.example/", "/evil.example"),
        ("/{*all}", "/{all}", "//evil.example", "/evil.example"),
        ("/{*all}", "/{all}", "/%2Fevil.example", "/%2Fevil.example"),
        ("/{*all}", "/{all}", "/%5Cevil.example", "/%5Cevil.example"),
    ] {
        if want.is_empty() {
            let mut path = Vec::new();
            assert!(hcc_http::path::normalise(target.as_bytes(), &mut path).is_err());
            continue;
        }
        assert_eq!(location(pattern, to, target), want, "{to} of {target}");
    }
}

#[test]
fn refused() {
    for (to, status) in [
        ("https://new.example/", 200),
        ("https://new.example/", 304),
        ("//new.example/", 301),
        ("new", 301),
        ("{id}", 301),
        ("{query}", 301),
        ("javascript:alert(1)", 301),
        ("https://{id}.example/", 301),
        ("https://new.example{id}", 301),
        ("https://new.example{query}{id}", 301),
        ("https:///{id}", 301),
        ("https://?{id}", 301),
        ("https://a@b/{id}", 301),
        ("https://", 301),
        ("/\\{id}", 301),
        ("/{other}", 301),
        ("/{id", 301),
        ("/id}", 301),
        ("/a b", 301),
        ("/a\r\nX: y", 301),
    ] {
        let routes = json!([{"id": "r", "path_pattern": "/{id}", "redirect": {"to": to, "status": status}}]);
        assert!(try_site(&routes).is_err(), "{status} {to}");
    }
}

#[test]
fn to_https_keeps_path_and_query() {
    for (target, want) in [
        ("/a//b?c=%2F", "https://shop.example/a//b?c=%2F"),
        ("//evil.example/", "https://shop.example//evil.example/"),
        ("*", "https://shop.example/"),
        ("/<\">", "https://shop.example/%3C%22%3E"),
    ] {
        let answer = to_https("shop.example", target.as_bytes());
        assert_eq!((answer.status, answer.fields[0].1.as_str()), (308, want));
    }
    assert_eq!(to_https("", b"/").status, 400);
}

proptest! {
    /// Whatever a client asks for, it chooses neither the host nor another field.
    #[test]
    fn no_way_out(path in "/[ -~]{0,40}", query in "(\\?[ -~]{0,20})?", to in 0usize..6) {
        let target = format!("{path}{query}").replace([' ', '#'], "x");
        let to = ["{path}{query}", "/{all}", "/x/{all}{query}", "/{all}/{first}", "https://new.example{path}{query}", "/?a={all}&b={first}{query}"][to];
        let pattern = "/{first}/{*all}";
        let mut normal = Vec::new();
        let raw = target.split('?').next().unwrap_or_default();
        if hcc_http::path::normalise(raw.as_bytes(), &mut normal).is_ok() && normal.split(|b| *b == b'/').nth(2).is_some() {
            let location = location(pattern, to, &target);
            prop_assert!(location.bytes().all(|b| b.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&b)), "{}", location);
            let foreign = location.starts_with("//") || !(location.starts_with('/') || location.starts_with("https://new.example/"));
            prop_assert!(!foreign, "{} to {}", target, location);
        }
    }

    #[test]
    fn templates_never_panic(text in "[a-z/{}*?:#]{0,20}") {
        let _ = Template::compile(&text, &["a", "path"]);
    }
}
