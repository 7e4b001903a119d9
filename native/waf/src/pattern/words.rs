//! Finite languages: what a short look-around forbids, and its complement.

use super::ast::{Node, Position};
use super::byte_set::ByteSet;

/// A string of sets.
pub(super) type Word = Vec<ByteSet>;

/// Most words, and longest word, that are worth writing out.
const MAX_WORDS: usize = 64;
const MAX_LENGTH: usize = 32;

/// All words of a construct, when they are few and short.
pub(super) fn words(node: &Node) -> Option<Vec<Word>> {
    let found = match node {
        Node::Empty => vec![Vec::new()],
        Node::Class(set) => vec![vec![*set]],
        Node::Group(node, _) | Node::Atomic(node) => words(node)?,
        Node::Concat(parts) => {
            let mut all = vec![Vec::new()];
            for part in parts {
                all = product(&all, &words(part)?)?;
            }
            all
        }
        Node::Alternation(branches) => {
            let mut all = Vec::new();
            for branch in branches {
                all.extend(words(branch)?);
            }
            all
        }
        Node::Repeat { node, min, max: Some(max), .. } if *max as usize <= MAX_LENGTH => {
            let one = words(node)?;
            let mut power = vec![Vec::new()];
            let mut all = Vec::new();
            for count in 0..=*max {
                if count >= *min {
                    all.extend(power.iter().cloned());
                }
                power = product(&power, &one)?;
                if all.len() > MAX_WORDS {
                    return None;
                }
            }
            all
        }
        _ => return None,
    };
    (found.len() <= MAX_WORDS && found.iter().all(|word| word.len() <= MAX_LENGTH)).then_some(found)
}

fn product(left: &[Word], right: &[Word]) -> Option<Vec<Word>> {
    if left.len() * right.len() > MAX_WORDS {
        return None;
    }
    Some(left.iter().flat_map(|head| right.iter().map(|tail| head.iter().chain(tail).copied().collect())).collect())
}

/// Matches where none of the words begins, consuming as much as shows it. For the end of a pattern.
pub(super) fn none_ahead(words: &[Word]) -> Node {
    none(words, Position::End, &|set, inner| Node::concat(vec![Node::Class(set), inner]))
}

/// Matches where none of the words ends, consuming as much as shows it. For the beginning of a pattern.
pub(super) fn none_behind(words: &[Word]) -> Node {
    let reversed: Vec<Word> = words.iter().map(|word| word.iter().rev().copied().collect()).collect();
    none(&reversed, Position::Start, &|set, inner| Node::concat(vec![inner, Node::Class(set)]))
}

fn none(words: &[Word], edge: Position, join: &dyn Fn(ByteSet, Node) -> Node) -> Node {
    if words.iter().any(Vec::is_empty) {
        // The empty word is everywhere.
        return Node::Class(ByteSet::EMPTY);
    }
    // Bytes by the words that they would continue.
    let mut kinds: Vec<(Vec<usize>, ByteSet)> = Vec::new();
    for byte in 0..=u8::MAX {
        let kind: Vec<usize> = (0..words.len()).filter(|index| words[*index][0].contains(byte)).collect();
        match kinds.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, set)) => set.insert(byte),
            None => kinds.push((kind, ByteSet::one(byte))),
        }
    }
    let mut branches = vec![Node::At(edge)];
    for (kind, set) in kinds {
        if kind.is_empty() {
            branches.push(Node::Class(set));
        } else {
            let further: Vec<Word> = kind.iter().map(|index| words[*index][1..].to_vec()).collect();
            branches.push(join(set, none(&further, edge, join)));
        }
    }
    Node::Alternation(branches)
}
