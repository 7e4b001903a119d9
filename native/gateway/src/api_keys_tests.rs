use super::*;
use crate::testing::sha256;
use serde_json::{Value, json};

const KEY: &str = "hcc_a1b2c3_se_cret-1";

fn body(changes: &Value) -> Value {
    let mut key = json!({"id": "key-1", "prefix": "a1b2c3", "hash": sha256(KEY), "organization_id": "o", "user_id": "u",
        "user_type": "customer", "scopes": ["dns:read", "mail:*"], "roles": ["owner"]});
    for (name, value) in changes.as_object().into_iter().flatten() {
        key[name] = value.clone();
    }
    key
}

fn set(keys: &[Value]) -> Result<ApiKeySet, String> {
    ApiKeySet::compile(serde_json::from_value(json!({"keys": keys})).unwrap_or_else(|e| panic!("{e}")))
}

#[test]
fn verified() {
    let set = set(&[
        body(&json!({"expires": 2000})),
        body(&json!({"prefix": "staff", "hash": sha256("hcc_staff_x"), "organization_id": "platform", "user_type": "admin"})),
        body(&json!({"prefix": "seller", "hash": sha256("hcc_seller_x"), "organization_id": "r", "user_type": "reseller"})),
    ])
    .unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(set.len(), 3);
    for (key, organization, now, want) in [
        (KEY, "o", 1000, Ok("key-1")),
        (KEY, "o", 1999, Ok("key-1")),
        (KEY, "o", 2000, Err("API key expired")),
        (KEY, "other", 1000, Err("API key of another organisation")),
        ("hcc_staff_x", "o", 1000, Ok("key-1")),
        ("hcc_seller_x", "o", 1000, Err("API key of another organisation")),
        ("hcc_seller_x", "r", 1000, Ok("key-1")),
        ("hcc_a1b2c3_se_cret-2", "o", 1000, Err("API key not known")),
        ("hcc_a1b2c3_", "o", 1000, Err("API key not known")),
        ("hcc_other_x", "o", 1000, Err("API key not known")),
        ("hcc__x", "o", 1000, Err("API key not known")),
        ("hcc_a1b2c3", "o", 1000, Err("API key shape")),
        ("a1b2c3_x", "o", 1000, Err("API key shape")),
        ("", "o", 1000, Err("API key shape")),
    ] {
        let got = set.verify(key.as_bytes(), organization, now);
        assert_eq!(got.as_ref().map(|i| i.key.as_deref().unwrap_or_default()).map_err(|e| *e), want, "{key} {organization}");
    }
    let identity = set.verify(KEY.as_bytes(), "o", 0).unwrap_or_else(|e| panic!("{e}"));
    let lines: Vec<_> = identity.fields.iter().map(|(n, v)| format!("{n}: {v}")).collect();
    let want = ["Subject: u", "Organization: o", "User-Type: customer", "Roles: owner", "Scopes: dns:read,mail:*", "Key: key-1"];
    assert_eq!(lines, want.map(|w| format!("X-Auth-{w}")));
    assert!(set.verify(&[b'a'; 300], "o", 0).is_err());
    assert_eq!(ApiKeySet::default().verify(KEY.as_bytes(), "o", 0).err(), Some("no API keys known"));
}

#[test]
fn refused() {
    for changes in [
        json!({"hash": "00"}),
        json!({"hash": "x".repeat(64)}),
        json!({"prefix": ""}),
        json!({"prefix": "a_b"}),
        json!({"user_id": "u\r\nX: y"}),
        json!({"id": ""}),
        json!({"scopes": ["a,b"]}),
        json!({"roles": ["a b"]}),
    ] {
        assert!(set(&[body(&changes)]).is_err(), "{changes}");
    }
    assert!(set(&[body(&json!({})), body(&json!({}))]).is_err_and(|e| e.contains("twice")));
}
