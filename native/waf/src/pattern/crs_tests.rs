//! The Core Rule Set's own patterns, when it is on the machine.

use super::crs_rules::{Rule, version_3, version_4};
use super::*;

fn compile(rules: &[Rule]) -> Vec<(u32, Pattern)> {
    let compiled = |rule: &Rule| Pattern::compile_bytes(&rule.pattern, Flags::default()).unwrap_or_else(|e| panic!("{}: {e}", rule.id));
    rules.iter().map(|rule| (rule.id, compiled(rule))).collect()
}

fn not_linear(patterns: &[(u32, Pattern)]) -> Vec<(u32, Approach)> {
    let all: Vec<_> =
        patterns.iter().map(|(id, pattern)| (*id, *pattern.approach())).filter(|(_, approach)| *approach != Approach::Linear).collect();
    for (id, approach) in &all {
        println!("{id}: {approach:?}");
    }
    all
}

fn memory(patterns: &[(u32, Pattern)]) -> usize {
    patterns.iter().map(|(_, pattern)| pattern.memory()).sum()
}

#[test]
fn version_3_compiles_within_its_memory() {
    let Some(rules) = version_3() else { return };
    let patterns = compile(&rules);
    assert_eq!(patterns.len(), 264);
    assert_eq!(
        not_linear(&patterns),
        [
            (920_120, Approach::Rewritten { why: "look-behind" }),
            (920_600, Approach::Rewritten { why: "possessive repetition" }),
            (942_130, Approach::Bounded { why: "back-reference" }),
            (942_260, Approach::Rewritten { why: "possessive repetition" }),
            (953_120, Approach::Rewritten { why: "look-ahead" }),
        ]
    );
    assert!(memory(&patterns) < 12 * 1024 * 1024, "{}", memory(&patterns));
}

#[test]
fn version_4_is_linear_throughout() {
    let Some(rules) = version_4() else { return };
    let patterns = compile(&rules);
    assert_eq!(patterns.len(), 318);
    assert_eq!(not_linear(&patterns), []);
    assert!(memory(&patterns) < 24 * 1024 * 1024, "{}", memory(&patterns));
}

/// Values made of the patterns themselves: what is left of their text without operators, whole and in pieces, and their literals.
fn values(rules: &[Rule], patterns: &[(u32, Pattern)]) -> Vec<Vec<u8>> {
    let mut values: Vec<Vec<u8>> = Vec::new();
    for (rule, (_, pattern)) in rules.iter().zip(patterns) {
        let text: Vec<u8> = rule.pattern.iter().copied().filter(|byte| !b"?:[]\\^$".contains(byte)).collect();
        values.extend(text.chunks(48).map(<[u8]>::to_vec));
        values.extend(rule.pattern.split(|byte| b"|()".contains(byte)).filter(|piece| piece.len() > 2).take(12).map(<[u8]>::to_vec));
        for literal in pattern.required().literals.iter().take(12) {
            values.push([&b"1' "[..], literal, b" (1)=\"x\">"].concat());
        }
    }
    // Two neighbours together make what neither is.
    let pairs: Vec<Vec<u8>> = values.windows(2).step_by(3).map(<[Vec<u8>]>::concat).collect();
    values.extend(pairs);
    values
}

#[test]
fn the_prefilter_never_leaves_out_a_match() {
    for rules in [version_3(), version_4()].into_iter().flatten() {
        let patterns = compile(&rules);
        let mut builder = Prefilter::builder();
        for (id, (_, pattern)) in (0..).zip(&patterns) {
            builder.add(id, pattern.required().clone());
        }
        let filter = builder.build();
        let mut named = IdSet::default();
        let mut matches = 0;
        for value in values(&rules, &patterns).iter().step_by(15) {
            filter.scan(value, &mut named);
            for (id, (rule, pattern)) in (0..).zip(&patterns) {
                if !named.contains(id) && !filter.always().contains(id) {
                    assert!(!pattern.is_match(value), "{rule} on {}", value.escape_ascii());
                } else if pattern.is_match(value) {
                    matches += 1;
                }
            }
        }
        println!("{matches} matches were named");
        assert!(matches > 1000);
    }
}

#[test]
fn ordinary_values_leave_few_candidates() {
    let Some(rules) = version_3() else { return };
    // The attack rules; those about the protocol look at one field each.
    let attacks = |id: u32| (930_000..944_999).contains(&id);
    let mut builder = Prefilter::builder();
    for (id, (rule, pattern)) in (0..).zip(compile(&rules)) {
        if attacks(rule) {
            builder.add(id, pattern.required().clone());
        }
    }
    let filter = builder.build();
    let mut named = IdSet::default();
    // Of about 150; what is left are patterns of the higher levels that begin and end with classes.
    let mut too_many = Vec::new();
    for (value, most) in [
        ("newsletter", 13),
        ("red running shoes", 14),
        ("8f14e45fceea167a5a36dedd4bea2543", 14),
        ("john.doe@example.com", 16),
        ("gzip, deflate, br", 14),
        ("Please send the blue one in size 42 to my new address.", 18),
        ("/products/42?page=2&sort=price", 28),
    ] {
        filter.scan(value.as_bytes(), &mut named);
        println!("{} for {value:?}", named.len());
        if named.len() > most {
            too_many.push((value, named.len()));
        }
    }
    assert_eq!(too_many, []);
}
