//! Stand-in for operators.
use aho_corasick::AhoCorasick;
use std::net::IpAddr;
use std::ops::Range;
#[derive(Debug)] pub struct PhraseSet(AhoCorasick, Vec<Vec<u8>>);
impl PhraseSet {
    pub fn new(p: Vec<Vec<u8>>) -> Result<Self, String> { Ok(Self(AhoCorasick::builder().ascii_case_insensitive(true).build(&p).map_err(|e| e.to_string())?, p)) }
    pub fn find(&self, v: &[u8]) -> Option<Range<usize>> { self.0.find(v).map(|m| m.range()) }
    pub fn phrases(&self) -> impl Iterator<Item = &[u8]> { self.1.iter().map(|p| p.as_slice()) }
}
#[derive(Debug)] pub struct ByteRange([bool; 256]);
impl ByteRange {
    pub fn parse(t: &str) -> Result<Self, String> {
        let mut a = [false; 256];
        for p in t.split(',') { let (x, y) = p.trim().split_once('-').unwrap_or((p.trim(), p.trim())); let x: u8 = x.parse().map_err(|_| p.to_owned())?; let y: u8 = y.parse().map_err(|_| p.to_owned())?; for b in x..=y { a[b as usize] = true; } }
        Ok(Self(a))
    }
    pub fn first_outside(&self, v: &[u8]) -> Option<usize> { v.iter().position(|b| !self.0[*b as usize]) }
    pub fn contains(&self, b: u8) -> bool { self.0[b as usize] }
}
#[derive(Debug)] pub struct IpSet(Vec<(IpAddr, u8)>);
impl IpSet {
    pub fn parse(t: &str) -> Result<Self, String> { let mut v = Vec::new(); for p in t.split([',', ' ', '\n']).map(str::trim).filter(|p| !p.is_empty() && !p.starts_with('#')) { let (a, n) = p.split_once('/').unwrap_or((p, "")); let a: IpAddr = a.parse().map_err(|_| p.to_owned())?; let n = if n.is_empty() { if a.is_ipv4() {32} else {128} } else { n.parse().map_err(|_| p.to_owned())? }; v.push((a, n)); } Ok(Self(v)) }
    pub fn contains(&self, ip: IpAddr) -> bool { self.0.iter().any(|(a, n)| match (a, ip) { (IpAddr::V4(a), IpAddr::V4(b)) => *n == 0 || (u32::from(*a) ^ u32::from(b)) >> (32 - n) == 0, (IpAddr::V6(a), IpAddr::V6(b)) => *n == 0 || (u128::from(*a) ^ u128::from(b)) >> (128 - n) == 0, _ => false }) }
}
pub fn contains(v: &[u8], a: &[u8]) -> bool { memchr::memmem::find(v, a).is_some() }
pub fn contains_word(v: &[u8], a: &[u8]) -> bool { let w = |b: Option<&u8>| b.is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_'); memchr::memmem::find_iter(v, a).any(|i| !w(i.checked_sub(1).and_then(|i| v.get(i))) && !w(v.get(i + a.len()))) }
pub fn invalid_url(v: &[u8]) -> bool { let mut i = 0; while i < v.len() { if v[i] == b'%' { if v.len() < i + 3 || !v[i+1].is_ascii_hexdigit() || !v[i+2].is_ascii_hexdigit() { return true; } i += 2; } i += 1; } false }
pub fn invalid_utf8(v: &[u8]) -> bool { std::str::from_utf8(v).is_err() }
