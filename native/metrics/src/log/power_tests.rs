//! Whatever was said to be kept is there after the power was cut, once.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use super::log_tests::{Sender, kept};
use super::power::Power;
use super::{Log, Options};
use proptest::prelude::*;
use std::time::Duration;

/// Small enough that segments are closed by size again and again.
fn options() -> Options {
    Options { segment_bytes: 300, segment_age: Duration::from_millis(3), ..Options::default() }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_was_acknowledged_is_there(
        operations in 0_u32..60,
        requests in prop::collection::vec((1_usize..6, 0_u8..4), 1..25),
        tail in any::<u8>(),
        garbage in any::<bool>(),
        new_names in any::<bool>(),
        again in 0_u32..12,
    ) {
        let power = Power::default();
        power.cut_after(operations);
        let mut sender = Sender::default();
        // With no power from the first moment on there is no log either.
        if let Ok((log, _)) = Log::open(power.clone(), [1; 16], options(), || 0) {
            for (rows, pause) in requests {
                // Refused is as good as not acknowledged.
                let _ = sender.send(&log, rows);
                if pause == 0 {
                    sender.wait();
                }
            }
            sender.wait();
            log.close();
        }
        let acknowledged = sender.acknowledged();
        // The power goes again while the first start closes segments.
        let second = power.after(tail, garbage, new_names);
        second.cut_after(again);
        drop(Log::open(second.clone(), [2; 16], options(), || 0).map(|(log, _)| log.close()));
        let third = second.after(tail, garbage, !new_names);
        let (log, _) = Log::open(third.clone(), [3; 16], options(), || 0).unwrap();
        log.close();
        let found = kept(&third);
        for time in &acknowledged {
            prop_assert_eq!(found.iter().filter(|t| *t == time).count(), 1, "row {} of {:?}", time, found);
        }
        for time in &found {
            prop_assert!(sender.sent(*time), "row {} was never sent", time);
        }
    }
}

#[test]
fn the_simulation_loses_what_was_not_synced() {
    use super::files::{Files, Written};
    let power = Power::default();
    let mut file = power.create("a").unwrap();
    file.write(b"synced").unwrap();
    file.sync().unwrap();
    assert!(power.after(255, false, false).list().unwrap().is_empty(), "its name was not synced");
    Files::sync(&power).unwrap();
    file.write(b" and not").unwrap();
    assert_eq!(power.after(0, false, false).read("a").unwrap(), b"synced");
    assert_eq!(power.after(128, false, false).read("a").unwrap(), b"synced and");
    power.rename("a", "b").unwrap();
    assert!(power.after(0, false, false).read("b").is_err());
    power.cut_after(0);
    assert!(file.write(b"x").is_err());
}
