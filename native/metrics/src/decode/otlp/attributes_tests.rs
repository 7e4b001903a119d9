use super::attributes::{labels, text};
use super::messages::{Any, AnyValue, Array, KeyValue, Map, any, attribute, named};
use crate::sink::Refused;
use prost::Message;

#[test]
fn values_of_every_kind() {
    let list = |values: Vec<Any>| Any::Array(Array { values: values.into_iter().map(any).collect() });
    let map = |values: Vec<KeyValue>| Any::Map(Map { values });
    let mixed = vec![Any::Text("a\"b".into()), Any::Int(-1), Any::Double(0.5), Any::Bool(true), Any::Bytes(vec![1]), list(vec![])];
    let cases = [
        (Any::Text("a \"b\"".into()), "a \"b\""),
        (Any::Text(String::new()), ""),
        (Any::Bool(true), "true"),
        (Any::Bool(false), "false"),
        (Any::Int(i64::MIN), "-9223372036854775808"),
        (Any::Double(1.5), "1.5"),
        (Any::Double(3.0), "3"),
        (Any::Double(-2e300), "-2e300"),
        (Any::Double(1.5e-7), "1.5e-7"),
        (Any::Double(1e20), "100000000000000000000"),
        (Any::Double(f64::NAN), "NaN"),
        (Any::Double(f64::NEG_INFINITY), "-Infinity"),
        (Any::Bytes(b"hello".to_vec()), "aGVsbG8="),
        (Any::Bytes(vec![0xff, 0xfe, 0xfd]), "//79"),
        (Any::Bytes(vec![1, 2, 3, 4]), "AQIDBA=="),
        (list(mixed), r#"["a\"b",-1,0.5,true,"AQ==",[]]"#),
        (map(vec![named("k", "v"), attribute("n", map(vec![attribute("x", Any::Double(f64::NAN))]))]), r#"{"k":"v","n":{"x":"NaN"}}"#),
    ];
    for (value, expected) in cases {
        let bytes = any(value).encode_to_vec();
        assert_eq!(text(&bytes).map(|t| String::from_utf8_lossy(&t).into_owned()), Ok(expected.to_owned()));
    }
    assert_eq!(text(&AnyValue { value: None }.encode_to_vec()), Ok(b"".as_slice().into()));
}

#[test]
fn depth_has_a_bound() {
    let nested = |depth: usize| {
        let mut value = Any::Int(1);
        for _ in 0..depth {
            value = Any::Array(Array { values: vec![any(value)] });
        }
        any(value).encode_to_vec()
    };
    assert_eq!(text(&nested(15)).map(|t| t.len()), Ok(31));
    for depth in [16, 90] {
        assert_eq!(text(&nested(depth)), Err(Refused::Malformed("an attribute is nested too deeply")));
    }
}

#[test]
fn keys_that_become_one() {
    let attributes = [named("a_b", "3"), named("z", "last"), named("a.b", "2"), named("a-b", "1")].map(|a| a.encode_to_vec());
    let found = labels(attributes.iter().map(Vec::as_slice));
    assert_eq!(found, Ok(vec![("a_b".to_owned(), b"1;2;3".to_vec()), ("z".to_owned(), b"last".to_vec())]));
    let nameless = named("", "x").encode_to_vec();
    assert_eq!(labels(std::iter::once(&nameless[..])), Err(Refused::NoName));
    assert!(matches!(labels(std::iter::once(&b"\x0a\x05x"[..])), Err(Refused::Malformed(_))));
}
