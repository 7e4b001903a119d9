//! Security events on their way to the database: a bounded queue that somebody empties.

use serde::Serialize;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// Events that wait; more are dropped and counted.
pub const QUEUE: usize = 8192;
/// Characters kept of a text that a client chose.
const MAX_TEXT: usize = 512;

/// What was done with a request.
#[derive(Clone, Copy, Debug, Hash, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Answered by the firewall or a rule instead of the site.
    Blocked,
    /// Found, and let through.
    Detected,
    /// Kept out by a ban.
    Banned,
    /// Kept out by a list.
    Denied,
    /// Asked for a proof of work.
    Challenged,
    /// Too many.
    Limited,
    /// Noted by a rule.
    Logged,
}

impl Action {
    /// All of them, in their order.
    pub const ALL: [Self; 7] = [Self::Blocked, Self::Detected, Self::Banned, Self::Denied, Self::Challenged, Self::Limited, Self::Logged];

    /// Its name in events, logs and metrics.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Blocked => "blocked",
            Self::Detected => "detected",
            Self::Banned => "banned",
            Self::Denied => "denied",
            Self::Challenged => "challenged",
            Self::Limited => "limited",
            Self::Logged => "logged",
        }
    }
}

/// Who decided that.
#[derive(Clone, Copy, Debug, Hash, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The firewall's rules.
    Waf,
    /// A simple rule.
    Rule,
    /// A list.
    List,
    /// A ban.
    Ban,
    /// A limit.
    Limit,
}

/// A rule of the firewall that matched.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RuleMatch {
    /// Its number.
    pub rule_id: u32,
    /// Its message.
    pub message: String,
    /// The variable, as `ARGS:q`.
    pub target: String,
    /// What stood there, shortened and without secrets.
    pub excerpt: String,
    /// Its tags.
    pub tags: Vec<String>,
}

/// What part of the pipeline found, before the rest of the request is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What was done.
    pub action: Action,
    /// Who decided.
    pub source: Source,
    /// Id of the rule, list entry or ban; the firewall's rule in `matches`.
    pub subject: Option<String>,
    /// Why, for people.
    pub message: String,
    /// What the firewall found, the most important first.
    pub matches: Vec<RuleMatch>,
    /// Its score.
    pub score: Option<u32>,
}

impl Finding {
    /// A finding without the firewall's part.
    pub fn new(action: Action, source: Source, subject: Option<String>, message: String) -> Self {
        Self { action, source, subject, message, matches: Vec::new(), score: None }
    }
}

/// One event.
#[derive(Clone, Debug, Serialize)]
pub struct Event {
    /// Its id, ordered by time.
    pub id: String,
    /// Unix milliseconds.
    pub at_ms: u64,
    /// How many requests this stands for.
    pub count: u64,
    /// What was done.
    pub action: Action,
    /// Who decided.
    pub source: Source,
    /// Id of the rule, list entry or ban.
    pub subject: Option<String>,
    /// Why.
    pub message: String,
    /// What the firewall found.
    pub matches: Vec<RuleMatch>,
    /// Its score.
    pub score: Option<u32>,
    /// The client.
    pub client: IpAddr,
    /// Its country.
    pub country: Option<String>,
    /// Its autonomous system.
    pub asn: Option<u32>,
    /// The site, if one answers to the host.
    pub site: Option<String>,
    /// The route.
    pub route: Option<String>,
    /// Method.
    pub method: String,
    /// Host.
    pub host: String,
    /// Path without the query.
    pub path: String,
    /// `User-Agent`.
    pub user_agent: String,
    /// Status answered.
    pub status: u16,
    /// The request.
    pub request_id: String,
}

type Same = (Action, Source, Option<String>, IpAddr, Option<String>);

#[derive(Debug, Default)]
struct Waiting {
    events: Vec<Event>,
    /// Where an event stands that more of its kind are added to.
    places: HashMap<Same, usize>,
}

/// The queue.
#[derive(Debug, Default)]
pub struct Events {
    waiting: Mutex<Waiting>,
    dropped: AtomicU64,
}

impl Events {
    /// Adds an event. What is not the firewall's, and alike in decision, client and site, is counted into the one that waits
    /// already: somebody who is kept out and goes on asking fills no queue.
    pub fn push(&self, event: Event) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = &mut *waiting;
        let same =
            (event.source != Source::Waf).then(|| (event.action, event.source, event.subject.clone(), event.client, event.site.clone()));
        if let Some(at) = same.as_ref().and_then(|s| waiting.places.get(s)) {
            if let Some(first) = waiting.events.get_mut(*at) {
                first.count += event.count;
                return;
            }
        }
        if waiting.events.len() >= QUEUE {
            self.dropped.fetch_add(event.count, Ordering::Relaxed);
            return;
        }
        if let Some(same) = same {
            waiting.places.insert(same, waiting.events.len());
        }
        waiting.events.push(event);
    }

    /// Takes all that wait.
    pub fn take(&self) -> Vec<Event> {
        let taken = std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner));
        taken.events
    }

    /// Events that found no place.
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }
}

/// A text that a client chose, bounded and as UTF-8.
pub fn bounded(text: &[u8]) -> String {
    let cut = text.get(..MAX_TEXT).unwrap_or(text);
    String::from_utf8_lossy(cut).replace('\0', "\u{fffd}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(source: Source, client: u8, subject: &str) -> Event {
        Event {
            id: String::new(),
            at_ms: 0,
            count: 1,
            action: Action::Blocked,
            source,
            subject: Some(subject.to_owned()),
            message: String::new(),
            matches: Vec::new(),
            score: None,
            client: IpAddr::from([192, 0, 2, client]),
            country: None,
            asn: None,
            site: None,
            route: None,
            method: String::new(),
            host: String::new(),
            path: String::new(),
            user_agent: String::new(),
            status: 403,
            request_id: String::new(),
        }
    }

    #[test]
    fn the_same_is_counted_and_the_firewalls_is_not() {
        let events = Events::default();
        for (source, client, subject) in [
            (Source::Rule, 1, "a"),
            (Source::Rule, 1, "a"),
            (Source::Rule, 2, "a"),
            (Source::Rule, 1, "b"),
            (Source::Waf, 1, "a"),
            (Source::Waf, 1, "a"),
        ] {
            events.push(event(source, client, subject));
        }
        assert_eq!(events.take().iter().map(|e| e.count).collect::<Vec<_>>(), [2, 1, 1, 1, 1]);
        events.push(event(Source::Rule, 1, "a"));
        assert_eq!(events.take().iter().map(|e| e.count).collect::<Vec<_>>(), [1]);
    }

    #[test]
    fn what_finds_no_place_is_counted() {
        let events = Events::default();
        for _ in 0..QUEUE + 5 {
            events.push(event(Source::Waf, 1, ""));
        }
        assert_eq!((events.take().len(), events.dropped()), (QUEUE, 5));
    }

    #[test]
    fn texts_are_bounded() {
        assert_eq!(bounded(b"a\0\xff"), "a\u{fffd}\u{fffd}");
        assert_eq!(bounded(&[b'a'; 1000]).len(), MAX_TEXT);
    }
}
