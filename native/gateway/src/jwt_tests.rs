use super::*;
use crate::snapshot::JwkBody;
use ring::signature::{Ed25519KeyPair, KeyPair};

fn encode(bytes: &[u8]) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let n = chunk.iter().fold(0u32, |n, b| n << 8 | u32::from(*b)) << (8 * (3 - chunk.len()));
        for i in 0..=chunk.len() {
            out.push(char::from(ALPHABET[(n >> (18 - 6 * i) & 63) as usize]));
        }
    }
    out
}

fn token(header: &str, claims: &str, pair: &Ed25519KeyPair) -> String {
    let signed = format!("{}.{}", encode(header.as_bytes()), encode(claims.as_bytes()));
    let signature = encode(pair.sign(signed.as_bytes()).as_ref());
    format!("{signed}.{signature}")
}

const CLAIMS: &str = r#"{"sub":"u","user_type":"admin","org_id":"o","roles":["a"],"sid":"s","jti":"j","typ":"access","iss":"hcc","aud":"hcc","iat":1000,"exp":2000}"#;

#[test]
fn table() {
    let pair = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap_or_else(|e| panic!("{e}"));
    let other = Ed25519KeyPair::from_seed_unchecked(&[8; 32]).unwrap_or_else(|e| panic!("{e}"));
    let key =
        JwkBody { kty: "OKP".into(), crv: "Ed25519".into(), kid: "k1".into(), x: encode(pair.public_key().as_ref()), ..JwkBody::default() };
    let body = JwtBody { issuer: "hcc".into(), audience: "hcc".into(), keys: vec![key], leeway_s: 5 };
    let verifier = Verifier::compile(&body).unwrap_or_else(|e| panic!("{e}"));
    let good = r#"{"alg":"EdDSA","kid":"k1"}"#;
    let make = |from: &str, to: &str| token(good, &CLAIMS.replace(from, to), &pair);
    for (token, now, want) in [
        (make("", ""), 1500, Ok(())),
        (make("", ""), 2004, Ok(())),
        (make("", ""), 2005, Err("token expired")),
        (make("", ""), 900, Err("token not yet valid")),
        (make("access", "refresh"), 1500, Err("token type")),
        (make(r#""iss":"hcc""#, r#""iss":"x""#), 1500, Err("token issuer")),
        (make(r#""aud":"hcc""#, r#""aud":["x","hcc"]"#), 1500, Ok(())),
        (make(r#""aud":"hcc""#, r#""aud":"x""#), 1500, Err("token audience")),
        (make(r#""sub":"u""#, r#""sub":"u\r\nX: y""#), 1500, Err("token claims")),
        (token(good, CLAIMS, &other), 1500, Err("token signature")),
        (token(r#"{"alg":"EdDSA","kid":"k2"}"#, CLAIMS, &pair), 1500, Err("token key id")),
        (token(r#"{"alg":"none","kid":"k1"}"#, CLAIMS, &pair), 1500, Err("token algorithm")),
        (token(r#"{"alg":"EdDSA","kid":"k1","crit":["x"]}"#, CLAIMS, &pair), 1500, Err("token algorithm")),
        (format!("{}.", make("", "")), 1500, Err("token shape")),
        ("a.b".to_owned(), 1500, Err("token shape")),
    ] {
        assert_eq!(verifier.verify(token.as_bytes(), now).map(|_| ()), want, "{token} at {now}");
    }
}

#[test]
fn base64url_is_canonical() {
    assert_eq!(base64url(b"_-8"), Some(vec![0xff, 0xef]));
    for bad in [&b"_-9"[..], b"a", b"ab=", b"a+bb"] {
        assert_eq!(base64url(bad), None);
    }
}
