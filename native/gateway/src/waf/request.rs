//! The firewall's part of one request: from what the pipeline knows to an inspection, and from the inspection to what is told.

use super::inspect;
use super::tail::{Asked, Tail};
use crate::client::Client;
use crate::exchange::Exchange;
use crate::forward::Sent;
use crate::pipeline::Known;
use crate::render::Answer;
use crate::session::Worker;
use crate::upload::Held;
use hcc_waf::{Facts, Origin, Transaction};
use std::sync::PoisonError;

/// Ends the inspection and notes what it found.
pub fn finish(
    ex: &Exchange,
    worker: &Worker,
    known: &Known,
    inspection: Option<Box<dyn Transaction>>,
    sent: &mut Sent,
    outcome: Result<(), Answer>,
) -> Result<(), Answer> {
    let Some(report) = inspection.map(|mut transaction| transaction.finish()) else { return outcome };
    let later = sent.tail.take().and_then(|found| found.lock().unwrap_or_else(PoisonError::into_inner).take());
    let report = inspect::join(report, later);
    worker.shared.waf_log.finish(ex, known, sent, &report);
    let location = report.location.clone();
    if let Some(found) = inspect::finding(report) {
        sent.findings.push(found);
    }
    outcome.map_err(|answer| match location {
        Some(location) if (300..400).contains(&answer.status) => answer.with("Location", location),
        _ => answer,
    })
}

/// Begins the inspection of a request, when it is to be inspected.
pub fn begin<C: Client>(ex: &Exchange, worker: &Worker, known: &Known) -> Option<Box<dyn Transaction>> {
    let facts = Facts { request_id: &ex.id, protocol: C::PROTOCOL, client_port: client_port(ex, known), server: ex.peer.server };
    if let Some(inspector) = worker.shared.inspector.as_ref().filter(|_| !known.bypass) {
        let mut transaction = inspector.begin(Origin { client: known.client }, known.site.as_ref().map_or("", |s| &s.id))?;
        transaction.facts(&facts);
        return Some(transaction);
    }
    Some(Box::new(inspect::begin(known.shield.as_ref()?, known.client, &facts)?))
}

/// The client's port, where the client's own connection is seen; 0 behind a proxy.
fn client_port(ex: &Exchange, known: &Known) -> u16 {
    if known.client == ex.peer.address { ex.peer.port } else { 0 }
}

/// What looks at the rest of a form of which only the beginning was held back.
pub fn tail<C: Client>(ex: &Exchange, known: &Known, held: &Held) -> Option<Tail> {
    if held.seen == 0 || (held.whole && held.content.len() <= held.seen) {
        return None;
    }
    let asked = Asked {
        shield: known.shield.clone()?,
        head: ex.head.clone(),
        client: known.client,
        client_port: client_port(ex, known),
        server: ex.peer.server,
        protocol: C::PROTOCOL,
        request_id: ex.id.clone(),
    };
    Tail::new(asked, held.seen)
}
