//! Possessive repetition of one set of bytes, `C*+`, without a need to backtrack.
//!
//! `C*+X` is `C*X` where `X` does not begin with a byte of `C`. That is pushed into `X`, or found to hold already.

use super::ast::{Greed, Node, Position};
use super::byte_set::ByteSet;
use std::cell::Cell;
use std::collections::VecDeque;

/// Nodes that a pattern may grow by: a part after an optional one is written twice, and the next may double that again.
const MAX_GROWTH: usize = 10_000;

/// What may follow a place, innermost first.
#[derive(Clone, Copy)]
enum Follow<'a> {
    /// The end of the pattern.
    End,
    /// These, and then what follows.
    Then(&'a [Node], &'a Follow<'a>),
    /// Another round of a loop, or what follows it.
    Loop(&'a Node, &'a Follow<'a>),
}

/// The pattern with every possessive repetition made greedy of which that can be said; others stay as they are.
pub(super) fn make_greedy(node: &Node) -> Node {
    walk(node, &Follow::End, &Cell::new(MAX_GROWTH))
}

fn walk(node: &Node, follow: &Follow<'_>, growth: &Cell<usize>) -> Node {
    match node {
        Node::Concat(parts) => sequence(parts, follow, growth),
        Node::Repeat { greed: Greed::Possessive, .. } => sequence(std::slice::from_ref(node), follow, growth),
        Node::Alternation(branches) => Node::Alternation(branches.iter().map(|branch| walk(branch, follow, growth)).collect()),
        Node::Group(inner, number) => Node::Group(Box::new(walk(inner, follow, growth)), *number),
        Node::Repeat { node: inner, min, max, greed } => {
            let inner = Box::new(walk(inner, &Follow::Loop(inner, follow), growth));
            Node::Repeat { node: inner, min: *min, max: *max, greed: *greed }
        }
        other => other.clone(),
    }
}

fn sequence(parts: &[Node], follow: &Follow<'_>, growth: &Cell<usize>) -> Node {
    let mut done = Vec::with_capacity(parts.len());
    let mut rest: VecDeque<Node> = parts.iter().cloned().collect();
    while let Some(part) = rest.pop_front() {
        let behind: &[Node] = rest.make_contiguous();
        let Node::Repeat { node, min, max, greed: Greed::Possessive } = &part else {
            done.push(walk(&part, &Follow::Then(behind, follow), growth));
            continue;
        };
        let greedy = Node::Repeat { node: node.clone(), min: *min, max: *max, greed: Greed::Greedy };
        match **node {
            Node::Class(set) if max.is_none() => {
                if holds(&Follow::Then(behind, follow), &set) {
                    done.push(greedy);
                } else if let Some(restricted) = restrict(behind, set, follow, growth) {
                    done.push(greedy);
                    rest = restricted.into();
                } else {
                    done.push(part);
                }
            }
            _ => done.push(part),
        }
    }
    Node::concat(done)
}

/// Takes the nodes of a copy from what the pattern may still grow by.
fn charge(parts: &[Node], growth: &Cell<usize>) -> Option<()> {
    let nodes = parts.iter().map(Node::size).sum::<usize>();
    growth.set(growth.get().checked_sub(nodes)?);
    Some(())
}

/// `parts` such that the first byte they consume is not of `set`; `None` when that cannot be written.
fn restrict(parts: &[Node], set: ByteSet, follow: &Follow<'_>, growth: &Cell<usize>) -> Option<Vec<Node>> {
    if holds(&Follow::Then(parts, follow), &set) {
        return Some(parts.to_vec());
    }
    let (head, tail) = parts.split_first()?;
    let behind = Follow::Then(tail, follow);
    let with_tail = |node: Node| Some(std::iter::once(node).chain(tail.iter().cloned()).collect());
    match head {
        Node::Class(own) => with_tail(Node::Class(own.without(set))),
        Node::Empty => Some(std::iter::once(head.clone()).chain(restrict(tail, set, follow, growth)?).collect()),
        Node::Concat(inner) => with_tail(Node::concat(restrict(inner, set, &behind, growth)?)),
        Node::Group(inner, number) => {
            let inner = restrict(std::slice::from_ref(inner), set, &behind, growth)?;
            with_tail(Node::Group(Box::new(Node::concat(inner)), *number))
        }
        Node::Alternation(branches) => {
            let branches: Option<Vec<Node>> =
                branches.iter().map(|branch| restrict(std::slice::from_ref(branch), set, &behind, growth).map(Node::concat)).collect();
            with_tail(Node::Alternation(branches?))
        }
        Node::Repeat { node, min, max, greed: greed @ (Greed::Greedy | Greed::Lazy) } if !node.is_nullable() => {
            let first = Node::concat(restrict(std::slice::from_ref(node), set, &behind, growth)?);
            let further =
                Node::Repeat { node: node.clone(), min: min.saturating_sub(1), max: max.map(|max| max.saturating_sub(1)), greed: *greed };
            let some = Node::concat(vec![first, further]);
            if *max == Some(0) {
                return restrict(tail, set, follow, growth);
            }
            if *min > 0 {
                return with_tail(some);
            }
            if holds(&behind, &set) {
                return with_tail(Node::Repeat { node: Box::new(some), min: 0, max: Some(1), greed: *greed });
            }
            charge(tail, growth)?;
            let some = Node::concat(std::iter::once(some).chain(tail.iter().cloned()).collect());
            let none = Node::concat(restrict(tail, set, follow, growth)?);
            let order = if *greed == Greed::Greedy { vec![some, none] } else { vec![none, some] };
            Some(vec![Node::Alternation(order)])
        }
        _ => None,
    }
}

/// Whether nothing that follows would gain from a byte of `set` being left to it.
fn holds(follow: &Follow<'_>, set: &ByteSet) -> bool {
    match follow {
        Follow::End => true,
        Follow::Then(parts, next) => {
            for part in *parts {
                match apart(part, set) {
                    None => return false,
                    Some(false) => return true,
                    Some(true) => {}
                }
            }
            holds(next, set)
        }
        Follow::Loop(node, next) => apart(node, set).is_some() && holds(next, set),
    }
}

/// `None` when the node may gain; else whether what comes after it may be reached without a byte being consumed.
fn apart(node: &Node, set: &ByteSet) -> Option<bool> {
    match node {
        Node::Empty => Some(true),
        Node::At(Position::End) => Some(false),
        Node::At(Position::EndOrFinalNewline | Position::LineEnd) => (!set.contains(b'\n')).then_some(false),
        Node::Class(own) => own.is_disjoint(set).then_some(false),
        Node::Group(node, _) | Node::Atomic(node) => apart(node, set),
        Node::Concat(parts) => {
            for part in parts {
                if !apart(part, set)? {
                    return Some(false);
                }
            }
            Some(true)
        }
        Node::Alternation(branches) => branches.iter().try_fold(false, |passes, branch| Some(apart(branch, set)? || passes)),
        Node::Repeat { node, min, max, greed } => {
            // `C*+D*` with all of C in D: what the first leaves the second takes, to the same end.
            if *min == 0 && max.is_none() && matches!(**node, Node::Class(own) if set.is_subset(&own)) {
                return Some(*greed != Greed::Possessive);
            }
            Some(apart(node, set)? || *min == 0)
        }
        // These may hold before a byte that was given back, and not behind the last.
        Node::At(_) | Node::Around { .. } | Node::Backreference { .. } | Node::Keep => None,
    }
}
