//! Buckets made cumulative.

/// Counts that do not fit each other.
const COUNTS: &str = "the histogram's count is less than its buckets'";

/// Bounds that an exponential histogram has on each side at most. More are put together two by two, which its scale is made for.
const SIDE: usize = 160;

/// Scales that are in use (the SDKs' range).
const SCALES: std::ops::RangeInclusive<i64> = -10..=20;

/// Writes the value of each bound and of infinity. An infinite bound goes, since infinity is there anyway.
pub(super) fn explicit(bounds: &mut Vec<f64>, counts: &[u64], count: u64, values: &mut Vec<f64>) -> Result<(), &'static str> {
    // No bounds and no buckets: a sum and a count alone.
    if counts.len() != bounds.len() + 1 && !(counts.is_empty() && bounds.is_empty()) {
        return Err("the histogram has not one bucket more than bounds");
    }
    let ascending = bounds.windows(2).all(|pair| matches!(pair, [a, b] if a < b));
    if !ascending || bounds.iter().any(|bound| bound.is_nan()) {
        return Err("the histogram's bounds do not ascend");
    }
    let mut sum = 0u64;
    for (index, bucket) in counts.iter().enumerate() {
        sum = sum.checked_add(*bucket).filter(|sum| *sum <= count).ok_or(COUNTS)?;
        if bounds.get(index).is_some_and(|bound| *bound != f64::INFINITY) {
            values.push(sum as f64);
        }
    }
    bounds.retain(|bound| *bound != f64::INFINITY);
    values.push(count as f64);
    Ok(())
}

/// Buckets on one side of zero: the first has index `offset`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Side {
    pub offset: i64,
    pub counts: Vec<u64>,
}

/// An exponential histogram: bucket `i` of scale `s` holds what is above 2^(i/2^s) and not above 2^((i+1)/2^s).
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Exponential {
    pub scale: i64,
    pub zero_count: u64,
    pub zero_threshold: f64,
    pub positive: Side,
    pub negative: Side,
}

impl Exponential {
    /// Writes bounds in ascending order with the cumulative values, and infinity's.
    pub fn cumulative(mut self, count: u64, bounds: &mut Vec<f64>, values: &mut Vec<f64>) -> Result<(), &'static str> {
        if !SCALES.contains(&self.scale) {
            return Err("the histogram's scale is not between -10 and 20");
        }
        // 32 bits on the wire; more would not survive the arithmetic.
        if [&self.positive, &self.negative].iter().any(|side| i32::try_from(side.offset).is_err()) {
            return Err("the histogram's offset is beyond 32 bits");
        }
        if self.zero_threshold.is_nan() || self.zero_threshold < 0.0 {
            return Err("the histogram's zero threshold is negative");
        }
        while [&self.positive, &self.negative].iter().any(|side| side.counts.len() > SIDE) {
            self.scale -= 1;
            self.positive = self.positive.halved();
            self.negative = self.negative.halved();
        }
        let bound = |index: i64| (index as f64 * f64::exp2(-self.scale as f64)).exp2();
        let mut sum = 0u64;
        let mut add = |bucket: u64| -> Result<f64, &'static str> {
            sum = sum.checked_add(bucket).filter(|sum| *sum <= count).ok_or(COUNTS)?;
            Ok(sum as f64)
        };
        let mut put = |bound: f64, value: f64| {
            // Zero has one sign here; bounds that floats cannot tell apart are one.
            let bound = bound + 0.0;
            if !bound.is_finite() {
                return;
            }
            match bounds.last() {
                Some(last) if bound <= *last => {
                    if let Some(last) = values.last_mut() {
                        *last = value;
                    }
                }
                _ => {
                    bounds.push(bound);
                    values.push(value);
                }
            }
        };
        let negative = &self.negative;
        if !negative.counts.is_empty() {
            put(-bound(negative.end()), 0.0);
        }
        for (index, bucket) in (negative.offset..negative.end()).rev().zip(negative.counts.iter().rev()) {
            put(-bound(index), add(*bucket)?);
        }
        let mut below = add(self.zero_count)?;
        put(self.zero_threshold, below);
        // The first bucket's lower bound: without it, it would seem to begin at zero.
        if !self.positive.counts.is_empty() {
            put(bound(self.positive.offset), below);
        }
        for (index, bucket) in (self.positive.offset..).zip(&self.positive.counts) {
            below = add(*bucket)?;
            put(bound(index + 1), below);
        }
        values.push(count as f64);
        Ok(())
    }
}

impl Side {
    /// The index behind the last.
    fn end(&self) -> i64 {
        self.offset.saturating_add(i64::try_from(self.counts.len()).unwrap_or(i64::MAX))
    }

    /// The same with half the scale: buckets 2i and 2i+1 are bucket i.
    fn halved(&self) -> Self {
        let offset = self.offset >> 1;
        let mut counts: Vec<u64> = Vec::with_capacity(self.counts.len() / 2 + 1);
        for (index, bucket) in (self.offset..).zip(&self.counts) {
            let place = usize::try_from((index >> 1) - offset).unwrap_or_default();
            if place >= counts.len() {
                counts.resize(place + 1, 0);
            }
            if let Some(count) = counts.get_mut(place) {
                *count = count.saturating_add(*bucket);
            }
        }
        Side { offset, counts }
    }
}
