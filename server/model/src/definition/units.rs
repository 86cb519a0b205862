//! Times and sizes as people write them (guide chapter 11 "Units of Measurement").

use crate::time::{DAY, HOUR, MINUTE};

/// What a time may look like.
pub const DURATION: &str = "a time such as 1w 3d, 5m, 1:40.35 or 1400 (milliseconds)";
/// What a size may look like.
pub const SIZE: &str = "a size in bytes such as 4300, 4.3K or 10Mi";

/// Milliseconds of `1w 3d`, `2h 5m 10s`, `1:40.35` (minutes and seconds), `2:01:40.35` or `1400`; at most ten years.
pub fn milliseconds(text: &str) -> Option<i64> {
    const MAX: f64 = 3_652.0 * DAY as f64;
    let text = text.trim();
    let total = if text.contains(':') {
        let parts: Vec<&str> = text.split(':').collect();
        if parts.len() > 3 {
            return None;
        }
        let mut seconds = 0.0;
        for (i, part) in parts.iter().enumerate() {
            let last = i + 1 == parts.len();
            if (!last && part.contains('.')) || (i > 0 && number(part)? >= 60.0) {
                return None;
            }
            seconds = seconds * 60.0 + number(part)?;
        }
        seconds * 1_000.0
    } else if text.bytes().all(|b| b.is_ascii_digit()) {
        number(text)?
    } else {
        let mut total = 0.0;
        for part in text.split_whitespace() {
            let unit = match part.as_bytes().last()? {
                b'w' => 7 * DAY,
                b'd' => DAY,
                b'h' => HOUR,
                b'm' => MINUTE,
                b's' => 1_000,
                _ => return None,
            };
            total += number(&part[..part.len() - 1])? * unit as f64;
        }
        total
    };
    (!text.is_empty() && total <= MAX).then_some(total.round() as i64)
}

/// Bytes of `4300`, `4.3K` (thousands) or `10Ki` (of 1024); at most a petabyte.
pub fn bytes(text: &str) -> Option<u64> {
    const MAX: f64 = 1e15;
    let text = text.trim();
    let at = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
    let unit = match &text[at..] {
        "" => 1.0,
        "K" => 1e3,
        "Ki" => 1024.0,
        "M" => 1e6,
        "Mi" => 1024f64.powi(2),
        "G" => 1e9,
        "Gi" => 1024f64.powi(3),
        "T" => 1e12,
        "Ti" => 1024f64.powi(4),
        _ => return None,
    };
    let total = number(text[..at].trim_end())? * unit;
    (total <= MAX).then_some(total.round() as u64)
}

/// Digits, with a point among them or not.
fn number(text: &str) -> Option<f64> {
    let plain = text.len() <= 20 && text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let digit = text.bytes().any(|b| b.is_ascii_digit());
    if plain && digit { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_guides_examples_are_read() {
        assert_eq!(milliseconds("1w 3d"), Some(10 * DAY));
        assert_eq!(milliseconds("1:40.35"), Some(100_350));
        assert_eq!(milliseconds("2:01:40"), Some(2 * HOUR + 100_000));
        assert_eq!(milliseconds("1400"), Some(1_400));
        assert_eq!(bytes("4.3K"), Some(4_300));
        assert_eq!(bytes("1Ki"), Some(1_024));
        assert_eq!(bytes("2Ti"), Some(2 * 1_099_511_627_776));
    }

    #[test]
    fn what_is_no_time_or_size_is_refused() {
        for bad in ["", " ", "x", "1d3", "1:2:3:4", "1:60", "-1s", "1e9d", "9999999w", "1.5:3", "ß", "5 m", "."] {
            assert_eq!(milliseconds(bad), None, "{bad:?}");
        }
        for bad in ["", "K", "1k", "1KB", "-1", "1e9", "9999999T", "∞"] {
            assert_eq!(bytes(bad), None, "{bad:?}");
        }
    }
}
