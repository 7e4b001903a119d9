//! Names that a program uses, found before it is compiled.

use super::bits::Bits;
use crate::seclang::Program;
use crate::seclang::action::{Action, Change, Disruption};
use crate::seclang::rule::Item;
use crate::seclang::target::{self, Selector};
use crate::seclang::template::{self, Template};
use crate::seclang::variable::Variable;
use foldhash::{HashMap, HashMapExt};

/// TX elements that rules name.
#[derive(Debug)]
pub struct Slots {
    /// Names, lower case, by number.
    pub names: Vec<Box<str>>,
    /// Numbers by name.
    pub numbers: HashMap<Box<str>, u32>,
    /// Variables that any rule names.
    pub variables: Bits,
}

impl Slots {
    /// The captures.
    pub fn new() -> Self {
        let mut slots = Self { names: Vec::new(), numbers: HashMap::new(), variables: Bits::none(Variable::COUNT) };
        // The captures come first: 0 to 9 are their own numbers.
        for digit in 0..10 {
            slots.add(&digit.to_string());
        }
        slots
    }

    fn add(&mut self, name: &str) {
        let number = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        self.numbers.entry(name.into()).or_insert_with(|| {
            self.names.push(name.into());
            number
        });
    }

    fn target(&mut self, target: &target::Target) {
        self.variables.put(target.variable as u32);
        if let (Variable::Tx, Selector::Name(name)) = (target.variable, &target.selector) {
            self.add(name);
        }
    }

    fn template(&mut self, template: &Template) {
        for piece in &template.pieces {
            if let template::Piece::Macro(target) = piece {
                self.target(target);
            }
        }
    }

    /// Adds what a program names.
    pub fn gather(&mut self, program: &Program) {
        let rules = program.items.iter().filter_map(|i| if let Item::Rule(rule) = i { Some(rule) } else { None });
        for link in rules.flat_map(|r| &r.links) {
            link.targets.iter().for_each(|t| self.target(t));
            if let Some(Ok(argument)) = link.operator.as_ref().map(|o| Template::parse(&o.argument)) {
                self.template(&argument);
            }
            for action in &link.actions {
                match action {
                    Action::SetVar(set) => {
                        if let (Variable::Tx, Some(name)) = (set.collection, set.name.literal()) {
                            self.add(&name.to_ascii_lowercase());
                        }
                        self.template(&set.name);
                        match &set.change {
                            Change::Set(text) | Change::Add(text) | Change::Subtract(text) => self.template(text),
                            Change::Unset => {}
                        }
                    }
                    Action::Msg(text)
                    | Action::LogData(text)
                    | Action::Tag(text)
                    | Action::SetEnv(_, text)
                    | Action::SetUid(text)
                    | Action::SetSid(text)
                    | Action::SetRsc(text)
                    | Action::InitCol { key: text, .. }
                    | Action::ExpireVar { seconds: text, .. }
                    | Action::Disrupt(Disruption::Redirect(text)) => self.template(text),
                    _ => {}
                }
            }
        }
    }
}
