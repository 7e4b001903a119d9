//! `SecRuleRemove…` and `SecRuleUpdate…`: changes to rules that stand elsewhere, wherever in the set they stand.

use super::action::{self, Action};
use super::ctl::Rules;
use super::rule::{Item, Rule};
use super::target::Target;
use crate::pattern::{Flags, Pattern};

/// A change to rules.
#[derive(Clone, Debug)]
pub enum Update {
    /// Takes them out.
    Remove(Rules),
    /// Appends targets (exclusions mostly) to each rule's first link.
    AddTargets(Rules, Vec<Target>),
    /// Puts targets in the place of others.
    ReplaceTargets {
        /// Which rules.
        rules: Rules,
        /// What comes.
        new: Vec<Target>,
        /// What goes.
        old: Vec<Target>,
    },
    /// Replaces actions of the rule's link (0 is the first).
    Actions(u32, usize, Vec<Action>),
}

/// Chooses rules by number, tag or message.
#[derive(Debug)]
pub struct Chooser<'a> {
    rules: &'a Rules,
    pattern: Option<Pattern>,
}

impl<'a> Chooser<'a> {
    /// Prepares a choice. A tag or message with characters special to expressions is one; others are compared whole.
    pub fn new(rules: &'a Rules) -> Result<Self, String> {
        let pattern = match rules {
            Rules::Tag(text) | Rules::Message(text) if text.contains(['^', '$', '*', '+', '?', '(', '[', '|', '\\']) => {
                Some(Pattern::compile(text, Flags::MOD_SECURITY).map_err(|e| e.to_string())?)
            }
            _ => None,
        };
        Ok(Self { rules, pattern })
    }

    fn is(&self, wanted: &str, text: &str) -> bool {
        self.pattern.as_ref().map_or(wanted == text, |p| p.is_match(text.as_bytes()))
    }

    /// Whether a rule is meant, by its number, tags and message.
    pub fn chooses<'t>(&self, id: u32, mut tags: impl Iterator<Item = &'t str>, message: impl FnOnce() -> Option<&'t str>) -> bool {
        match self.rules {
            Rules::Ids(ranges) => ranges.iter().any(|r| r.contains(&id)),
            Rules::Tag(tag) => tags.any(|t| self.is(tag, t)),
            Rules::Message(wanted) => message().is_some_and(|m| self.is(wanted, m)),
        }
    }

    fn written(&self, rule: &Rule) -> bool {
        self.chooses(rule.id, rule.tags().filter_map(|t| t.literal()), || rule.message().and_then(|m| m.literal()))
    }
}

impl Update {
    /// Reads the words of `SecRuleUpdateActionById`.
    pub fn actions(id: &str, actions: &str) -> Result<Self, String> {
        let (id, offset) = id.split_once(':').unwrap_or((id, "0"));
        let wrong = |_| format!("{id:?} is not a rule's number");
        let actions = action::parse_list(actions).map_err(|wrong| wrong.join("; "))?;
        if actions.iter().any(|a| matches!(a, Action::Id(_) | Action::Phase(_) | Action::Chain)) {
            return Err("id, phase and chain cannot be changed".to_owned());
        }
        Ok(Self::Actions(id.parse().map_err(wrong)?, offset.parse().map_err(wrong)?, actions))
    }

    /// Applies it to the rules it names; rules that are absent are no mistake, as one file may serve several sets.
    pub fn apply(&self, items: &mut Vec<Item>) -> Result<(), String> {
        match self {
            Self::Remove(rules) => {
                let chooser = Chooser::new(rules)?;
                items.retain(|item| !matches!(item, Item::Rule(rule) if chooser.written(rule)));
            }
            Self::AddTargets(rules, new) => each(rules, items, |targets| targets.extend(new.iter().cloned()))?,
            Self::ReplaceTargets { rules, new, old } => each(rules, items, |targets| {
                targets.retain(|t| !old.contains(t));
                targets.extend(new.iter().cloned());
            })?,
            Self::Actions(id, offset, new) => {
                for item in items {
                    if let Item::Rule(rule) = item
                        && rule.id == *id
                        && let Some(link) = rule.links.get_mut(*offset)
                    {
                        replace(&mut link.actions, new);
                    }
                }
            }
        }
        Ok(())
    }
}

fn each(rules: &Rules, items: &mut [Item], change: impl Fn(&mut Vec<Target>)) -> Result<(), String> {
    let chooser = Chooser::new(rules)?;
    for item in items {
        if let Item::Rule(rule) = item
            && chooser.written(rule)
            && let Some(link) = rule.links.first_mut()
        {
            change(&mut link.targets);
        }
    }
    Ok(())
}

/// Whether only one of both can stand in a rule.
fn rival(a: &Action, b: &Action) -> bool {
    match (a, b) {
        (Action::Tag(_) | Action::SetVar(_) | Action::Ctl(_) | Action::Sanitise(_), _) => false,
        (Action::Transform(_) | Action::TransformNone, Action::Transform(_) | Action::TransformNone)
        | (Action::Disrupt(_), Action::Disrupt(_)) => true,
        _ => std::mem::discriminant(a) == std::mem::discriminant(b),
    }
}

fn replace(actions: &mut Vec<Action>, new: &[Action]) {
    actions.retain(|old| !new.iter().any(|n| rival(n, old)));
    actions.extend(new.iter().cloned());
}
