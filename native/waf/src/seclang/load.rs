//! From files to a program: a list of rules and markers with the settings beside it.

use super::action::{self, Action};
use super::complaint::{Complaint, Place};
use super::ctl::Rules;
use super::lines;
use super::operator::Operator;
use super::rule::{Item, Link, Rule};
use super::settings::Settings;
use super::source::RuleSource;
use super::target;
use super::update::Update;
use crate::operator::OperatorName as Name;
use std::collections::HashMap;
use std::sync::Arc;

/// Deepest nesting of `Include`.
const MAX_INCLUDES: usize = 16;
/// Most files that are read for one rule set, the same one counted each time: files that include each other twice grow by powers.
const MAX_FILES: usize = 4096;
/// Most complaints that are kept; a file that is no rule file has one a line.
const MAX_COMPLAINTS: usize = 200;

/// A rule set as written, updates applied.
#[derive(Debug, Default)]
pub struct Program {
    /// Settings.
    pub settings: Settings,
    /// Rules and markers in order.
    pub items: Vec<Item>,
    /// Content of the file of `SecUnicodeMapFile`.
    pub unicode_map: Option<(Vec<u8>, u32)>,
}

/// Reads the files in order and gives the program, or everything that is wrong with it.
pub fn load(source: &dyn RuleSource, files: &[&str]) -> Result<Program, Vec<Complaint>> {
    let mut loader = Loader::new(source);
    for file in files {
        let place = Place { file: Arc::from(*file), line: 0 };
        loader.include(&place, "", file, false, 0);
    }
    loader.finish()
}

struct Loader<'a> {
    source: &'a dyn RuleSource,
    program: Program,
    defaults: [Vec<Action>; 5],
    /// A rule whose last link said `chain`.
    open: Option<Box<Rule>>,
    updates: Vec<(Place, Update)>,
    ids: HashMap<u32, Place>,
    /// The files that are being read, each included by the one before.
    reading: Vec<String>,
    /// Files read so far.
    files: usize,
    complaints: Vec<Complaint>,
}

impl<'a> Loader<'a> {
    fn new(source: &'a dyn RuleSource) -> Self {
        Self {
            source,
            program: Program::default(),
            defaults: Default::default(),
            open: None,
            updates: Vec::new(),
            ids: HashMap::new(),
            reading: Vec::new(),
            files: 0,
            complaints: Vec::new(),
        }
    }

    fn complain(&mut self, place: &Place, what: impl Into<String>) {
        if self.complaints.len() < MAX_COMPLAINTS {
            self.complaints.push(place.complain(what));
        }
    }

    fn finish(mut self) -> Result<Program, Vec<Complaint>> {
        if let Some(open) = self.open.take() {
            let place = open.links.last().map_or_else(|| Place { file: Arc::from(""), line: 0 }, |l| l.place.clone());
            self.complain(&place, "the chain has no further rule");
        }
        for (place, update) in std::mem::take(&mut self.updates) {
            if let Err(why) = update.apply(&mut self.program.items) {
                self.complain(&place, why);
            }
        }
        if self.complaints.is_empty() { Ok(self.program) } else { Err(self.complaints) }
    }

    fn include(&mut self, place: &Place, base: &str, pattern: &str, optional: bool, depth: usize) {
        if depth > MAX_INCLUDES {
            return self.complain(place, "files include each other too deep");
        }
        let names = match self.source.expand(base, pattern) {
            Ok(names) if names.is_empty() && !optional => return self.complain(place, format!("no file {pattern:?}")),
            Ok(names) => names,
            Err(_) if optional => return,
            Err(error) => return self.complain(place, format!("{pattern:?}: {error}")),
        };
        for name in names {
            if self.reading.contains(&name) {
                self.complain(place, format!("{name:?} includes itself"));
                continue;
            }
            if self.files >= MAX_FILES {
                return self.complain(place, format!("more than {MAX_FILES} files are included"));
            }
            self.files += 1;
            match self.source.read(&name) {
                // Bytes that are not UTF-8 are shown as replacement characters in complaints and never match anything.
                Ok(bytes) => {
                    let text = String::from_utf8_lossy(&bytes);
                    self.reading.push(name.clone());
                    self.file(&name, &text, depth);
                    self.reading.pop();
                }
                Err(error) => self.complain(place, format!("{name:?}: {error}")),
            }
        }
    }

    fn file(&mut self, name: &str, text: &str, depth: usize) {
        let file: Arc<str> = Arc::from(name);
        for logical in lines::logical(text) {
            let place = Place { file: Arc::clone(&file), line: logical.line };
            match lines::words(&logical.text) {
                Ok(words) => self.directive(&place, &words, depth),
                Err(why) => self.complain(&place, why),
            }
        }
    }

    fn directive(&mut self, place: &Place, words: &[String], depth: usize) {
        let Some((name, rest)) = words.split_first() else { return };
        let lower = name.to_ascii_lowercase();
        if self.open.is_some() && !matches!(lower.as_str(), "secrule" | "secaction") {
            self.open = None;
            self.complain(place, format!("{name} stands where the chained rule was expected"));
        }
        match (lower.as_str(), rest) {
            ("include" | "includeoptional", [pattern]) => {
                let file = Arc::clone(&place.file);
                self.include(place, &file, pattern, lower == "includeoptional", depth + 1);
            }
            ("secrule", [targets, operator, actions @ ..]) if actions.len() <= 1 => {
                self.rule(place, Some((targets, operator)), actions.first().map_or("", String::as_str));
            }
            ("secaction", [actions]) => self.rule(place, None, actions),
            ("secmarker", [label]) => self.program.items.push(Item::Marker(label.clone())),
            ("secdefaultaction", [actions]) => self.default(place, actions),
            ("secruleremovebyid", [_, ..]) => self.update(place, Rules::ids(&rest.join(" ")).map(Update::Remove)),
            ("secruleremovebytag", [tag]) => self.update(place, Ok(Update::Remove(Rules::Tag(tag.clone())))),
            ("secruleremovebymsg", [message]) => self.update(place, Ok(Update::Remove(Rules::Message(message.clone())))),
            ("secruleupdatetargetbyid", [rules, targets @ ..]) => self.retarget(place, Rules::ids(rules), targets),
            ("secruleupdatetargetbytag", [tag, targets @ ..]) => self.retarget(place, Ok(Rules::Tag(tag.clone())), targets),
            ("secruleupdatetargetbymsg", [message, targets @ ..]) => self.retarget(place, Ok(Rules::Message(message.clone())), targets),
            ("secruleupdateactionbyid", [id, actions]) => {
                let update = Update::actions(id, actions);
                self.update(place, update);
            }
            (
                "include"
                | "includeoptional"
                | "secrule"
                | "secaction"
                | "secmarker"
                | "secdefaultaction"
                | "secruleremovebyid"
                | "secruleremovebytag"
                | "secruleremovebymsg"
                | "secruleupdatetargetbyid"
                | "secruleupdatetargetbytag"
                | "secruleupdatetargetbymsg"
                | "secruleupdateactionbyid",
                _,
            ) => self.complain(place, format!("{name} does not take {} words", rest.len())),
            _ => self.setting(place, name, rest),
        }
    }

    fn setting(&mut self, place: &Place, name: &str, words: &[String]) {
        match self.program.settings.take(name, words) {
            Ok(true) => {
                if let Some((file, page)) = self.program.settings.unicode_map.take() {
                    match self.data(place, &file) {
                        Ok(bytes) => self.program.unicode_map = Some((bytes, page)),
                        Err(why) => self.complain(place, why),
                    }
                }
            }
            Ok(false) => self.complain(place, format!("unknown directive {name:?}")),
            Err(why) => self.complain(place, why),
        }
    }

    fn update(&mut self, place: &Place, update: Result<Update, String>) {
        match update {
            Ok(update) => self.updates.push((place.clone(), update)),
            Err(why) => self.complain(place, why),
        }
    }

    fn retarget(&mut self, place: &Place, rules: Result<Rules, String>, words: &[String]) {
        let update = match words {
            [targets] => rules.and_then(|rules| Ok(Update::AddTargets(rules, target::parse_list(targets, true)?))),
            // A third word names what is replaced.
            [targets, old] => rules.and_then(|rules| {
                Ok(Update::ReplaceTargets { rules, new: target::parse_list(targets, true)?, old: target::parse_list(old, true)? })
            }),
            _ => Err("expected rules and a list of variables".to_owned()),
        };
        self.update(place, update);
    }

    fn default(&mut self, place: &Place, text: &str) {
        match action::parse_list(text) {
            Ok(actions) => {
                let phase = actions.iter().find_map(|a| if let Action::Phase(p) = a { Some(*p) } else { None });
                let Some(phase) = phase else { return self.complain(place, "SecDefaultAction needs a phase") };
                if !actions.iter().any(|a| matches!(a, Action::Disrupt(_))) {
                    return self.complain(place, "SecDefaultAction needs a disruptive action (pass is one)");
                }
                self.defaults[usize::from(phase - 1)] = actions.into_iter().filter(|a| !matches!(a, Action::Phase(_))).collect();
            }
            Err(wrong) => wrong.into_iter().for_each(|why| self.complain(place, why)),
        }
    }

    fn data(&self, place: &Place, name: &str) -> Result<Vec<u8>, String> {
        let found = self.source.expand(&place.file, name).map_err(|e| format!("{name:?}: {e}"))?;
        let first = found.first().ok_or_else(|| format!("no file {name:?}"))?;
        self.source.read(first).map_err(|e| format!("{name:?}: {e}"))
    }

    fn rule(&mut self, place: &Place, looks: Option<(&String, &String)>, actions: &str) {
        let before = self.complaints.len();
        let mut link = Link { place: place.clone(), targets: Vec::new(), operator: None, actions: Vec::new(), data: Vec::new() };
        if let Some((targets, operator)) = looks {
            match target::parse_list(targets, false) {
                Ok(targets) => link.targets = targets,
                Err(why) => self.complain(place, why),
            }
            match Operator::parse(operator) {
                Ok(operator) => link.operator = Some(operator),
                Err(why) => self.complain(place, why),
            }
        }
        match action::parse_list(actions) {
            Ok(actions) => link.actions = actions,
            Err(wrong) => wrong.into_iter().for_each(|why| self.complain(place, why)),
        }
        self.read_data(place, &mut link);
        let chained = link.actions.contains(&Action::Chain);
        let bad = self.complaints.len() > before;
        let rule = match self.open.take() {
            Some(mut rule) => {
                self.check_chained(place, &link);
                rule.links.push(link);
                Some(rule)
            }
            // A rule with mistakes is left out, but its chain is still read as one.
            None => self.head(place, link, bad),
        };
        match rule {
            Some(rule) if chained => self.open = Some(rule),
            Some(rule) => self.program.items.push(Item::Rule(rule)),
            None => {}
        }
    }

    fn read_data(&mut self, place: &Place, link: &mut Link) {
        let Some(operator) = &link.operator else { return };
        if !matches!(operator.name, Name::PmFromFile | Name::IpMatchFromFile) {
            return;
        }
        let names: Vec<String> = operator.argument.split_whitespace().map(str::to_owned).collect();
        if names.is_empty() {
            return self.complain(place, format!("@{} expects a file", operator.name.name()));
        }
        for name in names {
            match self.data(place, &name) {
                Ok(bytes) => {
                    link.data.extend_from_slice(&bytes);
                    link.data.push(b'\n');
                }
                Err(why) => self.complain(place, why),
            }
        }
    }

    fn head(&mut self, place: &Place, link: Link, bad: bool) -> Option<Box<Rule>> {
        let id = link.actions.iter().find_map(|a| if let Action::Id(id) = a { Some(*id) } else { None });
        let Some(id) = id else {
            if !bad {
                self.complain(place, "the rule has no id");
            }
            return None;
        };
        if let Some(first) = self.ids.get(&id) {
            let what = format!("id {id} is taken by the rule at {first}");
            self.complain(place, what);
        }
        self.ids.insert(id, place.clone());
        let phase = link.actions.iter().rev().find_map(|a| if let Action::Phase(p) = a { Some(*p) } else { None }).unwrap_or(2);
        let defaults = self.defaults[usize::from(phase - 1)].clone();
        Some(Box::new(Rule { id, phase, links: vec![link], defaults }))
    }

    /// Metadata and flow belong to the first rule of a chain.
    fn check_chained(&mut self, place: &Place, link: &Link) {
        for action in &link.actions {
            let what = match action {
                Action::Id(_) => "id",
                Action::Phase(_) => "phase",
                Action::Skip(_) => "skip",
                Action::SkipAfter(_) => "skipAfter",
                Action::Disrupt(d) if *d != action::Disruption::Pass && *d != action::Disruption::Block => "a disruptive action",
                _ => continue,
            };
            self.complain(place, format!("{what} may stand only in the first rule of a chain"));
        }
    }
}
