//! A sink for the decoders' targets: spells every series out and checks what every sink may rely on.

use hcc_metrics::{Kind, Limits, Refusal, Report, SeriesKey, Sink, Source};

/// What came, with the values' bits.
#[derive(Default)]
pub struct Strict {
    /// Series in canonical form, time, bits of the value.
    pub rows: Vec<(Vec<u8>, i64, u64)>,
    values: u64,
    refused: u64,
    before: Vec<Vec<u8>>,
}

impl Sink for Strict {
    fn row(&mut self, source: &Source<'_>, time: i64, values: &[f64]) -> Result<(), Refusal> {
        assert_eq!(source.describe.count(), values.len(), "one value a series");
        assert!(!values.is_empty() && !source.delta);
        let parts: Vec<Vec<u8>> = source.parts.iter().map(|part| part.to_vec()).collect();
        assert!(!source.again || parts == self.before, "the same as before");
        self.before = parts;
        let mut key = SeriesKey::new(Limits { labels: 8, name: 64, value: 64 });
        let mut refusal = None;
        for (index, value) in values.iter().enumerate() {
            match key.read(source.describe, index) {
                Ok(()) => {
                    check(&key);
                    self.rows.push((key.canonical().to_vec(), time, value.to_bits()));
                    self.values += 1;
                }
                Err(why) => {
                    let refusal = refusal.get_or_insert(Refusal { values: 0, why });
                    refusal.values += 1;
                    self.refused += 1;
                }
            }
        }
        refusal.map_or(Ok(()), Err)
    }

    fn metadata(&mut self, name: &[u8], _: Kind, _: &[u8], _: &[u8]) {
        assert!(!name.is_empty());
    }
}

impl Strict {
    /// What the decoder counted is what came.
    pub fn agrees(&self, report: &Report) {
        assert_eq!((report.accepted, report.refused_values), (self.values, self.refused));
        assert_eq!(report.faults.len() as u64, report.rejected.min(hcc_metrics::sink::KEPT_FAULTS as u64));
        assert!(report.faults.is_sorted_by_key(|fault| fault.at));
        assert!(report.faults.iter().all(|fault| !fault.reason.is_empty()));
    }
}

fn check(key: &SeriesKey) {
    assert!(!key.metric().is_empty() && key.metric().len() <= 64);
    let labels: Vec<_> = key.labels().collect();
    assert!(labels.len() <= 8 && labels.is_sorted_by(|a, b| a.0 < b.0));
    assert!(labels.iter().all(|(name, value)| !name.is_empty() && !value.is_empty() && *name != b"__name__"));
    let parts: Vec<&[u8]> = key.canonical().split(|byte| *byte == 0).collect();
    let expected: Vec<&[u8]> = std::iter::once(key.metric()).chain(labels.iter().flat_map(|(name, value)| [*name, *value])).collect();
    assert_eq!(parts, expected);
    assert!(std::str::from_utf8(key.canonical()).is_ok());
}
