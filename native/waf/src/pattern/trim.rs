//! What a question of whether there is a match does not need: groups, and optional parts at either end.

use super::ast::{Greed, Node};

/// Either end of a pattern.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Lead,
    Tail,
}

/// A regular node that matches somewhere if and only if this one does, with less to try.
pub(super) fn trim(node: &Node) -> Node {
    edge(&edge(&without_groups(node), End::Lead), End::Tail)
}

/// The same for the beginning alone, and for nodes of every kind.
pub(super) fn trim_lead(node: &Node) -> Node {
    edge(node, End::Lead)
}

fn without_groups(node: &Node) -> Node {
    let each = |nodes: &[Node]| nodes.iter().map(without_groups).collect();
    match node {
        Node::Group(node, _) => without_groups(node),
        Node::Concat(parts) => Node::Concat(each(parts)),
        Node::Alternation(branches) => Node::Alternation(each(branches)),
        Node::Repeat { node, min, max, greed } => {
            Node::Repeat { node: Box::new(without_groups(node)), min: *min, max: *max, greed: *greed }
        }
        other => other.clone(),
    }
}

/// A part that can always match the empty string, and whose longer matches nobody refers to.
fn is_idle(node: &Node) -> bool {
    node.is_nullable() && is_plain(node)
}

fn is_plain(node: &Node) -> bool {
    !node.any(&|node| {
        matches!(
            node,
            Node::At(_)
                | Node::Around { .. }
                | Node::Backreference { .. }
                | Node::Group(..)
                | Node::Atomic(_)
                | Node::Keep
                | Node::Repeat { greed: Greed::Possessive, .. }
        )
    })
}

fn edge(node: &Node, end: End) -> Node {
    match node {
        node if is_idle(node) => Node::Empty,
        Node::Concat(parts) => {
            let idle = |parts: &mut dyn Iterator<Item = &Node>| parts.take_while(|part| is_idle(part)).count();
            let mut parts = match end {
                End::Lead => parts[idle(&mut parts.iter())..].to_vec(),
                End::Tail => parts[..parts.len() - idle(&mut parts.iter().rev())].to_vec(),
            };
            let outer = if end == End::Lead { parts.first_mut() } else { parts.last_mut() };
            if let Some(outer) = outer {
                *outer = edge(outer, end);
            }
            Node::concat(parts)
        }
        Node::Alternation(branches) => Node::Alternation(branches.iter().map(|branch| edge(branch, end)).collect()),
        // The rounds beyond the least only lengthen the match.
        Node::Repeat { node: inner, min, max, greed } if is_plain(node) && *max != Some(*min) => {
            if *min == 1 {
                edge(inner, end)
            } else {
                Node::Repeat { node: inner.clone(), min: *min, max: Some(*min), greed: *greed }
            }
        }
        other => other.clone(),
    }
}
