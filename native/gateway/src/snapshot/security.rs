//! What protects sites: policies of the firewall, rules, lists and bans.

use serde::Deserialize;

/// What an organisation says for its sites and for those of organisations below it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScopeBody {
    /// Whose it is.
    pub organization_id: String,
    /// Who may come.
    #[serde(default)]
    pub access: Vec<AccessBody>,
    /// Simple rules.
    #[serde(default)]
    pub rules: Vec<MatchRuleBody>,
    /// What the firewall leaves out.
    #[serde(default)]
    pub exclusions: Vec<ExclusionBody>,
    /// Custom rules of the firewall.
    #[serde(default)]
    pub waf_rules: Vec<WafRulesBody>,
}

/// What a site says for itself, and whose words hold for it besides.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SiteSecurityBody {
    /// The organisations whose scopes hold here, the platform first, the site's own last.
    pub scopes: Vec<String>,
    /// How the firewall works, where a route does not say otherwise.
    pub waf: PolicyBody,
    /// Who may come.
    pub access: Vec<AccessBody>,
    /// Simple rules.
    pub rules: Vec<MatchRuleBody>,
    /// What the firewall leaves out.
    pub exclusions: Vec<ExclusionBody>,
    /// Custom rules of the firewall.
    pub waf_rules: Vec<WafRulesBody>,
}

/// How the firewall works, everything inherited.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields, default)]
pub struct PolicyBody {
    /// Whether it works at all.
    pub mode: Mode,
    /// Paranoia level, 1 to 4.
    pub paranoia: u8,
    /// Score from which a request is held back.
    pub inbound_threshold: u32,
    /// Score from which an answer is held back.
    pub outbound_threshold: u32,
    /// Version of the OWASP CRS.
    pub rule_set: String,
    /// Whether the bodies of answers are looked at.
    pub response_bodies: bool,
}

impl Default for PolicyBody {
    fn default() -> Self {
        Self {
            mode: Mode::Off,
            paranoia: 1,
            inbound_threshold: 5,
            outbound_threshold: 4,
            rule_set: "3.3.4".to_owned(),
            response_bodies: false,
        }
    }
}

/// Whether the firewall works.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Not at all.
    #[default]
    Off,
    /// It tells, and holds nothing back.
    Detect,
    /// It holds back.
    Block,
}

/// What the firewall leaves out.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct ExclusionBody {
    /// Its id.
    pub id: String,
    /// First rule, unless a tag is named.
    pub rule_from: Option<u32>,
    /// Last rule.
    pub rule_to: Option<u32>,
    /// Tag of the rules, unless they are numbered.
    pub tag: Option<String>,
    /// The variable that is left out, as `ARGS:q`; the whole rule unless given.
    pub target: Option<String>,
    /// Beginning of the path in whole segments; every path unless given.
    pub path_prefix: Option<String>,
}

/// Custom rules in `SecLang`.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct WafRulesBody {
    /// Their id.
    pub id: String,
    /// Their name, for messages.
    pub name: String,
    /// Lower ones come first.
    pub position: i32,
    /// The rules.
    pub text: String,
}

/// An entry of a list: exactly one of `network`, `asn` and `country`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessBody {
    /// Its id.
    pub id: String,
    /// A network.
    pub network: Option<ipnet::IpNet>,
    /// An autonomous system.
    pub asn: Option<u32>,
    /// A country, ISO 3166-1 alpha-2.
    pub country: Option<String>,
    /// What becomes of them.
    pub action: AccessAction,
    /// Unix seconds at which the entry ends.
    pub until: Option<u64>,
}

/// What becomes of somebody on a list.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum AccessAction {
    /// Let in.
    Allow,
    /// Answered 403.
    Deny,
}

/// A simple rule.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MatchRuleBody {
    /// Its id.
    pub id: String,
    /// Its name, for events.
    pub name: String,
    /// Lower ones are tried first.
    pub position: i32,
    /// Which requests.
    pub conditions: MatchBody,
    /// What is done with them.
    pub action: MatchAction,
    /// How many, for `limit`.
    pub quota: Option<QuotaBody>,
}

/// Which requests a rule is for: all that is given must fit, and of a list one entry.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MatchBody {
    /// Whole paths in their normal form, or beginnings with a last `*`.
    pub paths: Vec<String>,
    /// Methods.
    pub methods: Vec<String>,
    /// Fields, which must all fit.
    pub headers: Vec<HeaderMatchBody>,
    /// Countries of the client.
    pub countries: Vec<String>,
    /// Autonomous systems of the client.
    pub asns: Vec<u32>,
    /// Networks of the client.
    pub networks: Vec<ipnet::IpNet>,
}

/// A field that must fit.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeaderMatchBody {
    /// Its name.
    pub name: String,
    /// How its value is looked at.
    #[serde(default)]
    pub how: HeaderHow,
    /// What is looked for, without regard to case.
    #[serde(default)]
    pub value: String,
}

/// How a field's value is looked at.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum HeaderHow {
    /// It is the same.
    Is,
    /// It holds the text.
    #[default]
    Contains,
    /// The request has no such field.
    Absent,
}

/// What a rule does.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum MatchAction {
    /// Answers 403.
    Block,
    /// Lets past all later rules and the firewall.
    Allow,
    /// Counts, and answers 429.
    Limit,
    /// Asks for a proof of work.
    Challenge,
    /// Writes an event.
    Log,
}

/// How many requests of one client.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuotaBody {
    /// Requests ...
    pub rate: u32,
    /// ... in so many seconds.
    pub per_s: u32,
    /// Requests at once.
    pub burst: u32,
}

/// All bans in force.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BansBody {
    /// The bans.
    pub bans: Vec<BanBody>,
}

/// A ban.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct BanBody {
    /// Its id.
    pub id: String,
    /// Who is kept out.
    pub network: ipnet::IpNet,
    /// The organisation that keeps them out; everywhere unless given.
    pub scope: Option<String>,
    /// Unix seconds at which it ends.
    pub until: Option<u64>,
    /// Why.
    pub reason: String,
}

/// What is counted of clients.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields, default)]
pub struct DetectionBody {
    /// Parts of the paths of log-ins.
    pub login_paths: Vec<String>,
    /// Beginnings of paths that only scanners ask for.
    pub scanner_paths: Vec<String>,
}

/// The proof of work.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields, default)]
pub struct ChallengeBody {
    /// Signs challenges and cookies, 32 bytes in hexadecimal; a key of this process unless given.
    pub key: String,
    /// Leading zero bits, 1 to 24.
    pub difficulty: u8,
    /// Seconds for which a client that passed is not asked again.
    pub ttl_s: u32,
}

impl Default for ChallengeBody {
    fn default() -> Self {
        Self { key: String::new(), difficulty: 16, ttl_s: 3600 }
    }
}
