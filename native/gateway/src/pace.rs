//! How slow a client may be: a pause has a limit, and so has the sum of pauses, unless data keep coming.

use std::time::{Duration, Instant};

/// Bytes a second below which a client's time runs out; a telephone line gives ten times that.
const SLOWEST: u32 = 500;

/// The time a client has left for its part of an exchange.
#[derive(Debug)]
pub struct Pace {
    pause: Duration,
    left: Duration,
    waiting_since: Option<Instant>,
}

impl Pace {
    /// A client that may pause this long, and in sum as long, plus the time that its bytes take at 500 a second.
    pub fn new(pause: Duration) -> Self {
        Self { pause, left: pause, waiting_since: None }
    }

    /// This many bytes moved.
    pub fn moved(&mut self, bytes: u64, now: Instant) {
        self.waited(now);
        if bytes > 0 {
            let earned = Duration::from_millis(bytes.saturating_mul(1000) / u64::from(SLOWEST));
            // What was earned early is not kept for later: an hour of silence after a quick gigabyte is still too long.
            self.left = (self.left + earned).min(self.pause * 2).max(self.left);
        }
    }

    /// The client is waited for from now on; how long it may take.
    pub fn wait(&mut self, now: Instant) -> Duration {
        self.waited(now);
        self.waiting_since = Some(now);
        self.left.min(self.pause)
    }

    /// Somebody else is waited for.
    pub fn rest(&mut self, now: Instant) {
        self.waited(now);
    }

    fn waited(&mut self, now: Instant) {
        if let Some(since) = self.waiting_since.take() {
            self.left = self.left.saturating_sub(now.saturating_duration_since(since));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trickle_runs_out_and_a_stream_does_not() {
        let start = Instant::now();
        for (bytes_a_second, lasts) in [(1u64, false), (100, false), (600, true), (1_000_000, true)] {
            let mut pace = Pace::new(Duration::from_secs(15));
            let mut alive = true;
            for second in 0..600 {
                let now = start + Duration::from_secs(second);
                if pace.wait(now) < Duration::from_secs(1) {
                    alive = false;
                    break;
                }
                pace.moved(bytes_a_second, now + Duration::from_secs(1));
            }
            assert_eq!(alive, lasts, "{bytes_a_second} bytes a second");
        }
    }

    #[test]
    fn waiting_for_others_is_free() {
        let start = Instant::now();
        let mut pace = Pace::new(Duration::from_secs(15));
        pace.rest(start);
        assert_eq!(pace.wait(start + Duration::from_secs(3600)), Duration::from_secs(15));
    }
}
