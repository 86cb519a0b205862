//! Points in time.

use serde::{Deserialize, Serialize};

/// Milliseconds since 1970-01-01 UTC. Stored as BIGINT; shown in the viewer's zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

pub const SECOND: i64 = 1_000;
pub const MINUTE: i64 = 60 * SECOND;
pub const HOUR: i64 = 60 * MINUTE;
pub const DAY: i64 = 24 * HOUR;

impl Timestamp {
    /// The system clock. Logic that tests must control takes the time as an argument instead.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn now() -> Self {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        Timestamp(since.map_or(0, |d| i64::try_from(d.as_millis()).unwrap_or(i64::MAX)))
    }

    pub fn plus(self, ms: i64) -> Self {
        Timestamp(self.0.saturating_add(ms))
    }

    /// Milliseconds from `earlier` to `self`; negative where `earlier` is later.
    pub fn since(self, earlier: Timestamp) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// The start of the hour that holds this point, in UTC.
    pub fn hour(self) -> Self {
        Timestamp(self.0.div_euclid(HOUR) * HOUR)
    }

    pub fn secs(self) -> i64 {
        self.0.div_euclid(SECOND)
    }

    /// Year, month (1–12), day, hour, minute, second in UTC (proleptic Gregorian).
    pub fn civil(self) -> (i64, u8, u8, u8, u8, u8) {
        let secs = self.0.div_euclid(SECOND);
        let (days, rest) = (secs.div_euclid(86_400), secs.rem_euclid(86_400));
        // Howard Hinnant's civil_from_days, era of 400 years.
        let z = days + 719_468;
        let era = z.div_euclid(146_097);
        let doe = z.rem_euclid(146_097);
        let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
        let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
        let mp = (5 * doy + 2) / 153;
        let day = doy - (153 * mp + 2) / 5 + 1;
        let month = if mp < 10 { mp + 3 } else { mp - 9 };
        let year = yoe + era * 400 + i64::from(month <= 2);
        let part = |n: i64| u8::try_from(n).unwrap_or(0);
        (year, part(month), part(day), part(rest / 3_600), part(rest % 3_600 / 60), part(rest % 60))
    }

    /// `2026-11-24T10:00:00Z` (RFC 3339).
    pub fn rfc3339(self) -> String {
        let (y, mo, d, h, mi, s) = self.civil();
        format!("{y:04}-{mo:02}-{d:02}T{h:02}:{mi:02}:{s:02}Z")
    }

    /// `Tue, 24 Nov 2026 10:00:00 +0000` (RFC 5322 §3.3).
    pub fn rfc5322(self) -> String {
        const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
        const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        let (y, mo, d, h, mi, s) = self.civil();
        let weekday = usize::try_from(self.0.div_euclid(DAY).rem_euclid(7)).unwrap_or(0);
        let month = MONTHS.get(usize::from(mo).wrapping_sub(1)).unwrap_or(&"Jan");
        format!("{}, {d:02} {month} {y:04} {h:02}:{mi:02}:{s:02} +0000", DAYS[weekday])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_moment_is_written_in_both_forms() {
        let t = Timestamp(1_795_514_400_000);
        assert_eq!(t.rfc3339(), "2026-11-24T10:00:00Z");
        assert_eq!(t.rfc5322(), "Tue, 24 Nov 2026 10:00:00 +0000");
    }

    #[test]
    fn leap_days_and_times_before_1970_are_right() {
        assert_eq!(Timestamp(951_782_400_000).rfc3339(), "2000-02-29T00:00:00Z");
        assert_eq!(Timestamp(-1_000).rfc3339(), "1969-12-31T23:59:59Z");
    }
}
