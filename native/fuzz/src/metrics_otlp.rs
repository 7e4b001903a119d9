//! OTLP: whatever JSON is taken is JSON, and makes a message that can be read.

use crate::metrics::Strict;
use hcc_metrics::decode::otlp;

/// Any bytes are a message, or JSON.
pub fn check(data: &[u8]) {
    let mut sink = Strict::default();
    if let Ok(report) = otlp::protobuf(data, 7, &mut sink) {
        assert!(report.faults.len() as u64 <= report.rejected);
    }
    if let Ok(message) = otlp::transcode(data) {
        assert!(serde_json::from_slice::<serde::de::IgnoredAny>(data).is_ok());
        assert!(message.len() <= 10 * data.len(), "{} of {}", message.len(), data.len());
        let mut sink = Strict::default();
        let report = otlp::json(data, 7, &mut sink).unwrap_or_else(|e| panic!("{e}"));
        sink.agrees(&report);
    }
}
