//! From a program as written to plain data.

use super::bits::Bits;
use super::classes;
use super::filter::Collector;
use super::names::Slots;
use super::program::{
    Act, Base, Chain, Choice, CtlAct, Element, Ending, Group, Head, Link, Macro, NO_BIT, Next, Part, Piece, Put, Quick, RuleSet, Source,
    Step, Target, TargetRemoval, choose,
};
use super::test::Test;
use super::wording::Wording;
use super::{testing, values};
use crate::body::xpath::XPath;
use crate::pattern::{Flags, Pattern, PatternError};
use crate::seclang::action::{Action, Change, Disruption, Sanitise};
use crate::seclang::ctl::{Ctl, Rules};
use crate::seclang::rule::{self, Item, Rule};
use crate::seclang::target::{self, Selector};
use crate::seclang::template::{self, Template};
use crate::seclang::variable::{Kind, Variable};
use crate::seclang::{Complaint, Program};
use crate::transform::{Transformation, UnicodeMap};
use foldhash::{HashMap, HashMapExt};
use std::cell::RefCell;
use std::sync::Arc;

/// Numbers of TX elements by name.
#[derive(Debug)]
pub struct Names<'a> {
    slots: &'a [Box<str>],
    slot_of: &'a HashMap<Box<str>, u32>,
    /// Expressions met so far, each compiled once; none where they have no numbers.
    choices: Option<RefCell<HashMap<String, Arc<Choice>>>>,
}

impl<'a> Names<'a> {
    /// Those of a rule set.
    pub fn of(rules: &'a RuleSet) -> Self {
        Self { slots: &rules.slots, slot_of: &rules.slot_of, choices: None }
    }

    fn choice(&self, text: &str) -> Result<Arc<Choice>, PatternError> {
        let compiled = || Pattern::shared(text, Flags::MOD_SECURITY.with(Flags::CASELESS));
        let Some(choices) = &self.choices else { return Ok(Arc::new(Choice { pattern: compiled()?, number: None })) };
        let mut choices = choices.borrow_mut();
        if let Some(known) = choices.get(text) {
            return Ok(Arc::clone(known));
        }
        let number = u16::try_from(choices.len()).ok().filter(|n| *n <= values::MOST_CHOICES);
        let choice = Arc::new(Choice { pattern: compiled()?, number });
        choices.insert(text.to_owned(), Arc::clone(&choice));
        Ok(choice)
    }
}

/// Compiles a program; everything that is wrong is told.
pub fn compile(program: Program) -> Result<RuleSet, Vec<Complaint>> {
    let mut slots = Slots::new();
    slots.gather(&program);
    let names = Names { slots: &slots.names, slot_of: &slots.numbers, choices: Some(RefCell::default()) };
    let mut compiler = Compiler {
        names,
        heads: Vec::new(),
        links: Vec::new(),
        bases: Vec::new(),
        groups: Vec::new(),
        base_of: HashMap::new(),
        group_of: HashMap::new(),
        chain_of: HashMap::new(),
        paths: Vec::new(),
        collector: Collector::default(),
        complaints: Vec::new(),
    };
    let phases = compiler.heads(&program);
    compiler.all_links(&program);
    let mut complaints = compiler.complaints;
    let unicode = program.unicode_map.as_ref().and_then(|(bytes, page)| {
        let parsed = UnicodeMap::parse(&String::from_utf8_lossy(bytes), *page);
        parsed
            .map_err(|why| {
                complaints.push(crate::seclang::Place { file: Arc::from("SecUnicodeMapFile"), line: 0 }.complain(why.to_string()));
            })
            .ok()
    });
    if !complaints.is_empty() {
        return Err(complaints);
    }
    let (filter, words) = compiler.collector.build();
    compiler.heads.shrink_to_fit();
    compiler.links.shrink_to_fit();
    let head_of = (0..).zip(&compiler.heads).map(|(number, head)| (head.id, number)).collect();
    Ok(RuleSet {
        settings: program.settings,
        phases: phases.map(|list| list.into_iter().map(|head| step(head, &compiler.heads, &compiler.links)).collect()),
        heads: compiler.heads,
        links: compiler.links,
        bases: compiler.bases,
        groups: compiler.groups,
        head_of,
        unicode,
        words,
        paths: compiler.paths,
        filter,
        uses: slots.variables,
        slots: slots.names,
        slot_of: slots.numbers,
    })
}

/// What can be said of a rule without running it.
fn step(head: u32, heads: &[Head], links: &[Link]) -> Step {
    let link = heads.get(head as usize).and_then(|h| links.get(h.links.0 as usize));
    let quick = match link {
        Some(Link { source: Source::Group(group), bit, multi: false, .. }) if *bit != NO_BIT => Quick::Bit { group: *group, bit: *bit },
        Some(Link { source: Source::Slot(slot), test: Test::Number(comparison, _, Some(with)), negated, .. }) => {
            Quick::Compare { slot: *slot, comparison: *comparison, negated: *negated, with: *with }
        }
        _ => Quick::Run,
    };
    let light = matches!(quick, Quick::Compare { .. })
        && link.is_some_and(|link| link.acts.is_empty() && !link.capture)
        && heads
            .get(head as usize)
            .is_some_and(|h| !h.log && h.severity.is_none() && h.links.1 - h.links.0 == 1 && matches!(h.ending, Ending::Pass));
    Step { head, quick, light }
}

/// Compiles a target.
pub fn target(target: &target::Target, names: &Names<'_>) -> Result<Target, String> {
    let part = match &target.selector {
        Selector::All => Part::All,
        Selector::Name(name) if target.variable == Variable::Tx => {
            names.slot_of.get(name.as_str()).map_or_else(|| Part::Name(name.as_bytes().into()), |slot| Part::Slot(*slot))
        }
        Selector::Name(name) | Selector::Path(name) => Part::Name(name.as_bytes().into()),
        Selector::Pattern(text) => {
            let choice = names.choice(text).map_err(|e| format!("{target}: {e}"))?;
            if target.variable == Variable::Tx {
                let slots = (0..).zip(names.slots).filter(|(_, name)| choice.pattern.is_match(name.as_bytes())).map(|(slot, _)| slot);
                Part::Slots(slots.collect(), choice)
            } else {
                Part::Pattern(choice)
            }
        }
    };
    Ok(Target { variable: target.variable, part, exclude: target.exclude, count: target.count })
}

/// Compiles a text with macros.
pub fn text(template: &Template, names: &Names<'_>) -> Result<Macro, String> {
    let mut pieces = Vec::new();
    for piece in &template.pieces {
        pieces.push(match piece {
            template::Piece::Text(text) => Piece::Text(text.as_bytes().into()),
            template::Piece::Macro(wanted) => match target(wanted, names)? {
                Target { part: Part::Slot(slot), .. } => Piece::Slot(slot),
                other => Piece::Target(other),
            },
        });
    }
    Ok(Macro { pieces: pieces.into() })
}

struct Compiler<'a> {
    names: Names<'a>,
    heads: Vec<Head>,
    links: Vec<Link>,
    bases: Vec<Base>,
    groups: Vec<Group>,
    base_of: HashMap<Vec<target::Target>, u32>,
    group_of: HashMap<(u32, Vec<Transformation>), u32>,
    chain_of: HashMap<Vec<Transformation>, u16>,
    paths: Vec<(Box<[u8]>, XPath)>,
    collector: Collector,
    complaints: Vec<Complaint>,
}

fn short(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

impl Compiler<'_> {
    fn text(&mut self, at: &rule::Link, template: &Template) -> Macro {
        text(template, &self.names).unwrap_or_else(|why| {
            self.complaints.push(at.place.complain(why));
            Macro::default()
        })
    }

    /// The heads, without their links' content; gives the phases.
    fn heads(&mut self, program: &Program) -> [Vec<u32>; 5] {
        let mut phases: [Vec<u32>; 5] = Default::default();
        let mut links = 0;
        for item in &program.items {
            let Item::Rule(rule) = item else { continue };
            let number = short(self.heads.len());
            let head = self.head(rule, links);
            links = head.links.1;
            phases[usize::from(rule.phase - 1)].push(number);
            self.heads.push(head);
        }
        self.jumps(program);
        phases
    }

    fn head(&mut self, rule: &Rule, links: u32) -> Head {
        let first = &rule.links[0];
        let mut wording = Wording { operator: first.operator.as_ref().map_or_else(|| "SecAction".into(), shown), ..Wording::default() };
        let mut tags = Vec::new();
        let (mut severity, mut status, mut grades) = (None, None, (0, 0));
        let (mut log, mut audit) = (true, true);
        for action in rule.all_actions() {
            match action {
                Action::Msg(template) => wording.message = self.text(first, template),
                Action::LogData(template) => wording.logdata = self.text(first, template),
                Action::Severity(level) => severity = Some(*level),
                Action::Tag(template) => tags.push(self.text(first, template)),
                Action::Ver(version) => wording.version = version.as_str().into(),
                Action::Rev(revision) => wording.revision = revision.as_str().into(),
                Action::Maturity(grade) => grades.0 = *grade,
                Action::Accuracy(grade) => grades.1 = *grade,
                Action::Status(code) => status = Some(*code),
                Action::Log(on) => (log, audit) = (*on, *on),
                Action::AuditLog(on) => audit = *on,
                _ => {}
            }
        }
        wording.tags = tags.into();
        let ending = match rule.disruption() {
            Disruption::Pass | Disruption::Block => Ending::Pass,
            Disruption::Deny => Ending::Deny(status.unwrap_or(403), false),
            Disruption::Drop => Ending::Deny(status.unwrap_or(403), true),
            Disruption::Allow(reach) => Ending::Allow(reach),
            Disruption::Redirect(address) => {
                let status = status.filter(|s| (301..=308).contains(s)).unwrap_or(302);
                Ending::Redirect(status, self.text(first, &address))
            }
        };
        Head {
            id: rule.id,
            phase: rule.phase,
            links: (links, links + short(rule.links.len())),
            ending,
            next: Next::Step,
            log,
            audit,
            wording: wording.shared(),
            severity,
            grades,
            place: first.place.clone(),
        }
    }

    /// Where `skip` and `skipAfter` lead: the next marker of that name, or the rule behind the next rule of that number, or the end.
    fn jumps(&mut self, program: &Program) {
        let mut number = 0;
        // Rules of each phase so far, and for every item its place in each phase.
        let mut seen = [0_u32; 5];
        let mut places = Vec::with_capacity(program.items.len());
        for item in &program.items {
            places.push(seen);
            if let Item::Rule(rule) = item {
                seen[usize::from(rule.phase - 1)] += 1;
            }
        }
        for (at, item) in program.items.iter().enumerate() {
            let Item::Rule(rule) = item else { continue };
            let phase = usize::from(rule.phase - 1);
            for action in rule.actions() {
                let next = match action {
                    Action::Skip(count) => places[at][phase].saturating_add(1).saturating_add(*count),
                    Action::SkipAfter(label) => {
                        let behind = program.items.iter().enumerate().skip(at + 1).find_map(|(to, item)| match item {
                            Item::Marker(name) if name == label => Some(places[to][phase]),
                            Item::Rule(other) if label.parse() == Ok(other.id) => {
                                Some(places[to][phase] + u32::from(other.phase == rule.phase))
                            }
                            _ => None,
                        });
                        behind.unwrap_or(u32::MAX)
                    }
                    _ => continue,
                };
                self.heads[number].next = Next::At(next);
            }
            number += 1;
        }
    }

    fn all_links(&mut self, program: &Program) {
        for item in &program.items {
            let Item::Rule(rule) = item else { continue };
            for (position, link) in rule.links.iter().enumerate() {
                // The defaults' transformations are the first link's too.
                let chain = link.transformations(if position == 0 { &rule.defaults } else { &[] });
                match self.link(link, &chain) {
                    Ok(compiled) => self.links.push(compiled),
                    Err(why) => self.complaints.push(link.place.complain(why)),
                }
            }
        }
    }

    fn link(&mut self, link: &rule::Link, chain: &[Transformation]) -> Result<Link, String> {
        let multi = link.actions.contains(&Action::MultiMatch);
        let (test, negated) = match &link.operator {
            None => (Test::Always, false),
            Some(operator) => (testing::make(operator, &link.data, &self.names)?, operator.negated),
        };
        self.paths(link)?;
        let source = self.source(link, chain, &test, multi)?;
        let bit = if link.operator.is_none() { None } else { self.collector.bit(&test, negated) };
        let mut acts = Vec::new();
        for action in &link.actions {
            if let Some(act) = self.act(action)? {
                acts.push(act);
            }
        }
        Ok(Link {
            source,
            bit: bit.unwrap_or(NO_BIT),
            test,
            negated,
            chain: self.chain(chain)?,
            multi,
            capture: link.actions.contains(&Action::Capture),
            acts: acts.into(),
        })
    }

    fn paths(&mut self, link: &rule::Link) -> Result<(), String> {
        let namespaces: Vec<(&str, &str)> = link
            .actions
            .iter()
            .filter_map(|a| if let Action::XmlNamespace(p, u) = a { Some((p.as_str(), u.as_str())) } else { None })
            .collect();
        for target in &link.targets {
            if let Selector::Path(path) = &target.selector
                && !self.paths.iter().any(|(known, _)| **known == *path.as_bytes())
            {
                let compiled = XPath::parse(path, &namespaces).map_err(|e| format!("{target}: {e}"))?;
                self.paths.push((path.as_bytes().into(), compiled));
            }
        }
        Ok(())
    }

    fn source(&mut self, link: &rule::Link, chain: &[Transformation], test: &Test, multi: bool) -> Result<Source, String> {
        if link.operator.is_none() {
            return Ok(Source::None);
        }
        let still = |t: &target::Target| !t.count && matches!(t.variable.kind(), Kind::Scalar | Kind::Collection);
        if !link.targets.iter().all(still) {
            let targets = link.targets.iter().map(|t| target(t, &self.names)).collect::<Result<Box<[Target]>, String>>()?;
            return Ok(match &*targets {
                [Target { variable: Variable::Tx, part: Part::Slot(slot), exclude: false, count: false }]
                    if test.is_comparison() && chain.is_empty() && !multi =>
                {
                    Source::Slot(*slot)
                }
                _ => Source::Live(targets),
            });
        }
        let base = if let Some(base) = self.base_of.get(&link.targets) {
            *base
        } else {
            let targets = link.targets.iter().map(|t| target(t, &self.names)).collect::<Result<_, String>>()?;
            let number = short(self.bases.len());
            self.bases.push(Base { targets });
            self.base_of.insert(link.targets.clone(), number);
            number
        };
        if let Some(group) = self.group_of.get(&(base, chain.to_vec())) {
            return Ok(Source::Group(*group));
        }
        let triggers = chain.iter().fold(0, |all, t| all | classes::triggers(*t));
        let group = short(self.groups.len());
        let numbered = self.chain(chain)?;
        self.groups.push(Group { base, chain: numbered, triggers });
        self.group_of.insert((base, chain.to_vec()), group);
        Ok(Source::Group(group))
    }

    fn chain(&mut self, steps: &[Transformation]) -> Result<Chain, String> {
        let number = u16::try_from(self.chain_of.len()).ok().filter(|n| *n <= values::MOST_CHAINS);
        let next = number.ok_or("too many different lists of transformations")?;
        Ok(Chain::new(steps, *self.chain_of.entry(steps.to_vec()).or_insert(next)))
    }

    fn element(&self, collection: Variable, name: &Template) -> Result<Element, String> {
        if let (Variable::Tx, Some(literal)) = (collection, name.literal())
            && let Some(slot) = self.names.slot_of.get(literal.to_ascii_lowercase().as_str())
        {
            return Ok(Element::Slot(*slot));
        }
        Ok(Element::Named(collection, text(name, &self.names)?))
    }

    fn put(&self, change: &Change) -> Result<Put, String> {
        let whole = |template: &Template| template.literal().and_then(|l| l.parse::<i64>().ok().filter(|n| n.to_string() == l));
        Ok(match change {
            Change::Unset => Put::Unset,
            Change::Set(template) => match whole(template) {
                Some(number) => Put::Int(number),
                None => Put::Text(text(template, &self.names)?),
            },
            Change::Add(template) | Change::Subtract(template) => {
                let sign = if matches!(change, Change::Add(_)) { 1 } else { -1 };
                match template.literal() {
                    Some(literal) => Put::AddInt(crate::operator::integer(literal.as_bytes()).saturating_mul(sign)),
                    None => Put::Add(text(template, &self.names)?, sign),
                }
            }
        })
    }

    fn act(&self, action: &Action) -> Result<Option<Act>, String> {
        let words = |template| text(template, &self.names);
        Ok(Some(match action {
            Action::SetVar(set) => Act::Set(self.element(set.collection, &set.name)?, self.put(&set.change)?),
            Action::ExpireVar { collection, name, seconds } => Act::Expire(self.element(*collection, name)?, words(seconds)?),
            Action::DeprecateVar { collection, name, amount, seconds } => {
                Act::Deprecate(self.element(*collection, name)?, *amount, *seconds)
            }
            Action::InitCol { collection, key } => Act::Collect(*collection, words(key)?),
            Action::SetUid(key) => Act::Collect(Variable::User, words(key)?),
            Action::SetSid(key) => Act::Collect(Variable::Session, words(key)?),
            Action::SetRsc(key) => Act::Collect(Variable::Resource, words(key)?),
            Action::SetEnv(name, value) => Act::Env(name.as_str().into(), words(value)?),
            Action::Ctl(ctl) => Act::Ctl(Box::new(self.ctl(ctl)?)),
            Action::Sanitise(Sanitise::Matched) => Act::HideMatched,
            Action::Sanitise(Sanitise::Arg(name)) => Act::Hide(Variable::Args, name.as_bytes().into()),
            Action::Sanitise(Sanitise::RequestHeader(name)) => Act::Hide(Variable::RequestHeaders, name.as_bytes().into()),
            Action::Sanitise(Sanitise::ResponseHeader(name)) => Act::Hide(Variable::ResponseHeaders, name.as_bytes().into()),
            _ => return Ok(None),
        }))
    }

    fn ctl(&self, ctl: &Ctl) -> Result<CtlAct, String> {
        let chosen = |rules: &Rules| choose(&self.heads, rules);
        Ok(match ctl {
            Ctl::Engine(mode) => CtlAct::Engine(*mode),
            Ctl::RequestBodyAccess(on) => CtlAct::RequestBodyAccess(*on),
            Ctl::ResponseBodyAccess(on) => CtlAct::ResponseBodyAccess(*on),
            Ctl::Processor(processor) => CtlAct::Processor(*processor),
            Ctl::ForceRequestBody(on) => CtlAct::ForceRequestBody(*on),
            Ctl::RequestBodyLimit(bytes) => CtlAct::RequestBodyLimit(*bytes),
            Ctl::ResponseBodyLimit(bytes) => CtlAct::ResponseBodyLimit(*bytes),
            Ctl::AuditEngine(on) => CtlAct::AuditEngine(*on),
            Ctl::AuditParts(sign, parts) => CtlAct::AuditParts(*sign, parts.as_str().into()),
            Ctl::Remove(rules) => CtlAct::Remove(chosen(rules)?.into()),
            Ctl::RemoveTarget(rules, targets) => {
                let mut heads = Bits::none(self.heads.len());
                chosen(rules)?.iter().for_each(|head| heads.put(*head));
                let targets = targets.iter().map(|t| target(t, &self.names)).collect::<Result<_, String>>()?;
                CtlAct::RemoveTarget(TargetRemoval { heads, targets })
            }
            Ctl::ForceResponseBody(_) | Ctl::XmlIntoArgs(_) => CtlAct::Nothing,
        })
    }
}

/// An operator as written, bounded.
fn shown(operator: &crate::seclang::operator::Operator) -> Box<str> {
    let sign = if operator.negated { "!" } else { "" };
    let argument: String = operator.argument.chars().take(120).collect();
    format!("{sign}@{} {argument}", operator.name.name()).trim_end().into()
}
