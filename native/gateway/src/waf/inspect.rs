//! One request's inspection by a rule set.

use super::armour::Shield;
use crate::security::events::{Action, Finding, RuleMatch, Source};
use hcc_waf::engine::{Event, Inspection, Report, Start};
use hcc_waf::{Facts, Transaction};
use std::net::IpAddr;

/// Matches that one event tells of.
const TOLD: usize = 20;

/// Begins an inspection; none when the policy is off.
pub fn begin(shield: &Shield, client: IpAddr, facts: &Facts<'_>) -> Option<Inspection> {
    let start = Start { client, client_port: 0, server: None, server_port: 0, unique_id: "" };
    let mut inspection = Inspection::begin(&shield.engine, &shield.policy, &start)?;
    inspection.facts(facts);
    Some(inspection)
}

/// Two looks at one request as one: what the second found, and what only the first did.
pub fn join(first: Report, second: Option<Report>) -> Report {
    let Some(second) = second else { return first };
    let mut events = first.events;
    // Those of the first come first: how many of them were told already is counted.
    let new = |event: &Event| !events.iter().any(|e| e.rule == event.rule && e.variable == event.variable);
    let more: Vec<Event> = second.events.into_iter().filter(new).collect();
    events.extend(more);
    Report {
        ended: first.ended.or(second.ended),
        inbound: first.inbound.max(second.inbound),
        outbound: first.outbound,
        location: first.location.or(second.location),
        close: first.close || second.close,
        events,
    }
}

/// Rules that only add up what others found say less than those.
fn rank(event: &Event) -> (bool, u8) {
    (event.variable.starts_with("TX:"), event.severity.unwrap_or(u8::MAX))
}

/// What is told of a finished inspection; none when no rule had anything to say.
pub fn finding(mut report: Report) -> Option<Finding> {
    if report.events.is_empty() && report.ended.is_none() {
        return None;
    }
    report.events.sort_by_key(rank);
    let action = if report.ended.is_some() { Action::Blocked } else { Action::Detected };
    let message = report.events.first().map_or_else(|| "blocked by the firewall".to_owned(), |e| e.message.clone());
    let mut finding = Finding::new(action, Source::Waf, None, message);
    finding.score = u32::try_from(report.inbound.max(report.outbound)).ok();
    let matches = report.events.into_iter().take(TOLD);
    finding.matches =
        matches.map(|e| RuleMatch { rule_id: e.rule, message: e.message, target: e.variable, excerpt: e.value, tags: e.tags }).collect();
    if let (Some((_, rule)), true) = (report.ended, finding.matches.is_empty()) {
        finding.matches.push(RuleMatch { rule_id: rule, ..RuleMatch::default() });
    }
    Some(finding)
}
