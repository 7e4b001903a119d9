//! A program's rules in words, for those who explain what ran.

use super::load::Program;
use super::rule::Item;
use super::{Place, operator::Operator};
use crate::seclang::action::Action;

/// Longest operator that is kept, characters.
const MAX_OPERATOR: usize = 200;

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleOutline {
    /// Its number.
    pub id: u32,
    /// Its links.
    pub links: Vec<LinkOutline>,
}

/// One link of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkOutline {
    /// Where it stands.
    pub place: Place,
    /// What it looks at, as written; empty for `SecAction`.
    pub targets: String,
    /// How, as written and bounded; empty for `SecAction`.
    pub operator: String,
    /// The names of the transformations before that, in order.
    pub transformations: Vec<&'static str>,
}

/// The rules in their order, which is that of the compiled ones too.
pub fn outline(program: &Program) -> Vec<RuleOutline> {
    let rules = program.items.iter().filter_map(|item| if let Item::Rule(rule) = item { Some(rule) } else { None });
    rules
        .map(|rule| {
            let links = rule.links.iter().enumerate().map(|(at, link)| {
                let defaults: &[Action] = if at == 0 { &rule.defaults } else { &[] };
                LinkOutline {
                    place: link.place.clone(),
                    targets: link.targets.iter().map(ToString::to_string).collect::<Vec<_>>().join("|"),
                    operator: link.operator.as_ref().map(shown).unwrap_or_default(),
                    transformations: link.transformations(defaults).into_iter().map(crate::transform::Transformation::name).collect(),
                }
            });
            RuleOutline { id: rule.id, links: links.collect() }
        })
        .collect()
}

fn shown(operator: &Operator) -> String {
    let sign = if operator.negated { "!" } else { "" };
    let mut argument: String = operator.argument.chars().take(MAX_OPERATOR).collect();
    if argument.len() < operator.argument.len() {
        argument.push('…');
    }
    format!("{sign}@{} {argument}", operator.name.name()).trim_end().to_owned()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::seclang::{Memory, load};

    #[test]
    fn rules_in_words() {
        let text = "SecDefaultAction \"phase:1,pass,t:lowercase\"\n\
            SecRule ARGS|!ARGS:/^x/|&TX:a \"!@streq b\" \"id:7,phase:1,t:trim,chain\"\n  SecRule TX:0 \"c\" \"t:urlDecode\"\n\
            SecAction \"id:8,phase:2,pass\"\n";
        let program = load(&Memory::new().with("a.conf", text), &["a.conf"]).unwrap();
        let all = outline(&program);
        let words: Vec<String> = all
            .iter()
            .flat_map(|rule| {
                rule.links.iter().map(|l| format!("{} {} {} {} {:?}", rule.id, l.place, l.targets, l.operator, l.transformations))
            })
            .collect();
        assert_eq!(
            words,
            [
                r#"7 a.conf:2 ARGS|!ARGS:/^x/|&TX:a !@streq b ["lowercase", "trim"]"#,
                r#"7 a.conf:3 TX:0 @rx c ["urlDecode"]"#,
                r"8 a.conf:4   []",
            ]
        );
    }
}
