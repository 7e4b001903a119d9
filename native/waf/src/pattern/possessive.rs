//! Possessive repetition of one set of bytes, `C*+`, without a need to backtrack.
//!
//! `C*+X` is `C*X` where `X` does not begin with a byte of `C`. That is pushed into `X`, or found to hold already.

use super::ast::{Greed, Node, Position};
use super::byte_set::ByteSet;

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
    walk(node, &Follow::End)
}

fn walk(node: &Node, follow: &Follow<'_>) -> Node {
    match node {
        Node::Concat(parts) => sequence(parts, follow),
        Node::Repeat { greed: Greed::Possessive, .. } => sequence(std::slice::from_ref(node), follow),
        Node::Alternation(branches) => Node::Alternation(branches.iter().map(|branch| walk(branch, follow)).collect()),
        Node::Group(inner, number) => Node::Group(Box::new(walk(inner, follow)), *number),
        Node::Repeat { node: inner, min, max, greed } => {
            let inner = Box::new(walk(inner, &Follow::Loop(inner, follow)));
            Node::Repeat { node: inner, min: *min, max: *max, greed: *greed }
        }
        other => other.clone(),
    }
}

fn sequence(parts: &[Node], follow: &Follow<'_>) -> Node {
    let mut done = Vec::with_capacity(parts.len());
    let mut rest: Vec<Node> = parts.to_vec();
    while !rest.is_empty() {
        let part = rest.remove(0);
        if let Node::Repeat { node, min, max, greed: Greed::Possessive } = &part {
            let set = match **node {
                Node::Class(set) if max.is_none() => Some(set),
                _ => None,
            };
            match set.and_then(|set| restrict(&rest, set, follow)) {
                Some(restricted) => {
                    done.push(Node::Repeat { node: node.clone(), min: *min, max: None, greed: Greed::Greedy });
                    rest = restricted;
                }
                None => done.push(part),
            }
            continue;
        }
        let next = walk(&part, &Follow::Then(&rest, follow));
        done.push(next);
    }
    Node::concat(done)
}

/// `parts` such that the first byte they consume is not of `set`; `None` when that cannot be written.
fn restrict(parts: &[Node], set: ByteSet, follow: &Follow<'_>) -> Option<Vec<Node>> {
    if holds(&Follow::Then(parts, follow), &set) {
        return Some(parts.to_vec());
    }
    let (head, tail) = parts.split_first()?;
    let behind = Follow::Then(tail, follow);
    let with_tail = |node: Node| Some(std::iter::once(node).chain(tail.iter().cloned()).collect());
    match head {
        Node::Class(own) => with_tail(Node::Class(own.without(set))),
        Node::Empty => Some(std::iter::once(head.clone()).chain(restrict(tail, set, follow)?).collect()),
        Node::Concat(inner) => with_tail(Node::concat(restrict(inner, set, &behind)?)),
        Node::Group(inner, number) => {
            let inner = restrict(std::slice::from_ref(inner), set, &behind)?;
            with_tail(Node::Group(Box::new(Node::concat(inner)), *number))
        }
        Node::Alternation(branches) => {
            let branches: Option<Vec<Node>> =
                branches.iter().map(|branch| restrict(std::slice::from_ref(branch), set, &behind).map(Node::concat)).collect();
            with_tail(Node::Alternation(branches?))
        }
        Node::Repeat { node, min, max, greed: greed @ (Greed::Greedy | Greed::Lazy) } if !node.is_nullable() => {
            let first = Node::concat(restrict(std::slice::from_ref(node), set, &behind)?);
            let further =
                Node::Repeat { node: node.clone(), min: min.saturating_sub(1), max: max.map(|max| max.saturating_sub(1)), greed: *greed };
            let some = Node::concat(vec![first, further]);
            if *max == Some(0) {
                return restrict(tail, set, follow);
            }
            if *min > 0 {
                return with_tail(some);
            }
            if holds(&behind, &set) {
                return with_tail(Node::Repeat { node: Box::new(some), min: 0, max: Some(1), greed: *greed });
            }
            let some = Node::concat(std::iter::once(some).chain(tail.iter().cloned()).collect());
            let none = Node::concat(restrict(tail, set, follow)?);
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
