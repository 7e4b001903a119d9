use super::histogram::{Exponential, Side, explicit};
use proptest::prelude::*;

fn cumulative(histogram: Exponential, count: u64) -> Result<Vec<(f64, f64)>, &'static str> {
    let (mut bounds, mut values) = (Vec::new(), Vec::new());
    histogram.cumulative(count, &mut bounds, &mut values)?;
    bounds.push(f64::INFINITY);
    assert_eq!(bounds.len(), values.len());
    Ok(bounds.into_iter().zip(values).collect())
}

fn side(offset: i64, counts: &[u64]) -> Side {
    Side { offset, counts: counts.to_vec() }
}

#[test]
fn exponential_buckets_at_their_bounds() {
    let inf = f64::INFINITY;
    let root = std::f64::consts::SQRT_2;
    let cases = [
        (Exponential::default(), 0, vec![(0.0, 0.0), (inf, 0.0)]),
        (Exponential { zero_count: 2, ..Exponential::default() }, 2, vec![(0.0, 2.0), (inf, 2.0)]),
        (
            Exponential { positive: side(0, &[1, 2, 3]), zero_count: 4, ..Exponential::default() },
            10,
            vec![(0.0, 4.0), (1.0, 4.0), (2.0, 5.0), (4.0, 7.0), (8.0, 10.0), (inf, 10.0)],
        ),
        (
            Exponential { scale: 1, positive: side(-1, &[1, 1]), ..Exponential::default() },
            2,
            vec![(0.0, 0.0), ((-0.5f64).exp2(), 0.0), (1.0, 1.0), (root, 2.0), (inf, 2.0)],
        ),
        (
            Exponential { scale: -1, negative: side(0, &[1, 2]), zero_threshold: 0.25, positive: side(0, &[5]), ..Exponential::default() },
            8,
            vec![(-16.0, 0.0), (-4.0, 2.0), (-1.0, 3.0), (0.25, 3.0), (1.0, 3.0), (4.0, 8.0), (inf, 8.0)],
        ),
        // Beyond the floats: what is above goes to infinity, what is below to zero.
        (Exponential { scale: -10, positive: side(0, &[1, 2]), ..Exponential::default() }, 3, vec![(0.0, 0.0), (1.0, 0.0), (inf, 3.0)]),
        (
            Exponential { scale: -10, positive: side(-3, &[1, 2, 4]), ..Exponential::default() },
            7,
            vec![(0.0, 1.0), ((-1024.0f64).exp2(), 3.0), (1.0, 7.0), (inf, 7.0)],
        ),
    ];
    for (histogram, count, expected) in cases {
        assert_eq!(cumulative(histogram.clone(), count), Ok(expected), "{histogram:?}");
    }
}

#[test]
fn exponential_ones_that_are_refused() {
    let plain = Exponential { positive: side(0, &[2, 2]), ..Exponential::default() };
    let cases = [
        (plain.clone(), 3, "the histogram's count is less than its buckets'"),
        (Exponential { zero_count: u64::MAX, ..plain.clone() }, u64::MAX, "the histogram's count is less than its buckets'"),
        (Exponential { scale: 21, ..plain.clone() }, 4, "the histogram's scale is not between -10 and 20"),
        (Exponential { scale: -11, ..plain.clone() }, 4, "the histogram's scale is not between -10 and 20"),
        (Exponential { positive: side(i64::MAX, &[1]), ..plain.clone() }, 4, "the histogram's offset is beyond 32 bits"),
        (Exponential { zero_threshold: -1.0, ..plain.clone() }, 4, "the histogram's zero threshold is negative"),
        (Exponential { zero_threshold: f64::NAN, ..plain }, 4, "the histogram's zero threshold is negative"),
    ];
    for (histogram, count, reason) in cases {
        assert_eq!(cumulative(histogram.clone(), count), Err(reason), "{histogram:?}");
    }
}

/// Bounds, counts, the count, and the values that come of them.
type Case<'a> = (&'a [f64], &'a [u64], u64, Result<&'a [f64], &'static str>);

#[test]
fn explicit_buckets() {
    let inf = f64::INFINITY;
    let cases: [Case<'_>; 9] = [
        (&[], &[], 5, Ok(&[5.0])),
        (&[], &[5], 5, Ok(&[5.0])),
        (&[1.0, 2.0], &[1, 2, 3], 6, Ok(&[1.0, 3.0, 6.0])),
        (&[1.0, inf], &[1, 2, 0], 3, Ok(&[1.0, 3.0])),
        (&[1.0], &[1], 1, Err("the histogram has not one bucket more than bounds")),
        (&[1.0], &[], 1, Err("the histogram has not one bucket more than bounds")),
        (&[1.0, 1.0], &[0, 0, 0], 0, Err("the histogram's bounds do not ascend")),
        (&[f64::NAN], &[0, 0], 0, Err("the histogram's bounds do not ascend")),
        (&[1.0], &[2, 2], 3, Err("the histogram's count is less than its buckets'")),
    ];
    for (bounds, counts, count, expected) in cases {
        let (mut kept, mut values) = (bounds.to_vec(), Vec::new());
        let outcome = explicit(&mut kept, counts, count, &mut values);
        assert_eq!(outcome.map(|()| &values[..]), expected, "{bounds:?} {counts:?}");
        assert!(outcome.is_err() || kept.len() + 1 == values.len());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    #[allow(clippy::cast_possible_truncation)] // small numbers
    fn quantiles_stay_within_a_bucket(scale in -2i64..6, values in prop::collection::vec(0.001f64..1e6, 1..300)) {
        // What an SDK does, without its limit of buckets: each value in its bucket.
        let index = |value: f64| (value.log2() * f64::exp2(scale as f64)).ceil() as i64 - 1;
        let first = values.iter().map(|v| index(*v)).min().unwrap_or_default();
        let last = values.iter().map(|v| index(*v)).max().unwrap_or_default();
        prop_assume!(last - first < 1_000);
        let mut counts = vec![0; usize::try_from(last - first + 1).unwrap_or_default()];
        for value in &values {
            counts[usize::try_from(index(*value) - first).unwrap_or_default()] += 1;
        }
        let found = cumulative(Exponential { scale, positive: side(first, &counts), ..Exponential::default() }, values.len() as u64);
        let found = found.unwrap_or_default();
        prop_assert!(found.len() <= 164, "{}", found.len());
        prop_assert!(found.is_sorted_by(|a, b| a.0 < b.0 && a.1 <= b.1));
        for (bound, below) in found {
            // Values at a bound may fall on either side, by the last bit of the logarithm.
            let (low, high) = (bound * (1.0 - 1e-9), bound * (1.0 + 1e-9));
            let at_least = values.iter().filter(|v| **v <= low).count() as f64;
            let at_most = values.iter().filter(|v| **v <= high).count() as f64;
            prop_assert!(at_least <= below && below <= at_most, "{bound}: {at_least} {below} {at_most}");
        }
    }
}
