//! Finding the route of a path: a tree of segments, so that a thousand routes cost as much as ten.

use super::paths::{Paths, Segment};
use super::route::Route;
use foldhash::quality::RandomState;
use std::collections::HashMap;

/// What a request's host and path lead to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Matched {
    /// The route at this index.
    Route(usize),
    /// A route of this path, but none for this method.
    Method,
    /// No route.
    Nothing,
}

/// Routes by the segments of their paths. Numbers are places in the list of routes, of which the first that fits is meant.
#[derive(Debug, Default)]
pub struct Matcher {
    nodes: Vec<Node>,
}

#[derive(Debug, Default)]
struct Node {
    literal: HashMap<Box<[u8]>, usize, RandomState>,
    named: Option<usize>,
    /// Routes of paths that end here.
    here: Vec<usize>,
    /// Routes of this path and of all below.
    whole: Vec<usize>,
    /// Routes of what is below, be it only a slash.
    below: Vec<usize>,
}

struct Search<'a> {
    routes: &'a [Route],
    method: &'a [u8],
    best: Option<usize>,
    seen: bool,
}

impl Matcher {
    /// The tree of routes that stand in the order in which they are tried.
    pub(super) fn new(routes: &[Route]) -> Self {
        let mut tree = Self { nodes: vec![Node::default()] };
        for (number, route) in routes.iter().enumerate() {
            match &route.paths {
                Paths::Exact(path) => {
                    let node = tree.descend(literals(path));
                    tree.nodes[node].here.push(number);
                }
                Paths::Prefix(prefix) => {
                    let (path, slash) = prefix.strip_suffix(b"/").map_or((&prefix[..], false), |p| (p, true));
                    let node = if path.is_empty() { 0 } else { tree.descend(literals(path)) };
                    if slash { &mut tree.nodes[node].below } else { &mut tree.nodes[node].whole }.push(number);
                }
                Paths::Pattern(pattern) => {
                    let node = tree.descend(pattern.segments.iter().cloned());
                    if pattern.rest.is_some() { &mut tree.nodes[node].below } else { &mut tree.nodes[node].here }.push(number);
                }
            }
        }
        tree
    }

    #[cfg(test)]
    pub(super) fn nodes(&self) -> usize {
        self.nodes.len()
    }

    fn descend(&mut self, segments: impl Iterator<Item = Segment>) -> usize {
        let mut at = 0;
        for segment in segments {
            let next = self.nodes.len();
            at = match segment {
                Segment::Literal(text) => *self.nodes[at].literal.entry(text.into()).or_insert(next),
                Segment::Named(_) => *self.nodes[at].named.get_or_insert(next),
            };
            if at == next {
                self.nodes.push(Node::default());
            }
        }
        at
    }

    /// The first route that covers a path and takes a method.
    pub fn find(&self, routes: &[Route], path: &[u8], method: &[u8]) -> Matched {
        let mut search = Search { routes, method, best: None, seen: false };
        if let (Some(root), Some(rest)) = (self.nodes.first(), path.strip_prefix(b"/")) {
            self.walk(root, Some(rest), &mut search);
        }
        match search.best {
            Some(number) => Matched::Route(number),
            None if search.seen => Matched::Method,
            None => Matched::Nothing,
        }
    }

    /// Depth is bounded by the longest path of the configuration, and each node is met once at most.
    fn walk(&self, node: &Node, left: Option<&[u8]>, search: &mut Search<'_>) {
        search.offer(&node.whole);
        let Some(left) = left else { return search.offer(&node.here) };
        search.offer(&node.below);
        if node.literal.is_empty() && node.named.is_none() {
            return;
        }
        let (segment, after) = match left.iter().position(|b| *b == b'/') {
            Some(at) => (&left[..at], Some(&left[at + 1..])),
            None => (left, None),
        };
        if let Some(next) = node.literal.get(segment).and_then(|n| self.nodes.get(*n)) {
            self.walk(next, after, search);
        }
        if let Some(next) = node.named.filter(|_| !segment.is_empty()).and_then(|n| self.nodes.get(n)) {
            self.walk(next, after, search);
        }
    }
}

impl Search<'_> {
    fn offer(&mut self, numbers: &[usize]) {
        for number in numbers {
            if self.best.is_some_and(|best| best <= *number) {
                return;
            }
            if self.routes.get(*number).is_some_and(|r| r.takes(self.method)) {
                self.best = Some(*number);
                return;
            }
            self.seen = true;
        }
    }
}

fn literals(path: &[u8]) -> impl Iterator<Item = Segment> + '_ {
    path.strip_prefix(b"/").unwrap_or(path).split(|b| *b == b'/').map(|s| Segment::Literal(s.to_vec()))
}

#[cfg(test)]
#[path = "matcher_tests.rs"]
mod tests;
