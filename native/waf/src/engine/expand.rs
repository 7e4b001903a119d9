//! Macro expansion, and the variables that rules or the clock change.

use super::lookup::value_of;
use super::program::{Head, Macro, Part, Piece};
use super::run::Run;
use super::state::{Live, Pair, Tx, Value, decimal};
use super::store::Elements;
use super::values::ValueId;
use crate::operator::integer;
use crate::seclang::Variable;
use std::time::Duration;

/// Longest text that a macro expands to, bytes; longer ones end there.
const MOST_TEXT: usize = 64 << 10;

impl Run<'_> {
    /// Appends a text with its macros replaced; `head` is the rule that `%{rule.…}` means.
    pub fn expand(&mut self, text: &Macro, head: Option<&Head>, out: &mut Vec<u8>) {
        for piece in &text.pieces {
            match piece {
                Piece::Text(text) => out.extend_from_slice(text),
                Piece::Slot(slot) => match self.state.tx.get(*slot as usize) {
                    Some(Tx::Text(id)) => out.extend_from_slice(self.state.values.get(*id)),
                    Some(Tx::Int(number)) => put_number(*number, out),
                    _ => {}
                },
                Piece::Target(target) if target.variable == Variable::MatchedVarName => {
                    if let Some(live) = self.state.matched {
                        out.extend_from_slice(&self.name_of(&live));
                    }
                }
                Piece::Target(target) if target.variable == Variable::Rule => {
                    if let (Some(head), Part::Name(name)) = (head, &target.part) {
                        self.rule_part(head, name, out);
                    }
                }
                Piece::Target(target) => {
                    let mut found = Vec::new();
                    self.live(std::slice::from_ref(target), &mut found);
                    match found.first().map(|l| l.value) {
                        Some(Value::Id(id)) => out.extend_from_slice(self.state.values.get(id)),
                        Some(Value::Int(number)) => put_number(number, out),
                        None => {}
                    }
                }
            }
            out.truncate(MOST_TEXT);
        }
    }

    fn rule_part(&mut self, head: &Head, name: &[u8], out: &mut Vec<u8>) {
        match name {
            b"id" => put_number(i64::from(head.id), out),
            b"msg" => self.expand(&head.wording.message, None, out),
            b"logdata" => self.expand(&head.wording.logdata, None, out),
            b"severity" => put_number(i64::from(head.severity.unwrap_or(u8::MAX)), out),
            b"rev" => out.extend_from_slice(head.wording.revision.as_bytes()),
            b"ver" => out.extend_from_slice(head.wording.version.as_bytes()),
            _ => {}
        }
    }

    /// RULE as a target: the rule that runs.
    pub fn look_rule(&mut self, part: &Part, out: &mut Vec<Live>) {
        let Some(head) = self.rules.heads.get(self.state.head as usize) else { return };
        for name in [&b"id"[..], b"msg", b"logdata", b"severity", b"rev"] {
            let meant = match part {
                Part::All => true,
                Part::Name(wanted) => **wanted == *name,
                Part::Pattern(choice) => choice.pattern.is_match(name),
                _ => false,
            };
            if meant {
                let mut text = Vec::new();
                self.rule_part(head, name, &mut text);
                let live = Live {
                    variable: Variable::Rule,
                    key: self.state.values.intern(name),
                    value: Value::Id(self.state.values.intern(&text)),
                    count: false,
                };
                out.push(live);
            }
        }
    }

    /// A variable with one value that rules or the clock change.
    pub fn scalar(&mut self, variable: Variable) -> Option<Value> {
        let int = |n: u64| Some(Value::Int(i64::try_from(n).unwrap_or(i64::MAX)));
        match variable {
            Variable::MatchedVar => self.state.matched.map(|l| l.value),
            Variable::MatchedVarName => {
                let live = self.state.matched?;
                let name = self.name_of(&live);
                Some(Value::Id(self.state.values.intern(&name)))
            }
            Variable::HighestSeverity => int(u64::from(self.state.highest_severity)),
            // Milliseconds, as in ModSecurity 3.
            Variable::Duration => {
                let now = (self.around.clock)();
                int(u64::try_from(now.saturating_sub(self.state.began).as_millis()).unwrap_or(u64::MAX))
            }
            // No search ever reaches a limit that ends it early without being told.
            Variable::MscPcreError | Variable::MscPcreLimitsExceeded => Some(Value::Int(0)),
            Variable::UserId => self.key_of(Variable::User),
            Variable::SessionId => self.key_of(Variable::Session),
            _ => self.time(variable),
        }
    }

    fn key_of(&mut self, collection: Variable) -> Option<Value> {
        let key = &self.state.persistent.iter().find(|l| l.key.collection == collection)?.key.key;
        Some(Value::Id(self.state.values.intern(key)))
    }

    fn time(&mut self, variable: Variable) -> Option<Value> {
        let now = (self.around.clock)();
        let moment = Moment::of(now);
        let text = match variable {
            Variable::TimeEpoch => return Some(Value::Int(i64::try_from(now.as_secs()).unwrap_or(i64::MAX))),
            Variable::Time => format!("{:02}:{:02}:{:02}", moment.hour, moment.minute, moment.second),
            Variable::TimeDay => moment.day.to_string(),
            Variable::TimeHour => format!("{:02}", moment.hour),
            Variable::TimeMin => format!("{:02}", moment.minute),
            Variable::TimeSec => format!("{:02}", moment.second),
            Variable::TimeMon => format!("{:02}", moment.month),
            Variable::TimeWday => moment.weekday.to_string(),
            Variable::TimeYear => moment.year.to_string(),
            _ => return None,
        };
        Some(Value::Id(self.state.values.intern(text.as_bytes())))
    }

    /// Elements of a persistent collection, loaded when first asked for.
    pub fn elements(&mut self, collection: Variable) -> Option<&mut Elements> {
        let loaded = self.state.persistent.iter_mut().find(|l| l.key.collection == collection)?;
        if loaded.elements.is_none() {
            let mut elements = self.around.store.load(&loaded.key, (self.around.clock)());
            for (name, what) in &loaded.changes {
                super::store::change(&mut elements, name, what);
            }
            loaded.elements = Some(elements);
        }
        loaded.elements.as_mut()
    }

    /// A persistent collection as a target.
    pub fn look_persistent(&mut self, variable: Variable, part: &Part, out: &mut Vec<Live>) {
        let Some(elements) = self.elements(variable) else { return };
        let mut pairs = Vec::new();
        for (name, kept) in elements.iter() {
            let meant = match part {
                Part::All => true,
                Part::Name(wanted) => **wanted == *name.as_bytes(),
                Part::Pattern(choice) => choice.pattern.is_match(name.as_bytes()),
                _ => false,
            };
            if meant {
                pairs.push((name.clone(), kept.value.clone()));
            }
        }
        for (name, value) in pairs {
            let pair = Pair { key: self.state.values.intern(name.as_bytes()), value: self.state.values.intern(&value) };
            out.push(Live { variable, key: pair.key, value: Value::Id(pair.value), count: false });
        }
    }

    /// The TX element of a name that came up at run time.
    pub fn named_tx(&mut self, name: &[u8]) -> ValueId {
        self.state.values.intern(&name.to_ascii_lowercase())
    }

    /// A TX element as a number.
    pub fn tx_number(&self, tx: Tx) -> i64 {
        match value_of(tx) {
            Some(Value::Int(number)) => number,
            Some(Value::Id(id)) => integer(self.state.values.get(id)),
            None => 0,
        }
    }
}

fn put_number(number: i64, out: &mut Vec<u8>) {
    if number < 0 {
        out.push(b'-');
    }
    out.extend_from_slice(decimal(number.unsigned_abs(), &mut [0; 20]));
}

/// A moment in the calendar, UTC.
#[derive(Debug, PartialEq, Eq)]
struct Moment {
    year: i64,
    /// 1 to 12
    month: u64,
    /// 1 to 31
    day: u64,
    /// 0 is Sunday.
    weekday: u64,
    hour: u64,
    minute: u64,
    second: u64,
}

impl Moment {
    /// Days to dates as in the proleptic Gregorian calendar, years beginning in March.
    fn of(time: Duration) -> Self {
        let seconds = time.as_secs();
        let days = seconds / 86_400;
        let since = days + 719_468;
        let era = since / 146_097;
        let of_era = since % 146_097;
        let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted = (5 * of_year + 2) / 153;
        let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
        let year = year_of_era + era * 400 + u64::from(month <= 2);
        Self {
            year: i64::try_from(year).unwrap_or(i64::MAX),
            month,
            day: of_year - (153 * shifted + 2) / 5 + 1,
            weekday: (days + 4) % 7,
            hour: seconds / 3600 % 24,
            minute: seconds / 60 % 60,
            second: seconds % 60,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        let cases = [
            (0, (1970, 1, 1, 4, 0, 0, 0)),
            (951_782_400, (2000, 2, 29, 2, 0, 0, 0)),
            (1_709_251_199, (2024, 2, 29, 4, 23, 59, 59)),
            (1_709_251_200, (2024, 3, 1, 5, 0, 0, 0)),
            (4_102_444_799, (2099, 12, 31, 4, 23, 59, 59)),
        ];
        for (seconds, (year, month, day, weekday, hour, minute, second)) in cases {
            assert_eq!(Moment::of(Duration::from_secs(seconds)), Moment { year, month, day, weekday, hour, minute, second }, "{seconds}");
        }
    }
}
