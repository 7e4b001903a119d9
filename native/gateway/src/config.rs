//! The configuration in force, and how a snapshot becomes it.

use crate::api_keys::ApiKeySet;
use crate::jwt::Verifier;
use crate::sealed::Keyring;
use crate::security::Scope;
use crate::security::challenge::Challenge;
use crate::site::Site;
use crate::snapshot::{
    ApiKeysBody, BanBody, BansBody, CertificateBody, Defaults, DetectionBody, PlatformBody, ScopeBody, SiteBody, Snapshot,
};
use crate::tls::{Certificate, Certificates};
use crate::waf::{Armour, RuleSets};
use foldhash::fast::{FixedState, RandomState};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// What the section of an organisation's security is called, before its id.
const SCOPE: &str = "security:";

/// What every gateway does alike, ready to serve.
#[derive(Debug, Default)]
pub struct Platform {
    /// Changes with every new platform section.
    pub number: u64,
    /// Networks whose forwarded headers are believed.
    pub trusted: Vec<ipnet::IpNet>,
    /// Access tokens.
    pub jwt: Verifier,
    /// Limits and timeouts.
    pub defaults: Defaults,
    /// Field lines set on every response.
    pub response_lines: Vec<u8>,
    /// Lower-case names of those fields.
    pub response_names: Vec<String>,
    /// Sessions revoked when the section was made.
    pub revoked: Vec<(String, u64)>,
    /// The proof of work that rules ask for.
    pub challenge: Challenge,
    /// What is counted of clients.
    pub detection: DetectionBody,
}

#[derive(Debug)]
enum Part {
    Platform(Arc<Platform>),
    Site(Arc<Site>),
    Certificate(Arc<Certificate>),
    ApiKeys(Arc<ApiKeySet>),
    Bans(Arc<[Arc<BanBody>]>),
    Scope(Arc<Scope>),
}

#[derive(Debug)]
struct Kept {
    hash: String,
    raw: Box<str>,
    part: Part,
}

/// Everything needed to serve.
#[derive(Debug, Default)]
pub struct Config {
    /// What every gateway does alike.
    pub platform: Arc<Platform>,
    /// Certificates by server name.
    pub certificates: Certificates,
    /// API keys that routes may have verified here.
    pub api_keys: Arc<ApiKeySet>,
    /// Bans in force when the snapshot was made, when it says so.
    pub bans: Option<Arc<[Arc<BanBody>]>>,
    /// Asked for each request; the ids are ours, so a quick hash does.
    scopes: HashMap<String, Arc<Scope>, RandomState>,
    hosts: HashMap<String, Arc<Site>>,
    suffixes: HashMap<String, Arc<Site>>,
    any: Option<Arc<Site>>,
    sections: BTreeMap<String, Arc<Kept>>,
}

/// What became of a snapshot.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    /// Version of the report's shape.
    pub version: u32,
    /// Sections compiled and in force.
    pub applied: Vec<String>,
    /// Sections whose hash is as before.
    pub unchanged: Vec<String>,
    /// Sections not taken; their former version stays in force.
    pub refused: Vec<Refused>,
}

/// A section not taken.
#[derive(Clone, Debug, Serialize)]
pub struct Refused {
    /// Its id.
    pub id: String,
    /// Why.
    pub error: String,
}

#[derive(Serialize)]
struct KeptSection<'a> {
    id: &'a str,
    hash: &'a str,
    body: &'a serde_json::value::RawValue,
}

impl Config {
    /// Compiles a snapshot on top of this configuration; an error means that nothing of it could be read.
    pub fn apply(&self, bytes: &[u8], number: u64, keyring: &Keyring) -> Result<(Self, Report), String> {
        let snapshot: Snapshot<'_> = serde_json::from_slice(bytes).map_err(|e| format!("snapshot: {e}"))?;
        if snapshot.version != 1 {
            return Err(format!("snapshot version {} is not known", snapshot.version));
        }
        let mut report = Report { version: 1, ..Report::default() };
        let mut next = Self { platform: Arc::clone(&self.platform), ..Self::default() };
        for section in &snapshot.sections {
            if next.sections.contains_key(&section.id) {
                report.refuse(&section.id, "stands twice".to_owned());
                continue;
            }
            let old = self.sections.get(&section.id);
            if let Some(kept) = old.filter(|k| k.hash == section.hash) {
                if let Err(error) = next.install(&section.id, kept) {
                    report.refuse(&section.id, error);
                } else {
                    report.unchanged.push(section.id.clone());
                }
                continue;
            }
            let compiled = compile(&section.id, section.body.get(), old.map(|k| &k.part), number, keyring)
                .map(|part| Arc::new(Kept { hash: section.hash.clone(), raw: section.body.get().into(), part }))
                .and_then(|kept| next.install(&section.id, &kept));
            match compiled {
                Ok(()) => report.applied.push(section.id.clone()),
                Err(error) => {
                    report.refuse(&section.id, error);
                    if let Some(kept) = old {
                        // Its hosts may have gone to another site meanwhile; then it serves no more.
                        let _ = next.install(&section.id, kept);
                    }
                }
            }
        }
        Ok((next, report))
    }

    fn install(&mut self, id: &str, kept: &Arc<Kept>) -> Result<(), String> {
        match &kept.part {
            Part::Platform(platform) => self.platform = Arc::clone(platform),
            Part::Certificate(certificate) => self.certificates.add(certificate),
            Part::ApiKeys(keys) => self.api_keys = Arc::clone(keys),
            Part::Bans(bans) => self.bans = Some(Arc::clone(bans)),
            Part::Scope(scope) => _ = self.scopes.insert(id.strip_prefix(SCOPE).unwrap_or(id).to_owned(), Arc::clone(scope)),
            Part::Site(site) => {
                for host in &site.hosts {
                    if let Some(other) = self.exact(host) {
                        return Err(format!("host {host} is served by site {}", other.id));
                    }
                }
                for host in &site.hosts {
                    if host == "*" {
                        self.any = Some(Arc::clone(site));
                    } else if let Some(suffix) = host.strip_prefix("*.") {
                        self.suffixes.insert(suffix.to_owned(), Arc::clone(site));
                    } else {
                        self.hosts.insert(host.clone(), Arc::clone(site));
                    }
                }
            }
        }
        self.sections.insert(id.to_owned(), Arc::clone(kept));
        Ok(())
    }

    fn exact(&self, host: &str) -> Option<&Arc<Site>> {
        match host.strip_prefix("*.") {
            _ if host == "*" => self.any.as_ref(),
            Some(suffix) => self.suffixes.get(suffix),
            None => self.hosts.get(host),
        }
    }

    /// The site of a host: exact, then the longest wildcard, then `*`.
    pub fn site(&self, host: &str) -> Option<&Arc<Site>> {
        let lower;
        let mut name = host.strip_suffix('.').unwrap_or(host);
        if name.bytes().any(|b| b.is_ascii_uppercase()) {
            lower = name.to_ascii_lowercase();
            name = &lower;
        }
        if let Some(site) = self.hosts.get(name) {
            return Some(site);
        }
        if !self.suffixes.is_empty() {
            let mut rest = name;
            while let Some((_, parent)) = rest.split_once('.') {
                if let Some(site) = self.suffixes.get(parent) {
                    return Some(site);
                }
                rest = parent;
            }
        }
        self.any.as_ref()
    }

    /// What an organisation says of security, if anything.
    pub fn scope(&self, organization: &str) -> Option<&Scope> {
        self.scopes.get(organization).map(Arc::as_ref)
    }

    /// Gives each site the armour that its policies and the scopes above it ask for; what could not be used is told in the report.
    pub fn arm(&self, rule_sets: &RuleSets, report: &mut Report) {
        for site in self.sites() {
            let mut problems = Vec::new();
            let armour = Armour::of(site, self, rule_sets, &mut problems);
            site.armour.store(armour);
            problems.sort();
            problems.dedup();
            for problem in problems {
                report.refuse(&format!("waf:{}", site.id), problem);
            }
        }
    }

    /// The sites in force.
    pub fn sites(&self) -> impl Iterator<Item = &Arc<Site>> {
        self.sections.values().filter_map(|kept| if let Part::Site(site) = &kept.part { Some(site) } else { None })
    }

    /// Id and hash of every section in force.
    pub fn sections(&self) -> impl Iterator<Item = (&str, &str)> {
        self.sections.iter().map(|(id, kept)| (id.as_str(), kept.hash.as_str()))
    }

    /// What is in force, as a snapshot again.
    pub fn to_snapshot(&self) -> Result<Vec<u8>, String> {
        let mut sections = Vec::new();
        for (id, kept) in &self.sections {
            let body = serde_json::from_str(&kept.raw).map_err(|e| e.to_string())?;
            sections.push(KeptSection { id, hash: &kept.hash, body });
        }
        serde_json::to_vec(&serde_json::json!({"version": 1, "sections": sections})).map_err(|e| e.to_string())
    }
}

impl Report {
    fn refuse(&mut self, id: &str, error: String) {
        self.refused.push(Refused { id: id.to_owned(), error });
    }
}

fn compile(id: &str, raw: &str, old: Option<&Part>, number: u64, keyring: &Keyring) -> Result<Part, String> {
    if id == "platform" {
        let body: PlatformBody = serde_json::from_str(raw).map_err(|e| e.to_string())?;
        return Ok(Part::Platform(Arc::new(compile_platform(body, number)?)));
    }
    if id.starts_with("certificate:") {
        let body: CertificateBody = serde_json::from_str(raw).map_err(|e| e.to_string())?;
        return Certificate::compile(body, keyring).map(|c| Part::Certificate(Arc::new(c)));
    }
    if id == "api_keys" {
        let body: ApiKeysBody = serde_json::from_str(raw).map_err(|e| e.to_string())?;
        return Ok(Part::ApiKeys(Arc::new(ApiKeySet::compile(body)?)));
    }
    if id == "bans" {
        let body: BansBody = serde_json::from_str(raw).map_err(|e| e.to_string())?;
        return Ok(Part::Bans(body.bans.into_iter().map(Arc::new).collect()));
    }
    if id.starts_with(SCOPE) {
        let body: ScopeBody = serde_json::from_str(raw).map_err(|e| e.to_string())?;
        return Scope::compile(body, &FixedState::default()).map(|s| Part::Scope(Arc::new(s)));
    }
    if !id.starts_with("site:") {
        return Err("no such kind of section".to_owned());
    }
    let body: SiteBody = serde_json::from_str(raw).map_err(|e| e.to_string())?;
    let former = match old {
        Some(Part::Site(site)) => Some(site.as_ref()),
        _ => None,
    };
    // A fixed seed: a limit keeps its number, and with it its state, over every apply.
    Site::compile(body, former, &FixedState::default()).map(|s| Part::Site(Arc::new(s)))
}

fn compile_platform(body: PlatformBody, number: u64) -> Result<Platform, String> {
    let jwt = Verifier::compile(&body.jwt)?;
    let mut response_lines = Vec::new();
    for (name, value) in &body.response_headers {
        let id = hcc_http::Name::of(name.as_bytes());
        if !hcc_http::bytes::is_token(name.as_bytes()) || !hcc_http::bytes::is_value(value.as_bytes()) || id.is_hop_by_hop() {
            return Err(format!("response header {name}"));
        }
        hcc_http::forwarded::put_field(&mut response_lines, name.as_bytes(), value.as_bytes());
    }
    let d = &body.defaults;
    if [d.header_timeout_ms, d.body_timeout_ms, d.idle_timeout_ms, d.keep_alive_ms].iter().any(|t| *t == 0 || *t > 3_600_000)
        || d.max_connections == 0
        || !(1024..=1_048_576).contains(&d.max_header_bytes)
    {
        return Err("a timeout or limit of the defaults is out of range".to_owned());
    }
    let response_names = body.response_headers.keys().map(|n| n.to_ascii_lowercase()).collect();
    let revoked = body.revoked_sessions.into_iter().map(|r| (r.sid, r.until)).collect();
    let challenge = Challenge::compile(&body.challenge)?;
    let (trusted, defaults, detection) = (body.trusted_proxies, body.defaults, body.detection);
    Ok(Platform { number, trusted, jwt, defaults, response_lines, response_names, revoked, challenge, detection })
}

#[cfg(test)]
#[path = "config_tests.rs"]
mod tests;
