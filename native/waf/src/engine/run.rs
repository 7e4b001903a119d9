//! Runs the rules of a phase.

use super::around::Around;
use super::classes::{self, Classes};
use super::lookup::covers;
use super::policy::Policy;
use super::program::{Act, CtlAct, Ending, Group, Head, Link, NO_BIT, Next, Quick, RuleSet, Source};
use super::state::{Live, State, Tx, Value};
use super::test::Test;
use super::values::ValueId;
use crate::seclang::Variable;
use crate::seclang::action::Reach;
use crate::seclang::settings::Mode;
use crate::transform::Transformation;

/// Bytes of remembered strings at which what can be made again is forgotten.
const MOST_BYTES: usize = 64 << 20;

/// One request's rules, running.
pub struct Run<'a> {
    /// The rules.
    pub rules: &'a RuleSet,
    /// What the route says about them.
    pub policy: &'a Policy,
    /// Clock, stores, look-ups.
    pub around: &'a Around,
    /// What is known.
    pub state: &'a mut State,
}

impl Run<'_> {
    /// Runs a phase, 1 to 5.
    pub fn phase(&mut self, phase: u8) {
        if self.state.phase >= phase || self.state.mode == Mode::Off {
            return;
        }
        self.state.phase = phase;
        // What came in since the last phase makes look-ups stale.
        self.state.touched();
        let skipped = self.state.allowed || (self.state.request_allowed && phase <= 2);
        if (skipped || self.state.ended.is_some()) && phase < 5 {
            return;
        }
        let rules = self.rules;
        let Some(list) = rules.phases.get(usize::from(phase).wrapping_sub(1)) else { return };
        if self.state.trace.is_some() {
            return self.traced(phase, list);
        }
        let mut at = 0;
        while let Some(step) = list.get(at) {
            at += 1;
            let number = step.head;
            if !self.may_match(step.quick) || self.state.disabled.has(number) {
                continue;
            }
            let Some(head) = rules.heads.get(number as usize) else { continue };
            self.state.head = number;
            if step.light {
                if let Quick::Compare { slot, .. } = step.quick {
                    self.compared(slot);
                }
                if let Next::At(place) = head.next {
                    at = place as usize;
                }
                continue;
            }
            let Some(matched) = self.rule(number, head) else { continue };
            self.spare_memory();
            let ends = self.ends(head, phase);
            self.report(head, phase, matched, ends);
            if ends && self.end(head) {
                return;
            }
            if self.state.mode == Mode::Off {
                return;
            }
            if let Next::At(place) = head.next {
                at = place as usize;
            }
        }
    }

    /// The common end of a rule's turn, without a look at the rule itself.
    #[inline]
    pub(super) fn may_match(&mut self, quick: Quick) -> bool {
        match quick {
            Quick::Run => true,
            Quick::Bit { group, bit } => {
                self.group(group);
                self.listed(group).bits.get(bit as usize / 64).is_some_and(|w| w >> (bit % 64) & 1 == 1)
            }
            Quick::Compare { slot, comparison, negated, with } => match self.state.tx.get(slot as usize) {
                Some(Tx::Int(value)) => comparison.holds(*value, with) != negated,
                Some(Tx::Text(id)) => comparison.holds(crate::operator::integer(self.state.values.get(*id)), with) != negated,
                // A missing element is nothing to compare.
                _ => false,
            },
        }
    }

    /// Notes the match of a TX element.
    fn compared(&mut self, slot: u32) -> Live {
        let value = self.state.tx.get(slot as usize).copied().and_then(super::lookup::value_of).unwrap_or(Value::Int(0));
        // As the comparison saw it.
        let number = match value {
            Value::Int(number) => number,
            Value::Id(id) => crate::operator::integer(self.state.values.get(id)),
        };
        let live = Live { variable: Variable::Tx, key: self.slot_key(slot), value: Value::Int(number), count: false };
        self.state.matched = Some(live);
        self.state.matched_vars.clear();
        self.state.matched_vars.push(live);
        live
    }

    /// Whether a matching rule ends anything now.
    pub(super) fn ends(&self, head: &Head, phase: u8) -> bool {
        self.state.mode == Mode::Block && phase < 5 && !matches!(head.ending, Ending::Pass)
    }

    /// Does what the rule's disruptive action says; true ends the phase.
    pub(super) fn end(&mut self, head: &Head) -> bool {
        match &head.ending {
            Ending::Pass => return false,
            Ending::Deny(status, close) => {
                self.state.close |= *close;
                self.state.ended = Some((*status, head.id));
            }
            Ending::Redirect(status, address) => {
                let mut text = Vec::new();
                self.expand(address, Some(head), &mut text);
                self.state.location = Some(String::from_utf8_lossy(&text).into_owned());
                self.state.ended = Some((*status, head.id));
            }
            Ending::Allow(Reach::Phase) => {}
            Ending::Allow(Reach::Request) => self.state.request_allowed = true,
            Ending::Allow(Reach::Transaction) => self.state.allowed = true,
        }
        true
    }

    /// Runs a rule's chain; the first link's last match when all links matched, and how many values that link matched.
    fn rule(&mut self, number: u32, head: &Head) -> Option<(Option<Live>, u32)> {
        let rules = self.rules;
        let mut first = (None, 0);
        for at in head.links.0..head.links.1 {
            let link = rules.links.get(at as usize)?;
            if let (Source::Group(group), true) = (&link.source, at > head.links.0 && link.bit != NO_BIT && !link.multi)
                && !self.may_match(Quick::Bit { group: *group, bit: link.bit })
            {
                return None;
            }
            let count = self.link(number, at, link, head);
            if count == 0 {
                return None;
            }
            std::mem::swap(&mut self.state.matched_vars, &mut self.state.link_matches);
            if at == head.links.0 {
                first = (self.state.matched, count);
            }
        }
        Some(first)
    }

    /// Runs one link over its values; gives how many matched.
    pub(super) fn link(&mut self, number: u32, at: u32, link: &Link, head: &Head) -> u32 {
        self.state.link_matches.clear();
        let test = &link.test;
        match &link.source {
            Source::None => {
                self.acts(at, link, head);
                return 1;
            }
            Source::Slot(slot) => {
                // A missing element is nothing to compare.
                let value = match self.state.tx.get(*slot as usize) {
                    Some(Tx::Int(value)) => *value,
                    Some(Tx::Text(id)) => crate::operator::integer(self.state.values.get(*id)),
                    _ => return 0,
                };
                let Some(wanted) = self.wanted(test, head) else { return 0 };
                if test.compares(value, wanted) == link.negated {
                    return 0;
                }
                let key = self.slot_key(*slot);
                let live = Live { variable: Variable::Tx, key, value: Value::Int(value), count: false };
                self.matched(live, at, link, head);
                return 1;
            }
            _ => {}
        }
        let mut argument = std::mem::take(&mut self.state.argument);
        argument.clear();
        if let Some(text) = test.argument() {
            self.expand(text, Some(head), &mut argument);
        }
        let count = match &link.source {
            Source::Group(group) if link.multi => self.staged(number, at, link, head, *group, &argument),
            Source::Group(group) => self.grouped(number, at, link, head, *group, &argument),
            Source::Live(targets) => {
                let mut live = std::mem::take(&mut self.state.live);
                live.clear();
                self.live(targets, &mut live);
                let mut count = 0;
                for one in &live {
                    count += u32::from(self.one_live(number, at, link, head, *one, &argument));
                }
                self.state.live = live;
                count
            }
            Source::None | Source::Slot(_) => 0,
        };
        self.state.argument = argument;
        count
    }

    fn grouped(&mut self, number: u32, at: u32, link: &Link, head: &Head, group: u32, argument: &[u8]) -> u32 {
        self.group(group);
        let retargeted = self.state.retargeted.has(number);
        let mut count = 0;
        let mut position = 0;
        let mut tests = 0;
        while let Some(found) = self.listed(group).found.get(position).copied() {
            position += 1;
            if link.bit != NO_BIT && !self.state.values.has_bit(found.value, link.bit) {
                continue;
            }
            tests += 1;
            if self.test(&link.test, found.value, argument) == link.negated {
                if link.bit != NO_BIT {
                    self.state.values.drop_bit(found.value, link.bit);
                }
                continue;
            }
            let live = Live::from(found);
            if retargeted && self.is_removed(number, &live) {
                continue;
            }
            self.capture(link, found.value);
            self.matched(live, at, link, head);
            count += 1;
        }
        if link.bit != NO_BIT && count < tests.max(1) {
            self.listed_mut(group).stale = true;
        }
        count
    }

    /// `multiMatch`: the test is made before and after each transformation that changes something.
    fn staged(&mut self, number: u32, at: u32, link: &Link, head: &Head, group: u32, argument: &[u8]) -> u32 {
        let Some(&Group { base, triggers, .. }) = self.rules.groups.get(group as usize) else { return 0 };
        self.base(base);
        self.scan_base(base);
        let mut count = 0;
        let mut position = 0;
        while let Some(found) = self.state.bases[base as usize].found.get(position).copied() {
            position += 1;
            // What no step changes is looked at once, and not where it lacks what the test needs.
            let stays = triggers != Classes::MAX && self.state.values.classes(found.value) & triggers == 0;
            if stays && link.bit != NO_BIT && !self.state.values.has_bit(found.value, link.bit) {
                continue;
            }
            count += self.stages(number, at, link, head, Live::from(found), argument);
        }
        count
    }

    fn stages(&mut self, number: u32, at: u32, link: &Link, head: &Head, live: Live, argument: &[u8]) -> u32 {
        if self.state.retargeted.has(number) && self.is_removed(number, &live) {
            return 0;
        }
        let mut id = self.id_of(live.value);
        let mut count = 0;
        for stage in 0..=link.chain.len() {
            if stage > 0 {
                // What no later stage needs is not kept unless it matches, or is short and may come back.
                if stage == link.chain.len()
                    && !self.state.values.is_short(id)
                    && !self.last_stage(link, link.chain[stage - 1], id, argument)
                {
                    break;
                }
                let next = self.state.values.transform(id, link.chain[stage - 1], self.rules.unicode.as_ref());
                if next == id {
                    continue;
                }
                id = next;
            }
            if link.bit != NO_BIT {
                if stage == 0 || self.state.values.is_short(id) {
                    self.scan_value(id);
                }
                if !self.state.values.has_bit(id, link.bit) {
                    continue;
                }
            }
            if self.test(&link.test, id, argument) == link.negated {
                if link.bit != NO_BIT {
                    self.state.values.drop_bit(id, link.bit);
                }
                continue;
            }
            self.capture(link, id);
            self.matched(Live { value: Value::Id(id), ..live }, at, link, head);
            count += 1;
        }
        count
    }

    /// Whether the test matches after one more transformation, which is not remembered.
    fn last_stage(&mut self, link: &Link, transformation: Transformation, id: ValueId, argument: &[u8]) -> bool {
        let triggers = classes::triggers(transformation);
        if triggers != Classes::MAX && self.state.values.classes(id) & triggers == 0 {
            return false;
        }
        let mut out = std::mem::take(&mut self.state.text);
        let changed = transformation.apply(self.state.values.get(id), &mut out, self.rules.unicode.as_ref());
        let matches = changed && link.test.matches(&out, classes::of(&out), argument) != link.negated;
        self.state.text = out;
        // Tests that ask elsewhere are made with the value itself.
        matches || matches!(link.test, Test::Geo | Test::Rbl(_))
    }

    fn one_live(&mut self, number: u32, at: u32, link: &Link, head: &Head, live: Live, argument: &[u8]) -> bool {
        if link.multi {
            return self.stages(number, at, link, head, live, argument) > 0;
        }
        if let (Value::Int(value), true, true) = (live.value, link.chain.is_empty(), link.test.is_comparison()) {
            let wanted = link.test.constant().unwrap_or_else(|| crate::operator::integer(argument));
            if link.test.compares(value, wanted) == link.negated {
                return false;
            }
        } else {
            let id = self.id_of(live.value);
            let id = self.state.values.chain(id, &link.chain, self.rules.unicode.as_ref());
            if self.test(&link.test, id, argument) == link.negated {
                return false;
            }
            if self.state.retargeted.has(number) && self.is_removed(number, &live) {
                return false;
            }
            self.capture(link, id);
            self.matched(Live { value: Value::Id(id), ..live }, at, link, head);
            return true;
        }
        if self.state.retargeted.has(number) && self.is_removed(number, &live) {
            return false;
        }
        self.matched(live, at, link, head);
        true
    }

    /// What a comparison compares with.
    fn wanted(&mut self, test: &Test, head: &Head) -> Option<i64> {
        if let Some(constant) = test.constant() {
            return Some(constant);
        }
        let mut argument = std::mem::take(&mut self.state.argument);
        argument.clear();
        self.expand(test.argument()?, Some(head), &mut argument);
        let number = crate::operator::integer(&argument);
        self.state.argument = argument;
        Some(number)
    }

    /// Notes a match and does what the link does at each.
    fn matched(&mut self, live: Live, at: u32, link: &Link, head: &Head) {
        self.state.matched = Some(live);
        self.state.link_matches.push(live);
        self.acts(at, link, head);
    }

    fn acts(&mut self, at: u32, link: &Link, head: &Head) {
        for (act, number) in link.acts.iter().zip(0..) {
            self.act(act, at, number, head);
        }
    }

    /// TX 0 to 9 after a match.
    fn capture(&mut self, link: &Link, id: ValueId) {
        if !link.capture || link.negated {
            return;
        }
        let State { values, captures, tx, print, .. } = &mut *self.state;
        if matches!(link.test, Test::Whole) {
            tx.iter_mut().take(10).for_each(|slot| *slot = Tx::Unset);
            tx[0] = Tx::Text(id);
            return;
        }
        let value = values.get(id).to_vec();
        if !link.test.captures(&value, captures) {
            return;
        }
        for (slot, group) in tx.iter_mut().zip(0..10) {
            *slot = captures.text(group, &value).map_or(Tx::Unset, |text| Tx::Text(values.intern(text)));
        }
        // What the test found is not looked for again.
        let print = print.take().filter(|_| matches!(link.test, Test::Sqli)).map(|print| print.to_string().into_bytes());
        if let Some(text) = print.or_else(|| link.test.finding(&value)) {
            tx[0] = Tx::Text(values.intern(&text));
        }
    }

    /// Whether a policy or an earlier rule took this value from the rule's targets.
    fn is_removed(&mut self, number: u32, live: &Live) -> bool {
        let State { values, removals, .. } = &mut *self.state;
        let mut covered = |removal: &super::program::TargetRemoval| {
            removal.heads.has(number) && removal.targets.iter().any(|t| covers(values, t, live.variable, live.key))
        };
        self.policy.removals.iter().any(&mut covered)
            || removals.iter().any(|(link, act)| {
                let act = self.rules.links.get(*link as usize).and_then(|l| l.acts.get(*act as usize));
                matches!(act, Some(Act::Ctl(ctl)) if matches!(&**ctl, CtlAct::RemoveTarget(removal) if covered(removal)))
            })
    }

    /// Forgets what can be made again when there is much of it.
    pub(super) fn spare_memory(&mut self) {
        if self.state.values.size() > MOST_BYTES {
            self.compact();
        }
    }

    /// Forgets every string that can be made again from the variables themselves.
    fn compact(&mut self) {
        let state = &mut *self.state;
        let old = std::mem::take(&mut state.values);
        let new = &mut state.values;
        new.succeed(&old);
        let mut keep = |id: &mut ValueId| {
            if id.is_some() {
                *id = new.intern(old.get(*id));
            }
        };
        state.scalars.iter_mut().for_each(&mut keep);
        for pair in state.collections.iter_mut().flatten().chain(&mut state.env).chain(&mut state.geo) {
            keep(&mut pair.key);
            keep(&mut pair.value);
        }
        for (name, tx) in &mut state.tx_named {
            keep(name);
            if let Tx::Text(id) = tx {
                keep(id);
            }
        }
        for tx in &mut state.tx {
            if let Tx::Text(id) = tx {
                keep(id);
            }
        }
        for live in state.matched.iter_mut().chain(&mut state.matched_vars).chain(&mut state.link_matches) {
            keep(&mut live.key);
            if let Value::Id(id) = &mut live.value {
                keep(id);
            }
        }
        for (_, name) in &mut state.hidden {
            keep(name);
        }
        state.touched();
    }
}
