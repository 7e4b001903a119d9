//! What one route says about a shared rule set: mode, levels, exclusions.

use super::bits::Bits;
use super::compile::{self, Names};
use super::program::{RuleSet, TargetRemoval};
use super::settle::{Preset, settle};
use super::state::State;
use super::store::Owner;
use crate::seclang::ctl::Rules;
use crate::seclang::settings::Mode;
use crate::seclang::target::{self};
use std::sync::Arc;

/// An exclusion as data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exclusion {
    /// Which rules.
    pub rules: Rules,
    /// Which values they leave out, as a target list (`ARGS:token|REQUEST_COOKIES:/^wp_/`); none takes the rules out whole.
    pub targets: Option<String>,
}

/// A policy as data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PolicyText {
    /// Whose policy it is, and so whose persistent collections its rules read and change; empty where nobody else's rules run.
    pub organization: String,
    /// Off, detect, block; what the rule set says when it is not said.
    pub mode: Option<Mode>,
    /// 1 to 4.
    pub paranoia: Option<u8>,
    /// Score at which a request is ended.
    pub inbound_threshold: Option<u32>,
    /// Score at which a response is ended.
    pub outbound_threshold: Option<u32>,
    /// Exclusions.
    pub exclusions: Vec<Exclusion>,
    /// TX elements that rules cannot change: names without `tx.`, and values.
    pub variables: Vec<(String, String)>,
    /// Longest request body that is looked at, bytes; what the rule set says when it is not said.
    pub request_body_limit: Option<usize>,
    /// As `request_body_limit`, of the response. 0 is none.
    pub response_body_limit: Option<usize>,
    /// Whether bodies of responses are looked at; what the rule set says when it is not said. A rule's `ctl` may say otherwise.
    pub response_bodies: Option<bool>,
}

/// A policy over a compiled rule set.
#[derive(Debug)]
pub struct Policy {
    /// Whose persistent collections.
    pub owner: Arc<Owner>,
    /// Off, detect, block.
    pub mode: Mode,
    /// Heads that do not run.
    pub disabled: Bits,
    /// Heads that leave some targets out.
    pub retargeted: Bits,
    /// The targets that are left out.
    pub removals: Vec<TargetRemoval>,
    /// TX elements that rules cannot change.
    pub locked: Bits,
    /// TX elements that are there from the beginning.
    variables: Vec<(u32, Preset)>,
    /// Heads that need not run, as what they do was done beforehand.
    settled: Bits,
    /// Bytes of the request's body that are looked at.
    pub request_body_limit: usize,
    /// Bytes of the response's body that are looked at.
    pub response_body_limit: usize,
    /// Whether bodies of responses are looked at; none is what the rule set says.
    pub response_bodies: Option<bool>,
}

/// Names of the paranoia level in the core rule sets 3 and 4.
const PARANOIA: [&str; 4] = ["paranoia_level", "executing_paranoia_level", "blocking_paranoia_level", "detection_paranoia_level"];

impl Policy {
    /// Looks everything up in a rule set; mistakes are told.
    pub fn compile(text: &PolicyText, rules: &RuleSet) -> Result<Self, String> {
        let heads = rules.heads.len();
        let owner = Owner { organization: text.organization.as_str().into(), application: rules.settings.web_app.as_str().into() };
        let mut policy = Self {
            owner: Arc::new(owner),
            mode: text.mode.or(rules.settings.engine).unwrap_or_default(),
            disabled: Bits::none(heads),
            retargeted: Bits::none(heads),
            removals: Vec::new(),
            locked: Bits::none(rules.slots.len()),
            variables: Vec::new(),
            settled: Bits::none(heads),
            request_body_limit: text.request_body_limit.unwrap_or(rules.settings.request_body_limit),
            response_body_limit: text.response_body_limit.unwrap_or(rules.settings.response_body_limit),
            response_bodies: text.response_bodies,
        };
        if text.paranoia.is_some_and(|level| !(1..=4).contains(&level)) {
            return Err("the paranoia level is 1 to 4".to_owned());
        }
        let level = text.paranoia.map(|l| l.to_string());
        let thresholds =
            [("inbound_anomaly_score_threshold", text.inbound_threshold), ("outbound_anomaly_score_threshold", text.outbound_threshold)];
        for name in PARANOIA {
            if let Some(value) = &level {
                policy.preset(rules, name, value);
            }
        }
        for (name, value) in thresholds {
            if let Some(value) = value {
                policy.preset(rules, name, &value.to_string());
            }
        }
        for (name, value) in &text.variables {
            policy.preset(rules, &name.to_ascii_lowercase(), value);
        }
        for exclusion in &text.exclusions {
            policy.exclude(rules, exclusion)?;
        }
        Ok(policy)
    }

    /// Does beforehand what the rules do at the beginning of every request alike. Nothing else changes by it.
    #[must_use]
    pub fn settled(mut self, rules: &RuleSet) -> Self {
        let mut tx = vec![Preset::Unset; rules.slots.len()];
        for (slot, preset) in self.variables.drain(..) {
            if let Some(element) = tx.get_mut(slot as usize) {
                *element = preset;
            }
        }
        let (settled, tx) = settle(rules, &self, tx);
        self.settled = settled;
        self.variables = (0..).zip(tx).filter(|(_, preset)| *preset != Preset::Unset).collect();
        self
    }

    /// A variable that no rule reads needs no value.
    fn preset(&mut self, rules: &RuleSet, name: &str, value: &str) {
        let Some(slot) = rules.slot_of.get(name) else { return };
        self.locked.put(*slot);
        let preset = match value.parse::<i64>() {
            Ok(number) if number.to_string() == value => Preset::Int(number),
            _ => Preset::Text(value.as_bytes().into()),
        };
        self.variables.push((*slot, preset));
    }

    fn exclude(&mut self, rules: &RuleSet, exclusion: &Exclusion) -> Result<(), String> {
        let heads = rules.choose(&exclusion.rules)?;
        let Some(targets) = &exclusion.targets else {
            for head in heads {
                self.disabled.put(head);
            }
            return Ok(());
        };
        let mut bits = Bits::none(rules.heads.len());
        for head in heads {
            bits.put(head);
        }
        let targets = target::parse_list(targets, true)?;
        let targets = targets.iter().map(|t| compile::target(t, &Names::of(rules))).collect::<Result<_, String>>()?;
        self.retargeted.add(&bits);
        self.removals.push(TargetRemoval { heads: bits, targets });
        Ok(())
    }

    /// Prepares the state of a request.
    pub fn begin(&self, state: &mut State) {
        state.mode = self.mode;
        state.disabled.copy_from(&self.disabled);
        state.disabled.add(&self.settled);
        state.retargeted.copy_from(&self.retargeted);
        state.request_body_limit = self.request_body_limit;
        state.response_body_limit = self.response_body_limit;
        if let Some(on) = self.response_bodies {
            state.response_body_access = on;
        }
        for (slot, preset) in &self.variables {
            let value = preset.tx(|text| state.values.intern(text));
            if let Some(tx) = state.tx.get_mut(*slot as usize) {
                *tx = value;
            }
        }
    }

    /// A rule may lower the mode that the policy says, never raise it.
    pub const fn at_most(&self, mode: Mode) -> Mode {
        match (self.mode, mode) {
            (Mode::Off, _) | (_, Mode::Off) => Mode::Off,
            (Mode::Detect, _) | (_, Mode::Detect) => Mode::Detect,
            (Mode::Block, Mode::Block) => Mode::Block,
        }
    }

    /// Bytes this policy holds beyond the shared rules.
    pub fn memory(&self) -> usize {
        let removals: usize = self.removals.iter().map(|r| r.heads.memory() + std::mem::size_of_val(&*r.targets)).sum();
        self.disabled.memory()
            + self.retargeted.memory()
            + self.locked.memory()
            + self.settled.memory()
            + removals
            + size_of::<Owner>()
            + self.owner.organization.len()
            + self.owner.application.len()
            + self.variables.len() * 32
    }
}
