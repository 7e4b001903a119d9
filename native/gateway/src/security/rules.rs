//! Simple rules: which requests, and what is done with them.

use super::access::country;
use super::place::Place;
use super::prefixes::Prefixes;
use crate::site::limit::{self, Limit};
use crate::snapshot::{HeaderHow, HeaderMatchBody, LimitBody, LimitKey, MatchAction, MatchBody, MatchRuleBody};
use hcc_http::RequestHead;
use hcc_http::bytes::is_token;
use std::collections::HashSet;
use std::hash::BuildHasher;

/// One rule, ready to be asked.
#[derive(Debug)]
pub struct Rule {
    /// Its id.
    pub id: String,
    /// Its name, for events.
    pub name: String,
    /// What it does.
    pub action: MatchAction,
    /// What it counts by, for `limit`.
    pub limit: Option<Limit>,
    position: i32,
    paths: Vec<Path>,
    methods: Vec<String>,
    headers: Vec<Header>,
    countries: HashSet<[u8; 2]>,
    asns: HashSet<u32>,
    networks: Prefixes<()>,
}

#[derive(Debug)]
enum Path {
    Whole(Box<[u8]>),
    Beginning(Box<[u8]>),
}

#[derive(Debug)]
struct Header {
    name: Box<[u8]>,
    how: HeaderHow,
    /// In lower case.
    value: Box<[u8]>,
}

/// Compiles the rules of one place, the first to be tried first.
pub fn compile(body: Vec<MatchRuleBody>, place: &str, hasher: &impl BuildHasher) -> Result<Vec<Rule>, String> {
    let mut rules = Vec::with_capacity(body.len());
    for rule in body {
        let id = rule.id.clone();
        rules.push(one(rule, place, hasher).map_err(|e| format!("rule {id}: {e}"))?);
    }
    rules.sort_by(|a, b| a.position.cmp(&b.position).then_with(|| a.id.cmp(&b.id)));
    Ok(rules)
}

fn one(body: MatchRuleBody, place: &str, hasher: &impl BuildHasher) -> Result<Rule, String> {
    let MatchBody { paths, methods, headers, countries, asns, networks } = body.conditions;
    let limit = match (body.action, body.quota) {
        (MatchAction::Limit, Some(quota)) => {
            let (rate, per_s, burst) = (quota.rate, quota.per_s, quota.burst);
            let counted = LimitBody { name: body.id.clone(), key: LimitKey::Client, header: None, rate, per_s, burst, shared: false };
            Some(limit::compile(counted, place, hasher)?)
        }
        (MatchAction::Limit, None) | (_, Some(_)) => return Err("quota is needed for limit, and only there".to_owned()),
        (_, None) => None,
    };
    let mut within = Prefixes::default();
    for network in networks {
        within.entry(network, || ());
    }
    Ok(Rule {
        id: body.id,
        name: body.name,
        action: body.action,
        limit,
        position: body.position,
        paths: paths.into_iter().map(path).collect(),
        methods,
        headers: headers.iter().map(header).collect::<Result<_, _>>()?,
        countries: countries.iter().map(|c| country(c)).collect::<Result<_, _>>()?,
        asns: asns.into_iter().collect(),
        networks: within,
    })
}

fn path(text: String) -> Path {
    match text.strip_suffix('*') {
        Some(beginning) => Path::Beginning(beginning.as_bytes().into()),
        None => Path::Whole(text.into_bytes().into()),
    }
}

fn header(body: &HeaderMatchBody) -> Result<Header, String> {
    if !is_token(body.name.as_bytes()) {
        return Err(format!("no name of a field: {}", body.name));
    }
    if (body.how == HeaderHow::Absent) != body.value.is_empty() {
        return Err(format!("field {}: a value is needed, but for absent", body.name));
    }
    Ok(Header {
        name: body.name.to_ascii_lowercase().into_bytes().into(),
        how: body.how,
        value: body.value.to_ascii_lowercase().into_bytes().into(),
    })
}

impl Rule {
    /// Whether a request is one of those; `path` is in its normal form.
    pub fn fits(&self, head: &RequestHead, path: &[u8], place: &Place<'_>) -> bool {
        (self.methods.is_empty() || self.methods.iter().any(|m| m.as_bytes() == head.method()))
            && (self.paths.is_empty() || self.paths.iter().any(|p| p.holds(path)))
            && self.headers.iter().all(|h| h.fits(head))
            && (self.networks.is_empty() || self.networks.of(place.address()).next().is_some())
            && (self.countries.is_empty() || place.country().is_some_and(|c| self.countries.contains(&c)))
            && (self.asns.is_empty() || place.asn().is_some_and(|n| self.asns.contains(&n)))
    }
}

impl Path {
    fn holds(&self, path: &[u8]) -> bool {
        match self {
            Self::Whole(own) => **own == *path,
            Self::Beginning(own) => path.starts_with(own),
        }
    }
}

impl Header {
    fn fits(&self, head: &RequestHead) -> bool {
        let mut lines = head.fields.named(&self.name);
        match self.how {
            HeaderHow::Absent => lines.next().is_none(),
            HeaderHow::Is => lines.any(|line| line.eq_ignore_ascii_case(&self.value)),
            HeaderHow::Contains => lines.any(|line| contains(line, &self.value)),
        }
    }
}

/// Whether a text holds another one, which is in lower case; both are bounded by a head's size and a rule's.
fn contains(text: &[u8], lower: &[u8]) -> bool {
    let text = text.to_ascii_lowercase();
    memchr::memmem::find(&text, lower).is_some()
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;
