#![allow(clippy::unwrap_used)]
use super::rule::Item;
use super::*;

fn program(text: &str) -> Result<Program, Vec<String>> {
    let source = Memory::new().with("a.conf", text).with("words.data", "one\n# no\ntwo\n").with("more.conf", "SecMarker M\n");
    load(&source, &["a.conf"]).map_err(|all| all.iter().map(ToString::to_string).collect())
}

/// The first mistake in files that each include the next so many times; the last one includes `last`.
fn chain_of_files(count: usize, times: usize, last: &str) -> Option<String> {
    let mut source = Memory::new().with(&count.to_string(), last);
    for number in 0..count {
        source = source.with(&number.to_string(), format!("Include {}\n", number + 1).repeat(times));
    }
    load(&source, &["0"]).err().and_then(|all| all.first().map(ToString::to_string))
}

#[test]
fn files_that_include_each_other_are_bounded() {
    for (count, times, last, expected) in [
        (16, 1, "", None),
        (17, 1, "", Some("16:1: files include each other too deep")),
        (2, 1, "Include 1", Some("2:1: \"1\" includes itself")),
        (16, 3, "", Some("15:3: more than 4096 files are included")),
    ] {
        let told = chain_of_files(count, times, last);
        assert_eq!(told.is_none(), expected.is_none(), "{count} {times} {last}: {told:?}");
        let what = |text: &str| text.split_once(' ').map(|(_, what)| what.to_owned());
        assert_eq!(told.as_deref().and_then(what), expected.and_then(what), "{count} {times} {last}");
    }
}

#[test]
fn every_mistake_is_told_with_its_line() {
    let cases: [(&str, &[&str]); 18] = [
        ("SecRuel ARGS x id:1", &["a.conf:1: unknown directive \"SecRuel\""]),
        (
            "\nSecRule ARG \"@foo x\" \"id:1,nope\"",
            &["unknown variable \"ARG\"", "a.conf:2: no operator is named `@foo`", "action \"nope\": is unknown"],
        ),
        ("SecRule ARGS x \"phase:2\"", &["the rule has no id"]),
        ("SecAction \"id:1,pass\"\nSecAction \"id:1,pass\"", &["a.conf:2: id 1 is taken by the rule at a.conf:1"]),
        ("SecRule ARGS x \"id:1,chain\"\nSecMarker X", &["SecMarker stands where the chained rule was expected"]),
        ("SecRule ARGS x \"id:1,chain\"", &["a.conf:1: the chain has no further rule"]),
        ("SecRule ARGS x \"id:1,chain\"\nSecRule ARGS y \"id:2\"", &["id may stand only in the first rule"]),
        ("Include nothing.conf", &["no file \"nothing.conf\""]),
        ("IncludeOptional nothing.conf", &[]),
        ("Include a.conf", &["a.conf:1: \"a.conf\" includes itself"]),
        ("\nInclude *", &["a.conf:2: \"a.conf\" includes itself"]),
        ("SecRule ARGS \"@pmFromFile none.data\" id:1", &["no file \"none.data\""]),
        ("SecRuleScript x.lua", &["SecRuleScript is refused"]),
        ("SecRule ARGS \"@inspectFile x\" id:1", &["is not supported"]),
        ("SecDefaultAction \"log,pass\"", &["needs a phase"]),
        ("SecRule ARGS \"x id:1", &["a quote is not closed"]),
        ("SecRuleEngine Perhaps", &["expected On, Off or DetectionOnly"]),
        ("SecRule ARGS x \"id:1,msg:'%{NOPE.x}'\"", &["unknown variable in macro"]),
    ];
    for (text, expected) in cases {
        let told = program(text).err().unwrap_or_default();
        assert_eq!(told.is_empty(), expected.is_empty(), "{text}: {told:?}");
        for (part, line) in expected.iter().zip(&told) {
            assert!(line.contains(part), "{text}: {told:?}");
        }
    }
}

fn shown(text: &str) -> String {
    let program = program(text).unwrap();
    let mut out = String::new();
    for item in &program.items {
        match item {
            Item::Marker(label) => out.extend(["[", label, "]"]),
            Item::Rule(rule) => {
                let targets: Vec<String> = rule.links[0].targets.iter().map(ToString::to_string).collect();
                let (id, phase, links) = (rule.id, rule.phase, rule.links.len());
                out.extend([format!("{id}/{phase}x{links}({})", targets.join("|"))]);
            }
        }
    }
    out
}

#[test]
fn updates_reach_rules_wherever_they_stand() {
    let rules =
        "SecRule ARGS x \"id:1,tag:a,msg:'m n'\"\nSecRule TX:a x \"id:2,tag:ab,phase:1,chain\"\nSecRule ARGS x\nInclude more.conf\n";
    let cases = [
        ("", "1/2x1(ARGS)2/1x2(TX:a)[M]"),
        ("SecRuleRemoveById 1", "2/1x2(TX:a)[M]"),
        ("SecRuleRemoveById 1-5", "[M]"),
        ("SecRuleRemoveByTag a", "2/1x2(TX:a)[M]"),
        ("SecRuleRemoveByTag ^a", "[M]"),
        ("SecRuleRemoveByMsg \"m n\"", "2/1x2(TX:a)[M]"),
        ("SecRuleUpdateTargetById 1 \"!ARGS:b\"", "1/2x1(ARGS|!ARGS:b)2/1x2(TX:a)[M]"),
        ("SecRuleUpdateTargetByTag ab \"TX:c\" \"TX:a\"", "1/2x1(ARGS)2/1x2(TX:c)[M]"),
        ("SecRuleUpdateActionById 1 \"deny\"", "1/2x1(ARGS)2/1x2(TX:a)[M]"),
    ];
    for (update, expected) in cases {
        assert_eq!(shown(&format!("{update}\n{rules}")), expected, "{update}");
        assert_eq!(shown(&format!("{rules}{update}")), expected, "{update}");
    }
}

#[test]
fn settings_are_kept() {
    let program = program(
        "SecRuleEngine DetectionOnly\nSecRequestBodyLimit 1000\nSecArgumentSeparator ;\nSecDataDir /var/x\nSecComponentSignature \"a/1\"",
    )
    .unwrap();
    assert_eq!(program.settings.engine, Some(Mode::Detect));
    assert_eq!(program.settings.request_body_limit, 1000);
    assert_eq!(program.settings.argument_separator, b';');
    assert_eq!(program.settings.components, ["a/1"]);
}

/// Debian's rules, and the newer set where it is at hand, load with no complaint.
#[test]
fn core_rule_sets_load() {
    for (name, place, at_least) in crate::test_rules::SETS {
        let Some(files) = crate::test_rules::files(name, place) else { continue };
        let files: Vec<&str> = files.iter().map(String::as_str).collect();
        let program = load(&Files, &files).unwrap_or_else(|all| panic!("{name}: {all:#?}"));
        let rules = program.items.iter().filter(|i| matches!(i, Item::Rule(_))).count();
        assert!(rules >= *at_least, "{name}: {rules} rules");
    }
}
