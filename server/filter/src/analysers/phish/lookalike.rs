//! Hosts that look like those of well-known names.

use super::{
    brands::{BRANDS, Brand, owner},
    is_list, lures,
};
use crate::{
    Context,
    finding::{decisive, evidence},
    hosts::organisation,
};
use message::LinkKind;
use model::{Category, Finding};
use std::collections::BTreeSet;

enum Likeness {
    /// Its registered name looks the same.
    Same(String),
    /// The real domain stands before a stranger's: `paypal.com.evil.test`.
    Before,
    /// The name is a part: `paypal-login.test`.
    Part,
}

pub(super) fn run(context: &Context<'_>, out: &mut Vec<Finding>) {
    let m = context.message;
    let mut hosts: BTreeSet<String> = m
        .links
        .iter()
        .filter(|l| matches!(l.kind, LinkKind::Anchor | LinkKind::Form | LinkKind::Plain) && !l.host.is_empty())
        .map(|l| l.host.to_ascii_lowercase())
        .collect();
    let mailboxes = m.from.iter().chain(&m.reply_to).filter_map(|f| f.address.as_ref());
    hosts.extend(mailboxes.map(|a| a.domain_str().to_lowercase()));
    let mut partly = false;
    for host in hosts.iter().take(500) {
        let Some((brand, likeness)) = likeness(host) else { continue };
        match likeness {
            Likeness::Same(shown) if !is_list(m) => {
                let shown = if shown == *host { String::new() } else { format!(", shown as {shown}") };
                return out.push(decisive("phish", Category::Phish, format!("{host}{shown} imitates {}", brand.name)));
            }
            Likeness::Before if !is_list(m) => {
                return out.push(decisive(
                    "phish",
                    Category::Phish,
                    format!("{host} begins like {} and belongs to {}", brand.name, organisation(host)),
                ));
            }
            Likeness::Part if !partly => {
                partly = true;
                let score = if lures(m) { 2.5 } else { 1.0 };
                out.push(evidence(
                    "phish",
                    Category::Phish,
                    score,
                    format!("{host} borrows the name of {}", brand.name),
                ));
            }
            _ => {}
        }
    }
}

fn likeness(host: &str) -> Option<(&'static Brand, Likeness)> {
    if owner(host).is_some() {
        return None;
    }
    let (shown, _) = idna::domain_to_unicode(host);
    let organisation = organisation(&shown);
    let label = organisation.split('.').next().unwrap_or_default();
    let plain = skeleton(label);
    for brand in BRANDS {
        for wanted in brand.labels {
            // The same letters under another suffix may be anybody's honest name; disguised ones are not.
            if plain == skeleton(wanted) && label != *wanted {
                return Some((brand, Likeness::Same(shown.clone())));
            }
            if wanted.len() >= 5 && label != *wanted && plain.split('-').any(|part| part == skeleton(wanted)) {
                return Some((brand, Likeness::Part));
            }
        }
        let below = shown.strip_suffix(organisation).unwrap_or_default();
        let own =
            |domain: &&str| domain.strip_suffix(".*").map_or((*domain).to_owned(), |label| format!("{label}.com"));
        if brand.domains.iter().take(1).any(|d| {
            below
                .split_once(own(d).as_str())
                .is_some_and(|(b, a)| (b.is_empty() || b.ends_with('.')) && a.starts_with('.'))
        }) {
            return Some((brand, Likeness::Before));
        }
    }
    None
}

/// The letters that a reader takes a text for: look-alikes of other scripts and of digits as the Latin letter.
pub(super) fn skeleton(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        out.push(match c {
            '0' | 'о' | 'ο' | 'ö' | 'ó' | 'ò' | 'ô' | 'ø' | 'õ' => 'o',
            '1' | 'і' | 'ι' | 'ı' | 'l' | 'í' | 'ì' | 'ï' | 'ł' | '|' | 'ӏ' => 'i',
            'а' | 'α' | 'à' | 'á' | 'â' | 'ä' | 'å' | 'ã' => 'a',
            'е' | 'ε' | 'è' | 'é' | 'ê' | 'ë' | 'ё' => 'e',
            'с' | 'ç' | 'ϲ' => 'c',
            'р' | 'ρ' => 'p',
            'х' | 'χ' => 'x',
            'у' | 'γ' | 'ý' | 'ÿ' => 'y',
            'ѕ' | 'ś' | 'š' | 'ş' => 's',
            'ԁ' => 'd',
            'һ' => 'h',
            'ј' => 'j',
            'к' | 'κ' => 'k',
            'м' => 'm',
            'т' | 'τ' => 't',
            'в' => 'b',
            'ԛ' => 'q',
            'ԝ' | 'ω' => 'w',
            'ν' => 'v',
            'ñ' | 'ń' => 'n',
            'ü' | 'ú' | 'ù' | 'û' | 'υ' => 'u',
            'ɡ' => 'g',
            'ž' | 'ź' | 'ż' => 'z',
            c => c,
        });
    }
    out.replace("rn", "m").replace("vv", "w")
}
