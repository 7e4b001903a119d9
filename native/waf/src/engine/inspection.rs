//! The life of one request's inspection.

use super::around::Around;
use super::event::Event;
use super::policy::Policy;
use super::program::RuleSet;
use super::request::{Line, Start};
use super::run::Run;
use super::state::{State, Tx};
use super::trace::Trace;
use crate::Verdict;
use crate::seclang::Variable;
use crate::seclang::settings::{Mode, OverLimit};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Beginnings of types whose bodies are streams of messages: events, and gRPC.
const NEVER_HELD: [&[u8]; 3] = [b"text/event-stream", b"application/grpc", b"multipart/"];
/// Statuses of answers without a body, or with a part of one that means nothing alone.
const NO_BODY: [&[u8]; 4] = [b"101", b"204", b"206", b"304"];
/// What `SecResponseBodyMimeType` calls an answer without `Content-Type`.
const NO_TYPE: &[u8] = b"(null)";

/// States kept for later requests.
const MOST_STATES: usize = 256;

/// A rule set ready to inspect, shared by all threads and routes.
#[derive(Debug)]
pub struct Engine {
    /// The rules.
    pub rules: RuleSet,
    around: Around,
    // Boxes, as a state is large and only passes through here.
    #[allow(clippy::vec_box)]
    states: Mutex<Vec<Box<State>>>,
}

/// What is known when a request is over.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The matches.
    pub events: Vec<Event>,
    /// Status and rule that ended the request.
    pub ended: Option<(u16, u32)>,
    /// Anomaly score of the request, as the core rule sets count it.
    pub inbound: i64,
    /// Anomaly score of the response.
    pub outbound: i64,
    /// Where the client is sent.
    pub location: Option<String>,
    /// Whether the connection is to be closed.
    pub close: bool,
}

impl Engine {
    /// With a clock and stores.
    pub const fn new(rules: RuleSet, around: Around) -> Self {
        Self { rules, around, states: Mutex::new(Vec::new()) }
    }

    fn take(&self) -> Box<State> {
        let kept = self.states.lock().unwrap_or_else(PoisonError::into_inner).pop();
        kept.unwrap_or_else(|| Box::new(State::new(&self.rules)))
    }

    fn give_back(&self, state: Box<State>) {
        let mut states = self.states.lock().unwrap_or_else(PoisonError::into_inner);
        if states.len() < MOST_STATES {
            states.push(state);
        }
    }
}

/// One request's inspection.
pub struct Inspection {
    engine: Arc<Engine>,
    policy: Arc<Policy>,
    /// Taken out only when it is given back.
    state: Option<Box<State>>,
    over: bool,
    /// Whether what it changes in persistent collections is kept.
    keeps: bool,
}

impl Inspection {
    /// Begins; none when the policy is off.
    pub fn begin(engine: &Arc<Engine>, policy: &Arc<Policy>, start: &Start<'_>) -> Option<Self> {
        if policy.mode == Mode::Off {
            return None;
        }
        let mut state = engine.take();
        state.reset(&engine.rules);
        state.keep_files = engine.rules.uses.has(Variable::FilesTmpContent as u32);
        state.began = (engine.around.clock)();
        policy.begin(&mut state);
        state.connection(start);
        Some(Self { engine: Arc::clone(engine), policy: Arc::clone(policy), state: Some(state), over: false, keeps: true })
    }

    /// What is known, while the request lasts.
    pub(super) fn state(&mut self) -> Option<&mut State> {
        self.state.as_deref_mut()
    }

    /// The same, to look at.
    pub(super) fn known(&self) -> Option<&State> {
        self.state.as_deref()
    }

    /// The rules that run.
    pub(super) fn rules(&self) -> &RuleSet {
        &self.engine.rules
    }

    /// From now on what each rule does is written down; made for people who write rules, and slow.
    pub fn trace(&mut self) {
        if let Some(state) = self.state() {
            state.trace = Some(Box::default());
        }
    }

    /// Takes what was written down.
    pub fn take_trace(&mut self) -> Trace {
        self.state().and_then(|state| state.trace.take()).map_or_else(Trace::default, |trace| *trace)
    }

    /// The matches so far.
    pub(super) fn found(&self) -> &[Event] {
        self.known().map_or(&[], |state| &state.events)
    }

    /// Phase 4 of an answer whose body is not looked at.
    pub(super) fn no_response_body(&mut self) -> Verdict {
        self.phase(4)
    }

    fn phase(&mut self, phase: u8) -> Verdict {
        let Some(state) = self.state.as_deref_mut() else { return Verdict::Pass };
        Run { rules: &self.engine.rules, policy: &self.policy, around: &self.engine.around, state }.phase(phase);
        self.verdict()
    }

    /// Changes no persistent collection: for a second look at a request, which counts once.
    pub fn keep_nothing(&mut self) {
        self.keeps = false;
    }

    /// Whether rules that match may end the request.
    pub fn blocks(&self) -> bool {
        self.state.as_ref().is_some_and(|s| s.mode == Mode::Block)
    }

    /// Ends the request without a rule, where it blocks.
    pub fn refuse(&mut self, status: u16) -> Verdict {
        let blocks = self.blocks();
        if let Some(state) = self.state.as_deref_mut().filter(|s| blocks && s.ended.is_none()) {
            state.ended = Some((status, 0));
        }
        self.verdict()
    }

    /// What was decided so far.
    pub fn verdict(&self) -> Verdict {
        match self.state.as_ref().and_then(|s| s.ended) {
            Some((status, rule)) => Verdict::Block { status, rule },
            None => Verdict::Pass,
        }
    }

    /// Phase 1.
    pub fn request<'h>(&mut self, line: Line<'_>, headers: impl Iterator<Item = (&'h [u8], &'h [u8])>) -> Verdict {
        if let Some(state) = self.state.as_deref_mut() {
            state.request(&self.engine.rules, line, headers);
        }
        self.phase(1)
    }

    /// Bytes of the request's body that phase 2 wants to see.
    pub fn request_body_wanted(&self) -> usize {
        self.state
            .as_ref()
            .filter(|s| s.request_body_access && s.mode != Mode::Off && s.ended.is_none())
            .map_or(0, |s| s.request_body_limit)
    }

    /// Phase 2; `whole` is false when there is more than `body`.
    pub fn body(&mut self, body: &[u8], whole: bool) -> Verdict {
        if let Some(state) = self.state.as_deref_mut() {
            if !whole
                && state.mode == Mode::Block
                && self.engine.rules.settings.request_body_limit_action == OverLimit::Reject
                && state.ended.is_none()
            {
                state.ended = Some((413, 0));
            }
            state.request_body(&self.engine.rules, body, whole);
        }
        self.phase(2)
    }

    /// Phase 3.
    pub fn response<'h>(&mut self, status: u16, protocol: &[u8], headers: impl Iterator<Item = (&'h [u8], &'h [u8])>) -> Verdict {
        if let Some(state) = self.state.as_deref_mut() {
            state.response(status, protocol, headers);
        }
        self.phase(3)
    }

    /// Bytes of the response's body that phase 4 wants to see: none of types that no rule is meant for, nor of what must not wait
    /// or is only a part.
    pub fn response_body_wanted(&self) -> usize {
        let Some(state) = self.state.as_ref() else { return 0 };
        if !state.response_body_access || state.mode == Mode::Off || state.ended.is_some() || state.allowed {
            return 0;
        }
        let content_type = state.scalar(Variable::ResponseContentType);
        let end = content_type.iter().position(|b| *b == b';').unwrap_or(content_type.len());
        let media = content_type[..end].trim_ascii();
        let starts = |prefix: &[u8]| media.get(..prefix.len()).is_some_and(|m| m.eq_ignore_ascii_case(prefix));
        if NEVER_HELD.iter().any(|prefix| starts(prefix))
            || NO_BODY.contains(&state.scalar(Variable::ResponseStatus))
            || state.scalar(Variable::RequestMethod) == b"HEAD"
        {
            return 0;
        }
        let media = if media.is_empty() { NO_TYPE } else { media };
        let types = &self.engine.rules.settings.response_body_types;
        if types.iter().any(|t| t.as_bytes().eq_ignore_ascii_case(media)) { state.response_body_limit } else { 0 }
    }

    /// Phase 4.
    pub fn response_body(&mut self, body: &[u8], whole: bool) -> Verdict {
        if let Some(state) = self.state.as_deref_mut() {
            if !whole
                && state.mode == Mode::Block
                && self.engine.rules.settings.response_body_limit_action == OverLimit::Reject
                && state.ended.is_none()
            {
                state.ended = Some((500, 0));
            }
            state.response_body(body, whole);
        }
        self.phase(4)
    }

    /// Phase 5, then what was found; persistent collections are kept.
    pub fn finish(&mut self) -> Report {
        if self.over {
            return Report::default();
        }
        self.over = true;
        self.phase(5);
        let engine = Arc::clone(&self.engine);
        let Some(state) = self.state.as_deref_mut() else { return Report::default() };
        let timeout = Duration::from_secs(engine.rules.settings.collection_timeout);
        for loaded in state.persistent.iter().filter(|l| self.keeps && !l.changes.is_empty()) {
            engine.around.store.apply(&loaded.key, &loaded.changes, (engine.around.clock)(), timeout);
        }
        let score = |names: [&str; 2]| {
            let of = |name: &str| match engine.rules.slot_of.get(name).and_then(|slot| state.tx.get(*slot as usize)) {
                Some(Tx::Int(number)) => *number,
                Some(Tx::Text(id)) => crate::operator::integer(state.values.get(*id)),
                _ => 0,
            };
            names.into_iter().map(of).max().unwrap_or(0)
        };
        Report {
            inbound: score(["anomaly_score", "blocking_inbound_anomaly_score"]),
            outbound: score(["outbound_anomaly_score", "blocking_outbound_anomaly_score"]),
            ended: state.ended,
            location: state.location.take(),
            close: state.close,
            events: std::mem::take(&mut state.events),
        }
    }

    /// A TX element as text; for tests and for those who explain verdicts.
    pub fn tx(&self, name: &str) -> Option<Vec<u8>> {
        let state = self.state.as_ref()?;
        let lower = name.to_ascii_lowercase();
        let slot = self.engine.rules.slot_of.get(lower.as_str()).and_then(|slot| state.tx.get(*slot as usize)).copied();
        let named = || state.tx_named.iter().find(|(n, _)| state.values.get(*n) == lower.as_bytes()).map(|(_, tx)| *tx);
        match slot.or_else(named)? {
            Tx::Unset => None,
            Tx::Int(number) => Some(number.to_string().into_bytes()),
            Tx::Text(id) => Some(state.values.get(id).to_vec()),
        }
    }
}

impl Drop for Inspection {
    fn drop(&mut self) {
        if !self.over {
            self.finish();
        }
        if let Some(state) = self.state.take() {
            self.engine.give_back(state);
        }
    }
}
