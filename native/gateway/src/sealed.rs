//! Opening what control sealed (control/core/crypto.py): AES-256-GCM with a key id and the value's place as associated data.
//!
//! A sealed value is `1 byte version | 1 byte length of the key id | key id | 12 bytes nonce | ciphertext and tag`.

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use std::collections::HashMap;
use std::fmt;

const VERSION: u8 = 1;
const NONCE: usize = 12;

/// Keys by their ids.
#[derive(Default)]
pub struct Keyring {
    keys: HashMap<Vec<u8>, LessSafeKey>,
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keyring({} keys)", self.keys.len())
    }
}

impl Keyring {
    /// Reads `id:base64,id:base64`; an error names the key, never its value.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut keys = HashMap::new();
        for (number, part) in text.split([',', '\n']).map(str::trim).filter(|p| !p.is_empty()).enumerate() {
            let (id, encoded) = part.split_once(':').ok_or_else(|| format!("key {} is not of the form id:base64", number + 1))?;
            let bytes = base64(encoded).ok_or_else(|| format!("key {id} is not valid base64"))?;
            let key = UnboundKey::new(&AES_256_GCM, &bytes).map_err(|_| format!("key {id} has not 32 bytes"))?;
            keys.insert(id.as_bytes().to_vec(), LessSafeKey::new(key));
        }
        Ok(Self { keys })
    }

    /// Opens a base64 value that was sealed for this place.
    pub fn open(&self, sealed: &str, place: &str) -> Result<Vec<u8>, String> {
        let value = base64(sealed).ok_or("a sealed value that is no base64")?;
        let [VERSION, length, rest @ ..] = value.as_slice() else { return Err("not a sealed value".to_owned()) };
        let (id, rest) = rest.split_at_checked(usize::from(*length)).ok_or("not a sealed value")?;
        let (nonce, body) = rest.split_at_checked(NONCE).ok_or("not a sealed value")?;
        let key =
            self.keys.get(id).ok_or_else(|| format!("sealed with key {}, which this gateway has not", String::from_utf8_lossy(id)))?;
        let mut aad = value[..2 + id.len()].to_vec();
        aad.extend_from_slice(place.as_bytes());
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| "not a sealed value")?;
        let mut body = body.to_vec();
        let opened =
            key.open_in_place(nonce, Aad::from(aad), &mut body).map_err(|_| "the value was changed, or belongs to another place")?;
        Ok(opened.to_vec())
    }
}

/// Standard base64 with padding.
fn base64(text: &str) -> Option<Vec<u8>> {
    if text.len() % 4 != 0 {
        return None;
    }
    let url: Vec<u8> = text
        .trim_end_matches('=')
        .bytes()
        .map(|b| match b {
            b'+' => b'-',
            b'/' => b'_',
            b'-' | b'_' => b'!',
            other => other,
        })
        .collect();
    crate::jwk::base64url(&url)
}

#[cfg(test)]
mod tests {
    use super::*;

    // Sealed by control/core/crypto.py with key `k1` of 32 bytes 7 for place `t.c:1`.
    const KEYS: &str = "k1:BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";
    const SEALED: &str = "AQJrMT+2dF5xkpxvCS/9+I6RW8iQLP82MmQWLJCaMFvqY+UA12Ilnw==";

    #[test]
    fn opens_what_control_sealed() {
        let ring = Keyring::parse(KEYS).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(ring.open(SEALED, "t.c:1"), Ok(b"a secret".to_vec()));
        for (sealed, place) in [(SEALED, "t.c:2"), ("AAAA", "t.c:1"), ("", "t.c:1"), ("!!!!", "t.c:1"), (&SEALED[..40], "t.c:1")] {
            assert!(ring.open(sealed, place).is_err(), "{sealed} {place}");
        }
        let other = Keyring::parse("k2:BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=").unwrap_or_else(|e| panic!("{e}"));
        assert!(other.open(SEALED, "t.c:1").is_err_and(|e| e.contains("k1")));
    }

    #[test]
    fn keys_that_are_none() {
        for text in ["k1", "k1:!!!!", "k1:AAAA"] {
            assert!(Keyring::parse(text).is_err(), "{text}");
        }
    }
}
