//! Runs beforehand what is the same for every request: the rules at the beginning that set TX elements by the rules' settings.

use super::bits::Bits;
use super::policy::Policy;
use super::program::{Act, CtlAct, Element, Ending, Head, Link, Macro, Next, Part, Piece, Put, RuleSet, Source};
use super::state::Tx;
use super::test::Test;
use crate::operator::integer;
use crate::seclang::Variable;
use crate::seclang::variable::Kind;

/// An element of TX before there is a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Preset {
    /// Not there.
    #[default]
    Unset,
    /// A number.
    Int(i64),
    /// A text.
    Text(Box<[u8]>),
}

impl Preset {
    /// As number; a missing one is 0.
    fn number(&self) -> i64 {
        match self {
            Self::Unset => 0,
            Self::Int(number) => *number,
            Self::Text(text) => integer(text),
        }
    }

    /// For a request.
    pub fn tx(&self, intern: impl FnOnce(&[u8]) -> super::values::ValueId) -> Tx {
        match self {
            Self::Unset => Tx::Unset,
            Self::Int(number) => Tx::Int(*number),
            Self::Text(text) => Tx::Text(intern(text)),
        }
    }
}

/// What a rule is, looked at before there is a request.
enum Nature {
    /// It asks and changes TX alone: whether it matches is known.
    Settled(bool),
    /// It neither asks nor changes TX, and leads nowhere else: what is settled behind it is not its concern.
    Apart,
    /// Anything else.
    Open,
}

/// TX after the rules that are settled, and their numbers. It ends at the first rule that is neither settled nor apart.
pub fn settle(rules: &RuleSet, policy: &Policy, mut tx: Vec<Preset>) -> (Bits, Vec<Preset>) {
    let mut settled = Bits::none(rules.heads.len());
    let Some(steps) = rules.phases.first() else { return (settled, tx) };
    let mut at = 0;
    while let Some(step) = steps.get(at) {
        at += 1;
        let Some(head) = rules.heads.get(step.head as usize).filter(|_| !policy.disabled.has(step.head)) else { continue };
        let links = rules.links.get(head.links.0 as usize..head.links.1 as usize).unwrap_or_default();
        let nature = if policy.retargeted.has(step.head) { Nature::Open } else { nature(head, links, &tx) };
        match nature {
            Nature::Apart => {}
            Nature::Settled(false) => settled.put(step.head),
            // What it would tell or end is told and ended in a request.
            Nature::Settled(true) if head.log || head.severity.is_some() || !matches!(head.ending, Ending::Pass) => break,
            Nature::Settled(true) => {
                settled.put(step.head);
                for act in links.iter().flat_map(|link| &*link.acts) {
                    if let Act::Set(Element::Slot(slot), put) = act
                        && !policy.locked.has(*slot)
                        && let Some(old) = tx.get(*slot as usize)
                    {
                        let new = changed(old, put, &tx);
                        tx[*slot as usize] = new;
                    }
                }
                if let Next::At(place) = head.next {
                    for passed in steps.get(at..(place as usize).min(steps.len())).unwrap_or_default() {
                        settled.put(passed.head);
                    }
                    at = at.max(place as usize);
                }
            }
            Nature::Open => break,
        }
    }
    (settled, tx)
}

fn nature(head: &Head, links: &[Link], tx: &[Preset]) -> Nature {
    let says = &head.wording;
    if links.iter().all(apart) && head.next == Next::Step && [&says.message, &says.logdata].into_iter().chain(&says.tags).all(without_tx) {
        return Nature::Apart;
    }
    if !links.iter().all(|link| link.acts.iter().all(settles)) {
        return Nature::Open;
    }
    // A chain sets as it goes: only rules of one link are looked at.
    let [link] = links else { return Nature::Open };
    matches(link, tx).map_or(Nature::Open, Nature::Settled)
}

/// Whether a link has nothing to do with TX, and with which rules run.
fn apart(link: &Link) -> bool {
    let still = match &link.source {
        Source::Group(_) => true,
        Source::Live(targets) => targets.iter().all(|t| matches!(t.variable.kind(), Kind::Scalar | Kind::Collection)),
        Source::None | Source::Slot(_) => false,
    };
    let harmless = |act: &Act| matches!(act, Act::Ctl(ctl) if matches!(**ctl, CtlAct::Processor(_) | CtlAct::RequestBodyAccess(_) | CtlAct::ForceRequestBody(_)));
    still && !link.capture && link.test.argument().is_none_or(|text| text.literal().is_some()) && link.acts.iter().all(harmless)
}

fn without_tx(text: &Macro) -> bool {
    text.pieces.iter().all(|piece| match piece {
        Piece::Text(_) => true,
        Piece::Slot(_) => false,
        Piece::Target(target) => matches!(target.variable.kind(), Kind::Scalar | Kind::Collection),
    })
}

/// Whether what an act does follows from TX alone.
fn settles(act: &Act) -> bool {
    match act {
        Act::Set(Element::Slot(_), Put::Text(text) | Put::Add(text, _)) => text.pieces.iter().all(|p| !matches!(p, Piece::Target(_))),
        Act::Set(Element::Slot(_), _) => true,
        _ => false,
    }
}

/// Whether a link that asks TX alone matches; none when it asks more.
fn matches(link: &Link, tx: &[Preset]) -> Option<bool> {
    if link.capture || link.multi || !link.chain.is_empty() {
        return None;
    }
    let value = match &link.source {
        Source::None => return Some(true),
        Source::Slot(slot) => match tx.get(*slot as usize)? {
            Preset::Unset => return Some(false),
            preset => preset.number(),
        },
        Source::Live(targets) => match &**targets {
            [target] if target.variable == Variable::Tx && target.count && !target.exclude => {
                let Part::Slot(slot) = target.part else { return None };
                i64::from(*tx.get(slot as usize)? != Preset::Unset)
            }
            _ => return None,
        },
        Source::Group(_) => return None,
    };
    let Test::Number(comparison, text, constant) = &link.test else { return None };
    let wanted = match constant {
        Some(number) => *number,
        None if text.pieces.iter().all(|p| !matches!(p, Piece::Target(_))) => integer(&expanded(text, tx)),
        None => return None,
    };
    Some(comparison.holds(value, wanted) != link.negated)
}

fn changed(old: &Preset, put: &Put, tx: &[Preset]) -> Preset {
    match put {
        Put::Unset => Preset::Unset,
        Put::Int(number) => Preset::Int(*number),
        Put::AddInt(amount) => Preset::Int(old.number().saturating_add(*amount)),
        Put::Add(text, sign) => Preset::Int(old.number().saturating_add(integer(&expanded(text, tx)).saturating_mul(*sign))),
        Put::Text(text) => match &*text.pieces {
            // A number that is only handed on stays one.
            [Piece::Slot(slot)] => match tx.get(*slot as usize) {
                Some(preset @ (Preset::Int(_) | Preset::Text(_))) => preset.clone(),
                _ => Preset::Text(Box::default()),
            },
            _ => Preset::Text(expanded(text, tx).into()),
        },
    }
}

fn expanded(text: &Macro, tx: &[Preset]) -> Vec<u8> {
    let mut out = Vec::new();
    for piece in &text.pieces {
        match piece {
            Piece::Text(text) => out.extend_from_slice(text),
            Piece::Slot(slot) => match tx.get(*slot as usize) {
                Some(Preset::Text(text)) => out.extend_from_slice(text),
                Some(Preset::Int(number)) => out.extend_from_slice(number.to_string().as_bytes()),
                _ => {}
            },
            Piece::Target(_) => {}
        }
    }
    out
}

#[cfg(test)]
#[path = "settle_tests.rs"]
mod tests;
