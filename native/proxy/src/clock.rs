//! The time of a moment ago, for deadlines: asking the system costs a third as much as parsing a request head.
//!
//! A thread that serves calls [`tick`] whenever it wakes up and once for each request, so that [`recent`] is milliseconds old at the
//! most. A thread that never does gets the time itself.

use std::cell::Cell;
use tokio::time::Instant;

thread_local! {
    static RECENT: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// Asks the system, and remembers the answer for this thread.
pub fn tick() -> Instant {
    let now = Instant::now();
    RECENT.set(Some(now));
    now
}

/// The time as this thread last asked for it.
pub fn recent() -> Instant {
    RECENT.get().unwrap_or_else(Instant::now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_thread_that_does_not_tick_gets_the_time_itself() {
        let first = recent();
        std::thread::sleep(Duration::from_millis(2));
        assert!(recent() > first);
        let ticked = tick();
        std::thread::sleep(Duration::from_millis(2));
        assert_eq!(recent(), ticked);
        assert!(tick() > ticked);
    }
}
