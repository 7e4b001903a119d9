//! Packed bodies: never more than allowed, whatever they say of themselves.

use hcc_metrics::decode::expand::{Encoding, Fault, expand};

const LIMIT: usize = 100_000;

/// Any bytes are packed, in every way.
pub fn check(data: &[u8]) {
    for encoding in [Encoding::Identity, Encoding::Gzip, Encoding::Deflate, Encoding::Zstd, Encoding::Snappy] {
        let mut room = Vec::new();
        let outcome = expand(encoding, data, LIMIT, &mut room).map(<[u8]>::to_vec);
        assert!(room.capacity() <= 2 * LIMIT + 64);
        match outcome {
            Ok(plain) => {
                assert!(plain.len() <= LIMIT);
                if let Some(less) = plain.len().checked_sub(1) {
                    assert_eq!(expand(encoding, data, less, &mut room), Err(Fault::TooLarge), "{encoding:?}");
                }
            }
            Err(fault) => assert!(encoding != Encoding::Identity || fault == Fault::TooLarge),
        }
    }
}
