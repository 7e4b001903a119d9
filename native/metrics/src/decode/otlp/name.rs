//! Names in Prometheus's form.

use crate::sink::Kind;

/// Words for units (UCUM); others stay as they are.
const UNITS: [(&str, &str); 26] = [
    ("d", "days"),
    ("h", "hours"),
    ("min", "minutes"),
    ("s", "seconds"),
    ("ms", "milliseconds"),
    ("us", "microseconds"),
    ("ns", "nanoseconds"),
    ("By", "bytes"),
    ("KiBy", "kibibytes"),
    ("MiBy", "mebibytes"),
    ("GiBy", "gibibytes"),
    ("TiBy", "tibibytes"),
    ("KBy", "kilobytes"),
    ("kBy", "kilobytes"),
    ("MBy", "megabytes"),
    ("GBy", "gigabytes"),
    ("TBy", "terabytes"),
    ("m", "meters"),
    ("V", "volts"),
    ("A", "amperes"),
    ("J", "joules"),
    ("W", "watts"),
    ("g", "grams"),
    ("Cel", "celsius"),
    ("Hz", "hertz"),
    ("%", "percent"),
];

/// The same behind a slash.
const PER: [(&str, &str); 7] =
    [("s", "second"), ("m", "minute"), ("h", "hour"), ("d", "day"), ("w", "week"), ("mo", "month"), ("y", "year")];

/// A metric's name and unit in Prometheus's form.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Named {
    /// With the unit and `_total` or `_ratio` behind it.
    pub name: String,
    /// As in `# UNIT`.
    pub unit: String,
}

/// Converts a metric's name and unit. An empty result means that there was nothing to make a name of.
pub(super) fn named(name: &[u8], unit: &[u8], kind: Kind) -> Named {
    let mut words: Vec<&str> = Vec::new();
    let valid = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b':';
    for word in name.split(|b| !valid(b)).filter(|w| !w.is_empty()) {
        words.extend(std::str::from_utf8(word));
    }
    if words.is_empty() {
        return Named::default();
    }
    let unit = std::str::from_utf8(unit).unwrap_or_default().trim();
    let (main, per) = unit.split_once('/').map_or((unit, ""), |(main, per)| (main.trim(), per.trim()));
    let main = if main == "1" { String::new() } else { word(main, &UNITS) };
    let per = word(per, &PER);
    let suffix = if per.is_empty() { String::new() } else { format!("per_{per}") };
    let ratio = unit == "1" && kind == Kind::Gauge;
    let spoken: Vec<&str> = [main.as_str(), suffix.as_str()].into_iter().filter(|part| !part.is_empty()).collect();
    let spoken = if ratio { "ratio".to_owned() } else { spoken.join("_") };
    for part in [&main, &suffix] {
        if !part.is_empty() && !words.contains(&part.as_str()) {
            words.push(part);
        }
    }
    for (ending, wanted) in [("total", kind == Kind::Counter), ("ratio", ratio)] {
        if wanted {
            words.retain(|word| *word != ending);
            words.push(ending);
        }
    }
    let mut name = words.join("_");
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        name.insert(0, '_');
    }
    Named { name, unit: spoken }
}

/// One side of a unit: nothing for what stands in braces, which says what is counted.
fn word(unit: &str, table: &[(&str, &str)]) -> String {
    if unit.contains(['{', '}']) {
        return String::new();
    }
    match table.iter().find(|(short, _)| *short == unit) {
        Some((_, long)) => (*long).to_owned(),
        None => unit.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty()).collect::<Vec<_>>().join("_"),
    }
}

/// A label's name: letters, digits and single underscores, no digit or underscore first. An empty result means that there was
/// nothing to make a name of.
pub(super) fn label(key: &[u8]) -> String {
    let mut out = String::with_capacity(key.len() + 4);
    let mut last = ' ';
    for c in String::from_utf8_lossy(key).chars() {
        let c = if c.is_ascii_alphanumeric() { c } else { '_' };
        if c != '_' || last != '_' {
            out.push(c);
        }
        last = c;
    }
    if out.starts_with(|c: char| c.is_ascii_digit()) {
        out.insert_str(0, "key_");
    } else if out.starts_with('_') {
        out.insert_str(0, "key");
    }
    if out == "key_" { String::new() } else { out }
}

#[cfg(test)]
mod tests {
    use super::{label, named};
    use crate::sink::Kind;

    #[test]
    fn metric_names() {
        let cases = [
            ("http.server.request.duration", "s", Kind::Histogram, "http_server_request_duration_seconds", "seconds"),
            ("system.memory.usage", "By", Kind::Gauge, "system_memory_usage_bytes", "bytes"),
            ("system.memory.utilization", "1", Kind::Gauge, "system_memory_utilization_ratio", "ratio"),
            ("requests", "1", Kind::Counter, "requests_total", ""),
            ("requests_total", "", Kind::Counter, "requests_total", ""),
            ("requests.total.count", "", Kind::Counter, "requests_count_total", ""),
            ("system.network.io", "By", Kind::Counter, "system_network_io_bytes_total", "bytes"),
            ("system.network.dropped", "{packets}", Kind::Counter, "system_network_dropped_total", ""),
            ("system.network.dropped", "packets", Kind::Gauge, "system_network_dropped_packets", "packets"),
            ("speed", "m/s", Kind::Gauge, "speed_meters_per_second", "meters_per_second"),
            ("rate", "{request}/s", Kind::Gauge, "rate_per_second", "per_second"),
            ("rate", "1/s", Kind::Gauge, "rate_per_second", "per_second"),
            ("odd", "foo/bar", Kind::Gauge, "odd_foo_per_bar", "foo_per_bar"),
            ("odd", "a.b//c", Kind::Gauge, "odd_a_b_per_c", "a_b_per_c"),
            ("latency_seconds", "s", Kind::Gauge, "latency_seconds", "seconds"),
            ("seconds.latency", "s", Kind::Gauge, "seconds_latency", "seconds"),
            ("a  b..c__d", "", Kind::Gauge, "a_b_c_d", ""),
            ("rule:name", "", Kind::Gauge, "rule:name", ""),
            ("2fast", "", Kind::Gauge, "_2fast", ""),
            ("größe", "", Kind::Gauge, "gr_e", ""),
            ("...", "s", Kind::Gauge, "", ""),
            ("", "", Kind::Gauge, "", ""),
        ];
        for (name, unit, kind, expected, spoken) in cases {
            let found = named(name.as_bytes(), unit.as_bytes(), kind);
            assert_eq!((found.name.as_str(), found.unit.as_str()), (expected, spoken), "{name} {unit}");
        }
    }

    #[test]
    fn label_names() {
        let cases = [
            ("http.method", "http_method"),
            ("a..b", "a_b"),
            ("1st", "key_1st"),
            ("_x", "key_x"),
            ("straße", "stra_e"),
            ("ok_1", "ok_1"),
            ("", ""),
            ("__", ""),
            ("é", ""),
        ];
        for (key, expected) in cases {
            assert_eq!(label(key.as_bytes()), expected, "{key}");
        }
    }
}
