//! Look-alikes of the recipients' domains: one letter off, letters that look the same, the same name in a script that
//! looks the same (guide chapter 6 "Domain Fuzz Check").

use crate::Context;
use model::finding::{Check, Step};
use model::{Category, Direction, DomainName, EmailAddress, Finding};
use std::collections::BTreeSet;

/// Shorter names are one letter off too many others.
const LABEL_MIN: usize = 4;

pub fn run(c: &Context<'_>, out: &mut Vec<Finding>) {
    if c.session.direction != Direction::Inbound {
        return;
    }
    let header = c.message.from.as_ref().and_then(|m| m.address.as_ref());
    let senders: BTreeSet<DomainName> =
        header.into_iter().chain(&c.session.return_path).map(EmailAddress::domain).collect();
    let protected: BTreeSet<DomainName> = c.session.recipients.iter().map(EmailAddress::domain).collect();
    for domain in &protected {
        for sender in senders.iter().filter(|s| !s.is_within(domain) && !domain.is_within(s)) {
            if let Some(how) = resembles(sender.as_str(), domain.as_str()) {
                out.push(Finding {
                    analyser: "fuzz".into(),
                    step: Step::Authentication,
                    category: Category::Spoof,
                    check: Some(Check::DomainFuzz(domain.clone())),
                    rule: None,
                    info: format!("{sender} looks like {domain}: {how}"),
                    score: 0.0,
                });
                break;
            }
        }
    }
}

/// How the first name could be taken for the second; none where it could not.
fn resembles(sender: &str, protected: &str) -> Option<&'static str> {
    let (sender, protected) = (readable(sender), readable(protected));
    let ((s_label, s_suffix), (p_label, p_suffix)) = (registered(&sender)?, registered(&protected)?);
    if s_label == p_label {
        let near = s_suffix != p_suffix && one_off(s_suffix, p_suffix);
        return near.then_some("the ending is one letter off");
    }
    if skeleton(s_label) == skeleton(p_label) {
        return Some("letters that look the same");
    }
    let long = p_label.chars().count() >= LABEL_MIN;
    (long && one_off(s_label, p_label)).then_some("one letter off")
}

/// As people see it: Punycode undone, lower case.
fn readable(domain: &str) -> String {
    if domain.contains("xn--") { idna::domain_to_unicode(domain).0 } else { domain.to_lowercase() }
}

/// The label that was registered, and the public suffix under it.
fn registered(domain: &str) -> Option<(&str, &str)> {
    let suffix = psl::suffix_str(domain)?;
    let rest = domain.strip_suffix(suffix)?.strip_suffix('.')?;
    let label = rest.rsplit('.').next().filter(|l| !l.is_empty())?;
    Some((label, suffix))
}

/// Whether one letter was put in, left out, replaced, or two neighbours swapped.
fn one_off(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let same = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let (rest_a, rest_b) = (&a[same..], &b[same..]);
    match (rest_a, rest_b) {
        ([], []) => false,
        ([_, ra @ ..], [_, rb @ ..]) if ra == rb => true,
        ([x1, x2, ra @ ..], [y1, y2, rb @ ..]) if x1 == y2 && x2 == y1 && ra == rb => true,
        ([_, ra @ ..], _) if ra == rest_b => true,
        (_, [_, rb @ ..]) => rest_a == rb,
        _ => false,
    }
}

/// The name with each letter replaced by the Latin one that it looks like.
fn skeleton(label: &str) -> String {
    let plain: String = label.chars().filter(|c| *c != '-').map(latin).collect();
    plain.replace("rn", "m").replace("vv", "w").replace("cl", "d")
}

/// The letter that this one is taken for: digits, Cyrillic and Greek doubles, letters with marks.
fn latin(c: char) -> char {
    match c {
        '0' | 'о' | 'ο' | 'օ' | 'ö' | 'ó' | 'ò' | 'ô' | 'õ' | 'ø' | 'ō' | 'ő' => 'o',
        '1' | 'i' | 'і' | 'ι' | 'ӏ' | 'ı' | 'í' | 'ì' | 'î' | 'ï' | 'ī' | 'ł' | 'ĺ' | 'ļ' | 'ľ' => 'l',
        '5' | 'ѕ' | 'š' | 'ś' | 'ş' | 'ș' => 's',
        '3' | 'е' | 'є' | 'ё' | 'é' | 'è' | 'ê' | 'ë' | 'ē' | 'ė' | 'ę' | 'ě' => 'e',
        'а' | 'α' | 'á' | 'à' | 'â' | 'ä' | 'ã' | 'å' | 'ā' | 'ą' | 'ă' => 'a',
        'с' | 'ϲ' | 'ç' | 'ć' | 'č' => 'c',
        'р' | 'ρ' => 'p',
        'х' | 'χ' => 'x',
        'у' | 'γ' | 'ý' | 'ÿ' => 'y',
        'ј' => 'j',
        'ԁ' | 'ď' | 'đ' => 'd',
        'һ' | 'հ' => 'h',
        'к' | 'κ' => 'k',
        'м' => 'm',
        'п' | 'ո' | 'ñ' | 'ń' | 'ň' | 'η' => 'n',
        'т' | 'τ' | 'ť' | 'ț' => 't',
        'в' | 'β' => 'b',
        'ѵ' | 'ν' => 'v',
        'ԝ' | 'ω' | 'ш' => 'w',
        'ü' | 'ú' | 'ù' | 'û' | 'ū' | 'ů' | 'ű' | 'υ' | 'ս' => 'u',
        'г' | 'ř' => 'r',
        'ğ' | 'ġ' | 'ģ' | 'ց' => 'g',
        'ž' | 'ź' | 'ż' => 'z',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn look_alikes_are_seen() {
        for (sender, domain) in [
            ("googel.com", "google.com"),
            ("gogle.com", "google.com"),
            ("gooogle.com", "google.com"),
            ("goagle.com", "google.com"),
            ("g00gle.com", "google.com"),
            ("mail.g00gle.com", "google.com"),
            ("acrne.com", "acme.com"),
            ("acme.co", "acme.com"),
            ("xn--cme-5cd.com", "acme.com"),
            ("аcme.com", "acme.com"),
            ("müller.de", "muller.de"),
            ("exampie.co.uk", "example.co.uk"),
            ("wh-atsapp.com", "whatsapp.com"),
        ] {
            assert!(resembles(sender, domain).is_some(), "{sender} for {domain}");
        }
    }

    #[test]
    fn other_names_are_left_alone() {
        for (sender, domain) in [
            ("google.com", "google.com"),
            ("mail.google.com", "google.com"),
            ("acme.org", "acme.com"),
            ("ibm.com", "hbm.com"),
            ("partner.com", "google.com"),
            ("com", "google.com"),
            ("bigoogle.com", "google.com"),
        ] {
            assert_eq!(resembles(sender, domain), None, "{sender} for {domain}");
        }
    }

    fn distance(a: &[char], b: &[char]) -> usize {
        let mut d = vec![vec![0; b.len() + 1]; a.len() + 1];
        for i in 0..=a.len() {
            for j in 0..=b.len() {
                d[i][j] = if i == 0 || j == 0 {
                    i + j
                } else {
                    let swap = if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                        d[i - 2][j - 2] + 1
                    } else {
                        usize::MAX
                    };
                    (d[i - 1][j] + 1)
                        .min(d[i][j - 1] + 1)
                        .min(d[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]))
                        .min(swap)
                };
            }
        }
        d[a.len()][b.len()]
    }

    proptest! {
        #[test]
        fn one_off_is_an_edit_distance_of_one(a in "[ab]{0,7}", b in "[ab]{0,7}") {
            let (x, y): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
            prop_assert_eq!(one_off(&a, &b), distance(&x, &y) == 1);
        }
        #[test]
        fn any_names_are_compared(a in ".{0,30}", b in ".{0,30}") {
            let _ = resembles(&a, &b);
        }
    }
}
