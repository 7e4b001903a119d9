//! A rule as written, before it is compiled.

use super::action::{Action, Disruption};
use super::complaint::Place;
use super::operator::Operator;
use super::target::Target;
use super::template::Template;
use crate::transform::Transformation;

/// One link of a chain: what is looked at, how, and what happens at each match.
#[derive(Clone, Debug)]
pub struct Link {
    /// Where it stands.
    pub place: Place,
    /// What is looked at; empty for `SecAction`.
    pub targets: Vec<Target>,
    /// How; none for `SecAction`, which always matches.
    pub operator: Option<Operator>,
    /// The actions in order, the defaults of its phase not among them.
    pub actions: Vec<Action>,
    /// Content of the data file that the operator names.
    pub data: Vec<u8>,
}

/// A rule with the links that are chained to it.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its number.
    pub id: u32,
    /// 1 to 5.
    pub phase: u8,
    /// The links; the first names the rule.
    pub links: Vec<Link>,
    /// `SecDefaultAction` of its phase where it stands.
    pub defaults: Vec<Action>,
}

/// What stands in a rule set, in order.
#[derive(Clone, Debug)]
pub enum Item {
    /// A rule.
    Rule(Box<Rule>),
    /// A place that `skipAfter` names.
    Marker(String),
}

impl Link {
    /// The transformations: those of the defaults first, `t:none` forgets what was before.
    pub fn transformations(&self, defaults: &[Action]) -> Vec<Transformation> {
        let mut all = Vec::new();
        for action in defaults.iter().chain(&self.actions) {
            match action {
                Action::TransformNone => all.clear(),
                Action::Transform(t) => all.push(*t),
                _ => {}
            }
        }
        all
    }
}

impl Rule {
    /// The first link's actions.
    pub fn actions(&self) -> &[Action] {
        self.links.first().map_or(&[], |l| l.actions.as_slice())
    }

    /// The actions of defaults and of the rule itself, in order.
    pub fn all_actions(&self) -> impl Iterator<Item = &Action> {
        self.defaults.iter().chain(self.actions())
    }

    /// The message, when there is one.
    pub fn message(&self) -> Option<&Template> {
        self.actions().iter().rev().find_map(|a| if let Action::Msg(t) = a { Some(t) } else { None })
    }

    /// The tags as written.
    pub fn tags(&self) -> impl Iterator<Item = &Template> {
        self.actions().iter().filter_map(|a| if let Action::Tag(t) = a { Some(t) } else { None })
    }

    /// The disruptive action; `block` is what the defaults say, and without defaults it passes.
    pub fn disruption(&self) -> Disruption {
        let last = |actions: &[Action]| actions.iter().rev().find_map(|a| if let Action::Disrupt(d) = a { Some(d.clone()) } else { None });
        let default = last(&self.defaults).filter(|d| *d != Disruption::Block).unwrap_or(Disruption::Pass);
        // Chained links carry no disruptive action, but old rule sets put them there.
        match self.links.first().and_then(|l| last(&l.actions)) {
            None | Some(Disruption::Block) => default,
            Some(own) => own,
        }
    }
}
