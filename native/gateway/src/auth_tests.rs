use super::*;
use crate::jwt::Verifier;
use crate::jwt::tests::{ed_token, ed25519};
use crate::snapshot::JwtBody;
use crate::testing::{head, sha256};
use serde_json::{Value, json};

const KEY: &str = "hcc_abc_secret";

fn keys() -> ApiKeySet {
    let key = json!({"id": "key-1", "prefix": "abc", "hash": sha256(KEY), "organization_id": "o", "user_id": "u", "user_type": "customer",
        "scopes": ["dns:read", "mail:*"]});
    let body = serde_json::from_value(json!({"keys": [key]})).unwrap_or_else(|e| panic!("{e}"));
    ApiKeySet::compile(body).unwrap_or_else(|e| panic!("{e}"))
}

fn platform(number: u64) -> Platform {
    let body = JwtBody { issuer: "hcc".into(), audience: "hcc".into(), keys: vec![ed25519(7).1], leeway_s: 5 };
    Platform { number, jwt: Verifier::compile(&body).unwrap_or_else(|e| panic!("{e}")), ..Platform::default() }
}

fn token(sid: &str) -> String {
    let claims = json!({"sub": "u", "user_type": "customer", "org_id": "o", "roles": ["owner"], "sid": sid, "typ": "access",
        "iss": "hcc", "aud": "hcc", "exp": 2000});
    ed_token(&ed25519(7).0, r#"{"alg":"EdDSA","kid":"k1"}"#, &claims.to_string())
}

fn auth(body: &Value) -> AuthBody {
    serde_json::from_value(body.clone()).unwrap_or_else(|e| panic!("{e}"))
}

fn told(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Anonymous => "anonymous".to_owned(),
        Outcome::ApiKey => "passed".to_owned(),
        Outcome::Known(identity) => format!("{} {}", identity.claims.sub, identity.key.as_deref().unwrap_or("token")),
        Outcome::Refused(reason) => (*reason).to_owned(),
    }
}

#[test]
fn credentials_by_mode() {
    let (cache, platform, keys, revoked) = (TokenCache::default(), platform(1), keys(), Revoked::default());
    let against = Against { platform: &platform, keys: &keys, revoked: &revoked, organization: "o", now_s: 1000 };
    let bearer = format!("Authorization: Bearer {}\r\n", token("s"));
    let key = format!("Authorization: bearer {KEY}\r\n");
    let own = format!("X-API-Key: {KEY}\r\n");
    for (mode, api_keys, lines, want) in [
        ("none", "refuse", &*bearer, "anonymous"),
        ("none", "pass", &*key, "anonymous"),
        ("jwt", "refuse", "", "no token"),
        ("optional", "refuse", "", "anonymous"),
        ("jwt", "refuse", &*bearer, "u token"),
        ("optional", "verify", &*bearer, "u token"),
        ("jwt", "refuse", &*key, "API key not taken here"),
        ("jwt", "refuse", &*own, "API key not taken here"),
        ("jwt", "pass", &*key, "passed"),
        ("jwt", "pass", &*own, "passed"),
        ("jwt", "verify", &*key, "u key-1"),
        ("jwt", "verify", &*own, "u key-1"),
        ("optional", "verify", &*own, "u key-1"),
        ("optional", "verify", "X-API-Key: hcc_abc_wrong\r\n", "API key not known"),
        ("jwt", "verify", &*[&*key, &own].concat(), "several API keys"),
        ("jwt", "verify", &*[&*own, &own].concat(), "several API keys"),
        ("jwt", "verify", &*[&*key, &key].concat(), "several Authorization fields"),
        ("jwt", "refuse", "Authorization: Basic YTpi\r\n", "no bearer token"),
        ("optional", "refuse", "Authorization: Basic YTpi\r\n", "no bearer token"),
        ("jwt", "refuse", "Authorization: Bearer \r\n", "no bearer token"),
        ("jwt", "refuse", "Authorization: Bearer a.b.c\r\n", "token header"),
    ] {
        let auth = auth(&json!({"mode": mode, "api_keys": api_keys}));
        let outcome = cache.authenticate(&head("GET /", lines), &auth, &against);
        assert_eq!(told(&outcome), want, "{mode} {api_keys} {lines}");
    }
}

#[test]
fn the_cache_is_bounded_and_forgets_nothing_that_matters() {
    let (cache, first, keys, revoked) = (TokenCache::default(), platform(1), keys(), Revoked::default());
    let mut against = Against { platform: &first, keys: &keys, revoked: &revoked, organization: "o", now_s: 1000 };
    let ask = |token: &str, against: &Against<'_>| {
        told(&cache.authenticate(&head("GET /", &format!("Authorization: Bearer {token}\r\n")), &auth(&json!({"mode": "jwt"})), against))
    };
    let one = token("s1");
    assert_eq!((ask(&one, &against), ask(&one, &against), cache.len()), ("u token".to_owned(), "u token".to_owned(), 1));
    against.now_s = 2005;
    assert_eq!(ask(&one, &against), "token expired");
    against.now_s = 1000;
    revoked.add([("s1".to_owned(), 3000)], 1000);
    assert_eq!((ask(&one, &against), ask(&one, &against)), ("session revoked".to_owned(), "session revoked".to_owned()));
    // Another platform section without the key: what was verified by the old one counts no more.
    let two = token("s2");
    assert_eq!(ask(&two, &against), "u token");
    let second = Platform { number: 2, ..Platform::default() };
    assert_eq!(ask(&two, &Against { platform: &second, ..against }), "token key id");
    for i in 0..CACHE_SHARDS * CACHE_PER_SHARD / 4 {
        let claims = Claims { exp: 2000, ..Claims::default() };
        let identity = Arc::new(Identity::of_token(claims, 1));
        for shard in &cache.shards {
            let mut held = shard.lock().unwrap_or_else(PoisonError::into_inner);
            if held.len() < CACHE_PER_SHARD {
                held.insert(i.to_string().into_bytes().into(), (Arc::clone(&identity), 0));
            }
        }
    }
    assert_eq!(ask(&token("s3"), &against), "u token");
    assert!(cache.len() <= CACHE_SHARDS * CACHE_PER_SHARD);
}

#[test]
fn own_roles_count_at_ones_own_sites() {
    let roles = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>();
    let of = |names: &[&str]| Claims { org_id: "o".into(), roles: roles(names), ..Claims::default() };
    for (names, organization, want) in [
        (&["owner", "editor"][..], "o", "owner,editor"),
        (&["owner", "editor"], "p", "owner"),
        (&["editor"], "p", ""),
        (&["superadmin", "support", "owner", "staff", "member"], "p", "superadmin,support,owner,staff,member"),
        (&["Owner", "owner "], "p", ""),
    ] {
        let key = Identity::of_key(of(names), "k".into(), vec!["mail:*".into()]);
        for identity in [Identity::of_token(of(names), 3), key] {
            let (is_key, platform) = (identity.key.is_some(), identity.platform);
            let seen = Arc::new(identity).at(organization);
            assert_eq!(seen.claims.roles.join(","), want, "{names:?} {organization}");
            assert!(seen.fields.contains(&("X-Auth-Roles", want.to_owned())), "{names:?} {organization}");
            assert_eq!((seen.key.is_some(), seen.platform, seen.scopes.len()), (is_key, platform, usize::from(is_key)));
            let editor = auth(&json!({"mode": "jwt", "roles": ["editor"]}));
            assert_eq!(permit(&seen, &editor).is_ok(), want.contains("editor"), "{names:?} {organization}");
        }
    }
}

#[test]
fn who_may() {
    let claims = Claims { user_type: "customer".into(), roles: vec!["owner".into(), "dns".into()], ..Claims::default() };
    let bearer = Identity::of_token(claims.clone(), 1);
    let key = Identity::of_key(claims, "k".into(), vec!["dns:read".into(), "mail:*".into()]);
    let star = Identity::of_key(Claims::default(), "k".into(), vec!["*".into()]);
    for (identity, body, want) in [
        (&bearer, json!({"mode": "jwt"}), ""),
        (&bearer, json!({"mode": "jwt", "roles": ["billing", "dns"]}), ""),
        (&bearer, json!({"mode": "jwt", "roles": ["billing"]}), "role missing"),
        (&bearer, json!({"mode": "jwt", "user_types": ["customer"]}), ""),
        (&bearer, json!({"mode": "jwt", "user_types": ["admin"], "roles": ["owner"]}), "user type not admitted"),
        (&bearer, json!({"mode": "jwt", "api_keys": "verify", "scopes": ["x:y"]}), ""),
        (&key, json!({"mode": "jwt", "api_keys": "verify", "scopes": ["dns:read", "mail:write"]}), ""),
        (&key, json!({"mode": "jwt", "api_keys": "verify", "scopes": ["dns:write"]}), "scope missing"),
        (&key, json!({"mode": "jwt", "api_keys": "verify", "scopes": ["mail"]}), ""),
        (&key, json!({"mode": "jwt", "api_keys": "verify", "scopes": ["mailbox:read"]}), "scope missing"),
        (&key, json!({"mode": "jwt", "api_keys": "verify", "roles": ["billing"]}), "role missing"),
        (&star, json!({"mode": "jwt", "api_keys": "verify", "scopes": ["dns:write"]}), ""),
    ] {
        let auth = auth(&body);
        check(&auth).unwrap_or_else(|e| panic!("{e}"));
        let refused = permit(identity, &auth).err();
        assert_eq!(refused.as_ref().map_or("", |a| a.reason), want, "{body}");
        if let Some(answer) = refused {
            assert_eq!((answer.status, answer.fields[0].0), (403, "WWW-Authenticate"));
            assert!(answer.fields[0].1.contains("error=\"insufficient_scope\""));
        }
    }
    for body in [
        json!({"roles": ["a"]}),
        json!({"user_types": ["a"]}),
        json!({"api_keys": "verify"}),
        json!({"mode": "jwt", "scopes": ["a"]}),
        json!({"mode": "jwt", "api_keys": "verify", "scopes": ["a\"b"]}),
        json!({"mode": "jwt", "api_keys": "verify", "scopes": [""]}),
    ] {
        assert!(check(&auth(&body)).is_err(), "{body}");
    }
}
