//! Another parser of the same protocol reads the same.

use super::{Precision, decode};
use crate::decode::testing::Written;
use influxdb_line_protocol::{FieldValue, parse_lines};
use proptest::prelude::*;

/// What the other parser finds, in the form that the test's sink has.
fn expected(text: &str) -> Option<Vec<String>> {
    let mut rows = Vec::new();
    for line in parse_lines(text) {
        let line = line.ok()?;
        let mut tags: Vec<(String, String)> =
            line.series.tag_set.iter().flatten().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        tags.sort();
        if tags.windows(2).any(|pair| matches!(pair, [a, b] if a.0 == b.0)) {
            return None;
        }
        let labels: Vec<String> = tags.iter().map(|(name, value)| format!("{name}={value:?}")).collect();
        let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
        for (name, value) in &line.field_set {
            let value = match value {
                FieldValue::I64(i) => *i as f64,
                FieldValue::U64(u) => *u as f64,
                FieldValue::F64(f) => *f,
                FieldValue::Boolean(b) => f64::from(u8::from(*b)),
                FieldValue::String(_) => continue,
            };
            let time = line.timestamp.map_or(7, |t| t.div_euclid(1_000));
            rows.push(format!("{}_{name}{labels} {value} {time}", line.series.measurement));
        }
    }
    Some(rows)
}

fn name() -> impl Strategy<Value = String> {
    // Letters, and everything that means something, escaped or harmless as it is.
    let piece = prop_oneof![
        6 => "[a-z_.0-9é\"#]".prop_map(String::from),
        1 => Just(r"\ ".to_owned()),
        1 => Just(r"\,".to_owned()),
        1 => Just(r"\=".to_owned()),
        1 => Just(r"\\".to_owned()),
        1 => Just(r"\x".to_owned()),
    ];
    // The other parser takes no backslash at the end, and no comment for a measurement.
    ("[a-z]", prop::collection::vec(piece, 0..8), "[a-z]").prop_map(|(first, rest, last)| first + &rest.concat() + &last)
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<f64>().prop_filter("finite", |f| f.is_finite()).prop_map(|f| f.to_string()),
        "-?[0-9]{1,25}(\\.[0-9]{1,25})?",
        "[0-9]{1,18}\\.[0-9]{1,4}",
        "[0-9]{1,3}[eE][+-]?[0-9]{1,2}",
        any::<i64>().prop_map(|i| format!("{i}i")),
        any::<u64>().prop_map(|u| format!("{u}u")),
        "t|T|true|True|TRUE|f|F|false|False|FALSE".prop_map(String::from),
        "\"([a-z ,=#\n]|\\\\\"|\\\\\\\\){0,9}\"",
    ]
}

fn line() -> impl Strategy<Value = String> {
    let pairs = prop::collection::vec((name(), name()), 0..4);
    let fields = prop::collection::vec((name(), value()), 1..6);
    let time = prop_oneof![3 => any::<i64>().prop_map(|t| format!(" {t}")), 1 => Just(String::new())];
    (name(), pairs, fields, time).prop_map(|(measurement, tags, fields, time)| {
        let tags: Vec<String> = tags.iter().map(|(name, value)| format!(",{name}={value}")).collect();
        let tags = tags.concat();
        let fields: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
        format!("{measurement}{tags} {}{time}", fields.join(","))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_other_parser_reads_the_same(lines in prop::collection::vec(line(), 1..5), end in "\n|\n\n|") {
        let text = lines.join("\n") + &end;
        if let Some(expected) = expected(&text) {
            let mut sink = Written::default();
            let report = decode(text.as_bytes(), Precision::Nanoseconds, 7, &mut sink);
            prop_assert_eq!(sink.rows, expected, "{:?}", report);
            prop_assert_eq!(report.rejected, 0);
        }
    }

    #[test]
    fn one_changed_byte_takes_its_own_line_at_most(lines in prop::collection::vec("[a-c],t=[a-c] f=[1-9],g=\"x\" [0-9]{4}", 3..6), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        prop_assume!(byte != b'\\' && byte != b'"');
        let mut bytes = lines.join("\n").into_bytes();
        let at = at.index(bytes.len());
        prop_assume!(bytes[at] != b'\n' && bytes[at] != b'"');
        bytes[at] = byte;
        let mut sink = Written::default();
        let report = decode(&bytes, Precision::Nanoseconds, 7, &mut sink);
        prop_assert!(sink.rows.len() + 1 >= lines.len(), "{:?}", report);
    }
}
