//! A sink that writes rows down, for tests.

use crate::{Kind, Limits, Refusal, Refused, SeriesKey, Sink, Source};

/// Rows as text: `name{label="value",…} value time`, one a value; what is refused is not among them.
#[derive(Default)]
pub(crate) struct Written {
    /// One line a value.
    pub rows: Vec<String>,
    /// `name kind unit help`.
    pub metadata: Vec<String>,
    /// What `takes_delta` says.
    pub delta: bool,
    limits: Limits,
    before: Option<Vec<Vec<u8>>>,
}

impl Sink for Written {
    fn row(&mut self, source: &Source<'_>, time: i64, values: &[f64]) -> Result<(), Refusal> {
        assert_eq!(source.describe.count(), values.len());
        let parts: Vec<Vec<u8>> = source.parts.iter().map(|p| p.to_vec()).collect();
        if source.again {
            assert_eq!(self.before.as_ref(), Some(&parts), "the same as before");
        }
        self.before = Some(parts);
        let (mut refused, mut why) = (0, Refused::NoName);
        for (index, value) in values.iter().enumerate() {
            let mut key = SeriesKey::new(self.limits);
            match key.read(source.describe, index) {
                Ok(()) => {
                    let value = if value.to_bits() == super::STALE { "stale".into() } else { value.to_string() };
                    let delta = if source.delta { " delta" } else { "" };
                    self.rows.push(format!("{} {value} {time}{delta}", spelled(&key)));
                }
                Err(error) => {
                    why = if refused == 0 { error } else { why };
                    refused += 1;
                }
            }
        }
        if refused > 0 { Err(Refusal { values: refused, why }) } else { Ok(()) }
    }

    fn metadata(&mut self, name: &[u8], kind: Kind, unit: &[u8], help: &[u8]) {
        let text = String::from_utf8_lossy;
        self.metadata.push(format!("{} {} {:?} {:?}", text(name), kind.word(), text(unit), text(help)));
    }

    fn takes_delta(&self) -> bool {
        self.delta
    }
}

fn spelled(key: &SeriesKey) -> String {
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    let labels: Vec<String> = key.labels().map(|(name, value)| format!("{}={:?}", text(name), text(value))).collect();
    let name = text(key.metric());
    if labels.is_empty() { name } else { format!("{name}{{{}}}", labels.join(",")) }
}
