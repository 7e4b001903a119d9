//! The firewall's own log: what its rules found, in the words that test tools and log watchers know, or as JSON.
//!
//! Lines are made where they were found and written by a thread of their own. Those of `ModSecurity`'s form are told before the
//! answer goes out, so that whoever has the answer finds them in the file a moment later.

use super::events::bounded;
use crate::access_log::Journal;
use crate::exchange::Exchange;
use crate::forward::Sent;
use crate::metrics::Metrics;
use crate::pipeline::Known;
use crate::time::{rfc3339, unix_ms_of};
use hcc_proxy::clock;
use hcc_waf::engine::{About, Event, Report};
use hcc_waf::seclang::action::severity_name;
use std::fmt::Write;
use std::io;
use std::sync::Arc;
use std::time::Duration;

/// How lines are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// A line for each match, as `ModSecurity` writes them to Apache's error log.
    #[default]
    ModSecurity,
    /// An object for each request with all its matches and scores.
    Json,
}

impl Format {
    /// By its name: `modsecurity` or `json`.
    pub fn parse(name: &str) -> Result<Self, String> {
        match name {
            "modsecurity" => Ok(Self::ModSecurity),
            "json" => Ok(Self::Json),
            _ => Err(format!("the firewall's log is written as modsecurity or json, not {name:?}")),
        }
    }
}

/// The log.
pub struct WafLog {
    journal: Option<Journal>,
    format: Format,
}

impl WafLog {
    /// Nothing is written.
    pub const fn none() -> Self {
        Self { journal: None, format: Format::ModSecurity }
    }

    /// Opens a path for appending, `-` is standard output. Lines that find no room are counted in the metrics.
    pub fn start(path: &str, format: Format, metrics: Arc<Metrics>) -> io::Result<Self> {
        Ok(Self { journal: Some(Journal::start(Some(path), metrics)?), format })
    }

    /// Opens the path anew, after the file was renamed.
    pub fn reopen(&self) -> io::Result<()> {
        self.journal.as_ref().map_or(Ok(()), Journal::reopen)
    }

    /// Waits until what was handed over is written, but not for longer than `patience`.
    pub fn settle(&self, patience: Duration) {
        if let Some(journal) = &self.journal {
            journal.settle(patience);
        }
    }

    /// Tells what was found since the last time; `status` is the one that a rule ended the request with.
    pub fn tell(&self, ex: &Exchange, known: &Known, sent: &mut Sent, events: &[Event], status: Option<u16>) {
        let Some(journal) = self.journal.as_ref().filter(|_| self.format == Format::ModSecurity) else { return };
        let new = events.get(sent.told..).unwrap_or_default();
        if new.is_empty() {
            return;
        }
        sent.told = events.len();
        let (client, uri, id) = (known.client.to_string(), bounded(ex.head.path()), bounded(&ex.id));
        let host = bounded(ex.head.host().as_bytes());
        let about = About { client: &client, host: &host, uri: &uri, unique_id: &id, status };
        let stamp = now();
        let mut lines = String::new();
        for event in new {
            let _ = writeln!(lines, "[{stamp}] [security2:error] {}", event.error_line(&about));
        }
        journal.put(lines.into_bytes(), new.len() as u64);
    }

    /// Tells the rest, or all of it, once the request is over.
    pub fn finish(&self, ex: &Exchange, known: &Known, sent: &mut Sent, report: &Report) {
        let ended = report.ended.map(|(status, _)| status);
        self.tell(ex, known, sent, &report.events, ended);
        let Some(journal) = self.journal.as_ref().filter(|_| self.format == Format::Json) else { return };
        if !report.events.iter().any(|event| event.audit) && ended.is_none() {
            return;
        }
        let route = known.route.as_ref().and_then(|(site, index)| site.routes.get(*index));
        let line = serde_json::json!({
            "time": now(),
            "request_id": bounded(&ex.id),
            "client": known.client.to_string(),
            "host": bounded(ex.head.host().as_bytes()),
            "method": bounded(ex.head.method()),
            "path": bounded(ex.head.path()),
            "site": known.site.as_ref().map(|s| &s.id),
            "route": route.map(|r| &r.id),
            "action": if ended.is_some() { "blocked" } else { "detected" },
            "status": ended.unwrap_or(sent.status),
            "rule_id": report.ended.map(|(_, rule)| rule),
            "score": report.inbound,
            "outbound_score": report.outbound,
            "matches": report.events.iter().filter(|event| event.audit).map(json).collect::<Vec<_>>(),
        });
        journal.put(format!("{line}\n").into_bytes(), 1);
    }
}

fn now() -> String {
    rfc3339(unix_ms_of(clock::recent().into_std()))
}

fn json(event: &Event) -> serde_json::Value {
    serde_json::json!({
        "id": event.rule,
        "phase": event.phase,
        "message": event.message,
        "data": event.data,
        "severity": event.severity.map(severity_name),
        "tags": event.tags,
        "version": event.version,
        "operator": event.operator,
        "target": event.variable,
        "excerpt": event.value,
        "values": event.count,
        "ended": event.ended,
        "file": event.file,
        "line": event.line,
    })
}
