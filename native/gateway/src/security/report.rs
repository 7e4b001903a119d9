//! What was found in a request becomes events, counters and a word in the access log.

use super::events::{Action, Event, Finding, Source, bounded};
use super::place::Place;
use super::tally::Seen;
use crate::exchange::Exchange;
use crate::forward::Sent;
use crate::pipeline::Known;
use crate::session::Worker;
use hcc_http::request_id::uuid7;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;

/// Counts a request, and writes down what was found once the answer is sent; gives the detail for the access log.
pub fn report(ex: &Exchange, worker: &Worker, known: &Known, sent: &Sent, reason: Option<&str>, at_ms: u64) -> Option<String> {
    tally(ex, worker, known, sent);
    let limited = reason == Some("rate limit") && known.findings.is_empty();
    if !limited && known.findings.is_empty() && sent.findings.is_empty() {
        return None;
    }
    let own = limited.then(|| Finding::new(Action::Limited, Source::Limit, None, "a limit of the route".to_owned()));
    let mut detail = None;
    for finding in known.findings.iter().chain(&sent.findings).chain(&own) {
        if let Some(counter) = worker.shared.metrics.security.get(finding.action as usize) {
            counter.fetch_add(1, Ordering::Relaxed);
        }
        if let Some(traffic) = known.traffic() {
            traffic.decided(finding.action);
        }
        if let Some(subject) = &finding.subject {
            detail = Some(format!("{subject} {}", finding.message));
        } else if let Some(first) = finding.matches.first() {
            detail = Some(format!("rule {} {}", first.rule_id, first.message));
        }
        worker.shared.events.push(event(ex, worker, known, sent, finding, at_ms));
    }
    detail
}

/// Counts what only attackers do often; whom a list allows or a ban keeps out is not counted.
fn tally(ex: &Exchange, worker: &Worker, known: &Known, sent: &Sent) {
    if sent.status < 400 && sent.findings.is_empty() {
        return;
    }
    let kept_out = known.findings.iter().any(|f| matches!(f.action, Action::Banned | Action::Denied | Action::Challenged));
    if !known.allowed && !kept_out {
        let (site, path) = (known.site.as_ref().map(|s| s.id.as_str()), ex.head.path());
        let seen = Seen { client: known.client, site, path, status: sent.status, findings: &sent.findings };
        worker.shared.tallies.add(&seen, &known.platform.detection);
    }
}

fn event(ex: &Exchange, worker: &Worker, known: &Known, sent: &Sent, finding: &Finding, at_ms: u64) -> Event {
    let random = worker.random.lock().unwrap_or_else(PoisonError::into_inner).next_u128();
    let geo = worker.shared.geo.load();
    let place = Place::new(known.client, &geo);
    let route = known.route.as_ref().and_then(|(site, index)| site.routes.get(*index));
    Event {
        id: String::from_utf8_lossy(&uuid7(at_ms, random)).into_owned(),
        at_ms,
        count: 1,
        action: finding.action,
        source: finding.source,
        subject: finding.subject.clone(),
        message: finding.message.clone(),
        matches: finding.matches.clone(),
        score: finding.score,
        client: place.address(),
        country: place.country().map(|c| String::from_utf8_lossy(&c).into_owned()),
        asn: place.asn(),
        site: known.site.as_ref().map(|s| s.id.clone()),
        route: route.map(|r| r.id.clone()),
        method: bounded(ex.head.method()),
        host: bounded(ex.head.host().as_bytes()),
        path: bounded(ex.head.path()),
        user_agent: bounded(ex.head.fields.named(b"user-agent").next().unwrap_or_default()),
        status: sent.status,
        request_id: bounded(&ex.id),
    }
}
