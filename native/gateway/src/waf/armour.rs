//! What a site makes of the rule sets: a shield for each of its policies.

use super::rule_sets::RuleSets;
use crate::config::Config;
use crate::site::Site;
use crate::snapshot::{ExclusionBody, Mode, PolicyBody, WafRulesBody};
use hcc_waf::engine::{Engine, Exclusion, Policy, PolicyText};
use hcc_waf::seclang::ctl::Rules;
use hcc_waf::seclang::settings;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Policies kept for paths on which other exclusions hold; they are made again when that is too few.
const VARIANTS: usize = 256;
/// Most bytes of a body that are looked at.
const BODY: usize = 1 << 20;

/// All that a site's armour is made from.
#[derive(Debug, PartialEq)]
struct Inputs {
    /// Whose site it is.
    organization: String,
    policies: Vec<PolicyBody>,
    custom: Vec<WafRulesBody>,
    exclusions: Vec<ExclusionBody>,
}

/// A rule set and a policy over it, for one request.
#[derive(Clone, Debug)]
pub struct Shield {
    /// The rules.
    pub engine: Arc<Engine>,
    /// What this route makes of them.
    pub policy: Arc<Policy>,
}

#[derive(Debug)]
struct Plate {
    body: PolicyBody,
    base: Shield,
    text: PolicyText,
    variants: Mutex<HashMap<Vec<usize>, Arc<Policy>>>,
}

/// What protects one site.
#[derive(Debug)]
pub struct Armour {
    inputs: Inputs,
    plates: Vec<Plate>,
    /// Exclusions that hold on some paths only.
    scoped: Vec<(Vec<u8>, Exclusion)>,
}

fn exclusion(body: &ExclusionBody) -> Result<Exclusion, String> {
    let rules = match (&body.tag, body.rule_from) {
        (Some(tag), _) => Rules::Tag(tag.as_str().into()),
        (None, Some(from)) => Rules::Ids(vec![from..=body.rule_to.unwrap_or(from)]),
        (None, None) => return Err(format!("exclusion {} names no rule", body.id)),
    };
    Ok(Exclusion { rules, targets: body.target.clone() })
}

fn plate(
    body: &PolicyBody,
    organization: &str,
    custom: &[&WafRulesBody],
    exclusions: &[Exclusion],
    rule_sets: &RuleSets,
) -> Result<Plate, String> {
    let engine = rule_sets.get(&body.rule_set, custom)?;
    let text = PolicyText {
        organization: organization.to_owned(),
        mode: Some(match body.mode {
            Mode::Off => settings::Mode::Off,
            Mode::Detect => settings::Mode::Detect,
            Mode::Block => settings::Mode::Block,
        }),
        paranoia: Some(body.paranoia),
        inbound_threshold: Some(body.inbound_threshold),
        outbound_threshold: Some(body.outbound_threshold),
        exclusions: exclusions.to_vec(),
        // Rules of a customer's own cannot have more held in memory.
        request_body_limit: Some(engine.rules.settings.request_body_limit.min(BODY)),
        response_body_limit: Some(engine.rules.settings.response_body_limit.min(BODY)),
        response_bodies: Some(body.response_bodies),
        ..PolicyText::default()
    };
    let policy = Arc::new(Policy::compile(&text, &engine.rules)?.settled(&engine.rules));
    Ok(Plate { body: body.clone(), base: Shield { engine, policy }, text, variants: Mutex::default() })
}

impl Armour {
    /// The armour of a site; none when it is off on every route. `problems` takes what could not be used, and why.
    pub fn of(site: &Site, config: &Config, rule_sets: &RuleSets, problems: &mut Vec<String>) -> Option<Arc<Self>> {
        let mut policies: Vec<PolicyBody> = Vec::new();
        for policy in std::iter::once(&site.security.waf).chain(site.routes.iter().filter_map(|r| r.waf.as_ref())) {
            if policy.mode != Mode::Off && !policies.contains(policy) {
                policies.push(policy.clone());
            }
        }
        if policies.is_empty() {
            return None;
        }
        let levels: Vec<_> = site.security.levels(config).map(|(_, scope)| scope).collect();
        let custom = levels.iter().flat_map(|s| s.waf_rules.iter().cloned()).collect();
        let exclusions = levels.iter().flat_map(|s| s.exclusions.iter().cloned()).collect();
        let inputs = Inputs { organization: site.organization.clone(), policies, custom, exclusions };
        let old = site.armour.load_full();
        if let Some(old) = old.as_ref().filter(|old| old.inputs == inputs) {
            return Some(Arc::clone(old));
        }
        match Self::compile(inputs, rule_sets, problems) {
            Ok(armour) => Some(Arc::new(armour)),
            Err(error) => {
                problems.push(error);
                old
            }
        }
    }

    fn compile(inputs: Inputs, rule_sets: &RuleSets, problems: &mut Vec<String>) -> Result<Self, String> {
        let (mut always, mut scoped) = (Vec::new(), Vec::new());
        for body in &inputs.exclusions {
            match (exclusion(body), &body.path_prefix) {
                (Ok(found), None) => always.push(found),
                (Ok(found), Some(prefix)) => scoped.push((prefix.trim_end_matches('/').as_bytes().to_vec(), found)),
                (Err(error), _) => problems.push(error),
            }
        }
        let mut custom: Vec<&WafRulesBody> = inputs.custom.iter().collect();
        let mut plates = Vec::new();
        for body in &inputs.policies {
            let made = plate(body, &inputs.organization, &custom, &always, rule_sets).or_else(|error| {
                // A mistake in custom rules or exclusions must not leave the site without the rest.
                problems.push(error);
                custom.clear();
                plate(body, &inputs.organization, &custom, &always, rule_sets).or_else(|_| {
                    always.clear();
                    plate(body, &inputs.organization, &custom, &always, rule_sets)
                })
            });
            plates.push(made?);
        }
        // One that cannot be used is told now, not on the first request of its path.
        scoped.retain(|(_, exclusion)| {
            let text = PolicyText { exclusions: vec![exclusion.clone()], ..PolicyText::default() };
            let tried = plates.iter().try_for_each(|p| Policy::compile(&text, &p.base.engine.rules).map(drop));
            tried.map_err(|error| problems.push(error)).is_ok()
        });
        Ok(Self { inputs, plates, scoped })
    }

    /// The shield of a request; `path` is in its normal form.
    pub fn shield(&self, policy: &PolicyBody, path: &[u8]) -> Option<Shield> {
        let plate = self.plates.iter().find(|p| p.body == *policy)?;
        let holds = |prefix: &[u8]| path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"));
        if !self.scoped.iter().any(|(prefix, _)| holds(prefix)) {
            return Some(plate.base.clone());
        }
        let here: Vec<usize> = self.scoped.iter().enumerate().filter(|(_, (prefix, _))| holds(prefix)).map(|(n, _)| n).collect();
        let engine = Arc::clone(&plate.base.engine);
        let mut variants = plate.variants.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(policy) = variants.get(&here) {
            return Some(Shield { engine, policy: Arc::clone(policy) });
        }
        let mut text = plate.text.clone();
        text.exclusions.extend(here.iter().filter_map(|n| self.scoped.get(*n)).map(|(_, e)| e.clone()));
        let policy = Policy::compile(&text, &engine.rules)
            .map_or_else(|_| Arc::clone(&plate.base.policy), |policy| Arc::new(policy.settled(&engine.rules)));
        if variants.len() >= VARIANTS {
            variants.clear();
        }
        variants.insert(here, Arc::clone(&policy));
        Some(Shield { engine, policy })
    }
}
