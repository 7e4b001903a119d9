//! Look-ups in a file that is made here, byte by byte, from the format's description.

use super::{GeoFile, GeoLookup};
use std::net::IpAddr;

/// A value of the format's data section.
enum Value {
    Text(&'static str),
    Double(f64),
    Short(u16),
    Number(u32),
    Long(u64),
    Map(Vec<(&'static str, Value)>),
    Array(Vec<Value>),
}

fn control(kind: u8, size: usize) -> Vec<u8> {
    let size = u8::try_from(size).unwrap_or(u8::MAX);
    assert!(size < 29, "longer values need another form");
    if kind > 7 { vec![size, kind - 7] } else { vec![kind << 5 | size] }
}

fn encode(value: &Value) -> Vec<u8> {
    match value {
        Value::Text(text) => [control(2, text.len()), text.as_bytes().to_vec()].concat(),
        Value::Double(number) => [control(3, 8), number.to_be_bytes().to_vec()].concat(),
        Value::Short(number) => [control(5, 2), number.to_be_bytes().to_vec()].concat(),
        Value::Long(number) => [control(9, 8), number.to_be_bytes().to_vec()].concat(),
        Value::Number(number) => [control(6, 4), number.to_be_bytes().to_vec()].concat(),
        Value::Map(entries) => {
            let inner = entries.iter().flat_map(|(key, value)| [encode(&Value::Text(key)), encode(value)].concat());
            [control(7, entries.len()), inner.collect()].concat()
        }
        Value::Array(values) => [control(11, values.len()), values.iter().flat_map(encode).collect()].concat(),
    }
}

/// An IPv4 tree of `depth` nodes that leads to one record for the addresses whose first `depth` bits are zero, and nowhere else.
fn file(record: &Value, depth: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    for node in 0..depth {
        let left = if node + 1 == depth { depth + 16 } else { node + 1 };
        for pointer in [left, depth] {
            bytes.extend(&pointer.to_be_bytes()[1..]);
        }
    }
    bytes.extend([0; 16]);
    bytes.extend(encode(record));
    bytes.extend(b"\xab\xcd\xefMaxMind.com");
    bytes.extend(encode(&Value::Map(vec![
        ("node_count", Value::Number(depth)),
        ("record_size", Value::Short(24)),
        ("ip_version", Value::Short(4)),
        ("database_type", Value::Text("GeoLite2-City")),
        ("languages", Value::Array(vec![Value::Text("en")])),
        ("binary_format_major_version", Value::Short(2)),
        ("binary_format_minor_version", Value::Short(0)),
        ("build_epoch", Value::Long(1)),
        ("description", Value::Map(vec![])),
    ])));
    bytes
}

fn english(name: &'static str) -> Value {
    Value::Map(vec![("de", Value::Text("?")), ("en", Value::Text(name))])
}

#[test]
fn cities() {
    let record = Value::Map(vec![
        ("continent", Value::Map(vec![("code", Value::Text("EU")), ("names", english("Europe"))])),
        ("country", Value::Map(vec![("iso_code", Value::Text("AT")), ("names", english("Austria"))])),
        ("city", Value::Map(vec![("names", english("Graz"))])),
        ("subdivisions", Value::Array(vec![Value::Map(vec![("iso_code", Value::Text("6"))])])),
        ("postal", Value::Map(vec![("code", Value::Text("8010"))])),
        ("location", Value::Map(vec![("latitude", Value::Double(47.07)), ("longitude", Value::Double(-15.5))])),
    ]);
    let geo = GeoFile::from_bytes(file(&record, 8)).unwrap_or_else(|e| panic!("{e}"));
    let found = geo.look_up(IpAddr::from([0, 1, 2, 3])).unwrap_or_default();
    let want = [
        ("COUNTRY_CODE", "AT"),
        ("COUNTRY_NAME", "Austria"),
        ("COUNTRY_CONTINENT", "Europe"),
        ("REGION", "6"),
        ("CITY", "Graz"),
        ("POSTAL_CODE", "8010"),
        ("LATITUDE", "47.070000"),
        ("LONGITUDE", "-15.500000"),
    ];
    assert_eq!(found.fields().collect::<Vec<_>>(), want);
    for address in ["1.2.3.4", "::1"] {
        let address: IpAddr = address.parse().unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(geo.look_up(address), None, "{address}");
    }
}

#[test]
fn countries() {
    let record = Value::Map(vec![("country", Value::Map(vec![("iso_code", Value::Text("US"))]))]);
    let geo = GeoFile::from_bytes(file(&record, 1)).unwrap_or_else(|e| panic!("{e}"));
    let found = geo.look_up(IpAddr::from([127, 0, 0, 1])).unwrap_or_default();
    assert_eq!(found.fields().collect::<Vec<_>>(), [("COUNTRY_CODE", "US")]);
    assert_eq!(geo.look_up(IpAddr::from([128, 0, 0, 1])), None);
}

#[test]
fn broken_files() {
    let whole = file(&Value::Map(vec![("country", Value::Map(vec![("iso_code", Value::Text("US"))]))]), 8);
    for length in 0..whole.len() {
        // Cut files are refused or know nothing; they never bring the process down.
        if let Ok(geo) = GeoFile::from_bytes(whole[..length].to_vec()) {
            let _ = geo.look_up(IpAddr::from([0, 0, 0, 0]));
        }
    }
    assert!(GeoFile::from_bytes(b"no such thing".to_vec()).is_err());
}
