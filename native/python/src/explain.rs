//! A request explained: every rule's turn as JSON.

use hcc_waf::engine::trace::{Named, Outcome, Turn};
use hcc_waf::engine::{Event, Inspection, Request, TxValue};
use hcc_waf::ftw::wire;
use hcc_waf::seclang::RuleOutline;
use hcc_waf::seclang::action::severity_name;
use serde_json::{Map, Value, json};

/// Shows a request as it came over the wire to the rules; an error says why it is none.
pub fn explain(inspection: Option<Inspection>, outline: &[RuleOutline], bytes: &[u8]) -> Result<Value, String> {
    let seen = wire::read(bytes);
    if seen.method.is_empty() || seen.target.is_empty() {
        return Err("the request does not begin with a line such as GET / HTTP/1.1".to_owned());
    }
    let refused = wire::refusal(bytes);
    let line = [seen.method, seen.target, seen.protocol].map(|part| part.escape_ascii().to_string());
    let request = Request {
        method: seen.method.to_vec(),
        target: seen.target.to_vec(),
        protocol: seen.protocol.to_vec(),
        headers: seen.headers.into_iter().map(|(name, value)| (name.to_vec(), value)).collect(),
        body: seen.body,
    };
    let Some(mut inspection) = inspection else { return Err("the rules switch the engine off".to_owned()) };
    inspection.trace();
    let report = inspection.whole(&request, None);
    let trace = inspection.take_trace();
    let tx: Map<String, Value> = inspection.all_tx().into_iter().map(|(name, value)| (name, tx_value(value))).collect();
    Ok(json!({
        "request": line.join(" "),
        "refused": refused.map(|(status, word)| json!({"status": status, "word": word})),
        "rules": outline.len(),
        "turns": trace.turns.iter().map(|turn| one(turn, outline, &report.events)).collect::<Vec<_>>(),
        "status": report.ended.map(|(status, _)| status),
        "rule_id": report.ended.map(|(_, rule)| rule),
        "location": report.location,
        "score": report.inbound,
        "outbound_score": report.outbound,
        "tx": tx,
    }))
}

fn tx_value(value: TxValue) -> Value {
    match value {
        TxValue::Number(number) => number.into(),
        TxValue::Text(bytes) => String::from_utf8_lossy(&bytes).into(),
    }
}

fn pairs(all: &[Named]) -> Vec<[&str; 2]> {
    all.iter().map(|named| [named.name.as_str(), named.value.as_str()]).collect()
}

fn one(turn: &Turn, outline: &[RuleOutline], events: &[Event]) -> Value {
    let rule = outline.get(turn.number as usize);
    let words = rule.map_or(&[][..], |rule| &rule.links);
    let links: Vec<Value> = turn
        .links
        .iter()
        .zip(words)
        .map(|(looks, link)| {
            json!({
                "targets": link.targets,
                "transformations": link.transformations,
                "operator": link.operator,
                "line": link.place.line,
                "looked_at": pairs(&looks.values),
                "more": looks.more,
                "matched": pairs(&looks.matches),
            })
        })
        .collect();
    let (outcome, by) = match turn.outcome {
        Outcome::Skipped(by) => ("skipped", Some(by)),
        Outcome::LeftOut => ("left out", None),
        Outcome::Nothing => ("nothing to look at", None),
        Outcome::Unmatched => ("not matched", None),
        Outcome::Matched => ("matched", None),
    };
    let changes: Vec<Value> =
        turn.changes.iter().map(|change| json!({"name": change.name, "before": change.before, "after": change.after})).collect();
    let event = turn.event.and_then(|at| events.get(at));
    json!({
        "phase": turn.phase,
        "rule_id": rule.map(|rule| rule.id),
        "file": words.first().map(|link| &*link.place.file),
        "line": words.first().map(|link| link.place.line),
        "chain": words.len(),
        "outcome": outcome,
        "skipped_by": by,
        "links": links,
        "captured": turn.captured.iter().map(|(digit, text)| json!([digit, text])).collect::<Vec<_>>(),
        "tx": changes,
        "event": event.map(|event| json!({
            "message": event.message,
            "data": event.data,
            "severity": event.severity.map(severity_name),
            "tags": event.tags,
        })),
        "ended": turn.ended,
    })
}
