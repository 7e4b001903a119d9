//! From the dialect's tree to the one that the automata are built from.

use super::ast::{Greed, Node, Position};
use regex_syntax::hir::{Capture, Class, ClassBytes, ClassBytesRange, Hir, Look, Repetition};

/// Highest group that anybody can ask for; the capturing of others is left out.
const MAX_GROUP: u32 = 9;

/// A regular node; `None` when it is not regular. Groups are kept when `capturing`.
pub(super) fn lower(node: &Node, capturing: bool) -> Option<Hir> {
    let each = |nodes: &[Node]| nodes.iter().map(|node| lower(node, capturing)).collect::<Option<Vec<Hir>>>();
    Some(match node {
        Node::Empty => Hir::empty(),
        Node::Class(set) => {
            let ranges = set.ranges().into_iter().map(|(low, high)| ClassBytesRange::new(low, high));
            Hir::class(Class::Bytes(ClassBytes::new(ranges)))
        }
        Node::At(position) => Hir::look(match position {
            Position::Start => Look::Start,
            Position::End => Look::End,
            Position::LineStart => Look::StartLF,
            Position::LineEnd => Look::EndLF,
            Position::WordBoundary => Look::WordAscii,
            Position::NotWordBoundary => Look::WordAsciiNegate,
            Position::EndOrFinalNewline => return None,
        }),
        Node::Group(node, index) if capturing && *index <= MAX_GROUP => {
            Hir::capture(Capture { index: *index, name: None, sub: Box::new(lower(node, capturing)?) })
        }
        Node::Group(node, _) => lower(node, capturing)?,
        Node::Concat(parts) => Hir::concat(each(parts)?),
        Node::Alternation(branches) => Hir::alternation(each(branches)?),
        Node::Repeat { node, min, max, greed } => {
            if *greed == Greed::Possessive {
                return None;
            }
            let sub = Box::new(lower(node, capturing)?);
            Hir::repetition(Repetition { min: *min, max: *max, greedy: *greed == Greed::Greedy, sub })
        }
        Node::Atomic(_) | Node::Around { .. } | Node::Backreference { .. } | Node::Keep => return None,
    })
}
