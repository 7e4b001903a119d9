//! A parsed pattern: PCRE's dialect over bytes, before anything is decided about how it runs.

use super::byte_set::ByteSet;

/// One construct. Case folding is already part of the sets, and `.` and `\s` are sets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Node {
    /// Matches the empty string.
    Empty,
    /// One byte of a set.
    Class(ByteSet),
    /// A condition on a position.
    At(Position),
    /// A capturing group and its number, from 1.
    Group(Box<Node>, u32),
    /// One after the other.
    Concat(Vec<Node>),
    /// The first of them that leads to a match.
    Alternation(Vec<Node>),
    /// Repetition; `max` is `None` for no limit.
    Repeat { node: Box<Node>, min: u32, max: Option<u32>, greed: Greed },
    /// `(?>…)`: once matched, its first way is kept.
    Atomic(Box<Node>),
    /// Look-around.
    Around { ahead: bool, negative: bool, node: Box<Node> },
    /// What a group matched before; `fold` for either case.
    Backreference { group: u32, fold: bool },
    /// `\K`: the match begins here.
    Keep,
}

/// Which end of a repetition is tried first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Greed {
    /// As often as possible, then less.
    Greedy,
    /// As rarely as possible, then more.
    Lazy,
    /// As often as possible and nothing else.
    Possessive,
}

/// Conditions on a position that need no more than its neighbours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Position {
    /// `\A`, and `^` outside of multi-line mode.
    Start,
    /// `\z`, and `$` with "dollar end only".
    End,
    /// `\Z`, and `$` without it: at the end, or before a newline that ends the value.
    EndOrFinalNewline,
    /// `^` in multi-line mode.
    LineStart,
    /// `$` in multi-line mode.
    LineEnd,
    /// `\b`
    WordBoundary,
    /// `\B`
    NotWordBoundary,
}

impl Node {
    /// A literal byte, in either case when `fold`.
    pub(super) fn byte(byte: u8, fold: bool) -> Self {
        let set = ByteSet::one(byte);
        Self::Class(if fold { set.fold_case() } else { set })
    }

    /// Joins parts, sparing a level when there is one only.
    pub(super) fn concat(mut parts: Vec<Self>) -> Self {
        match parts.len() {
            0 => Self::Empty,
            1 => parts.swap_remove(0),
            _ => Self::Concat(parts),
        }
    }

    /// Offers branches, sparing a level when there is one only. No branch at all never matches.
    pub(super) fn alternation(mut branches: Vec<Self>) -> Self {
        match branches.len() {
            0 => Self::Class(ByteSet::EMPTY),
            1 => branches.swap_remove(0),
            _ => Self::Alternation(branches),
        }
    }

    /// Whether the construct may match without consuming a byte. Conditions count as able to.
    pub(super) fn is_nullable(&self) -> bool {
        match self {
            Self::Empty | Self::At(_) | Self::Around { .. } | Self::Backreference { .. } | Self::Keep => true,
            Self::Class(_) => false,
            Self::Group(node, _) | Self::Atomic(node) => node.is_nullable(),
            Self::Concat(parts) => parts.iter().all(Self::is_nullable),
            Self::Alternation(branches) => branches.iter().any(Self::is_nullable),
            Self::Repeat { node, min, .. } => *min == 0 || node.is_nullable(),
        }
    }

    /// Whether this or anything within satisfies `test`.
    pub(super) fn any(&self, test: &dyn Fn(&Self) -> bool) -> bool {
        if test(self) {
            return true;
        }
        match self {
            Self::Group(node, _) | Self::Atomic(node) | Self::Repeat { node, .. } | Self::Around { node, .. } => node.any(test),
            Self::Concat(nodes) | Self::Alternation(nodes) => nodes.iter().any(|node| node.any(test)),
            Self::Empty | Self::Class(_) | Self::At(_) | Self::Backreference { .. } | Self::Keep => false,
        }
    }

    /// How many constructs it is made of.
    pub(super) fn size(&self) -> usize {
        let within = match self {
            Self::Group(node, _) | Self::Atomic(node) | Self::Repeat { node, .. } | Self::Around { node, .. } => node.size(),
            Self::Concat(nodes) | Self::Alternation(nodes) => nodes.iter().map(Self::size).sum(),
            Self::Empty | Self::Class(_) | Self::At(_) | Self::Backreference { .. } | Self::Keep => 0,
        };
        within + 1
    }

    /// Whether a linear-time automaton expresses it as it stands.
    pub(super) fn is_regular(&self) -> bool {
        !self.any(&|node| {
            matches!(
                node,
                Self::Atomic(_)
                    | Self::Around { .. }
                    | Self::Backreference { .. }
                    | Self::Keep
                    | Self::At(Position::EndOrFinalNewline)
                    | Self::Repeat { greed: Greed::Possessive, .. }
            )
        })
    }

    /// Bytes that a match of the construct may begin with, were it followed by nothing.
    pub(super) fn first(&self) -> ByteSet {
        match self {
            Self::Empty | Self::At(_) | Self::Around { .. } | Self::Keep => ByteSet::EMPTY,
            Self::Backreference { .. } => ByteSet::ALL,
            Self::Class(set) => *set,
            Self::Group(node, _) | Self::Atomic(node) | Self::Repeat { node, .. } => node.first(),
            Self::Alternation(branches) => branches.iter().fold(ByteSet::EMPTY, |set, node| set.union(node.first())),
            Self::Concat(parts) => {
                let mut set = ByteSet::EMPTY;
                for part in parts {
                    set = set.union(part.first());
                    if !part.is_nullable() {
                        break;
                    }
                }
                set
            }
        }
    }
}
