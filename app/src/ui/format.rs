//! Numbers, sizes and times as text: the same on the server and in the browser.

use model::Timestamp;
use model::time::{DAY, HOUR, MINUTE, SECOND};

/// `1,234,567`.
pub fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// `1 message`, `2 messages`.
pub fn count(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", thousands(n), if n == 1 { one } else { many })
}

/// `912 B`, `14 kB`, `2.3 MB`.
pub fn size(bytes: u64) -> String {
    match bytes {
        0..=999 => format!("{bytes} B"),
        1_000..=999_499 => format!("{} kB", (bytes + 500) / 1_000),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

/// `2026-11-24 10:00`.
pub fn minute(at: Timestamp) -> String {
    let (y, mo, d, h, mi, _) = at.civil();
    format!("{y:04}-{mo:02}-{d:02} {h:02}:{mi:02}")
}

/// `2026-11-24 10:00:00 UTC`.
pub fn exact(at: Timestamp) -> String {
    format!("{}:{:02} UTC", minute(at), at.civil().5)
}

/// `2026-11-24`.
pub fn date(at: Timestamp) -> String {
    minute(at)[..10].to_owned()
}

/// The start of a day written `2026-11-24`.
pub fn parse_date(text: &str) -> Option<Timestamp> {
    let mut parts = text.split('-').map(|p| p.parse::<i64>().ok());
    let (y, m, d) = (parts.next()??, parts.next()??, parts.next()??);
    if parts.next().is_some() || !(1..=9999).contains(&y) || !(1..=12).contains(&m) || !(1..=31).contains(&d) {
        return None;
    }
    // Howard Hinnant's days_from_civil, eras of 400 years.
    let y = if m <= 2 { y - 1 } else { y };
    let yoe = y.rem_euclid(400);
    let doy = (153 * (if m > 2 { m - 3 } else { m + 9 }) + 2) / 5 + d - 1;
    let days = y.div_euclid(400) * 146_097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719_468;
    let at = Timestamp(days * DAY);
    (date(at) == text).then_some(at)
}

/// `just now`, `5 min ago`, `in 2 h`, `3 days ago`; a date beyond two weeks.
pub fn relative(at: Timestamp, now: Timestamp) -> String {
    let ms = now.since(at);
    // The browser's clock ticks every 30 seconds: what is younger than its last tick is not in the future.
    let (past, span) = (ms >= -30 * SECOND, ms.abs());
    if span >= 14 * DAY {
        return date(at);
    }
    let words = match span {
        s if s < MINUTE => return if past { "just now".into() } else { "in a moment".into() },
        s if s < HOUR => format!("{} min", s / MINUTE),
        s if s < DAY => format!("{} h", s / HOUR),
        s => count((s / DAY).unsigned_abs(), "day", "days"),
    };
    if past { format!("{words} ago") } else { format!("in {words}") }
}

/// A form control's name that stands at the start of a sentence: `gateways` as `Gateways`.
pub fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_are_grouped_and_sizes_rounded() {
        assert_eq!(
            (thousands(0), thousands(999), thousands(1_000), thousands(1_234_567)),
            ("0".into(), "999".into(), "1,000".into(), "1,234,567".into())
        );
        assert_eq!(
            (size(999), size(1_000), size(14_499), size(2_345_678)),
            ("999 B".into(), "1 kB".into(), "14 kB".into(), "2.3 MB".into())
        );
    }
    #[test]
    fn times_near_now_are_relative_and_far_ones_dates() {
        let now = Timestamp(1_795_514_400_000);
        assert_eq!(relative(now.plus(-5 * MINUTE), now), "5 min ago");
        assert_eq!(relative(now.plus(2 * HOUR), now), "in 2 h");
        assert_eq!(relative(now.plus(20 * SECOND), now), "just now");
        assert_eq!(relative(now.plus(-DAY), now), "1 day ago");
        assert_eq!(relative(now.plus(-20 * DAY), now), "2026-11-04");
    }
    #[test]
    fn days_that_do_not_exist_are_refused() {
        assert!(parse_date("2026-02-30").is_none() && parse_date("2026-13-01").is_none() && parse_date("x").is_none());
        assert_eq!(parse_date("2026-11-24"), Some(Timestamp(1_795_514_400_000 - 10 * HOUR)));
    }
    proptest! {
        #[test]
        fn a_date_round_trips(day in 0i64..100_000) {
            let at = Timestamp(day * DAY);
            prop_assert_eq!(parse_date(&date(at)), Some(at));
        }
        #[test]
        fn any_date_text_is_answered(s in ".*") { let _ = parse_date(&s); }
    }
}
