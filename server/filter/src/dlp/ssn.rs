//! Social Security numbers: three, two and four digits that the Social Security Administration can have given out. With
//! hyphens they are told by their form; with blanks or without, only where a word before them says what they are.

use regex::Regex;
use std::sync::LazyLock;

/// Characters before a number in which a word may say what it is.
const NEAR: usize = 60;

static NUMBER: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\b([0-9]{3})([- .]?)([0-9]{2})([- .]?)([0-9]{4})\b").expect("a test compiles it"));
static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:ssn|ss ?#|s\.s\.n\.|soc(?:ial)?\.? ?sec(?:urity)?)").expect("a test compiles it")
});

/// How many there are.
pub(super) fn count(text: &str) -> usize {
    valid(text).filter(|(start, dashed)| *dashed || is_named(text, *start)).count()
}

/// Whether one stands there after a word that names it (guide chapter 1 "Social Security Number or SSN followed by a valid
/// Social Security number").
pub(super) fn named_in(text: &str) -> bool {
    NAMED.is_match(text) && valid(text).any(|(start, _)| is_named(text, start))
}

pub(super) fn is_in(text: &str) -> bool {
    count(text) > 0
}

/// Where valid numbers begin, and whether they have hyphens.
fn valid(text: &str) -> impl Iterator<Item = (usize, bool)> + '_ {
    NUMBER.captures_iter(text).filter_map(move |c| {
        let part = |i: usize| c.get(i).map(|m| m.as_str()).unwrap_or_default();
        let whole = c.get(0)?;
        // One separator, or none, and no part of a longer number or a date.
        let glued = text[..whole.start()].ends_with(['-', '.', '/']) || is_followed_by_more(&text[whole.end()..]);
        (part(2) == part(4) && !glued && may_be(part(1), part(3), part(5))).then(|| (whole.start(), part(2) == "-"))
    })
}

fn is_followed_by_more(rest: &str) -> bool {
    let mut chars = rest.chars();
    matches!(chars.next(), Some('-' | '/')) && chars.next().is_some_and(char::is_alphanumeric)
}

fn is_named(text: &str, start: usize) -> bool {
    let from = text.floor_char_boundary(start.saturating_sub(NEAR));
    NAMED.is_match(&text[from..start])
}

/// No number has area 000, 666 or 900 to 999, group 00 or serial 0000; two were printed on sample cards.
fn may_be(area: &str, group: &str, serial: &str) -> bool {
    let given = !matches!(area, "000" | "666") && !area.starts_with('9') && group != "00" && serial != "0000";
    given && !matches!((area, group, serial), ("078", "05", "1120") | ("219", "09", "9999"))
}
