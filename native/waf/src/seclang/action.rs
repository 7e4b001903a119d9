//! The actions of a rule.

use super::ctl::Ctl;
use super::template::Template;
use super::variable::Variable;
use crate::transform::Transformation;

/// How far `allow` reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Every phase but the last.
    Transaction,
    /// The rest of this phase.
    Phase,
    /// The phases of the request.
    Request,
}

/// What a matching rule does to its request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Disruption {
    /// Nothing.
    Pass,
    /// What the default actions of the phase say.
    Block,
    /// Ends it with a status.
    Deny,
    /// Ends it, and the connection too.
    Drop,
    /// Ends the inspection.
    Allow(Reach),
    /// Sends the client elsewhere.
    Redirect(Template),
}

/// A value put on a collection's element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// `=value`
    Set(Template),
    /// `=+value`
    Add(Template),
    /// `=-value`
    Subtract(Template),
    /// `!name`
    Unset,
}

/// `setvar`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetVar {
    /// TX or a persistent collection.
    pub collection: Variable,
    /// Name of the element.
    pub name: Template,
    /// What happens to it.
    pub change: Change,
}

/// What `sanitise…` hides in events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sanitise {
    /// Arguments of this name.
    Arg(String),
    /// Request header of this name.
    RequestHeader(String),
    /// Response header of this name.
    ResponseHeader(String),
    /// Whatever matched.
    Matched,
}

/// One action.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // the reference manual's names
pub enum Action {
    Id(u32),
    Phase(u8),
    Msg(Template),
    LogData(Template),
    Severity(u8),
    Tag(Template),
    Ver(String),
    Rev(String),
    Maturity(u8),
    Accuracy(u8),
    Transform(Transformation),
    TransformNone,
    Chain,
    Skip(u32),
    SkipAfter(String),
    MultiMatch,
    Capture,
    Disrupt(Disruption),
    Status(u16),
    Log(bool),
    AuditLog(bool),
    SetVar(SetVar),
    SetEnv(String, Template),
    ExpireVar { collection: Variable, name: Template, seconds: Template },
    DeprecateVar { collection: Variable, name: Template, amount: i64, seconds: u64 },
    InitCol { collection: Variable, key: Template },
    SetUid(Template),
    SetSid(Template),
    SetRsc(Template),
    Ctl(Box<Ctl>),
    Sanitise(Sanitise),
    XmlNamespace(String, String),
}

const SEVERITIES: [&str; 8] = ["EMERGENCY", "ALERT", "CRITICAL", "ERROR", "WARNING", "NOTICE", "INFO", "DEBUG"];

/// Reads an action list; every mistake in it is told.
pub fn parse_list(text: &str) -> Result<Vec<Action>, Vec<String>> {
    let mut all = Vec::new();
    let mut wrong = Vec::new();
    for part in split(text) {
        let part = part.trim();
        if part.is_empty() {
            continue;
        }
        let (name, value) = part.split_once(':').map_or((part, None), |(name, value)| (name.trim(), Some(unquote(value.trim()))));
        match parse(name, value.as_deref()) {
            Ok(action) => all.push(action),
            Err(why) => wrong.push(format!("action {name:?}: {why}")),
        }
    }
    if wrong.is_empty() { Ok(all) } else { Err(wrong) }
}

/// Splits at commas outside of single quotes; `\'` does not end a quote.
fn split(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut from = 0;
    let (mut quoted, mut escaped) = (false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '\'' => quoted = !quoted,
            ',' if !quoted => {
                parts.push(&text[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[from..]);
    parts
}

fn unquote(text: &str) -> String {
    match text.strip_prefix('\'').and_then(|t| t.strip_suffix('\'')) {
        Some(inside) => inside.replace("\\'", "'"),
        None => text.to_owned(),
    }
}

fn parse(name: &str, value: Option<&str>) -> Result<Action, String> {
    let lower = name.to_ascii_lowercase();
    let need = || value.filter(|v| !v.is_empty()).ok_or_else(|| "expected a value".to_owned());
    let text = || need().map(str::to_owned);
    let template = || need().and_then(Template::parse);
    let level = || need()?.parse::<u8>().ok().filter(|n| (1..=9).contains(n)).ok_or_else(|| "expected a number from 1 to 9".to_owned());
    let action = match lower.as_str() {
        "id" => Action::Id(need()?.parse().ok().filter(|id| *id > 0).ok_or("expected a number above 0")?),
        "phase" => Action::Phase(phase(need()?)?),
        // An empty message says nothing, but is not wrong.
        "msg" => Action::Msg(Template::parse(value.unwrap_or_default())?),
        "logdata" => Action::LogData(Template::parse(value.unwrap_or_default())?),
        "severity" => Action::Severity(severity(need()?)?),
        "tag" => Action::Tag(template()?),
        "ver" => Action::Ver(text()?),
        "rev" => Action::Rev(text()?),
        "maturity" => Action::Maturity(level()?),
        "accuracy" => Action::Accuracy(level()?),
        "t" => match need()? {
            none if none.eq_ignore_ascii_case("none") => Action::TransformNone,
            other => Action::Transform(Transformation::parse(other).ok_or_else(|| format!("unknown transformation {other:?}"))?),
        },
        "skip" => Action::Skip(need()?.parse().map_err(|_| "expected a number of rules")?),
        "skipafter" => Action::SkipAfter(text()?),
        "redirect" => Action::Disrupt(Disruption::Redirect(template()?)),
        "allow" => Action::Disrupt(Disruption::Allow(match value {
            None => Reach::Transaction,
            Some(v) if v.eq_ignore_ascii_case("phase") => Reach::Phase,
            Some(v) if v.eq_ignore_ascii_case("request") => Reach::Request,
            Some(v) => return Err(format!("expected phase or request, not {v:?}")),
        })),
        "status" => Action::Status(need()?.parse().ok().filter(|s| (100..=599).contains(s)).ok_or("expected a status from 100 to 599")?),
        "setvar" => Action::SetVar(setvar(need()?)?),
        "setenv" => {
            let (name, value) = need()?.split_once('=').ok_or("expected name=value")?;
            Action::SetEnv(name.to_owned(), Template::parse(value)?)
        }
        "expirevar" => {
            let (what, seconds) = need()?.split_once('=').ok_or("expected collection.name=seconds")?;
            let (collection, name) = element(what)?;
            Action::ExpireVar { collection, name, seconds: Template::parse(seconds)? }
        }
        "deprecatevar" => deprecate(need()?)?,
        "initcol" => {
            let (name, key) = need()?.split_once('=').ok_or("expected collection=key")?;
            let collection = Variable::parse(name).filter(|v| v.is_persistent());
            Action::InitCol {
                collection: collection.ok_or_else(|| format!("{name:?} is no persistent collection"))?,
                key: Template::parse(key)?,
            }
        }
        "setuid" => Action::SetUid(template()?),
        "setsid" => Action::SetSid(template()?),
        "setrsc" => Action::SetRsc(template()?),
        "ctl" => Action::Ctl(Box::new(Ctl::parse(need()?)?)),
        "sanitisearg" | "sanitizearg" => Action::Sanitise(Sanitise::Arg(text()?.to_ascii_lowercase())),
        "sanitiserequestheader" | "sanitizerequestheader" => Action::Sanitise(Sanitise::RequestHeader(text()?.to_ascii_lowercase())),
        "sanitiseresponseheader" | "sanitizeresponseheader" => Action::Sanitise(Sanitise::ResponseHeader(text()?.to_ascii_lowercase())),
        "sanitisematched" | "sanitizematched" | "sanitisematchedbytes" | "sanitizematchedbytes" => Action::Sanitise(Sanitise::Matched),
        "xmlns" => {
            let (prefix, uri) = need()?.split_once('=').ok_or("expected prefix=uri")?;
            Action::XmlNamespace(prefix.to_owned(), uri.to_owned())
        }
        "exec" | "prepend" | "append" | "proxy" | "pause" => {
            return Err("is refused: the engine runs nothing and changes no content".to_owned());
        }
        _ => plain(&lower, value)?,
    };
    Ok(action)
}

/// Actions without a value.
fn plain(name: &str, value: Option<&str>) -> Result<Action, String> {
    let action = match name {
        "chain" => Action::Chain,
        "multimatch" => Action::MultiMatch,
        "capture" => Action::Capture,
        "deny" => Action::Disrupt(Disruption::Deny),
        "drop" => Action::Disrupt(Disruption::Drop),
        "block" => Action::Disrupt(Disruption::Block),
        "pass" => Action::Disrupt(Disruption::Pass),
        "log" => Action::Log(true),
        "nolog" => Action::Log(false),
        "auditlog" => Action::AuditLog(true),
        "noauditlog" => Action::AuditLog(false),
        _ => return Err("is unknown".to_owned()),
    };
    if value.is_some() { Err("takes no value".to_owned()) } else { Ok(action) }
}

fn phase(text: &str) -> Result<u8, String> {
    match text.to_ascii_lowercase().as_str() {
        "1" => Ok(1),
        "2" | "request" => Ok(2),
        "3" => Ok(3),
        "4" | "response" => Ok(4),
        "5" | "logging" => Ok(5),
        _ => Err(format!("expected 1 to 5, request, response or logging, not {text:?}")),
    }
}

fn severity(text: &str) -> Result<u8, String> {
    let named = SEVERITIES.iter().position(|s| s.eq_ignore_ascii_case(text));
    let level = named.or_else(|| text.parse().ok().filter(|n| *n < SEVERITIES.len()));
    level.and_then(|n| u8::try_from(n).ok()).ok_or_else(|| format!("expected 0 to 7 or a name such as CRITICAL, not {text:?}"))
}

/// The name of a severity, from 0 (EMERGENCY) to 7 (DEBUG).
pub fn severity_name(level: u8) -> &'static str {
    SEVERITIES.get(usize::from(level)).copied().unwrap_or("DEBUG")
}

/// `collection.name`
fn element(text: &str) -> Result<(Variable, Template), String> {
    let (collection, name) = text.split_once(['.', ':']).ok_or_else(|| format!("expected collection.name, not {text:?}"))?;
    let variable = Variable::parse(collection.trim()).filter(|v| *v == Variable::Tx || v.is_persistent());
    let variable = variable.ok_or_else(|| format!("{collection:?} is no collection that rules may change"))?;
    Ok((variable, Template::parse(name.trim())?))
}

fn setvar(text: &str) -> Result<SetVar, String> {
    if let Some(what) = text.strip_prefix('!') {
        let (collection, name) = element(what)?;
        return Ok(SetVar { collection, name, change: Change::Unset });
    }
    let (what, value) = match text.split_once('=') {
        Some((what, value)) => (what, unquote(value)),
        None => (text, "1".to_owned()),
    };
    let (collection, name) = element(what)?;
    let change = match value.as_bytes().first() {
        Some(b'+') => Change::Add(Template::parse(&value[1..])?),
        Some(b'-') => Change::Subtract(Template::parse(&value[1..])?),
        _ => Change::Set(Template::parse(&value)?),
    };
    Ok(SetVar { collection, name, change })
}

fn deprecate(text: &str) -> Result<Action, String> {
    let (what, pace) = text.split_once('=').ok_or("expected collection.name=amount/seconds")?;
    let (collection, name) = element(what)?;
    let (amount, seconds) = pace.split_once('/').ok_or("expected amount/seconds")?;
    let wrong = |_| "expected amount/seconds".to_owned();
    let seconds = seconds.parse().map_err(wrong)?;
    if seconds == 0 {
        return Err("expected at least one second".to_owned());
    }
    Ok(Action::DeprecateVar { collection, name, amount: amount.parse().map_err(wrong)?, seconds })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read_whole() {
        let list =
            parse_list(r"id:1,phase:request,deny,status:403,msg:'It\'s, all: here',t:none,t:lowercase,setvar:'tx.a=+%{tx.b}'").unwrap();
        assert_eq!(list.len(), 8);
        assert_eq!(list[0], Action::Id(1));
        assert_eq!(list[1], Action::Phase(2));
        assert_eq!(list[4], Action::Msg(Template::parse("It's, all: here").unwrap()));
        let Action::SetVar(set) = &list[7] else { panic!("{:?}", list[7]) };
        assert_eq!(set.collection, Variable::Tx);
        assert!(matches!(&set.change, Change::Add(_)));
    }

    #[test]
    fn mistakes_are_all_told() {
        let wrong = parse_list("id:x,phase:6,nothing,t:rot13,deny:1,setvar:args.x=1,exec:/bin/x,severity:9").unwrap_err();
        assert_eq!(wrong.len(), 8, "{wrong:?}");
    }

    #[test]
    fn values() {
        let good = [
            "setvar:tx.msg=%{rule.msg}",
            "setvar:!ip.x",
            "setvar:'TX.a=%{TX.a}%{TX.1}'",
            "expirevar:'ip.x=60'",
            "deprecatevar:session.s=1/60",
            "initcol:ip=%{remote_addr}_%{tx.ua_hash}",
            "allow:phase",
            "allow",
            "redirect:http://a/%{unique_id}",
            "severity:CRITICAL",
            "severity:2",
            "xmlns:x=http://y",
            "sanitiseArg:password",
            "msg:''",
            "setuid:%{REMOTE_USER}",
            "skipAfter:END",
            "skip:2",
        ];
        for text in good {
            assert!(parse_list(text).is_ok(), "{text}: {:?}", parse_list(text));
        }
    }
}
