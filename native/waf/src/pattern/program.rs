//! A pattern as instructions for the bounded matcher.

use super::ast::{Greed, Node, Position};
use super::byte_set::ByteSet;
use super::error::Reason;
use super::words::words;

/// Most instructions: counted repetition is written out.
const MAX_INSTRUCTIONS: usize = 20_000;

/// One step of the matcher. Numbers are places in the program unless said otherwise.
#[derive(Clone, Copy, Debug)]
pub(super) enum Instruction {
    /// Consume a byte of the set.
    Byte(ByteSet),
    /// Test a position.
    At(Position),
    /// Go on at the first; at the second if that fails.
    Split(usize, usize),
    /// Go on there.
    Jump(usize),
    /// Note the position in a slot.
    Save(usize),
    /// The group goes from where the slot was noted to here. Until then it keeps what it matched before.
    Close { group: u32, start: usize },
    /// Go on at the place if the position has moved since the slot was noted, else behind this.
    IfMoved { slot: usize, to: usize },
    /// Consume what the group did.
    Backreference { group: u32, fold: bool },
    /// What follows up to [`Instruction::Accept`] must match (or must not) so many bytes before here; go on at `then`.
    Around { back: usize, negative: bool, then: usize },
    /// What follows up to [`Instruction::Accept`] matches in its first way only; go on at `then`.
    Atomic { then: usize },
    /// The end of the pattern, or of one of the two above.
    Accept,
}

/// Instructions of a pattern; slots 2n and 2n + 1 are the bounds of group n, the rest belongs to loops.
#[derive(Debug, Default)]
pub(super) struct Program {
    pub(super) code: Vec<Instruction>,
    pub(super) slots: usize,
    /// Those that belong to groups.
    pub(super) group_slots: usize,
}

impl Program {
    pub(super) fn new(node: &Node, groups: u32) -> Result<Self, Reason> {
        let group_slots = 2 * (groups as usize + 1);
        let mut program = Self { code: Vec::new(), slots: group_slots, group_slots };
        program.emit(node)?;
        program.push(Instruction::Accept)?;
        Ok(program)
    }

    fn push(&mut self, instruction: Instruction) -> Result<usize, Reason> {
        if self.code.len() >= MAX_INSTRUCTIONS {
            return Err(Reason::TooLarge(MAX_INSTRUCTIONS * size_of::<Instruction>()));
        }
        self.code.push(instruction);
        Ok(self.code.len() - 1)
    }

    fn emit(&mut self, node: &Node) -> Result<(), Reason> {
        match node {
            Node::Empty => {}
            Node::Class(set) => drop(self.push(Instruction::Byte(*set))?),
            Node::At(position) => drop(self.push(Instruction::At(*position))?),
            Node::Keep => drop(self.push(Instruction::Save(0))?),
            Node::Backreference { group, fold } => drop(self.push(Instruction::Backreference { group: *group, fold: *fold })?),
            Node::Group(node, group) => {
                let start = self.slots;
                self.slots += 1;
                self.push(Instruction::Save(start))?;
                self.emit(node)?;
                self.push(Instruction::Close { group: *group, start })?;
            }
            Node::Concat(parts) => {
                for part in parts {
                    self.emit(part)?;
                }
            }
            Node::Alternation(branches) => self.emit_branches(branches)?,
            Node::Repeat { node, min, max, greed: Greed::Possessive } => {
                let greedy = Node::Repeat { node: node.clone(), min: *min, max: *max, greed: Greed::Greedy };
                self.emit_sub(&greedy, Instruction::Atomic { then: 0 })?;
            }
            Node::Repeat { node, min, max, greed } => self.emit_repeat(node, *min, *max, *greed == Greed::Greedy)?,
            Node::Atomic(node) => self.emit_sub(node, Instruction::Atomic { then: 0 })?,
            Node::Around { ahead: true, negative, node } => {
                self.emit_sub(node, Instruction::Around { back: 0, negative: *negative, then: 0 })?;
            }
            Node::Around { ahead: false, negative, node } => self.emit_behind(node, *negative)?,
        }
        Ok(())
    }

    fn emit_branches(&mut self, branches: &[Node]) -> Result<(), Reason> {
        let Some((last, firsts)) = branches.split_last() else { return Ok(()) };
        let mut jumps = Vec::new();
        for branch in firsts {
            let split = self.push(Instruction::Split(0, 0))?;
            self.emit(branch)?;
            jumps.push(self.push(Instruction::Jump(0))?);
            self.code[split] = Instruction::Split(split + 1, self.code.len());
        }
        self.emit(last)?;
        let end = self.code.len();
        for jump in jumps {
            self.code[jump] = Instruction::Jump(end);
        }
        Ok(())
    }

    fn emit_repeat(&mut self, node: &Node, min: u32, max: Option<u32>, greedy: bool) -> Result<(), Reason> {
        for _ in 0..min {
            self.emit(node)?;
        }
        let split = |into: usize, past: usize| if greedy { Instruction::Split(into, past) } else { Instruction::Split(past, into) };
        if let Some(max) = max {
            let mut splits = Vec::new();
            for _ in min..max {
                splits.push(self.push(Instruction::Split(0, 0))?);
                self.emit(node)?;
            }
            let end = self.code.len();
            for at in splits {
                self.code[at] = split(at + 1, end);
            }
            return Ok(());
        }
        let start = self.push(Instruction::Split(0, 0))?;
        if node.is_nullable() {
            // A round that consumes nothing is the last.
            let slot = self.slots;
            self.slots += 1;
            self.push(Instruction::Save(slot))?;
            self.emit(node)?;
            self.push(Instruction::IfMoved { slot, to: start })?;
        } else {
            self.emit(node)?;
            self.push(Instruction::Jump(start))?;
        }
        self.code[start] = split(start + 1, self.code.len());
        Ok(())
    }

    /// A look-behind: each branch has one length, as in PCRE.
    fn emit_behind(&mut self, node: &Node, negative: bool) -> Result<(), Reason> {
        let branches = match node {
            Node::Alternation(branches) => branches.as_slice(),
            one => std::slice::from_ref(one),
        };
        let lengths = branches.iter().map(length).collect::<Option<Vec<usize>>>().ok_or(Reason::VariableLookBehind)?;
        let around = |back| Instruction::Around { back, negative, then: 0 };
        if negative {
            // Not one of them: each in turn.
            for (branch, back) in branches.iter().zip(lengths) {
                self.emit_sub(branch, around(back))?;
            }
            return Ok(());
        }
        let mut jumps = Vec::new();
        for (index, (branch, back)) in branches.iter().zip(lengths).enumerate() {
            let split = (index + 1 < branches.len()).then(|| self.push(Instruction::Split(0, 0))).transpose()?;
            self.emit_sub(branch, around(back))?;
            if let Some(split) = split {
                jumps.push(self.push(Instruction::Jump(0))?);
                self.code[split] = Instruction::Split(split + 1, self.code.len());
            }
        }
        let end = self.code.len();
        for jump in jumps {
            self.code[jump] = Instruction::Jump(end);
        }
        Ok(())
    }

    fn emit_sub(&mut self, node: &Node, head: Instruction) -> Result<(), Reason> {
        let at = self.push(head)?;
        self.emit(node)?;
        let then = self.push(Instruction::Accept)? + 1;
        self.code[at] = match head {
            Instruction::Around { back, negative, .. } => Instruction::Around { back, negative, then },
            _ => Instruction::Atomic { then },
        };
        Ok(())
    }
}

/// How many bytes a construct consumes, when that does not vary.
fn length(node: &Node) -> Option<usize> {
    match node {
        Node::Empty | Node::At(_) | Node::Around { .. } => Some(0),
        Node::Class(_) => Some(1),
        Node::Group(node, _) | Node::Atomic(node) => length(node),
        Node::Concat(parts) => parts.iter().map(length).sum(),
        Node::Repeat { node, min, max, .. } if *max == Some(*min) => Some(length(node)? * *min as usize),
        Node::Alternation(branches) => {
            let mut lengths = branches.iter().map(length);
            let first = lengths.next()??;
            lengths.all(|length| length == Some(first)).then_some(first)
        }
        _ => words(node).and_then(|words| {
            let first = words.first()?.len();
            words.iter().all(|word| word.len() == first).then_some(first)
        }),
    }
}
