//! One key's float: what is spent, what is owed, and when the ledger is asked.

use super::share::{View, reserve};
use super::{Ask, Reply};
use crate::gcra::{Decision, Quota};

/// Nanoseconds that lie at least between two asks for the same key when the ledger had not enough.
pub(super) const GAP_NS: (u64, u64) = (2_000_000, 10_000_000);
/// Nanoseconds, least and most, that a float which is more than half full waits for its topping up.
pub(super) const LAZY_NS: (u64, u64) = (200_000_000, 2_000_000_000);

/// One key's state in one gateway; a burst of 0 is an empty place.
#[derive(Clone, Debug, Default)]
pub(super) struct Entry {
    pub(super) limit: u64,
    pub(super) key: [u64; 2],
    interval_ns: u64,
    pub(super) burst: u32,
    /// Tokens to spend.
    tokens: u32,
    /// Requests admitted without a token, not yet charged to the ledger.
    charge: u32,
    /// What the ledger had left at its last answer.
    left: u32,
    /// The ledger's arrival time at its last answer, so that a ledger which lost its memory is told.
    hint: f64,
    /// No ask before this.
    not_before_ns: u64,
    /// When the ledger is full again by what is known here.
    full_at_ns: u64,
    /// Last refill while the ledger is gone.
    refilled_ns: u64,
    epoch: u32,
    /// When it was last counted.
    pub(super) seen_ns: u64,
    /// When the ledger is asked next; 0 when it is not.
    pub(super) due_ns: u64,
    /// Whether an answer is awaited.
    pub(super) asking: bool,
    /// Whether a request was refused since the last ask.
    pub(super) starved: bool,
}

impl Entry {
    /// A key never seen: its float is full, for nothing is stored of a key whose burst is whole.
    pub(super) fn new(limit: u64, key: [u64; 2], burst: u32, view: View) -> Self {
        let float = view.float(burst);
        let tokens = if view.connected { float } else { view.alone(burst).max(float) };
        let left = reserve(burst, view.gateways);
        Self { limit, key, burst, tokens, charge: tokens - float, left, epoch: view.epoch, ..Self::default() }
    }

    /// Whether forgetting it changes nothing.
    pub(super) fn is_whole(&self, view: View, now_ns: u64) -> bool {
        let float = view.float(self.burst);
        self.tokens >= float && self.charge == 0 && !self.asking && (float > 0 || now_ns >= self.full_at_ns)
    }

    /// Whether forgetting it would forgive what is not yet paid.
    pub(super) fn owes(&self) -> bool {
        self.charge > 0 || self.asking
    }

    /// Counts one request.
    pub(super) fn count(&mut self, quota: &Quota, view: View, since_ns: u64, now_ns: u64) -> Decision {
        self.interval_ns = quota.interval_ns();
        self.burst = quota.burst();
        self.seen_ns = now_ns;
        if view.connected { self.count_together(view, now_ns) } else { self.count_alone(view, since_ns, now_ns) }
    }

    fn count_together(&mut self, view: View, now_ns: u64) -> Decision {
        // A share that shrank gives up its surplus.
        self.tokens = self.tokens.min(view.room(self.burst));
        if view.float(self.burst) == 0 && !self.owes() && now_ns >= self.full_at_ns {
            // Nobody holds a float, and this key has rested: it comes in now and is charged at once. A token kept until now is
            // given up, for the ledger, full again, would pay for one more.
            self.tokens = 0;
            self.charge = 1;
        } else if self.tokens > 0 {
            self.tokens -= 1;
        } else {
            self.starved = true;
            let wait_ns = self.not_before_ns.max(self.due_ns).saturating_sub(now_ns).max(GAP_NS.1);
            return Decision::Refused { wait_ns };
        }
        let remaining = self.tokens.saturating_add(self.left).min(self.burst - 1);
        Decision::Admitted { remaining: u64::from(remaining), reset_ns: self.interval_ns.saturating_mul(u64::from(self.burst - remaining)) }
    }

    fn count_alone(&mut self, view: View, since_ns: u64, now_ns: u64) -> Decision {
        let step = self.interval_ns.saturating_mul(u64::from(view.gateways));
        if self.epoch != view.epoch || self.refilled_ns == 0 {
            // From the switch on, or from its first request: what was left of the float is still there.
            self.refilled_ns = if self.epoch == view.epoch { now_ns } else { since_ns.min(now_ns) };
            self.epoch = view.epoch;
        }
        let whole = view.alone(self.burst);
        let due = u32::try_from(now_ns.saturating_sub(self.refilled_ns) / step).unwrap_or(u32::MAX);
        let gained = due.min(whole.saturating_sub(self.tokens));
        self.tokens += gained;
        self.charge = self.charge.saturating_add(gained).min(self.burst);
        self.refilled_ns = if self.tokens >= whole { now_ns } else { self.refilled_ns.saturating_add(step.saturating_mul(u64::from(due))) };
        if self.tokens == 0 {
            return Decision::Refused { wait_ns: self.refilled_ns.saturating_add(step).saturating_sub(now_ns) };
        }
        self.tokens -= 1;
        let reset_ns = step.saturating_mul(u64::from(whole.saturating_sub(self.tokens)));
        Decision::Admitted { remaining: u64::from(self.tokens), reset_ns }
    }

    /// When the ledger should be asked next, and whether before others; `None` when nothing is wanted or an answer is awaited.
    pub(super) fn wish(&self, view: View, now_ns: u64) -> Option<(u64, bool)> {
        let deficit = view.room(self.burst).saturating_sub(self.tokens);
        let idle = view.float(self.burst) == 0 && !self.starved && self.charge == 0 && self.tokens == 0 && now_ns >= self.full_at_ns;
        if self.asking || !view.connected || idle || (deficit == 0 && self.charge == 0) {
            return None;
        }
        let pressing = self.starved || self.charge > 0 || self.tokens.saturating_mul(2) <= view.room(self.burst);
        let patience = if pressing { 0 } else { self.interval_ns.saturating_mul(u64::from(deficit)).clamp(LAZY_NS.0, LAZY_NS.1) };
        Some((now_ns.saturating_add(patience).max(self.not_before_ns), self.starved))
    }

    /// What is asked for now.
    pub(super) fn ask(&mut self, view: View) -> Option<Ask> {
        let room = view.room(self.burst);
        self.tokens = self.tokens.min(room);
        let wanted = room - self.tokens;
        if wanted == 0 && self.charge == 0 {
            return None;
        }
        self.asking = true;
        self.starved = false;
        let burst = reserve(self.burst, view.gateways);
        Some(Ask {
            limit: self.limit,
            key: u128::from(self.key[0]) << 64 | u128::from(self.key[1]),
            interval_ns: self.interval_ns,
            burst,
            ceiling: burst.saturating_add(view.gateways),
            wanted,
            charge: self.charge,
            hint: self.hint,
        })
    }

    /// Takes what the ledger gave.
    pub(super) fn settle(&mut self, ask: &Ask, reply: &Reply, now_ns: u64) {
        self.asking = false;
        self.tokens = self.tokens.saturating_add(reply.granted.min(ask.wanted));
        self.charge = self.charge.saturating_sub(ask.charge);
        self.left = reply.left;
        self.hint = reply.hint;
        self.full_at_ns = now_ns.saturating_add(reply.ahead_us.saturating_mul(1000));
        if reply.granted < ask.wanted {
            // A few tokens at a time, but before the ledger overflows.
            let gap = (self.interval_ns.saturating_mul(u64::from(ask.burst)) / 2).clamp(GAP_NS.0, GAP_NS.1);
            self.not_before_ns = now_ns.saturating_add(gap.max(reply.wait_us.saturating_mul(1000)));
        }
    }

    /// No answer came. What was to be charged is charged again: rather twice than never.
    pub(super) fn unanswered(&mut self, now_ns: u64) {
        self.asking = false;
        self.not_before_ns = now_ns.saturating_add(LAZY_NS.0);
    }

    /// The ledger is back: tokens beyond the float are given up, what was admitted meanwhile is to be charged.
    pub(super) fn rejoin(&mut self, view: View) {
        let surplus = self.tokens.saturating_sub(view.room(self.burst));
        self.tokens -= surplus;
        self.charge = self.charge.saturating_sub(surplus);
        self.asking = false;
        self.not_before_ns = 0;
    }
}
