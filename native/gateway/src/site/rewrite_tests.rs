use crate::site::Site;
use crate::testing::{site, try_site};
use serde_json::{Value, json};

fn rewritten(site: &Site, target: &str) -> Option<String> {
    let route = &site.routes[0];
    let path = target.split('?').next().unwrap_or_default();
    let mut plain = Vec::new();
    hcc_http::path::normalise(path.as_bytes(), &mut plain).ok()?;
    let rewrite = route.rewrite.as_ref().unwrap_or_else(|| panic!());
    rewrite.target(&route.paths, target.as_bytes(), &plain).map(|t| String::from_utf8_lossy(&t).into_owned())
}

fn route(kind: &str, path: &str, rewrite: Option<&str>) -> Value {
    let mut route = json!({"id": "r", kind: path, "upstream": "a"});
    match rewrite {
        Some(to) => route["rewrite"] = json!(to),
        None => route["strip_prefix"] = json!(true),
    }
    json!([route])
}

#[test]
fn table() {
    for (kind, path, rewrite, target, want) in [
        ("path_prefix", "/in", None, "/in", Some("/")),
        ("path_prefix", "/in", None, "/in?a=/in", Some("/?a=/in")),
        ("path_prefix", "/in", None, "/in/a//b?c=%2F", Some("/a//b?c=%2F")),
        ("path_prefix", "/in/", None, "/in/", Some("/")),
        ("path_prefix", "/", None, "/x", Some("/x")),
        ("path_prefix", "/api", Some("/v2"), "/api/x", Some("/v2/x")),
        ("path_prefix", "/api", Some("/v2/"), "/api/x", Some("/v2/x")),
        ("path_prefix", "/api/", Some("/v2"), "/api/x?y", Some("/v2/x?y")),
        ("path_prefix", "/api", Some("/v2"), "/api", Some("/v2")),
        ("path_prefix", "/api", Some("/"), "/api/x", Some("/x")),
        ("path_prefix", "/", Some("/app"), "/x", Some("/app/x")),
        ("path", "/x", Some("/y"), "/x?q", Some("/y?q")),
        ("path_pattern", "/users/{id}/posts", Some("/posts/{id}"), "/users/7/posts?a", Some("/posts/7?a")),
        ("path_pattern", "/users/{id}/posts", Some("/posts/{id}"), "/users/a%2Fb/posts", Some("/posts/a%2Fb")),
        ("path_pattern", "/f/{*rest}", Some("/files/{rest}"), "/f/a/b", Some("/files/a/b")),
        ("path_pattern", "/f/{*rest}", Some("/files/{*rest}"), "/f/", Some("/files/")),
        ("path_pattern", "/f/{*rest}", Some("/files/{rest}"), "/f/a//b", Some("/files/a//b")),
        ("path_pattern", "/f/{*rest}", Some("/files/{rest}"), "/f/a/../b", Some("/files/a/../b")),
        // A way out of where the rewrite leads, or another value than the one that was matched.
        ("path_prefix", "/api", Some("/internal"), "/api/../api/x", None),
        ("path_prefix", "/api", None, "/api/../api/x", None),
        ("path_pattern", "/f/{*rest}", Some("/files/{rest}"), "/f/../f/x", None),
        ("path_pattern", "/{a}/{*rest}", Some("/{rest}/{a}"), "/x/../y/z", None),
        ("path_pattern", "/{a}/{b}", Some("/{a}"), "/./x/y", None),
    ] {
        let site = site(&route(kind, path, rewrite));
        assert_eq!(rewritten(&site, target).as_deref(), want, "{path} to {rewrite:?}: {target}");
    }
}

#[test]
fn refused() {
    for (kind, path, rewrite) in [
        ("path", "/x", None),
        ("path_pattern", "/{x}", None),
        ("path_prefix", "/x", Some("y")),
        ("path_prefix", "/x", Some("/y?z")),
        ("path_prefix", "/x", Some("/../y")),
        ("path_pattern", "/{x}", Some("/{y}")),
        ("path_pattern", "/{x}", Some("/{x}\r\n")),
    ] {
        assert!(try_site(&route(kind, path, rewrite)).is_err(), "{path} {rewrite:?}");
    }
    let both = json!([{"id": "r", "path_prefix": "/x", "upstream": "a", "strip_prefix": true, "rewrite": "/y"}]);
    assert!(try_site(&both).is_err());
    let nowhere = json!([{"id": "r", "path_prefix": "/x", "respond": {"status": 200}, "rewrite": "/y"}]);
    assert!(try_site(&nowhere).is_err());
}
