//! `ctl:`: what a rule changes about the rest of its request's inspection.

use super::settings::Mode;
use super::target::{Target, parse_list};
use crate::body::Processor;
use std::ops::RangeInclusive;

/// Which rules a removal names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rules {
    /// By number.
    Ids(Vec<RangeInclusive<u32>>),
    /// That carry this tag, or one that this expression matches.
    Tag(String),
    /// Whose message is this, or is matched by this expression.
    Message(String),
}

impl Rules {
    /// Reads a list such as `911100-911200,920100`.
    pub fn ids(text: &str) -> Result<Self, String> {
        let mut ids = Vec::new();
        for word in text.split([',', ' ']).map(|w| w.trim_matches(['"', '\''])).filter(|w| !w.is_empty()) {
            let (from, to) = word.split_once('-').unwrap_or((word, word));
            let number = |text: &str| text.trim().parse::<u32>().map_err(|_| format!("{word:?} is not a rule's number or a range of them"));
            ids.push(number(from)?..=number(to)?);
        }
        if ids.is_empty() { Err("expected a rule's number".to_owned()) } else { Ok(Self::Ids(ids)) }
    }
}

/// One `ctl` action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ctl {
    /// `ruleEngine`
    Engine(Mode),
    /// `requestBodyAccess`
    RequestBodyAccess(bool),
    /// `responseBodyAccess`
    ResponseBodyAccess(bool),
    /// `requestBodyProcessor`
    Processor(Processor),
    /// `forceRequestBodyVariable`
    ForceRequestBody(bool),
    /// `forceResponseBodyVariable`
    ForceResponseBody(bool),
    /// `requestBodyLimit`, bytes
    RequestBodyLimit(usize),
    /// `responseBodyLimit`, bytes
    ResponseBodyLimit(usize),
    /// `auditEngine`: on, off, or only relevant requests.
    AuditEngine(Option<bool>),
    /// `auditLogParts`: sign (`+` adds, `-` removes, none replaces) and letters.
    AuditParts(Option<bool>, String),
    /// `ruleRemoveById`, `ruleRemoveByTag`, `ruleRemoveByMsg`
    Remove(Rules),
    /// `ruleRemoveTargetById`, `…ByTag`, `…ByMsg`
    RemoveTarget(Rules, Vec<Target>),
    /// `parseXmlIntoArgs`
    XmlIntoArgs(bool),
}

/// `On` or `Off`.
pub fn switch(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "on" | "true" => Ok(true),
        "off" | "false" => Ok(false),
        _ => Err(format!("expected On or Off, not {text:?}")),
    }
}

/// `On`, `Off` or `RelevantOnly` (none).
pub fn audit_engine(text: &str) -> Result<Option<bool>, String> {
    if text.eq_ignore_ascii_case("RelevantOnly") { Ok(None) } else { switch(text).map(Some) }
}

/// Letters of audit log parts (reference manual, "Audit Log Parts"). Events always have A, H and K, and never a body.
pub fn audit_parts(letters: &str) -> Result<(), String> {
    match letters.chars().find(|c| !"ABCDEFGHIJKZ".contains(*c)) {
        _ if letters.is_empty() => Err("expected letters of audit log parts".to_owned()),
        Some(other) => Err(format!("there is no audit log part {other:?}; there are A to K and Z")),
        None => Ok(()),
    }
}

/// A switch that can only be off.
fn never(name: &str, value: &str, instead: &str) -> Result<bool, String> {
    if switch(value)? { Err(format!("{name} cannot be turned on: {instead}")) } else { Ok(false) }
}

fn bytes(text: &str) -> Result<usize, String> {
    text.parse().map_err(|_| format!("expected a number of bytes, not {text:?}"))
}

impl Ctl {
    /// Reads what stands behind `ctl:`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (name, value) = text.split_once('=').ok_or_else(|| format!("expected ctl:name=value, not {text:?}"))?;
        let (name, value) = (name.trim(), value.trim());
        let aimed = |make: fn(&str) -> Result<Rules, String>| -> Result<Self, String> {
            let (rules, targets) = value.split_once(';').ok_or_else(|| format!("{name} expects rules;VARIABLE"))?;
            Ok(Self::RemoveTarget(make(rules)?, parse_list(targets, true)?))
        };
        let tag = |text: &str| Ok(Rules::Tag(text.to_owned()));
        let message = |text: &str| Ok(Rules::Message(text.to_owned()));
        match name.to_ascii_lowercase().as_str() {
            "ruleengine" => Mode::parse(value).map(Self::Engine),
            "requestbodyaccess" => switch(value).map(Self::RequestBodyAccess),
            "responsebodyaccess" => switch(value).map(Self::ResponseBodyAccess),
            "forcerequestbodyvariable" => switch(value).map(Self::ForceRequestBody),
            "forceresponsebodyvariable" => {
                never(name, value, "RESPONSE_BODY is there for the types of SecResponseBodyMimeType").map(Self::ForceResponseBody)
            }
            "parsexmlintoargs" => never(name, value, "XML stays in XML; XML:/* and XML://@* have all of it").map(Self::XmlIntoArgs),
            "requestbodylimit" => bytes(value).map(Self::RequestBodyLimit),
            "responsebodylimit" => bytes(value).map(Self::ResponseBodyLimit),
            "requestbodyprocessor" => Processor::parse(value)
                .map(Self::Processor)
                .ok_or_else(|| format!("unknown body processor {value:?}; there are URLENCODED, MULTIPART, JSON and XML")),
            "auditengine" => audit_engine(value).map(Self::AuditEngine),
            "auditlogparts" => match value.strip_prefix('+') {
                Some(parts) => audit_parts(parts).map(|()| Self::AuditParts(Some(true), parts.to_owned())),
                None => Err(format!("auditLogParts={value}: parts of an event cannot be taken away; auditEngine=Off leaves it out")),
            },
            "ruleremovebyid" => Rules::ids(value).map(Self::Remove),
            "ruleremovebytag" => Ok(Self::Remove(Rules::Tag(value.to_owned()))),
            "ruleremovebymsg" => Ok(Self::Remove(Rules::Message(value.to_owned()))),
            "ruleremovetargetbyid" => aimed(Rules::ids),
            "ruleremovetargetbytag" => aimed(tag),
            "ruleremovetargetbymsg" => aimed(message),
            _ => Err(format!("unknown ctl {name:?}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ctls() {
        let good = [
            "ruleEngine=Off",
            "ruleRemoveById=1-3,7",
            "ruleRemoveTargetById=942100;ARGS:pwd",
            "ruleRemoveTargetByTag=OWASP_CRS;ARGS:body[0][value]",
            "auditLogParts=+E",
            "requestBodyProcessor=json",
            "auditEngine=RelevantOnly",
            "parseXmlIntoArgs=Off",
        ];
        for text in good {
            assert!(Ctl::parse(text).is_ok(), "{text}");
        }
        for text in [
            "ruleEngine",
            "ruleEngine=Maybe",
            "nothing=1",
            "ruleRemoveById=x",
            "ruleRemoveTargetById=1",
            "requestBodyProcessor=CSV",
            "parseXmlIntoArgs=On",
            "parseXmlIntoArgs=OnlyArgs",
            "forceResponseBodyVariable=On",
            "auditLogParts=+X",
            "auditLogParts=+",
            "auditLogParts=-H",
            "auditLogParts=ABZ",
        ] {
            assert!(Ctl::parse(text).is_err(), "{text}");
        }
        assert_eq!(Ctl::parse("ruleRemoveById=1-3,7"), Ok(Ctl::Remove(Rules::Ids(vec![1..=3, 7..=7]))));
    }
}
