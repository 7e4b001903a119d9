use super::*;

/// An upstream that is fine, with some fields changed; `null` takes one away.
fn body(change: &str) -> UpstreamBody {
    let mut fields = serde_json::json!({
        "policy": "round_robin", "targets": [{"address": "127.0.0.1:9", "weight": 1}],
        "connect_ms": 1, "first_byte_ms": 1, "between_bytes_ms": 1, "total_ms": 0,
    });
    let change: serde_json::Map<String, serde_json::Value> = serde_json::from_str(change).unwrap_or_else(|e| panic!("{change}: {e}"));
    for (name, value) in change {
        fields[name] = value;
    }
    serde_json::from_value(fields).unwrap_or_else(|e| panic!("{e}"))
}

#[test]
fn errors_name_the_field() {
    let address = |a: &str| format!(r#"{{"targets": [{{"address": "{a}", "weight": 1}}]}}"#);
    for (change, want) in [
        (address("127.0.0.1").as_str(), "targets[0].address: neither host:port nor unix:/path: 127.0.0.1"),
        (&address("unix:tmp/x"), "targets[0].address: neither host:port nor unix:/path: unix:tmp/x"),
        (r#"{"targets": [{"address": "a:1", "weight": 0}]}"#, "targets[0].weight: 0 is not 1 to 1000"),
        (r#"{"targets": [{"address": "a:1", "weight": 1}, {"address": "a:1", "weight": 2}]}"#, "targets[1].address: a:1 stands twice"),
        (r#"{"connect_ms": 0}"#, "connect_ms: 0 is not 1 to 86400000"),
        (r#"{"first_byte_ms": 0}"#, "first_byte_ms: 0 is not 1 to 86400000"),
        (r#"{"between_bytes_ms": 86400001}"#, "between_bytes_ms: 86400001 is not 1 to 86400000"),
        (r#"{"total_ms": 86400001}"#, "total_ms: 86400001 is not 1 to 86400000"),
        (r#"{"hash_key": {"kind": "header", "name": "a b"}}"#, "hash_key.name: no name of a field or cookie: a b"),
        (r#"{"health": {"path": "x"}}"#, "health.path: no path: x"),
        (r#"{"health": {"path": "/a b"}}"#, "health.path: no path: /a b"),
        (r#"{"health": {"host": "a/b"}}"#, "health.host: no host: a/b"),
        (r#"{"health": {"status": [300, 200]}}"#, "health.status: 300 to 200 is no range within 200 to 599"),
        (r#"{"health": {"interval_ms": 10}}"#, "health.interval_ms: 10 is not 100 to 86400000"),
        (r#"{"health": {"timeout_ms": 0}}"#, "health.timeout_ms: 0 is not 1 to 86400000"),
        (r#"{"health": {"unhealthy_after": 0}}"#, "health.unhealthy_after: 0 is not 1 to 100"),
        (r#"{"health": {"healthy_after": 0}}"#, "health.healthy_after: 0 is not 1 to 100"),
        (r#"{"outlier": {"base_ms": 0}}"#, "outlier.base_ms: 0 is not 1 to 86400000"),
        (r#"{"outlier": {"base_ms": 500, "max_ms": 400}}"#, "outlier.max_ms: 400 is not 500 to 86400000"),
        (r#"{"outlier": {"panic_percent": 101}}"#, "outlier.panic_percent: 101 is not 0 to 100"),
        (r#"{"retry": {"attempts": 11}}"#, "retry.attempts: 11 is not 0 to 10"),
        (r#"{"breaker": {"error_percent": 101}}"#, "breaker.error_percent: 101 is not 0 to 100"),
        (r#"{"tls": {"ca_pem": "x"}}"#, "tls.ca_pem: no certificate in it"),
        (r#"{"tls": {"verify": false, "server_name": "a b"}}"#, "tls.server_name: no name: a b"),
        (r#"{"tls": {"verify": false}, "targets": [{"address": "unix:/run/a", "weight": 1}]}"#, "tls.server_name: needed for unix:/run/a"),
    ] {
        assert_eq!(compile(&body(change), None).err().as_deref(), Some(want), "{change}");
    }
}

#[test]
fn what_is_fine_is_taken() {
    for change in [
        "{}",
        r#"{"targets": []}"#,
        r#"{"policy": "least_request", "protocol": "h2", "tls": {"verify": false}}"#,
        r#"{"policy": "consistent_hash", "hash_key": {"kind": "cookie", "name": "sid"}}"#,
        r#"{"policy": "consistent_hash", "hash_key": {"kind": "client"}}"#,
        r#"{"health": {}, "outlier": {"consecutive": 0}, "retry": {"attempts": 0}, "breaker": {"error_percent": 50}}"#,
        r#"{"health": {"kind": "tcp"}, "targets": [{"address": "unix:/run/a.sock", "weight": 7}, {"address": "app:80", "weight": 1}]}"#,
    ] {
        compile(&body(change), None).unwrap_or_else(|e| panic!("{change}: {e}"));
    }
    let hash_key = |change| compile(&body(change), None).ok().and_then(|u| u.hash_key);
    assert_eq!(hash_key("{}"), None);
    assert_eq!(hash_key(r#"{"policy": "consistent_hash"}"#), Some(hcc_proxy::HashKey::Client));
}

#[test]
fn endpoints_outlive_a_change_unless_they_are_reached_in_another_way() {
    let one = compile(&body("{}"), None).unwrap_or_else(|e| panic!("{e}"));
    for (change, same) in [
        (r#"{"connect_ms": 7, "health": {}, "policy": "least_request"}"#, true),
        (r#"{"targets": [{"address": "127.0.0.1:9", "weight": 5}, {"address": "127.0.0.1:8", "weight": 1}]}"#, true),
        (r#"{"protocol": "h2"}"#, false),
        (r#"{"tls": {"verify": false}}"#, false),
        (r#"{"targets": [{"address": "127.0.0.1:8", "weight": 1}]}"#, false),
    ] {
        let two = compile(&body(change), Some(&one)).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(two.endpoints()[0].id() == one.endpoints()[0].id(), same, "{change}");
    }
}
