//! Numbers, sizes and times as text: the same on the server and in the browser.

use crate::text::language;
use model::Timestamp;
use model::time::DAY;

/// `1,234,567`.
pub fn thousands(n: u64) -> String {
    texts::thousands(language(), n)
}

/// `1 message`, `2 messages`.
pub fn count(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", thousands(n), if n == 1 { one } else { many })
}

/// `912 B`, `14 kB`, `2.3 MB`.
pub fn size(bytes: u64) -> String {
    texts::size(language(), bytes)
}

/// `2026-11-24 10:00`, as the page's language writes it.
pub fn minute(at: Timestamp) -> String {
    let (y, mo, d, h, mi, _) = at.civil();
    texts::minute(language(), (y, mo, d), h, mi)
}

/// `2026-11-24 10:00:00 UTC`.
pub fn exact(at: Timestamp) -> String {
    format!("{}:{:02} UTC", minute(at), at.civil().5)
}

/// `2026-11-24`, in every language: as forms and addresses have it.
pub fn date(at: Timestamp) -> String {
    let (y, m, d, ..) = at.civil();
    texts::date(texts::Language::En, (y, m, d))
}

/// The day as the page's language writes it.
pub fn day(at: Timestamp) -> String {
    let (y, m, d, ..) = at.civil();
    texts::date(language(), (y, m, d))
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
    texts::relative(language(), now.since(at)).unwrap_or_else(|| day(at))
}

/// A form control's name that stands at the start of a sentence: `gateways` as `Gateways`.
pub fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::time::{HOUR, MINUTE, SECOND};
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
