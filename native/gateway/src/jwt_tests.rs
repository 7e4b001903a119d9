use super::*;
use crate::snapshot::JwkBody;
use ring::hmac;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair};

/// Modulus of a key whose other half was thrown away, and its signature of [`CLAIMS`] under `{"alg":"RS256","kid":"rsa"}`.
const RSA_N: &str = "r7ATbgvwmNqdRrKx-RUKeE64T9CI1_cgs-dido4iY0auQMsDBroMS80QEvABvxKO13mZhX_dDvS-tG7il39uFJhedGbflNW7WNXi9wkPWHEj-ARtWrrxGQzXznI5lrAJ8rIFn4dhWpgjXqPC0pM5Or87RTh65KfnDWc0oI-cAP73J0YwnBZZS0Y-IdpD1y0F9J7bKWLXoOaCQFEuKoQthdwV0YsuH_s-kFa3RI03j7YOSJtAtlEIB9jR7W8Wgt8mGYNEI_As3yhlBJTumZvBIl599AlBNm8V_A-vK86NDv8xxZmBJVfduECcBDng5vRaw-ltVxU9UFswNxpMq99kcw";
const RSA_SIGNATURE: &str = "HZZu09Mrur4GL-fEz5P-27fhqcgEsakaZKFwE6a8wEnn3YrU_v_EDpfjBBnMV5Eukaz2AW_XHyN8Hyp-FKOJBDNzwEq8GrwVJKKGAoxN7djDWGg8W0IK6Oi4BaNAFcvqEE91OM8VMLowVLTyJj6tYSngMv5vDCVfflLb8pfkPHDkMr1X-9mfqaI__rl8YQx9P6VF48M8CI01BWhIZCPc9NnaM6sGUivu8J8ULjmnuirG3iVlSQysze-QlMLmYETtpaK-GAMl8YdmDq-GkQ4EyEMYDCBpUao7FqC1uKM2W5NcqVO6WbvBI2_eVDPTcq3MzCWLZLURbBciPk_eip1F6g";

const CLAIMS: &str = r#"{"sub":"u","user_type":"admin","org_id":"o","roles":["a"],"sid":"s","jti":"j","typ":"access","iss":"hcc","aud":"hcc","iat":1000,"exp":2000}"#;

pub(crate) fn encode(bytes: &[u8]) -> String {
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

fn signed(header: &str, claims: &str, sign: impl Fn(&[u8]) -> Vec<u8>) -> String {
    let text = format!("{}.{}", encode(header.as_bytes()), encode(claims.as_bytes()));
    let signature = encode(&sign(text.as_bytes()));
    format!("{text}.{signature}")
}

pub(crate) fn ed25519(seed: u8) -> (Ed25519KeyPair, JwkBody) {
    let pair = Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap_or_else(|e| panic!("{e}"));
    let x = encode(pair.public_key().as_ref());
    (pair, JwkBody { kty: "OKP".into(), crv: "Ed25519".into(), kid: "k1".into(), x, ..JwkBody::default() })
}

pub(crate) fn ed_token(pair: &Ed25519KeyPair, header: &str, claims: &str) -> String {
    signed(header, claims, |m| pair.sign(m).as_ref().to_vec())
}

fn verifier(keys: Vec<JwkBody>) -> Verifier {
    let body = JwtBody { issuer: "hcc".into(), audience: "hcc".into(), keys, leeway_s: 5 };
    Verifier::compile(&body).unwrap_or_else(|e| panic!("{e}"))
}

#[test]
fn claims_and_headers() {
    let ((pair, key), (other, _)) = (ed25519(7), ed25519(8));
    let verifier = verifier(vec![key]);
    let good = r#"{"alg":"EdDSA","kid":"k1"}"#;
    let make = |from: &str, to: &str| ed_token(&pair, good, &CLAIMS.replace(from, to));
    for (token, now, want) in [
        (make("", ""), 1500, Ok(())),
        (make("", ""), 2004, Ok(())),
        (make("", ""), 2005, Err("token expired")),
        (make("", ""), 900, Err("token not yet valid")),
        (make(r#""iat":1000"#, r#""nbf":1600"#), 1500, Err("token not yet valid")),
        (make("access", "refresh"), 1500, Err("token type")),
        (make(r#""iss":"hcc""#, r#""iss":"x""#), 1500, Err("token issuer")),
        (make(r#""aud":"hcc""#, r#""aud":["x","hcc"]"#), 1500, Ok(())),
        (make(r#""aud":"hcc""#, r#""aud":"x""#), 1500, Err("token audience")),
        (make(r#""sub":"u""#, r#""sub":"u\r\nX: y""#), 1500, Err("token claims")),
        (make(r#""roles":["a"]"#, r#""roles":["a,owner"]"#), 1500, Err("token claims")),
        (make(r#""sid":"s""#, r#""sid":"""#), 1500, Err("token claims")),
        (make(r#""exp":2000"#, r#""exp":"2000""#), 1500, Err("token claims")),
        (make(r#""exp":2000"#, r#""exp":2000,"exp":9000"#), 1500, Err("token claims")),
        (ed_token(&other, good, CLAIMS), 1500, Err("token signature")),
        (ed_token(&pair, r#"{"alg":"EdDSA","kid":"k2"}"#, CLAIMS), 1500, Err("token key id")),
        (ed_token(&pair, r#"{"alg":"EdDSA"}"#, CLAIMS), 1500, Err("token header")),
        (ed_token(&pair, r#"{"alg":"none","kid":"k1"}"#, CLAIMS), 1500, Err("token algorithm")),
        (ed_token(&pair, r#"{"alg":"HS256","kid":"k1"}"#, CLAIMS), 1500, Err("token algorithm")),
        (ed_token(&pair, r#"{"alg":"EdDSA","kid":"k1","crit":["x"]}"#, CLAIMS), 1500, Err("token crit")),
        (ed_token(&pair, r#"{"alg":"EdDSA","kid":"k1","crit":null}"#, CLAIMS), 1500, Err("token crit")),
        (ed_token(&pair, r#"{"alg":"EdDSA","kid":"k1","crit":[]}"#, CLAIMS), 1500, Err("token crit")),
        (format!("{}.", make("", "")), 1500, Err("token shape")),
        ("a.b".to_owned(), 1500, Err("token shape")),
        ("a.".repeat(5000), 1500, Err("token too long")),
    ] {
        assert_eq!(verifier.verify(token.as_bytes(), now).map(|_| ()), want, "{token} at {now}");
    }
}

#[test]
fn every_algorithm_only_with_its_own_key() {
    let random = SystemRandom::new();
    let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap_or_else(|e| panic!("{e}"));
    let ec = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref(), &random).unwrap_or_else(|e| panic!("{e}"));
    let point = ec.public_key().as_ref().to_vec();
    let ec_key = JwkBody {
        kty: "EC".into(),
        crv: "P-256".into(),
        kid: "ec".into(),
        alg: "ES256".into(),
        x: encode(&point[1..33]),
        y: encode(&point[33..]),
        ..JwkBody::default()
    };
    let rsa_key = JwkBody { kty: "RSA".into(), kid: "rsa".into(), n: RSA_N.into(), e: "AQAB".into(), ..JwkBody::default() };
    let oct_key = JwkBody { kty: "oct".into(), kid: "oct".into(), k: encode(&[9; 32]), ..JwkBody::default() };
    let (pair, key) = ed25519(7);
    let verifier = verifier(vec![key, ec_key, rsa_key, oct_key]);
    let sign_ec = |m: &[u8]| ec.sign(&random, m).map_or_else(|e| panic!("{e}"), |s| s.as_ref().to_vec());
    let sign_oct = |secret: &[u8], m: &[u8]| hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), m).as_ref().to_vec();
    let head = |alg: &str, kid: &str| format!(r#"{{"alg":"{alg}","kid":"{kid}"}}"#);
    let rsa = format!("{}.{}.{RSA_SIGNATURE}", encode(head("RS256", "rsa").as_bytes()), encode(CLAIMS.as_bytes()));
    for (token, want) in [
        (ed_token(&pair, &head("EdDSA", "k1"), CLAIMS), Ok(())),
        (signed(&head("ES256", "ec"), CLAIMS, sign_ec), Ok(())),
        (rsa.clone(), Ok(())),
        (signed(&head("HS256", "oct"), CLAIMS, |m| sign_oct(&[9; 32], m)), Ok(())),
        (signed(&head("HS256", "oct"), CLAIMS, |m| sign_oct(&[8; 32], m)), Err("token signature")),
        (signed(&head("HS256", "oct"), CLAIMS, |m| sign_oct(&[9; 32], m)[..16].to_vec()), Err("token signature")),
        (signed(&head("HS256", "oct"), CLAIMS, |_| Vec::new()), Err("token signature")),
        (signed(&head("ES256", "ec"), CLAIMS, |_| vec![0; 64]), Err("token signature")),
        (signed(&head("ES256", "ec"), &CLAIMS.replace("admin", "owner"), |_| sign_ec(b"other")), Err("token signature")),
        (rsa.replace("HZZu", "HZZv"), Err("token signature")),
        // A public key is no secret: what it names as its algorithm counts, not what the token says.
        (signed(&head("HS256", "rsa"), CLAIMS, |m| sign_oct(RSA_N.as_bytes(), m)), Err("token algorithm")),
        (signed(&head("HS256", "k1"), CLAIMS, |m| sign_oct(&[7; 32], m)), Err("token algorithm")),
        (ed_token(&pair, &head("EdDSA", "ec"), CLAIMS), Err("token algorithm")),
    ] {
        assert_eq!(verifier.verify(token.as_bytes(), 1500).map(|_| ()), want, "{token}");
    }
}

#[test]
fn keys_refused() {
    let key = |kty: &str| JwkBody { kty: kty.into(), kid: "k".into(), ..JwkBody::default() };
    let mut short_n = vec![0xff; 255];
    short_n[0] = 0x7f;
    for (what, body) in [
        ("no kid", JwkBody { kid: String::new(), ..ed25519(1).1 }),
        ("short x", JwkBody { crv: "Ed25519".into(), x: encode(&[1; 31]), ..key("OKP") }),
        ("alg of another", JwkBody { alg: "ES256".into(), ..ed25519(1).1 }),
        ("X25519", JwkBody { crv: "X25519".into(), x: encode(&[1; 32]), ..key("OKP") }),
        ("P-384", JwkBody { crv: "P-384".into(), x: encode(&[1; 48]), y: encode(&[1; 48]), ..key("EC") }),
        ("no y", JwkBody { crv: "P-256".into(), x: encode(&[1; 32]), ..key("EC") }),
        ("2039 bits", JwkBody { n: encode(&short_n), e: "AQAB".into(), ..key("RSA") }),
        ("8200 bits", JwkBody { n: encode(&[0xff; 1025]), e: "AQAB".into(), ..key("RSA") }),
        ("leading zero", JwkBody { n: encode(&[&[0][..], &[0xff; 256]].concat()), e: "AQAB".into(), ..key("RSA") }),
        ("exponent 1", JwkBody { n: RSA_N.into(), e: encode(&[1]), ..key("RSA") }),
        ("even exponent", JwkBody { n: RSA_N.into(), e: encode(&[4]), ..key("RSA") }),
        ("short secret", JwkBody { k: encode(&[1; 31]), ..key("oct") }),
        ("no secret", key("oct")),
        ("padding", JwkBody { k: format!("{}=", encode(&[1; 32])), ..key("oct") }),
    ] {
        let body = JwtBody { issuer: "hcc".into(), audience: "hcc".into(), keys: vec![body], leeway_s: 0 };
        assert!(Verifier::compile(&body).is_err(), "{what}");
    }
    let twice = JwtBody { keys: vec![ed25519(1).1, ed25519(2).1], ..JwtBody::default() };
    assert!(Verifier::compile(&twice).is_err_and(|e| e.contains("twice")));
}

#[test]
fn base64url_is_canonical() {
    assert_eq!(base64url(b"_-8"), Some(vec![0xff, 0xef]));
    for bad in [&b"_-9"[..], b"a", b"ab=", b"a+bb"] {
        assert_eq!(base64url(bad), None);
    }
}
