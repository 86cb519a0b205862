//! Numbers, sizes and times as each language writes them; no clock and no time zone of its own.

use crate::Language;

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A text with its placeholders replaced: `fill("{n} of {all}", &[("n", "1"), ("all", "2")])`. What is put in is not looked
/// at again.
pub fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let Some((name, tail)) = after.split_once('}') else {
            out.push('{');
            rest = after;
            continue;
        };
        match values.iter().find(|(n, _)| *n == name) {
            Some((_, value)) => out.push_str(value),
            None => {
                out.push('{');
                out.push_str(name);
                out.push('}');
            }
        }
        rest = tail;
    }
    out.push_str(rest);
    out
}

/// A text that counts, in the form for so many; `{n}` is the number.
pub fn count(language: Language, forms: &str, n: u64) -> String {
    let form = match forms.split_once('|') {
        Some((one, many)) => {
            if language.is_one(n) {
                one
            } else {
                many
            }
        }
        None => forms,
    };
    fill(form, &[("n", &thousands(language, n))])
}

/// `1,234,567`, `1.234.567`, with thin spaces in French.
pub fn thousands(language: Language, n: u64) -> String {
    let separator = match language {
        Language::En => ',',
        Language::De => '.',
        Language::Fr => '\u{202f}',
        // Four digits stand together.
        Language::Es if n < 10_000 => return n.to_string(),
        Language::Es => '.',
    };
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(separator);
        }
        out.push(c);
    }
    out
}

/// `912 B`, `14 kB`, `2.3 MB`.
pub fn size(language: Language, bytes: u64) -> String {
    let unit = if language == Language::Fr { 'o' } else { 'B' };
    let point = if language == Language::En { '.' } else { ',' };
    match bytes {
        0..=999 => format!("{bytes} {unit}"),
        1_000..=999_499 => format!("{} k{unit}", (bytes + 500) / 1_000),
        _ => format!("{}{point}{} M{unit}", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

/// A day: `2026-11-24` in English, which no two countries read differently, else as the language writes it.
pub fn date(language: Language, (year, month, day): (i64, u8, u8)) -> String {
    match language {
        Language::En => format!("{year:04}-{month:02}-{day:02}"),
        Language::De => format!("{day:02}.{month:02}.{year:04}"),
        Language::Fr | Language::Es => format!("{day:02}/{month:02}/{year:04}"),
    }
}

/// A day and minute.
pub fn minute(language: Language, day: (i64, u8, u8), hour: u8, minute: u8) -> String {
    format!("{} {hour:02}:{minute:02}", date(language, day))
}

/// A month's short name, 1 to 12.
pub fn month(language: Language, month: u8) -> &'static str {
    const NAMES: [[&str; 12]; 4] = [
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
        ["Jan.", "Feb.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sept.", "Okt.", "Nov.", "Dez."],
        ["janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."],
        ["ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sept", "oct", "nov", "dic"],
    ];
    let name = month.checked_sub(1).and_then(|m| NAMES[language.index()].get(usize::from(m)));
    name.copied().unwrap_or("")
}

/// How long ago `ms` is (negative: ahead), in words; None beyond two weeks, for which a date is better.
pub fn relative(language: Language, ms: i64) -> Option<String> {
    // The browser's clock ticks every 30 seconds: what is younger than its last tick is not in the future.
    let (past, span) = (ms >= -30 * SECOND, ms.abs());
    if span >= 14 * DAY {
        return None;
    }
    let n = |unit: i64| (span / unit).unsigned_abs();
    let words = match span {
        s if s < MINUTE => {
            let now = if past { crate::text!(language, "just now") } else { crate::text!(language, "in a moment") };
            return Some(now.to_owned());
        }
        s if s < HOUR => count(language, crate::text!(language, "{n} min"), n(MINUTE)),
        s if s < DAY => count(language, crate::text!(language, "{n} h"), n(HOUR)),
        _ => count(language, crate::text!(language, "{n} day|{n} days"), n(DAY)),
    };
    let frame = if past { crate::text!(language, "{time} ago") } else { crate::text!(language, "in {time}") };
    Some(fill(frame, &[("time", &words)]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_and_sizes_are_written_as_each_language_does() {
        let all = |n| Language::ALL.map(|l| thousands(l, n));
        assert_eq!(all(1_234_567), ["1,234,567", "1.234.567", "1\u{202f}234\u{202f}567", "1.234.567"]);
        assert_eq!(all(1_234), ["1,234", "1.234", "1\u{202f}234", "1234"]);
        assert_eq!(Language::ALL.map(|l| size(l, 2_345_678)), ["2.3 MB", "2,3 MB", "2,3 Mo", "2,3 MB"]);
    }
    #[test]
    fn nothing_is_plural_but_in_french() {
        let forms = "{n} message|{n} messages";
        assert_eq!(
            (count(Language::En, forms, 0), count(Language::Fr, forms, 0)),
            ("0 messages".into(), "0 message".into())
        );
        assert_eq!(count(Language::De, "{n} Nachricht|{n} Nachrichten", 1_000), "1.000 Nachrichten");
    }
    #[test]
    fn times_are_relative_in_each_language() {
        assert_eq!(
            Language::ALL.map(|l| relative(l, 3 * DAY).unwrap_or_default()),
            ["3 days ago", "vor 3 Tagen", "il y a 3 jours", "hace 3 días"]
        );
        assert_eq!(relative(Language::En, 14 * DAY), None);
    }
    proptest! {
        #[test]
        fn what_is_put_in_stays_what_it_is(s in ".*") {
            prop_assert_eq!(fill("<{a}|{b}>", &[("a", &s), ("b", "{a}")]), format!("<{s}|{{a}}>"));
        }
    }
}
