//! What stands before a site's routes: bans, lists, simple rules and the proof of work; and what the firewall is told.

pub mod access;
pub mod bans;
pub mod challenge;
pub mod events;
pub mod geo;
pub mod place;
pub mod prefixes;
pub mod report;
pub mod rules;
pub mod tally;
#[cfg(test)]
mod testing;
pub mod waf_log;

use crate::config::Config;
use crate::pipeline::{Known, count};
use crate::render::{Answer, prefers_html};
use crate::site::Site;
use crate::site::cors::Preflight;
use crate::snapshot::{
    AccessAction, AccessBody, ExclusionBody, MatchAction, MatchRuleBody, PolicyBody, ScopeBody, SiteSecurityBody, WafRulesBody,
};
use crate::state::Shared;
use crate::time::{monotonic_ns, unix_ms_of};
use access::AccessList;
use challenge::Asker;
use events::{Action, Finding, Source};
use hcc_http::client::limit_key;
use hcc_http::{Name, RequestHead};
use hcc_proxy::clock;
use place::Place;
use rules::Rule;
use std::hash::BuildHasher;

/// What one place says: the platform, an organisation, or a site.
#[derive(Debug, Default)]
pub struct Scope {
    /// Who may come.
    pub access: AccessList,
    /// Simple rules, the first to be tried first.
    pub rules: Vec<Rule>,
    /// What the firewall leaves out.
    pub exclusions: Vec<ExclusionBody>,
    /// The firewall's custom rules, the first to be run first.
    pub waf_rules: Vec<WafRulesBody>,
}

/// What holds for a site.
#[derive(Debug, Default)]
pub struct Protection {
    /// The organisations whose scopes hold here, the platform first.
    pub scopes: Vec<String>,
    /// How the firewall works, where a route does not say otherwise.
    pub waf: PolicyBody,
    /// What the site itself says.
    pub own: Scope,
}

impl Scope {
    /// Compiles what an organisation says.
    pub fn compile(body: ScopeBody, hasher: &impl BuildHasher) -> Result<Self, String> {
        let ScopeBody { organization_id, access, rules, exclusions, waf_rules } = body;
        Self::of(&organization_id, access, rules, exclusions, waf_rules, hasher)
    }

    fn of(
        place: &str,
        access: Vec<AccessBody>,
        rules: Vec<MatchRuleBody>,
        exclusions: Vec<ExclusionBody>,
        mut waf_rules: Vec<WafRulesBody>,
        hasher: &impl BuildHasher,
    ) -> Result<Self, String> {
        waf_rules.sort_by(|a, b| a.position.cmp(&b.position).then_with(|| a.id.cmp(&b.id)));
        Ok(Self { access: AccessList::compile(access)?, rules: rules::compile(rules, place, hasher)?, exclusions, waf_rules })
    }
}

impl Protection {
    /// Compiles what holds for a site.
    pub fn compile(body: SiteSecurityBody, site: &str, hasher: &impl BuildHasher) -> Result<Self, String> {
        let SiteSecurityBody { scopes, waf, access, rules, exclusions, waf_rules } = body;
        check(&waf)?;
        Ok(Self { scopes, waf, own: Scope::of(site, access, rules, exclusions, waf_rules, hasher)? })
    }

    /// The scopes that say something here, with their rank: the platform's first, the site's own last, ranked as its organisation.
    pub fn levels<'a>(&'a self, config: &'a Config) -> impl Iterator<Item = (usize, &'a Scope)> {
        let above = self.scopes.iter().enumerate().filter_map(|(rank, id)| config.scope(id).map(|scope| (rank, scope)));
        above.chain(std::iter::once((self.scopes.len().saturating_sub(1), &self.own)))
    }
}

/// Checks a policy's numbers.
pub fn check(waf: &PolicyBody) -> Result<(), String> {
    let fine = (1..=4).contains(&waf.paranoia) && waf.inbound_threshold > 0 && waf.outbound_threshold > 0 && !waf.rule_set.is_empty();
    if fine { Ok(()) } else { Err("a level or threshold of the firewall is out of range".to_owned()) }
}

fn now_s() -> u64 {
    unix_ms_of(clock::recent().into_std()) / 1000
}

/// Whether a client may come at all: lists, then bans. Who is allowed by a list is not kept out by bans of the same organisation or
/// of one below it.
pub fn admit(shared: &Shared, config: &Config, site: Option<&Site>, known: &mut Known) -> Result<(), Answer> {
    let now_s = now_s();
    let geo = shared.geo.load();
    let place = Place::new(known.client, &geo);
    let mut allowed: Option<usize> = None;
    for (rank, scope) in site.iter().flat_map(|s| s.security.levels(config)) {
        match scope.access.decide(&place, now_s) {
            Some((AccessAction::Deny, id)) => {
                known.findings.push(Finding::new(Action::Denied, Source::List, Some(id.to_owned()), "denied by a list".to_owned()));
                return Err(
                    Answer::new(403, "denied by a list").with_message("ACCESS_DENIED", "This site cannot be reached from where you are.")
                );
            }
            Some((AccessAction::Allow, _)) => allowed = allowed.or(Some(rank)),
            None => {}
        }
    }
    known.allowed = allowed.is_some();
    if shared.bans.is_empty() {
        return Ok(());
    }
    let scopes = site.map_or(&[][..], |s| &s.security.scopes);
    let ban = shared.bans.find(known.client, now_s, |ban| {
        let rank = ban.scope.as_ref().map_or(Some(0), |scope| scopes.iter().position(|s| s == scope));
        rank.is_some_and(|rank| allowed.is_none_or(|allowed| rank < allowed))
    });
    let Some(ban) = ban else { return Ok(()) };
    known.findings.push(Finding::new(Action::Banned, Source::Ban, Some(ban.id.clone()), ban.reason.clone()));
    let message = "Requests from your address are not taken at the moment. If that is wrong, write to the people behind this site.";
    Err(Answer::closing(403, "banned").with_message("BANNED", message))
}

/// Whether a request goes past the simple rules; `path` is in its normal form.
pub fn judge(shared: &Shared, config: &Config, site: &Site, head: &RequestHead, path: &[u8], known: &mut Known) -> Result<(), Answer> {
    if site.security.levels(config).all(|(_, scope)| scope.rules.is_empty()) {
        return Ok(());
    }
    let geo = shared.geo.load();
    let place = Place::new(known.client, &geo);
    for rule in site.security.levels(config).flat_map(|(_, scope)| &scope.rules).filter(|rule| rule.fits(head, path, &place)) {
        let finding = |action| Finding::new(action, Source::Rule, Some(rule.id.clone()), rule.name.clone());
        match rule.action {
            MatchAction::Allow => {
                known.bypass = true;
                return Ok(());
            }
            MatchAction::Log => known.findings.push(finding(Action::Logged)),
            MatchAction::Block => {
                known.findings.push(finding(Action::Blocked));
                let answer = Answer::new(403, "blocked by a rule");
                return Err(answer.with_message("BLOCKED", "This request is not allowed here."));
            }
            MatchAction::Limit => {
                let Some(limit) = &rule.limit else { continue };
                if let Err(answer) = count(shared, limit, limit_key(known.client), monotonic_ns()) {
                    known.findings.push(finding(Action::Limited));
                    return Err(answer);
                }
            }
            // A preflight never carries a cookie; the request that follows it does.
            MatchAction::Challenge if Preflight::of(head).is_some() => {}
            MatchAction::Challenge => {
                let asker = asker(site, known);
                if !config.platform.challenge.passed(head, &asker) {
                    known.findings.push(finding(Action::Challenged));
                    let html = prefers_html(head.fields.first(Name::Accept).unwrap_or_default());
                    return Err(config.platform.challenge.ask(&asker, html));
                }
            }
        }
    }
    Ok(())
}

/// The answer to a solution of a challenge, when the request is one.
pub fn solved(config: &Config, site: &Site, head: &RequestHead, known: &Known) -> Option<Answer> {
    (head.path() == challenge::PATH && head.method() == b"GET").then(|| config.platform.challenge.solve(head, &asker(site, known)))
}

fn asker<'a>(site: &'a Site, known: &Known) -> Asker<'a> {
    Asker { site: &site.id, client: known.client, https: known.https, now_s: now_s() }
}
