//! The actions that a match runs.

use super::event::{Event, MAX_EVENTS, MAX_EXCERPT, MAX_TEXT, excerpt};
use super::program::{Act, CtlAct, Element, Head, Macro, Put, TargetRemoval};
use super::run::Run;
use super::state::{Live, Pair, Tx, Value};
use super::store::{Change, Key, Loaded, change};
use crate::operator::integer;
use crate::seclang::Variable;
use std::sync::Arc;
use std::time::Duration;

/// Most elements of TX whose names came up at run time; more are not kept.
const MOST_NAMED: usize = 4096;
/// Most changes of one persistent collection by one request.
const MOST_CHANGES: usize = 256;
/// Longest key of a persistent collection, bytes.
const LONGEST_KEY: usize = 512;

impl Run<'_> {
    /// Runs one action; `link` and `at` name it.
    pub fn act(&mut self, act: &Act, link: u32, at: u32, head: &Head) {
        match act {
            Act::Set(Element::Slot(slot), put) => self.set_slot(*slot, put, head),
            Act::Set(Element::Named(Variable::Tx, name), put) => self.set_named(name, put, head),
            Act::Set(Element::Named(collection, name), put) => self.set_persistent(*collection, name, put, head),
            Act::Expire(element, seconds) => self.expire(element, seconds, head),
            Act::Deprecate(element, amount, seconds) => self.deprecate(element, *amount, *seconds, head),
            Act::Collect(collection, key) => self.collect(*collection, key, head),
            Act::Env(name, value) => {
                let mut text = Vec::new();
                self.expand(value, Some(head), &mut text);
                let pair = Pair { key: self.state.values.intern(name.as_bytes()), value: self.state.values.intern(&text) };
                self.state.env.retain(|p| p.key != pair.key);
                self.state.env.push(pair);
            }
            Act::Ctl(ctl) => self.ctl(ctl, link, at),
            Act::Hide(variable, name) => {
                let name = self.state.values.intern(name);
                self.state.hidden.push((*variable, name));
            }
            Act::HideMatched => self.state.hide_matched = true,
        }
    }

    fn put(&mut self, old: Tx, put: &Put, head: &Head) -> Tx {
        match put {
            Put::Int(value) => Tx::Int(*value),
            Put::Unset => Tx::Unset,
            Put::AddInt(amount) => Tx::Int(self.tx_number(old).saturating_add(*amount)),
            Put::Add(text, sign) => {
                let amount = self.amount(text, head);
                Tx::Int(self.tx_number(old).saturating_add(amount.saturating_mul(*sign)))
            }
            Put::Text(text) => {
                if let Some(literal) = text.literal() {
                    return Tx::Text(self.state.values.intern(literal));
                }
                // A number that is only handed on stays one.
                if let [super::program::Piece::Slot(slot)] = &*text.pieces
                    && let Some(tx @ (Tx::Int(_) | Tx::Text(_))) = self.state.tx.get(*slot as usize)
                {
                    return *tx;
                }
                let mut out = std::mem::take(&mut self.state.text);
                out.clear();
                self.expand(text, Some(head), &mut out);
                let id = self.state.values.intern(&out);
                self.state.text = out;
                Tx::Text(id)
            }
        }
    }

    fn amount(&mut self, text: &Macro, head: &Head) -> i64 {
        if let [super::program::Piece::Slot(slot)] = &*text.pieces {
            return self.state.tx.get(*slot as usize).map_or(0, |tx| self.tx_number(*tx));
        }
        let mut out = Vec::new();
        self.expand(text, Some(head), &mut out);
        integer(&out)
    }

    fn set_slot(&mut self, slot: u32, put: &Put, head: &Head) {
        if self.policy.locked.has(slot) {
            return;
        }
        let old = self.state.tx.get(slot as usize).copied().unwrap_or_default();
        let new = self.put(old, put, head);
        if let Some(tx) = self.state.tx.get_mut(slot as usize) {
            *tx = new;
        }
    }

    fn set_named(&mut self, name: &Macro, put: &Put, head: &Head) {
        let mut out = Vec::new();
        self.expand(name, Some(head), &mut out);
        out.make_ascii_lowercase();
        let known = std::str::from_utf8(&out).ok().and_then(|n| self.rules.slot_of.get(n));
        if let Some(slot) = known {
            return self.set_slot(*slot, put, head);
        }
        let id = self.named_tx(&out);
        let at = self.state.tx_named.iter().position(|(n, _)| *n == id);
        let old = at.and_then(|at| self.state.tx_named.get(at)).map_or(Tx::Unset, |(_, tx)| *tx);
        let new = self.put(old, put, head);
        match at {
            Some(at) => self.state.tx_named[at].1 = new,
            None if self.state.tx_named.len() < MOST_NAMED => self.state.tx_named.push((id, new)),
            None => {}
        }
    }

    fn name(&mut self, name: &Macro, head: &Head) -> String {
        let mut out = Vec::new();
        self.expand(name, Some(head), &mut out);
        String::from_utf8_lossy(&out).to_lowercase()
    }

    fn record(&mut self, collection: Variable, name: String, what: Change) {
        let Some(loaded) = self.state.persistent.iter_mut().find(|l| l.key.collection == collection) else { return };
        if let Some(elements) = &mut loaded.elements {
            change(elements, &name, &what);
        }
        if loaded.changes.len() < MOST_CHANGES {
            loaded.changes.push((name, what));
        }
    }

    fn set_persistent(&mut self, collection: Variable, name: &Macro, put: &Put, head: &Head) {
        let name = self.name(name, head);
        let what = match put {
            Put::Unset => Change::Unset,
            Put::Int(value) => Change::Set(value.to_string().into_bytes()),
            Put::AddInt(amount) => Change::Add(*amount),
            Put::Add(text, sign) => Change::Add(self.amount(text, head).saturating_mul(*sign)),
            Put::Text(text) => {
                let mut out = Vec::new();
                self.expand(text, Some(head), &mut out);
                Change::Set(out)
            }
        };
        self.record(collection, name, what);
    }

    fn expire(&mut self, element: &Element, seconds: &Macro, head: &Head) {
        // TX lives as long as its request: there is nothing to expire.
        let Element::Named(collection, name) = element else { return };
        let seconds = self.amount(seconds, head);
        let at = (self.around.clock)().saturating_add(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)));
        let name = self.name(name, head);
        self.record(*collection, name, Change::Expire(at));
    }

    /// Takes `amount` away for each whole period since the value was last lowered, never below zero.
    fn deprecate(&mut self, element: &Element, amount: i64, seconds: u64, head: &Head) {
        let Element::Named(collection, name) = element else { return };
        let name = self.name(name, head);
        let mark = format!("{name}.lowered");
        let now = (self.around.clock)().as_secs();
        let Some(elements) = self.elements(*collection) else { return };
        let kept = |name: &str| elements.get(name).map(|k| integer(&k.value));
        let Some(value) = kept(&name) else { return };
        let Some(last) = kept(&mark).and_then(|n| u64::try_from(n).ok()) else {
            return self.record(*collection, mark, Change::Set(now.to_string().into_bytes()));
        };
        let periods = now.saturating_sub(last) / seconds.max(1);
        if periods == 0 {
            return;
        }
        let less = amount.saturating_mul(i64::try_from(periods).unwrap_or(i64::MAX)).min(value).max(0);
        self.record(*collection, name, Change::Add(-less));
        self.record(*collection, mark, Change::Set((last + periods * seconds).to_string().into_bytes()));
    }

    fn collect(&mut self, collection: Variable, key: &Macro, head: &Head) {
        let mut out = Vec::new();
        self.expand(key, Some(head), &mut out);
        out.truncate(LONGEST_KEY);
        if out.is_empty() || self.state.persistent.iter().any(|l| l.key.collection == collection) {
            return;
        }
        self.state.persistent.push(Loaded {
            key: Key { owner: Arc::clone(&self.policy.owner), collection, key: out },
            elements: None,
            changes: Vec::new(),
        });
    }

    fn ctl(&mut self, ctl: &CtlAct, link: u32, at: u32) {
        match ctl {
            CtlAct::Engine(mode) => self.state.mode = self.policy.at_most(*mode),
            CtlAct::RequestBodyAccess(on) => self.state.request_body_access = *on,
            CtlAct::ResponseBodyAccess(on) => self.state.response_body_access = *on,
            CtlAct::Processor(processor) => {
                self.state.processor = Some(*processor);
                self.state.set(Variable::ReqbodyProcessor, processor.name().as_bytes());
                self.state.touched();
            }
            CtlAct::ForceRequestBody(on) => self.state.force_request_body = *on,
            CtlAct::RequestBodyLimit(bytes) => self.state.request_body_limit = *bytes,
            CtlAct::ResponseBodyLimit(bytes) => self.state.response_body_limit = *bytes,
            CtlAct::AuditEngine(on) => self.state.audit = *on,
            CtlAct::AuditParts(..) | CtlAct::Nothing => {}
            CtlAct::Remove(heads) => heads.iter().for_each(|head| self.state.disabled.put(*head)),
            CtlAct::RemoveTarget(TargetRemoval { heads, .. }) => {
                self.state.retargeted.add(heads);
                if !self.state.removals.contains(&(link, at)) {
                    self.state.removals.push((link, at));
                }
            }
        }
    }

    /// Makes the event of a rule that matched.
    pub fn report(&mut self, head: &Head, phase: u8, (first, count): (Option<Live>, u32), ended: bool) {
        if let Some(severity) = head.severity {
            self.state.highest_severity = self.state.highest_severity.min(severity);
        }
        let hidden = std::mem::take(&mut self.state.hide_matched);
        if !head.log || self.state.events.len() >= MAX_EVENTS {
            return;
        }
        // Message and data are written when the chain has matched, with what its last link matched, as rules expect it; the event
        // names what the rule itself looked at.
        let text = |run: &mut Self, text: &Macro| {
            let mut out = Vec::new();
            run.expand(text, Some(head), &mut out);
            excerpt(&out, MAX_TEXT)
        };
        let message = text(self, &head.wording.message);
        let hides = hidden || self.is_hidden(first);
        let data = if (hides || self.is_hidden(self.state.matched)) && head.wording.logdata.literal().is_none() {
            "***".to_owned()
        } else {
            text(self, &head.wording.logdata)
        };
        let tags = head.wording.tags.iter().map(|tag| text(self, tag)).collect();
        let variable = first.map_or_else(String::new, |live| excerpt(&self.name_of(&live), MAX_EXCERPT));
        let value = match first.map(|live| live.value) {
            Some(_) if hides => "***".to_owned(),
            Some(Value::Id(id)) => excerpt(self.state.values.get(id), MAX_EXCERPT),
            Some(Value::Int(number)) => number.to_string(),
            None => String::new(),
        };
        self.state.events.push(Event {
            rule: head.id,
            phase,
            message,
            data,
            severity: head.severity,
            tags,
            version: head.wording.version.to_string(),
            revision: head.wording.revision.to_string(),
            grades: head.grades,
            operator: head.wording.operator.to_string(),
            variable,
            value,
            count,
            ended,
            audit: head.audit,
            file: head.place.file.to_string(),
            line: head.place.line,
        });
    }

    /// Whether a `sanitise…` action, or the nature of the field, hides a value in events.
    fn is_hidden(&self, live: Option<Live>) -> bool {
        let Some(live) = live else { return false };
        let name = self.state.values.get(live.key);
        let same = |hidden: &(Variable, super::values::ValueId)| {
            let args = matches!(live.variable, Variable::Args | Variable::ArgsGet | Variable::ArgsPost) && hidden.0 == Variable::Args;
            (args || hidden.0 == live.variable) && self.state.values.get(hidden.1).eq_ignore_ascii_case(name)
        };
        let secret: &[&[u8]] = match live.variable {
            Variable::RequestHeaders => &[b"authorization", b"cookie", b"proxy-authorization", b"x-api-key"],
            Variable::ResponseHeaders => &[b"set-cookie"],
            Variable::Args | Variable::ArgsGet | Variable::ArgsPost => {
                &[b"password", b"passwd", b"pwd", b"pass", b"secret", b"token", b"card_number", b"cvv", b"cvc"]
            }
            _ => &[],
        };
        secret.iter().any(|s| s.eq_ignore_ascii_case(name)) || self.state.hidden.iter().any(same)
    }
}
