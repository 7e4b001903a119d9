//! Keys that verify access tokens (RFC 7517, 7518, 8037).

use crate::snapshot::JwkBody;
use ring::hmac;
use ring::signature::{ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey};

/// Shortest secret of an `HS256` key, in bytes (RFC 7518 section 3.2).
const MIN_SECRET: usize = 32;

/// A key, which says the one algorithm it is for.
pub enum Key {
    /// A public key on Curve25519.
    EdDsa(Vec<u8>),
    /// An uncompressed point on P-256.
    Es256(Vec<u8>),
    /// Modulus and exponent.
    Rs256(Vec<u8>, Vec<u8>),
    /// A shared secret.
    Hs256(hmac::Key),
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.algorithm())
    }
}

impl Key {
    /// Compiles a key; the error says what is wrong with it.
    pub fn compile(body: &JwkBody) -> Result<Self, String> {
        let key = match (body.kty.as_str(), body.crv.as_str()) {
            ("OKP", "Ed25519") => Self::EdDsa(bytes(&body.x, "x", 32)?),
            ("EC", "P-256") => Self::Es256([vec![4], bytes(&body.x, "x", 32)?, bytes(&body.y, "y", 32)?].concat()),
            ("RSA", _) => {
                let (n, e) = (bytes(&body.n, "n", 0)?, bytes(&body.e, "e", 0)?);
                let bits = n.len() * 8 - n.first().map_or(0, |b| b.leading_zeros() as usize);
                if n.first() == Some(&0) || e.first() == Some(&0) || !(2048..=8192).contains(&bits) {
                    return Err("an RSA modulus has 2048 to 8192 bits, without zeros before it".to_owned());
                }
                // An even exponent, 1 or one above 33 bits is none that anybody uses, and ring refuses it later.
                if e.len() > 4 || e == [1] || e.last().is_none_or(|b| b % 2 == 0) {
                    return Err("the RSA exponent".to_owned());
                }
                Self::Rs256(n, e)
            }
            ("oct", _) => {
                let secret = bytes(&body.k, "k", 0)?;
                if secret.len() < MIN_SECRET {
                    return Err(format!("a secret has at least {MIN_SECRET} bytes"));
                }
                Self::Hs256(hmac::Key::new(hmac::HMAC_SHA256, &secret))
            }
            (kty, crv) => return Err(format!("kty {kty} with crv {crv} is not known")),
        };
        if !body.alg.is_empty() && body.alg != key.algorithm() {
            return Err(format!("{} is not for {}", body.alg, body.kty));
        }
        Ok(key)
    }

    /// The name of its algorithm (RFC 7518 section 3.1).
    pub fn algorithm(&self) -> &'static str {
        match self {
            Self::EdDsa(_) => "EdDSA",
            Self::Es256(_) => "ES256",
            Self::Rs256(..) => "RS256",
            Self::Hs256(_) => "HS256",
        }
    }

    /// Whether a signature of a message is this key's.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::EdDsa(key) => UnparsedPublicKey::new(&ED25519, key).verify(message, signature).is_ok(),
            Self::Es256(key) => UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, key).verify(message, signature).is_ok(),
            Self::Rs256(n, e) => RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature).is_ok(),
            Self::Hs256(key) => hmac::verify(key, message, signature).is_ok(),
        }
    }
}

fn bytes(text: &str, name: &str, length: usize) -> Result<Vec<u8>, String> {
    let decoded = base64url(text.as_bytes()).filter(|b| !b.is_empty() && (length == 0 || b.len() == length));
    decoded.ok_or_else(|| format!("{name} is not the base64url of a key"))
}

/// Decodes base64url without padding; trailing bits that are not zero are refused (RFC 4648 section 3.5).
pub fn base64url(text: &[u8]) -> Option<Vec<u8>> {
    if text.len() % 4 == 1 {
        return None;
    }
    let mut out = Vec::with_capacity(text.len() / 4 * 3 + 2);
    let (mut bits, mut count) = (0u32, 0u32);
    for b in text {
        let value = match b {
            b'A'..=b'Z' => b - b'A',
            b'a'..=b'z' => b - b'a' + 26,
            b'0'..=b'9' => b - b'0' + 52,
            b'-' => 62,
            b'_' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push(u8::try_from(bits >> count & 0xff).unwrap_or(0));
            bits &= (1 << count) - 1;
        }
    }
    (bits == 0).then_some(out)
}
