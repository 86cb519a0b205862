//! The digest's words: the brand's where it has some in the language, else those of the catalogue.

use super::{Digest, Period};
use chrono::{Datelike, TimeZone, Timelike, Utc};
use chrono_tz::Tz;
use model::Timestamp;
use model::category::Zone;
use std::collections::BTreeMap;
use texts::{Language, count, fill, text};

/// What the brand says in the language; else in English, where that is not what is built in; else None.
pub(super) fn branded<'a>(texts: &'a BTreeMap<String, String>, language: Language, built_in: &str) -> Option<&'a str> {
    let of = |l: Language| texts.get(l.code()).map(String::as_str).filter(|t| !t.trim().is_empty());
    of(language).filter(|t| *t != built_in).or_else(|| of(Language::En).filter(|t| *t != built_in))
}

/// How often, as an adjective of the digest: `Daily`.
pub(super) fn period_word(d: &Digest<'_>) -> &'static str {
    let words = match d.period {
        Period::Daily => ["Daily", "Tägliche", "quotidien", "diario"],
        Period::Weekly => ["Weekly", "Wöchentliche", "hebdomadaire", "semanal"],
        Period::Instant => ["Instant", "Sofortige", "immédiat", "inmediato"],
    };
    match d.language {
        Language::En => words[0],
        Language::De => words[1],
        Language::Fr => words[2],
        Language::Es => words[3],
    }
}

/// `$[recipient]` and `$[period]` of the brand's texts.
pub(super) fn replaced(d: &Digest<'_>, text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 32);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("$[") {
        out.push_str(before);
        let Some((name, tail)) = after.split_once(']') else {
            out.push_str("$[");
            rest = after;
            continue;
        };
        match name {
            "recipient" => out.push_str(d.to.as_str()),
            "period" => out.push_str(period_word(d)),
            other => out.extend(["$[", other, "]"]),
        }
        rest = tail;
    }
    out.push_str(rest);
    out
}

fn one_line(text: String) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

pub(super) fn subject(d: &Digest<'_>) -> String {
    let own = branded(&d.brand.subject, d.language, "Spam Digest for $[recipient]");
    one_line(replaced(d, own.unwrap_or(text!(d.language, "Spam Digest for $[recipient]"))))
}

pub(super) fn sender_name(d: &Digest<'_>) -> String {
    let own = branded(&d.brand.sender_name, d.language, "$[period] Digest");
    one_line(replaced(d, own.unwrap_or(text!(d.language, "$[period] Digest"))))
}

/// The text of the link to the held messages.
pub(super) fn my_account(d: &Digest<'_>) -> String {
    let own = branded(&d.brand.my_account_label, d.language, "My Account");
    one_line(replaced(d, own.unwrap_or(text!(d.language, "My Account"))))
}

/// A text of the brand that may be missing.
pub(super) fn own_text(d: &Digest<'_>, texts: &BTreeMap<String, String>) -> Option<String> {
    branded(texts, d.language, "").map(|t| replaced(d, t))
}

/// A moment in the mailbox's time zone: `24 Nov 10:00`.
pub(super) fn local(d: &Digest<'_>, at: Timestamp) -> String {
    let zone: Tz = d.options.time_zone.parse().unwrap_or(Tz::UTC);
    let Some(t) = Utc.timestamp_millis_opt(at.0).single().map(|t| t.with_timezone(&zone)) else { return at.rfc3339() };
    let month = texts::month(d.language, t.month() as u8);
    let (day, hour, minute) = (t.day(), t.hour(), t.minute());
    let dot = if d.language == Language::De { "." } else { "" };
    format!("{day}{dot} {month} {hour:02}:{minute:02}")
}

pub(super) fn period(d: &Digest<'_>) -> String {
    let (from, until) = (local(d, d.since), local(d, d.until));
    let values = [("from", from.as_str()), ("until", &until), ("zone", &d.options.time_zone)];
    fill(text!(d.language, "{from} to {until} ({zone})"), &values)
}

/// How many were held, in the period and in all.
pub(super) fn summary(d: &Digest<'_>) -> String {
    let n: u64 = d.counts.iter().map(|(_, n)| n).sum();
    if n == 0 {
        return text!(d.language, "No message was held for you in this period.").to_owned();
    }
    let held = text!(d.language, "{n} message was held for you.|{n} messages were held for you.");
    let all = count(d.language, text!(d.language, "Held in all: {n}."), d.held);
    format!("{} {all}", count(d.language, held, n))
}

/// Numbers by category, the largest first.
pub(super) fn totals(d: &Digest<'_>) -> Vec<(&'static str, String)> {
    let mut all: Vec<_> = d.counts.iter().filter(|(_, n)| *n > 0).collect();
    all.sort_by_key(|(c, n)| (std::cmp::Reverse(*n), *c));
    all.into_iter().map(|(c, n)| (texts::named(d.language, c.label()), texts::thousands(d.language, *n))).collect()
}

pub(super) struct ZoneWords {
    pub(super) zone: Zone,
    pub(super) name: &'static str,
    pub(super) what: &'static str,
    /// On white and on black it is told apart well enough to read.
    pub(super) colour: &'static str,
    pub(super) class: &'static str,
}

/// The zones, what matters most first.
pub(super) fn zones(language: Language) -> [ZoneWords; 3] {
    [
        ZoneWords {
            zone: Zone::Red,
            name: text!(language, "Red zone"),
            what: text!(language, "spam, phishing, viruses and the like"),
            colour: "#b3261e",
            class: "zr",
        },
        ZoneWords {
            zone: Zone::Yellow,
            name: text!(language, "Yellow zone"),
            what: text!(language, "foreign languages, attachments, content"),
            colour: "#8a6100",
            class: "zy",
        },
        ZoneWords {
            zone: Zone::Green,
            name: text!(language, "Green zone"),
            what: text!(language, "junk: advertising and bulk mail"),
            colour: "#1f6f43",
            class: "zg",
        },
    ]
}

/// The links below the messages, as far as the brand shows them: text and URL.
pub(super) fn more_links(d: &Digest<'_>) -> Vec<(&'static str, String)> {
    let b = d.brand;
    let mut out = Vec::new();
    if b.settings {
        out.push((text!(d.language, "Settings"), d.links.dashboard(Some("policies"))));
    }
    if b.change_frequency {
        out.push((text!(d.language, "Change report frequency"), d.links.dashboard(Some("settings"))));
    }
    if b.support && !b.support_address.is_empty() {
        out.push((text!(d.language, "Support"), format!("mailto:{}", b.support_address)));
    }
    if b.report_spam {
        out.push((text!(d.language, "Report spam"), format!("{}/report-spam", d.url)));
    }
    if b.feedback && !b.feedback_url.is_empty() {
        out.push((text!(d.language, "Feedback"), b.feedback_url.clone()));
    }
    if b.unsubscribe
        && let Some(link) = d.links.unsubscribe()
    {
        out.push((text!(d.language, "Unsubscribe"), link));
    }
    out
}
