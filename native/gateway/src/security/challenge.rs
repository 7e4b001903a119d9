//! Proof of work for browsers: a page whose script finds a number, and a signed cookie for whoever did. Nothing is remembered here.
//!
//! A challenge names the site, the client's network and the time, and is signed; the number makes its SHA-256 begin with zeros. The
//! cookie ends at a time counted from the challenge's own, so that a solution sent again buys nothing that it did not buy before.

use crate::render::Answer;
use crate::snapshot::ChallengeBody;
use hcc_http::RequestHead;
use ring::digest::{SHA256, digest};
use ring::hmac;
use ring::rand::{SecureRandom, SystemRandom};
use std::fmt::Write;
use std::net::IpAddr;

/// Where solutions are sent, on every site.
pub const PATH: &[u8] = b"/.well-known/hcc-challenge";
/// The cookie of those who passed.
const COOKIE: &str = "hcc_passed";
/// Seconds in which a challenge must be solved.
const SOLVE_S: u64 = 300;
/// Seconds by which the clocks of gateways may differ.
const SKEW_S: u64 = 30;
/// Longest challenge and longest number that are looked at, in bytes.
const MAX_TOKEN: usize = 128;
const MAX_NUMBER: usize = 20;
const PAGE: &str = include_str!("challenge.html");

/// Makes challenges and knows who passed.
#[derive(Debug)]
pub struct Challenge {
    key: hmac::Key,
    difficulty: u8,
    ttl_s: u32,
}

/// Who asks, as challenges and cookies name them.
#[derive(Clone, Copy, Debug)]
pub struct Asker<'a> {
    /// The site.
    pub site: &'a str,
    /// The client.
    pub client: IpAddr,
    /// Whether it speaks https.
    pub https: bool,
    /// Unix seconds.
    pub now_s: u64,
}

impl Default for Challenge {
    fn default() -> Self {
        Self::compile(&ChallengeBody::default()).unwrap_or_else(|_| Self { key: own_key(), difficulty: 16, ttl_s: 3600 })
    }
}

/// A key of this process: cookies are good on this gateway alone.
fn own_key() -> hmac::Key {
    hmac::Key::generate(hmac::HMAC_SHA256, &SystemRandom::new()).unwrap_or_else(|_| hmac::Key::new(hmac::HMAC_SHA256, &[]))
}

impl Challenge {
    /// Compiles the settings.
    pub fn compile(body: &ChallengeBody) -> Result<Self, String> {
        let key = match body.key.as_str() {
            "" => own_key(),
            text => hmac::Key::new(hmac::HMAC_SHA256, &from_hex(text).filter(|k| k.len() >= 32).ok_or("challenge key")?),
        };
        if !(1..=24).contains(&body.difficulty) || !(60..=604_800).contains(&body.ttl_s) {
            return Err("difficulty or ttl_s of the challenge is out of range".to_owned());
        }
        Ok(Self { key, difficulty: body.difficulty, ttl_s: body.ttl_s })
    }

    /// Whether a request carries the cookie of a client of this network that passed on this site.
    pub fn passed(&self, head: &RequestHead, asker: &Asker<'_>) -> bool {
        let Some(value) = head.fields.cookie(COOKIE.as_bytes()).and_then(|v| std::str::from_utf8(v).ok()) else { return false };
        let Some((until, signature)) = value.split_once('.') else { return false };
        let Ok(until_s) = until.parse::<u64>() else { return false };
        // No cookie is good for longer than it could have been given.
        let latest = asker.now_s.saturating_add(u64::from(self.ttl_s) + SKEW_S);
        until_s > asker.now_s && until_s <= latest && self.verify(&["passed", asker.site, &network(asker.client), until], signature)
    }

    /// The page with a fresh challenge, or the words for a client that shows no pages.
    pub fn ask(&self, asker: &Asker<'_>, html: bool) -> Answer {
        if !html {
            let message = "This address must be opened in a browser once, which proves that it is one. Then try again.";
            return Answer::new(403, "challenge").with_message("CHALLENGE_REQUIRED", message);
        }
        let nonce = random_hex();
        let page = PAGE.replace("@NONCE@", &nonce).replace("@TOKEN@", &self.token(asker)).replace("@BITS@", &self.difficulty.to_string());
        let policy = format!(
            "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; connect-src 'self'; base-uri 'none'; \
             form-action 'none'; frame-ancestors 'none'"
        );
        Answer::page(403, "challenge", page).with("Content-Security-Policy", policy).with("Cache-Control", "no-store".to_owned())
    }

    fn token(&self, asker: &Asker<'_>) -> String {
        let (issued, random) = (asker.now_s.to_string(), random_hex());
        let signature = self.sign(&["asked", asker.site, &network(asker.client), &issued, &random]);
        format!("{issued}.{random}.{signature}")
    }

    /// The answer to a solution, `t` and `n` in the query: 204 with the cookie, or 403.
    pub fn solve(&self, head: &RequestHead, asker: &Asker<'_>) -> Answer {
        let query = head.target().get(head.path().len()..).unwrap_or_default().strip_prefix(b"?").unwrap_or_default();
        let value = |name: &str| {
            let mut parts = query.split(|b| *b == b'&').filter_map(|p| std::str::from_utf8(p).ok());
            parts.find_map(|p| p.strip_prefix(name).and_then(|p| p.strip_prefix('=')))
        };
        let until_s = value("t").zip(value("n")).and_then(|(token, number)| self.check(token, number, asker));
        let Some(until_s) = until_s else {
            let message = "The proof is not right, or came too late. Load the page again.";
            return Answer::new(403, "challenge failed").with_message("CHALLENGE_FAILED", message);
        };
        let until = until_s.to_string();
        let signature = self.sign(&["passed", asker.site, &network(asker.client), &until]);
        let age = until_s.saturating_sub(asker.now_s);
        let secure = if asker.https { "; Secure" } else { "" };
        let cookie = format!("{COOKIE}={until}.{signature}; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax{secure}");
        Answer::new(204, "challenge passed").with("Set-Cookie", cookie).with("Cache-Control", "no-store".to_owned())
    }

    /// When the cookie of a solution ends, if it is one.
    fn check(&self, token: &str, number: &str, asker: &Asker<'_>) -> Option<u64> {
        if token.len() > MAX_TOKEN || number.len() > MAX_NUMBER || !number.bytes().all(|b| b.is_ascii_digit()) || number.is_empty() {
            return None;
        }
        let mut parts = token.split('.');
        let (issued, random, signature) = (parts.next()?, parts.next()?, parts.next()?);
        let issued_s: u64 = issued.parse().ok()?;
        let fresh = issued_s <= asker.now_s.saturating_add(SKEW_S) && asker.now_s <= issued_s.saturating_add(SOLVE_S);
        // The hash first: it costs less than the signature, and whoever sends nonsense has no zeros.
        let zeros = zero_bits(digest(&SHA256, format!("{token}:{number}").as_bytes()).as_ref());
        let good = fresh
            && parts.next().is_none()
            && zeros >= u32::from(self.difficulty)
            && self.verify(&["asked", asker.site, &network(asker.client), issued, random], signature);
        good.then(|| issued_s.saturating_add(u64::from(self.ttl_s)))
    }

    fn sign(&self, parts: &[&str]) -> String {
        to_hex(hmac::sign(&self.key, parts.join("|").as_bytes()).as_ref())
    }

    fn verify(&self, parts: &[&str], signature: &str) -> bool {
        from_hex(signature).is_some_and(|s| hmac::verify(&self.key, parts.join("|").as_bytes(), &s).is_ok())
    }
}

/// The network that a client may move in: a /24, in IPv6 a /64.
fn network(client: IpAddr) -> String {
    match client.to_canonical() {
        IpAddr::V4(v4) => (v4.to_bits() >> 8).to_string(),
        IpAddr::V6(v6) => format!("6:{}", v6.to_bits() >> 64),
    }
}

fn zero_bits(hash: &[u8]) -> u32 {
    let zeros = hash.iter().take_while(|b| **b == 0).count();
    let rest = hash.get(zeros).map_or(0, |b| b.leading_zeros());
    u32::try_from(zeros).unwrap_or(0) * 8 + rest
}

fn random_hex() -> String {
    let mut bytes = [0; 16];
    // Without randomness the page still works; its challenge is signed, and bound to time and client.
    let _ = SystemRandom::new().fill(&mut bytes);
    to_hex(&bytes)
}

fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, b| {
        let _ = write!(out, "{b:02x}");
        out
    })
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    if digits.len() % 2 != 0 || digits.len() > 256 {
        return None;
    }
    digits.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}

#[cfg(test)]
#[path = "challenge_tests.rs"]
mod tests;
