use super::*;
use crate::site::Site;
use crate::testing::{site, try_site};
use proptest::prelude::*;
use serde_json::{Value, json};

/// What the tree must find, said as plainly as possible.
fn naive(site: &Site, path: &[u8], method: &[u8]) -> Matched {
    let mut covering = site.routes.iter().enumerate().filter(|(_, r)| r.paths.covers(path)).peekable();
    if covering.peek().is_none() {
        return Matched::Nothing;
    }
    covering.find(|(_, r)| r.takes(method)).map_or(Matched::Method, |(i, _)| Matched::Route(i))
}

fn found(site: &Site, path: &str, method: &str) -> String {
    match site.find(path.as_bytes(), method.as_bytes()) {
        Matched::Route(index) => site.routes[index].id.clone(),
        other => format!("{other:?}"),
    }
}

fn route(id: &str, kind: &str, path: &str) -> Value {
    json!({"id": id, kind: path, "upstream": "a"})
}

#[test]
fn the_documented_order() {
    let site = site(&json!([
        route("root", "path_prefix", "/"),
        route("api", "path_prefix", "/api"),
        route("api/", "path_prefix", "/api/"),
        route("users", "path_pattern", "/users/{id}"),
        route("me", "path", "/users/me"),
        route("posts", "path_pattern", "/users/{id}/posts"),
        route("my posts", "path_pattern", "/users/me/{what}"),
        route("files", "path_pattern", "/files/{*rest}"),
        route("file", "path_pattern", "/files/{one}"),
        route("slash", "path", "/exact/"),
        {"id": "post", "path_prefix": "/api", "methods": ["POST"], "upstream": "a"},
        {"id": "first", "path_prefix": "/api/first", "priority": -1, "upstream": "a"},
        {"id": "last", "path_prefix": "/last", "priority": 5, "upstream": "a"},
        route("beaten", "path", "/last/x"),
    ]));
    for (path, method, want) in [
        ("/", "GET", "root"),
        ("/apix", "GET", "root"),
        ("/api", "GET", "api"),
        ("/api/", "GET", "api/"),
        ("/api/x/y", "GET", "api/"),
        ("/api", "POST", "post"),
        ("/api/first", "GET", "api/"),
        ("/users", "GET", "root"),
        ("/users/", "GET", "root"),
        ("/users/7", "GET", "users"),
        ("/users/7/", "GET", "root"),
        ("/users/me", "GET", "me"),
        ("/users/7/posts", "GET", "posts"),
        ("/users/me/posts", "GET", "my posts"),
        ("/users/me/x", "GET", "my posts"),
        ("/users/7/posts/1", "GET", "root"),
        ("/files", "GET", "root"),
        ("/files/", "GET", "files"),
        ("/files/a", "GET", "file"),
        ("/files/a/b", "GET", "files"),
        ("/exact", "GET", "root"),
        ("/exact/", "GET", "slash"),
        ("/last/x", "GET", "last"),
    ] {
        assert_eq!(found(&site, path, method), want, "{method} {path}");
    }
}

#[test]
fn methods() {
    let site = site(&json!([
        {"id": "get", "path": "/x", "methods": ["GET"], "upstream": "a"},
        {"id": "put", "path_prefix": "/x", "methods": ["PUT", "DELETE"], "upstream": "a"},
    ]));
    for (path, method, want) in [
        ("/x", "GET", "get"),
        ("/x", "HEAD", "get"),
        ("/x", "PUT", "put"),
        ("/x", "get", "Method"),
        ("/x", "POST", "Method"),
        ("/x/y", "GET", "Method"),
        ("/y", "GET", "Nothing"),
    ] {
        assert_eq!(found(&site, path, method), want, "{method} {path}");
    }
    assert_eq!(site.methods(b"/x"), "DELETE, GET, HEAD, PUT");
    assert_eq!(site.methods(b"/x/y"), "DELETE, PUT");
}

#[test]
fn refused() {
    for (kind, path) in [
        ("path_prefix", "api"),
        ("path_prefix", ""),
        ("path_prefix", "/a/../b"),
        ("path_prefix", "/a//b"),
        ("path_prefix", "/a?b"),
        ("path_prefix", "/a b"),
        ("path_prefix", "/%61"),
        ("path", "/a#b"),
        ("path", "/ä"),
        ("path_pattern", "/a{id}"),
        ("path_pattern", "/{id}x"),
        ("path_pattern", "/{}"),
        ("path_pattern", "/{1}"),
        ("path_pattern", "/{a}/{a}"),
        ("path_pattern", "/{*rest}/x"),
        ("path_pattern", "/{host}"),
        ("path_pattern", "/{a-b}"),
        ("path_pattern", "/{a"),
    ] {
        assert!(try_site(&json!([route("r", kind, path)])).is_err(), "{kind} {path}");
    }
    for bad in [
        json!({"id": "r", "upstream": "a"}),
        json!({"id": "r", "path": "/", "path_prefix": "/", "upstream": "a"}),
        json!({"id": "r", "path": "/"}),
        json!({"id": "r", "path": "/", "upstream": "a", "respond": {"status": 200}}),
        json!({"id": "r", "path": "/", "upstream": "missing"}),
        json!({"id": "r", "path": "/", "upstream": "a", "canary": {"upstream": "missing"}}),
        json!({"id": "r", "path": "/", "respond": {"status": 200}, "canary": {"upstream": "a"}}),
        json!({"id": "r", "path": "/", "upstream": "a", "methods": ["G T"]}),
        json!({"id": "r", "path": "/", "upstream": "a", "total_ms": 86_400_001}),
        json!({"id": "r", "path": "/", "upstream": "a", "auth": {"roles": ["x"]}}),
        json!({"id": "r", "path": "/", "respond": {"status": 204, "body": "x"}}),
        json!({"id": "r", "path": "/", "respond": {"status": 199}}),
        json!({"id": "r", "path": "/", "respond": {"status": 200, "content_type": "a\nb"}}),
        json!({"id": "r", "path": "/", "upstream": "a", "rate_limits": [{"name": "l", "key": "header", "rate": 1, "per_s": 1, "burst": 1}]}),
        json!({"id": "r", "path": "/", "upstream": "a", "rate_limits": [{"name": "l", "key": "user", "header": "x", "rate": 1, "per_s": 1, "burst": 1}]}),
    ] {
        assert!(try_site(&json!([bad])).is_err(), "{bad}");
    }
}

#[test]
fn a_thousand_routes_are_found() {
    let routes: Vec<Value> = (0..1000).map(|i| route(&format!("r{i}"), "path_prefix", &format!("/t{i}/shop"))).collect();
    let site = site(&Value::Array(routes));
    for i in [0, 1, 499, 999] {
        assert_eq!(found(&site, &format!("/t{i}/shop/cart"), "GET"), format!("r{i}"));
    }
    // Each segment is looked at once, however many routes there are.
    assert_eq!(site.matcher_nodes(), 2001);
}

fn segment() -> impl Strategy<Value = String> {
    prop_oneof![Just("a".to_owned()), Just("b".to_owned()), Just("ab".to_owned()), Just("{x}".to_owned()), Just(String::new())]
}

fn a_route() -> impl Strategy<Value = (u8, Vec<String>, bool, i64, Option<u8>)> {
    (0u8..3, prop::collection::vec(segment(), 1..4), any::<bool>(), -1i64..2, prop::option::of(0u8..2))
}

/// A route of random parts that the compiler takes.
fn body(number: usize, (kind, segments, rest, priority, method): (u8, Vec<String>, bool, i64, Option<u8>)) -> Value {
    let last = segments.len() - 1;
    let segments: Vec<String> = segments.into_iter().enumerate().filter(|(i, s)| *i == last || !s.is_empty()).map(|(_, s)| s).collect();
    let mut path = String::new();
    for (i, segment) in segments.iter().enumerate() {
        let named = if kind == 1 { format!("{{n{i}}}") } else { "n".to_owned() };
        path.push('/');
        path.push_str(&segment.replace("{x}", &named));
    }
    if kind == 1 && rest && !path.ends_with('/') {
        path.push_str("/{*rest}");
    }
    let mut route = json!({"id": number.to_string(), "priority": priority, "upstream": "a"});
    route[["path", "path_pattern", "path_prefix"][usize::from(kind)]] = json!(path);
    if let Some(method) = method {
        let method = if method == 0 { "GET" } else { "POST" };
        route["methods"] = json!([method]);
    }
    route
}

proptest! {
    #[test]
    fn the_tree_finds_what_the_list_does(
        routes in prop::collection::vec(a_route(), 1..12),
        paths in prop::collection::vec("(/(a|b|ab|n|c|)){1,5}", 1..20),
    ) {
        let routes: Vec<Value> = routes.into_iter().enumerate().map(|(i, r)| body(i, r)).collect();
        let site = site(&Value::Array(routes.clone()));
        for path in paths {
            for method in [&b"GET"[..], b"POST", b"HEAD", b"PUT"] {
                prop_assert_eq!(site.find(path.as_bytes(), method), naive(&site, path.as_bytes(), method), "{} in {:?}", path, routes);
            }
        }
    }

    #[test]
    fn any_path_is_found_or_not(path in "[/a-c%.{}*\\\\]{0,30}") {
        let site = site(&json!([route("a", "path_pattern", "/{x}/{*rest}"), route("b", "path_prefix", "/a"), route("c", "path", "/")]));
        prop_assert_eq!(site.find(path.as_bytes(), b"GET"), naive(&site, path.as_bytes(), b"GET"));
    }
}
