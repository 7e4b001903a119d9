//! Files in `MaxMind`'s format, made for tests.

use ipnet::IpNet;
use serde_json::Value;
use std::net::IpAddr;

/// A database of networks and their records (`MaxMind` DB file format 2.0): a tree of 32-bit records over 128 bits, in which IPv4
/// lies at `::/96`, then the data, then the metadata.
pub fn database(kind: &str, networks: &[(&str, Value)]) -> Vec<u8> {
    let mut nodes: Vec<[Option<Step>; 2]> = vec![[None, None]];
    let mut data = Vec::new();
    for (text, record) in networks {
        let Ok(network) = text.parse::<IpNet>() else { panic!("no network: {text}") };
        let (bits, length) = match network.network() {
            IpAddr::V4(v4) => (u128::from(v4.to_bits()), network.prefix_len() + 96),
            IpAddr::V6(v6) => (v6.to_bits(), network.prefix_len()),
        };
        let at = data.len();
        put(&mut data, record);
        let mut node = 0;
        for depth in 0..length {
            let side = usize::from(bits >> (127 - depth) & 1 == 1);
            if depth == length - 1 {
                nodes[node][side] = Some(Step::Data(at));
                break;
            }
            node = if let Some(Step::Node(next)) = nodes[node][side] {
                next
            } else {
                nodes.push([None, None]);
                let next = nodes.len() - 1;
                nodes[node][side] = Some(Step::Node(next));
                next
            };
        }
    }
    let count = nodes.len();
    let mut file = Vec::new();
    for side in nodes.iter().flatten() {
        let value = match side {
            None => count,
            Some(Step::Node(node)) => *node,
            Some(Step::Data(at)) => count + 16 + at,
        };
        file.extend_from_slice(&u32::try_from(value).unwrap_or(0).to_be_bytes());
    }
    file.extend_from_slice(&[0; 16]);
    file.extend_from_slice(&data);
    file.extend_from_slice(b"\xab\xcd\xefMaxMind.com");
    let meta = serde_json::json!({
        "node_count": count, "record_size": 32, "ip_version": 6, "database_type": kind, "languages": ["en"],
        "binary_format_major_version": 2, "binary_format_minor_version": 0, "build_epoch": 1_700_000_000, "description": {"en": kind},
    });
    put(&mut file, &meta);
    file
}

#[derive(Clone, Copy)]
enum Step {
    Node(usize),
    Data(usize),
}

fn head(out: &mut Vec<u8>, kind: u8, size: usize) {
    let size = u8::try_from(size).unwrap_or(0);
    assert!(size < 29, "short values only");
    if kind < 8 { out.push(kind << 5 | size) } else { out.extend([size, kind - 7]) }
}

fn put(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::String(text) => {
            head(out, 2, text.len());
            out.extend_from_slice(text.as_bytes());
        }
        Value::Number(number) => {
            head(out, 6, 4);
            out.extend_from_slice(&u32::try_from(number.as_u64().unwrap_or(0)).unwrap_or(0).to_be_bytes());
        }
        Value::Object(map) => {
            head(out, 7, map.len());
            for (key, value) in map {
                put(out, &Value::String(key.clone()));
                // The metadata's numbers have types of their own.
                match (key.as_str(), value.as_u64()) {
                    ("record_size" | "ip_version" | "binary_format_major_version" | "binary_format_minor_version", Some(number)) => {
                        head(out, 5, 2);
                        out.extend_from_slice(&u16::try_from(number).unwrap_or(0).to_be_bytes());
                    }
                    ("build_epoch", Some(number)) => {
                        head(out, 9, 8);
                        out.extend_from_slice(&number.to_be_bytes());
                    }
                    _ => put(out, value),
                }
            }
        }
        Value::Array(list) => {
            head(out, 11, list.len());
            for value in list {
                put(out, value);
            }
        }
        _ => panic!("no such value in these tests"),
    }
}
