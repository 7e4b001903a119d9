//! What every match of a pattern must contain: found once, so that values without it need not be searched.

use super::ast::{Greed, Node};
use super::byte_set::ByteSet;
use super::frequency;

/// Most literals of which one is required, and the longest; more make the common pass slow without making it choosier.
const MAX_LITERALS: usize = 1024;
const MAX_LENGTH: usize = 24;
/// Different bytes, without regard to case, up to which a class is written out.
const MAX_CLASS: usize = 4;
/// Sets of bytes that are kept.
const MAX_CLAUSES: usize = 4;
/// Share of ordinary bytes above which a set says nothing.
const COMMON: f64 = 0.03;

/// Necessary conditions for a match.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Required {
    /// One of these must occur, in either case of ASCII letters, or else a byte of `or_bytes`. In lower case, two bytes at least.
    /// With no literal and no byte in `or_bytes` there is no such condition.
    pub literals: Vec<Vec<u8>>,
    /// See `literals`.
    pub or_bytes: ByteSet,
    /// Of each of these at least one byte must occur.
    pub bytes: Vec<ByteSet>,
    /// Bytes that the shortest match has.
    pub min_length: usize,
}

impl Required {
    /// For phrases of which one is to occur.
    pub fn phrases<'a>(phrases: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let literals: Vec<Vec<u8>> = phrases.into_iter().map(<[u8]>::to_ascii_lowercase).collect();
        let min_length = literals.iter().map(Vec::len).min().unwrap_or(0);
        // An empty phrase is everywhere.
        let literals = if min_length == 0 { Vec::new() } else { literals };
        Self { min_length, ..Self::of_literals(literals) }
    }

    fn of_literals(literals: Vec<Vec<u8>>) -> Self {
        let (single, literals): (Vec<_>, Vec<_>) = without_redundant(literals).into_iter().partition(|literal| literal.len() == 1);
        let or_bytes = ByteSet::of(&single.concat()).fold_case();
        Self { literals, or_bytes, ..Self::default() }
    }

    /// Whether every value that is not too short may match.
    pub fn is_nothing(&self) -> bool {
        self.literals.is_empty() && self.or_bytes.is_empty() && self.bytes.is_empty()
    }

    pub(super) fn of(node: &Node) -> Self {
        let mut bytes = clauses(node);
        bytes.retain(|set| frequency::of_set(set) < COMMON);
        let rarest = bytes.first().map_or(COMMON, frequency::of_set);
        // Literals cost more to look for than bytes do, so that they must say more.
        let best = literals(node).best().filter(|set| frequency::of_literals(set) * 2.0 < rarest);
        Self { bytes, min_length: shortest(node), ..Self::of_literals(best.unwrap_or_default()) }
    }
}

/// What is known of a node's matches.
#[derive(Default)]
struct Info {
    /// All of them, in lower case, when they are few.
    exact: Option<Vec<Vec<u8>>>,
    /// Literals of which each contains one.
    inner: Option<Vec<Vec<u8>>>,
}

impl Info {
    fn best(self) -> Option<Vec<Vec<u8>>> {
        choose(self.inner, self.exact.and_then(candidate))
    }
}

/// A set that can be looked for, without literals that contain others.
fn candidate(set: Vec<Vec<u8>>) -> Option<Vec<Vec<u8>>> {
    let usable = !set.is_empty() && set.iter().all(|literal| !literal.is_empty());
    usable.then(|| without_redundant(set))
}

fn without_redundant(mut set: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    set.sort_by(|a, b| a.len().cmp(&b.len()).then_with(|| a.cmp(b)));
    set.dedup();
    let mut kept: Vec<Vec<u8>> = Vec::with_capacity(set.len());
    for literal in set {
        if !kept.iter().any(|shorter| memchr::memmem::find(&literal, shorter).is_some()) {
            kept.push(literal);
        }
    }
    kept
}

/// The one that occurs more rarely.
fn choose(left: Option<Vec<Vec<u8>>>, right: Option<Vec<Vec<u8>>>) -> Option<Vec<Vec<u8>>> {
    match (left, right) {
        (Some(left), Some(right)) => Some(if frequency::of_literals(&right) < frequency::of_literals(&left) { right } else { left }),
        (left, right) => left.or(right),
    }
}

fn product(left: &[Vec<u8>], right: &[Vec<u8>]) -> Option<Vec<Vec<u8>>> {
    if left.len().checked_mul(right.len())? > MAX_LITERALS {
        return None;
    }
    let longest = |set: &[Vec<u8>]| set.iter().map(Vec::len).max().unwrap_or(0);
    if longest(left) + longest(right) > MAX_LENGTH {
        return None;
    }
    let mut all: Vec<Vec<u8>> = left.iter().flat_map(|head| right.iter().map(|tail| head.iter().chain(tail).copied().collect())).collect();
    all.sort_unstable();
    all.dedup();
    Some(all)
}

fn literals(node: &Node) -> Info {
    match node {
        Node::Empty | Node::At(_) => Info { exact: Some(vec![Vec::new()]), inner: None },
        Node::Class(set) => {
            let mut folded: Vec<Vec<u8>> = set.iter().map(|byte| vec![byte.to_ascii_lowercase()]).collect();
            folded.sort_unstable();
            folded.dedup();
            Info { exact: (folded.len() <= MAX_CLASS).then_some(folded), inner: None }
        }
        Node::Group(node, _) => literals(node),
        Node::Concat(parts) => concat(parts),
        Node::Alternation(branches) => alternation(branches),
        Node::Repeat { node, min: 0, max: Some(1), .. } => {
            let exact = literals(node).exact.map(|mut set| {
                set.push(Vec::new());
                set
            });
            Info { exact: exact.filter(|set| set.len() <= MAX_LITERALS), inner: None }
        }
        Node::Repeat { min, .. } if *min > 0 => concat(std::slice::from_ref(node)),
        // Only regular nodes are asked; for others nothing is claimed.
        Node::Repeat { .. } | Node::Atomic(_) | Node::Around { .. } | Node::Backreference { .. } | Node::Keep => Info::default(),
    }
}

fn alternation(branches: &[Node]) -> Info {
    let infos: Vec<Info> = branches.iter().map(literals).collect();
    let exact: Option<Vec<Vec<u8>>> = infos.iter().map(|info| info.exact.clone()).collect::<Option<Vec<_>>>().map(|sets| sets.concat());
    let exact = exact.filter(|set| set.len() <= MAX_LITERALS);
    if exact.is_some() {
        return Info { exact, inner: None };
    }
    let inner = infos.into_iter().map(Info::best).collect::<Option<Vec<_>>>().map(|sets| without_redundant(sets.concat()));
    Info { exact: None, inner: inner.filter(|set| set.len() <= MAX_LITERALS) }
}

/// Strings that stand next to each other for certain, as one goes along a sequence.
struct Run {
    here: Vec<Vec<u8>>,
    inner: Option<Vec<Vec<u8>>>,
    whole: bool,
}

impl Run {
    fn add(&mut self, set: Vec<Vec<u8>>) {
        match product(&self.here, &set) {
            Some(longer) => self.here = longer,
            None => self.restart(set),
        }
    }

    /// What stood here is complete, the next begins with `set`.
    fn restart(&mut self, set: Vec<Vec<u8>>) {
        let done = std::mem::replace(&mut self.here, set);
        self.inner = choose(self.inner.take(), candidate(done));
        self.whole = false;
    }
}

fn concat(parts: &[Node]) -> Info {
    let mut run = Run { here: vec![Vec::new()], inner: None, whole: true };
    for part in parts {
        if let Node::Repeat { node, min, max, .. } = part {
            if *min > 0 {
                repeated(&mut run, node, *min, *max);
                continue;
            }
        }
        let info = literals(part);
        if let Some(set) = info.exact {
            run.add(set);
        } else {
            run.restart(vec![Vec::new()]);
            run.inner = choose(run.inner, info.inner);
        }
    }
    if run.whole {
        return Info { exact: Some(run.here), inner: None };
    }
    run.restart(Vec::new());
    Info { exact: None, inner: run.inner }
}

/// `x{2,}` begins with two and ends with two.
fn repeated(run: &mut Run, node: &Node, min: u32, max: Option<u32>) {
    let info = literals(node);
    let Some(once) = info.exact else {
        run.restart(vec![Vec::new()]);
        run.inner = choose(run.inner.take(), info.inner);
        return;
    };
    let mut times = vec![Vec::new()];
    let mut exactly = max == Some(min);
    for _ in 0..min {
        let Some(longer) = product(&times, &once) else {
            exactly = false;
            break;
        };
        times = longer;
    }
    run.add(times.clone());
    if !exactly {
        run.restart(times);
    }
}

/// Sets of bytes of which each match has one, the rarest first.
fn clauses(node: &Node) -> Vec<ByteSet> {
    let mut found = match node {
        Node::Class(set) => vec![*set],
        Node::Group(node, _) => clauses(node),
        Node::Repeat { node, min, .. } if *min > 0 => clauses(node),
        Node::Concat(parts) => parts.iter().flat_map(clauses).collect(),
        Node::Alternation(branches) => {
            let all: Vec<Vec<ByteSet>> = branches.iter().map(clauses).collect();
            let count = all.iter().map(Vec::len).min().unwrap_or(0);
            // The rarest of each branch together, then the next.
            (0..count).map(|rank| all.iter().fold(ByteSet::EMPTY, |set, ranked| set.union(ranked[rank]))).collect()
        }
        _ => Vec::new(),
    };
    if found.len() > 1 {
        let mut weighed: Vec<(f64, ByteSet)> = found.iter().map(|set| (frequency::of_set(set), *set)).collect();
        weighed.sort_by(|a, b| a.0.total_cmp(&b.0));
        weighed.dedup();
        found = weighed.into_iter().map(|(_, set)| set).take(MAX_CLAUSES).collect();
    }
    found
}

/// Bytes of the shortest match.
fn shortest(node: &Node) -> usize {
    match node {
        Node::Class(_) => 1,
        Node::Group(node, _) => shortest(node),
        Node::Concat(parts) => parts.iter().fold(0usize, |sum, part| sum.saturating_add(shortest(part))),
        Node::Alternation(branches) => branches.iter().map(shortest).min().unwrap_or(0),
        Node::Repeat { node, min, greed: Greed::Greedy | Greed::Lazy, .. } => shortest(node).saturating_mul(*min as usize),
        _ => 0,
    }
}
