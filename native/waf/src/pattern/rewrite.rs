//! Constructs that no automaton has, put in terms that one has.

use super::ast::{Greed, Node, Position};
use super::byte_set::ByteSet;
use super::possessive::make_greedy;
use super::words::{none_ahead, none_behind, words};

/// What became of a pattern.
pub(super) enum Rewriting {
    /// The node matches alike, groups included.
    Alike(Node),
    /// The node says alike whether there is a match, but not where.
    Whether(Node),
    /// The node matches wherever the pattern does, and elsewhere.
    Wider(Node),
}

/// Rewrites a pattern as far as it goes.
pub(super) fn rewrite(node: &Node) -> Rewriting {
    let greedy = make_greedy(node);
    if greedy.is_regular() {
        return Rewriting::Alike(greedy);
    }
    let question = lead(&tail(&greedy));
    if question.is_regular() { Rewriting::Whether(question) } else { Rewriting::Wider(widen(&question)) }
}

/// A node at the end of the pattern, when it only matters whether it matches.
fn tail(node: &Node) -> Node {
    match node {
        Node::Around { ahead: true, negative: false, node } => tail(node),
        Node::Around { ahead: true, negative: true, node: inner } => words(inner).map_or_else(|| node.clone(), |words| none_ahead(&words)),
        Node::Atomic(node) | Node::Group(node, _) if !has_backreference(node) => tail(node),
        Node::At(Position::EndOrFinalNewline) => Node::concat(vec![
            Node::Repeat { node: Box::new(Node::byte(b'\n', false)), min: 0, max: Some(1), greed: Greed::Greedy },
            Node::At(Position::End),
        ]),
        Node::Repeat { node, min, max, greed: Greed::Possessive } => {
            Node::Repeat { node: node.clone(), min: *min, max: *max, greed: Greed::Greedy }
        }
        Node::Concat(parts) => {
            let mut parts = parts.clone();
            if let Some(last) = parts.last_mut() {
                *last = tail(last);
            }
            Node::Concat(parts)
        }
        Node::Alternation(branches) => Node::Alternation(branches.iter().map(tail).collect()),
        other => other.clone(),
    }
}

/// A node at the beginning of the pattern, when it only matters whether it matches.
fn lead(node: &Node) -> Node {
    match node {
        Node::Around { ahead: false, negative: false, node } => lead(node),
        Node::Around { ahead: false, negative: true, node: inner } => {
            words(inner).map_or_else(|| node.clone(), |words| none_behind(&words))
        }
        // The match's beginning does not matter.
        Node::Keep => Node::Empty,
        Node::Concat(parts) => {
            let mut parts: Vec<Node> = parts.iter().map(|part| if *part == Node::Keep { Node::Empty } else { part.clone() }).collect();
            if let Some(first) = parts.first_mut() {
                *first = lead(first);
            }
            Node::Concat(parts)
        }
        Node::Alternation(branches) => Node::Alternation(branches.iter().map(lead).collect()),
        other => other.clone(),
    }
}

fn has_backreference(node: &Node) -> bool {
    node.any(&|node| matches!(node, Node::Backreference { .. }))
}

/// Conditions dropped and references made to match anything: a match of the node is a match of the result.
fn widen(node: &Node) -> Node {
    let each = |nodes: &[Node]| nodes.iter().map(widen).collect();
    match node {
        Node::Empty | Node::Around { .. } | Node::Keep | Node::At(Position::EndOrFinalNewline) => Node::Empty,
        Node::Class(_) | Node::At(_) => node.clone(),
        Node::Group(node, _) | Node::Atomic(node) => widen(node),
        Node::Concat(parts) => Node::Concat(each(parts)),
        Node::Alternation(branches) => Node::Alternation(each(branches)),
        Node::Repeat { node, min, max, .. } => Node::Repeat { node: Box::new(widen(node)), min: *min, max: *max, greed: Greed::Greedy },
        Node::Backreference { .. } => Node::Repeat { node: Box::new(Node::Class(ByteSet::ALL)), min: 0, max: None, greed: Greed::Greedy },
    }
}
