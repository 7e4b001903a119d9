//! Clocks and timestamps.

use hcc_proxy::clock;
use std::cell::Cell;
use std::sync::OnceLock;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

static START: OnceLock<Instant> = OnceLock::new();

thread_local! {
    /// A moment, and Unix time in milliseconds then.
    static KNOWN: Cell<Option<(Instant, u64)>> = const { Cell::new(None) };
}

/// How long the difference of the two clocks is believed: Unix time may be set.
const BELIEVED: Duration = Duration::from_millis(500);

/// Milliseconds of [`monotonic_ns`] a moment ago (see [`hcc_proxy::clock`]).
pub fn recent_ms() -> u64 {
    let since = clock::recent().into_std().saturating_duration_since(*START.get_or_init(Instant::now));
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX / 2).saturating_add(3_600_000)
}

/// Unix milliseconds of a moment that has just been.
pub fn unix_ms_of(now: Instant) -> u64 {
    match KNOWN.get() {
        Some((then, ms)) if now.saturating_duration_since(then) < BELIEVED && now >= then => {
            ms + u64::try_from((now - then).as_millis()).unwrap_or(0)
        }
        _ => {
            let ms = unix_ms();
            KNOWN.set(Some((now, ms)));
            ms
        }
    }
}

/// Nanoseconds of a clock that never goes back; it starts at one hour, so that 0 is always past.
pub fn monotonic_ns() -> u64 {
    let since = START.get_or_init(Instant::now).elapsed().as_nanos();
    u64::try_from(since).unwrap_or(u64::MAX / 2).saturating_add(3_600_000_000_000)
}

/// Milliseconds of Unix time.
pub fn unix_ms() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| u64::try_from(d.as_millis()).unwrap_or(u64::MAX))
}

/// RFC 3339 in UTC with milliseconds.
pub fn rfc3339(unix_ms: u64) -> String {
    let (days, ms) = (unix_ms / 86_400_000, unix_ms % 86_400_000);
    let (year, month, day) = civil(days);
    let (hour, minute, second, frac) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60, ms % 1000);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{frac:03}Z")
}

/// The date of a response (RFC 9110 section 5.6.7).
pub fn http_date(unix_ms: u64) -> String {
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let secs = unix_ms / 1000;
    let (y, m, d) = civil(secs / 86_400);
    let day = DAYS[usize::try_from(secs / 86_400 % 7).unwrap_or(0)];
    let month = MONTHS[usize::try_from(m - 1).unwrap_or(0) % 12];
    format!("{day}, {d:02} {month} {y:04} {:02}:{:02}:{:02} GMT", secs / 3600 % 24, secs / 60 % 60, secs % 60)
}

/// Year, month and day of a number of days since 1970 in the proleptic Gregorian calendar.
fn civil(days: u64) -> (u64, u64, u64) {
    let z = days + 719_468;
    let era = z / 146_097;
    let doe = z % 146_097;
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    (yoe + era * 400 + u64::from(month <= 2), month, doy - (153 * mp + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    #[test]
    fn unix_time_from_the_other_clock() {
        let now = std::time::Instant::now();
        let at = super::unix_ms_of(now);
        assert!(at.abs_diff(super::unix_ms()) < 1000);
        assert_eq!(super::unix_ms_of(now + std::time::Duration::from_millis(250)), at + 250);
        assert!(super::recent_ms().abs_diff(super::monotonic_ns() / 1_000_000) < 1000);
    }

    #[test]
    fn known_moments() {
        assert_eq!(super::rfc3339(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(super::rfc3339(951_826_554_123), "2000-02-29T12:15:54.123Z");
        assert_eq!(super::http_date(784_111_777_000), "Sun, 06 Nov 1994 08:49:37 GMT");
    }
}
