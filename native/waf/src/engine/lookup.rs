//! From targets to values.

use super::classes;
use super::program::{Part, Target};
use super::run::Run;
use super::state::{Found, Instead, Listed, Live, Pair, State, Tx, Value};
use super::values::{ValueId, Values};
use crate::seclang::Variable;

/// Whether a part's name is one that is meant.
fn named(values: &mut Values, part: &Part, name: ValueId) -> bool {
    match part {
        Part::All => true,
        Part::Name(wanted) => wanted.eq_ignore_ascii_case(values.get(name)),
        Part::Pattern(choice) | Part::Slots(_, choice) => values.chosen(name, choice),
        // Numbers are for TX, whose elements are looked up by them.
        Part::Slot(_) => false,
    }
}

/// Whether an exclusion means this value.
pub fn covers(values: &mut Values, target: &Target, variable: Variable, key: ValueId) -> bool {
    target.variable == variable && named(values, &target.part, key)
}

/// The collections whose parts, or names of parts, a variable is made of.
fn made_of(variable: Variable) -> (&'static [Variable], bool) {
    match variable {
        Variable::Args => (&[Variable::ArgsGet, Variable::ArgsPost], false),
        Variable::ArgsNames => (&[Variable::ArgsGet, Variable::ArgsPost], true),
        Variable::ArgsGet => (&[Variable::ArgsGet], false),
        Variable::ArgsGetNames => (&[Variable::ArgsGet], true),
        Variable::ArgsPost => (&[Variable::ArgsPost], false),
        Variable::ArgsPostNames => (&[Variable::ArgsPost], true),
        Variable::RequestHeaders => (&[Variable::RequestHeaders], false),
        Variable::RequestHeadersNames => (&[Variable::RequestHeaders], true),
        Variable::ResponseHeaders => (&[Variable::ResponseHeaders], false),
        Variable::ResponseHeadersNames => (&[Variable::ResponseHeaders], true),
        Variable::RequestCookies => (&[Variable::RequestCookies], false),
        Variable::RequestCookiesNames => (&[Variable::RequestCookies], true),
        Variable::Files => (&[Variable::Files], false),
        Variable::FilesNames => (&[Variable::Files], true),
        Variable::FilesSizes => (&[Variable::FilesSizes], false),
        Variable::FilesTmpContent => (&[Variable::FilesTmpContent], false),
        Variable::MultipartPartHeaders => (&[Variable::MultipartPartHeaders], false),
        Variable::MultipartName => (&[Variable::MultipartName], false),
        Variable::MultipartFilename => (&[Variable::MultipartFilename], false),
        Variable::Xml => (&[Variable::Xml], false),
        _ => (&[], false),
    }
}

impl State {
    /// Adds what a target of a variable that stands still means; its `!` and `&` are the caller's.
    pub fn collect(&mut self, target: &Target, out: &mut Vec<Found>) {
        let variable = target.variable;
        let (sources, names) = made_of(variable);
        if sources.is_empty() {
            let value = self.scalars[variable as usize];
            if value.is_some() {
                out.push(Found { variable, key: ValueId::NONE, value });
            }
        }
        for source in sources {
            for pair in &self.collections[*source as usize] {
                if named(&mut self.values, &target.part, pair.key) {
                    out.push(Found { variable, key: pair.key, value: if names { pair.key } else { pair.value } });
                }
            }
        }
    }

    /// What a list of targets gives.
    pub fn list(&mut self, targets: &[Target], out: &mut Vec<Found>) {
        for target in targets.iter().filter(|t| !t.exclude) {
            self.collect(target, out);
        }
        for exclusion in targets.iter().filter(|t| t.exclude) {
            out.retain(|f| !covers(&mut self.values, exclusion, f.variable, f.key));
        }
    }
}

impl Run<'_> {
    /// Brings a base up to date.
    pub fn base(&mut self, number: u32) {
        let state = &mut *self.state;
        if state.bases[number as usize].epoch == state.epoch {
            return;
        }
        let mut found = std::mem::take(&mut state.found);
        found.clear();
        state.list(&self.rules.bases[number as usize].targets, &mut found);
        let listed = &mut state.bases[number as usize];
        listed.epoch = state.epoch;
        // What was the last list is kept with all that was made of it: clients send the same headers again and again.
        if listed.version == 0 || listed.generation != state.values.generation() || listed.found != found {
            std::mem::swap(&mut listed.found, &mut found);
            listed.classes = listed.found.iter().fold(0, |all, f| all | state.values.classes(f.value));
            listed.version += 1;
            listed.generation = state.values.generation();
            listed.scanned = false;
            listed.made.clear();
        }
        state.found = found;
    }

    /// Brings a group and its bits up to date.
    #[inline]
    pub fn group(&mut self, number: u32) {
        if self.state.groups[number as usize].epoch != self.state.epoch {
            self.group_anew(number);
        }
    }

    fn group_anew(&mut self, number: u32) {
        let group = &self.rules.groups[number as usize];
        self.base(group.base);
        self.scan_base(group.base);
        let (epoch, base) = (self.state.epoch, &self.state.bases[group.base as usize]);
        let known = &mut self.state.groups[number as usize];
        if known.version == base.version {
            known.epoch = epoch;
            if self.listed(number).stale {
                self.refresh(number);
            }
            return;
        }
        let mut listed = std::mem::take(&mut self.state.groups[number as usize]);
        let state = &mut *self.state;
        let mut base = std::mem::take(&mut state.bases[group.base as usize]);
        (listed.epoch, listed.version, listed.stale) = (state.epoch, base.version, false);
        // Most chains come down to the same few steps for the values at hand.
        let rest = classes::rest(&group.chain, base.classes);
        let alike = rest.and_then(|(rest, _)| base.made.iter().find(|(known, _)| *known == rest).map(|(_, group)| *group));
        listed.instead = match (rest, alike) {
            (Some((0, _)), _) => Instead::Base,
            (_, Some(group)) => Instead::Group(group),
            (rest, None) => {
                let (rest, triggers) = rest.unwrap_or((0, u32::MAX));
                if rest != 0 {
                    base.made.push((rest, number));
                }
                listed.found.clear();
                listed.found.extend_from_slice(&base.found);
                // What the base's values have is kept: a value that changed may still be looked at in vain, never left out.
                listed.bits.clear();
                listed.bits.extend_from_slice(&base.bits);
                let words = self.rules.words;
                for found in &mut listed.found {
                    if state.values.classes(found.value) & triggers == 0 && triggers != u32::MAX {
                        continue;
                    }
                    let changed = state.values.chain(found.value, &group.chain, self.rules.unicode.as_ref());
                    if changed != found.value {
                        let was = std::mem::replace(&mut found.value, changed);
                        let State { values, ids, .. } = &mut *state;
                        let bits = values.mask(changed, Some(was), words, ids, &self.rules.filter);
                        for (all, one) in listed.bits.iter_mut().zip(bits) {
                            *all |= one;
                        }
                    }
                }
                Instead::Nothing
            }
        };
        state.bases[group.base as usize] = base;
        self.state.groups[number as usize] = listed;
    }

    /// Makes the bits of a group's values anew from what they have now.
    fn refresh(&mut self, number: u32) {
        let words = self.rules.words;
        let mut listed = std::mem::take(self.listed_mut(number));
        listed.stale = false;
        listed.bits.clear();
        listed.bits.resize(words, 0);
        for found in &listed.found {
            for (all, one) in listed.bits.iter_mut().zip(self.state.values.bits(found.value)) {
                *all |= one;
            }
        }
        *self.listed_mut(number) = listed;
    }

    /// Makes the bits of a base's values.
    pub(super) fn scan_base(&mut self, number: u32) {
        if self.state.bases[number as usize].scanned {
            return;
        }
        let mut listed = std::mem::take(&mut self.state.bases[number as usize]);
        self.scan(&mut listed);
        (listed.scanned, listed.stale) = (true, false);
        self.state.bases[number as usize] = listed;
    }

    fn scan(&mut self, listed: &mut Listed) {
        let words = self.rules.words;
        listed.bits.clear();
        listed.bits.resize(words, 0);
        let State { values, ids, .. } = &mut *self.state;
        for found in &listed.found {
            let bits = values.mask(found.value, None, words, ids, &self.rules.filter);
            for (all, one) in listed.bits.iter_mut().zip(bits) {
                *all |= one;
            }
        }
    }

    /// Makes the bits of one value, for the first time it is asked.
    pub fn scan_value(&mut self, id: ValueId) {
        let State { values, ids, .. } = &mut *self.state;
        values.mask(id, None, self.rules.words, ids, &self.rules.filter);
    }

    /// Where a group's values stand now.
    pub fn listed(&self, group: u32) -> &Listed {
        let listed = &self.state.groups[group as usize];
        match listed.instead {
            Instead::Nothing => listed,
            Instead::Base => &self.state.bases[self.rules.groups[group as usize].base as usize],
            Instead::Group(other) => &self.state.groups[other as usize],
        }
    }

    /// As [`Run::listed`].
    pub fn listed_mut(&mut self, group: u32) -> &mut Listed {
        match self.state.groups[group as usize].instead {
            Instead::Nothing => &mut self.state.groups[group as usize],
            Instead::Base => &mut self.state.bases[self.rules.groups[group as usize].base as usize],
            Instead::Group(other) => &mut self.state.groups[other as usize],
        }
    }

    /// What a list of targets gives that may be of any kind.
    pub fn live(&mut self, targets: &[Target], out: &mut Vec<Live>) {
        for target in targets.iter().filter(|t| !t.exclude) {
            let from = out.len();
            self.look(target, out);
            for exclusion in targets.iter().filter(|t| t.exclude && t.variable == target.variable) {
                let values = &mut self.state.values;
                let mut at = 0;
                out.retain(|live| {
                    at += 1;
                    at <= from || !covers(values, exclusion, live.variable, live.key)
                });
            }
            if target.count {
                let count = i64::try_from(out.len() - from).unwrap_or(i64::MAX);
                let key = if let Part::Name(name) = &target.part { self.state.values.intern(name) } else { ValueId::NONE };
                out.truncate(from);
                out.push(Live { variable: target.variable, key, value: Value::Int(count), count: true });
            }
        }
    }

    /// Adds what one target gives.
    fn look(&mut self, target: &Target, out: &mut Vec<Live>) {
        let variable = target.variable;
        match variable {
            Variable::Tx => self.look_tx(&target.part, out),
            Variable::MatchedVars | Variable::MatchedVarsNames => {
                for at in 0..self.state.matched_vars.len() {
                    let live = self.state.matched_vars[at];
                    let name = self.name_of(&live);
                    let name = self.state.values.intern(&name);
                    if named(&mut self.state.values, &target.part, name) {
                        let value = if variable == Variable::MatchedVarsNames { Value::Id(name) } else { live.value };
                        out.push(Live { value, ..live });
                    }
                }
            }
            Variable::Env => self.look_pairs(variable, &target.part, out, |s| &mut s.env),
            Variable::Geo => self.look_pairs(variable, &target.part, out, |s| &mut s.geo),
            Variable::Rule => self.look_rule(&target.part, out),
            _ if variable.is_persistent() => self.look_persistent(variable, &target.part, out),
            _ if variable.kind() == crate::seclang::variable::Kind::LiveScalar => {
                if let Some(value) = self.scalar(variable) {
                    out.push(Live { variable, key: ValueId::NONE, value, count: false });
                }
            }
            _ => {
                let mut found = std::mem::take(&mut self.state.found);
                found.clear();
                self.state.collect(target, &mut found);
                out.extend(found.drain(..).map(Live::from));
                self.state.found = found;
            }
        }
    }

    fn look_pairs(&mut self, variable: Variable, part: &Part, out: &mut Vec<Live>, pairs: impl Fn(&mut State) -> &mut Vec<Pair>) {
        let kept = std::mem::take(pairs(self.state));
        for pair in &kept {
            if named(&mut self.state.values, part, pair.key) {
                out.push(Live { variable, key: pair.key, value: Value::Id(pair.value), count: false });
            }
        }
        *pairs(self.state) = kept;
    }

    fn look_tx(&mut self, part: &Part, out: &mut Vec<Live>) {
        let all: Vec<u32>;
        let slots: &[u32] = match part {
            Part::Slot(slot) => std::slice::from_ref(slot),
            Part::Slots(slots, _) => slots,
            Part::All => {
                all = (0..self.state.tx.len()).filter_map(|n| u32::try_from(n).ok()).collect();
                &all
            }
            Part::Name(_) | Part::Pattern(_) => &[],
        };
        for slot in slots {
            if let Some(value) = value_of(self.state.tx[*slot as usize]) {
                let key = self.slot_key(*slot);
                out.push(Live { variable: Variable::Tx, key, value, count: false });
            }
        }
        if !matches!(part, Part::Slot(_)) {
            let State { tx_named, values, .. } = &mut *self.state;
            for (name, tx) in tx_named {
                if let Some(value) = value_of(*tx)
                    && named(values, part, *name)
                {
                    out.push(Live { variable: Variable::Tx, key: *name, value, count: false });
                }
            }
        }
    }

    /// The name of a TX element.
    pub fn slot_key(&mut self, slot: u32) -> ValueId {
        let State { values, slot_keys, .. } = &mut *self.state;
        let Some(key) = slot_keys.get_mut(slot as usize) else { return ValueId::NONE };
        if !key.is_some() {
            *key = values.intern(self.rules.slots.get(slot as usize).map_or(&[], |name| name.as_bytes()));
        }
        *key
    }

    /// The text of a value.
    pub fn id_of(&mut self, value: Value) -> ValueId {
        match value {
            Value::Id(id) => id,
            Value::Int(number) => self.number(number),
        }
    }

    /// The text of a number.
    pub fn number(&mut self, number: i64) -> ValueId {
        let mut digits = [0; 20];
        if number >= 0 {
            return self.state.values.intern(super::state::decimal(number.unsigned_abs(), &mut digits));
        }
        let mut text = vec![b'-'];
        text.extend_from_slice(super::state::decimal(number.unsigned_abs(), &mut digits));
        self.state.values.intern(&text)
    }

    /// The full name of a value: `ARGS:user`.
    pub fn name_of(&self, live: &Live) -> Vec<u8> {
        let mut name = if live.count { b"&".to_vec() } else { Vec::new() };
        name.extend_from_slice(live.variable.name().as_bytes());
        if live.key.is_some() {
            name.push(b':');
            name.extend_from_slice(self.state.values.get(live.key));
        }
        name
    }
}

/// The value of a TX element that is there.
pub fn value_of(tx: Tx) -> Option<Value> {
    match tx {
        Tx::Unset => None,
        Tx::Int(number) => Some(Value::Int(number)),
        Tx::Text(id) => Some(Value::Id(id)),
    }
}
