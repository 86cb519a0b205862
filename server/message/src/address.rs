//! Address fields (RFC 5322 §3.4), read as far as they can be.

use crate::{encoded_word, view::Mailbox};
use model::EmailAddress;

/// Entries that are read of one field.
const MOST_MAILBOXES: usize = 2_000;

/// One entry while it is read.
#[derive(Default)]
struct Entry {
    /// Everything but comments.
    all: String,
    /// What stands outside angle brackets, quotes removed.
    phrase: String,
    comment: String,
    angle: Option<String>,
}

/// The mailboxes of a field's raw value, groups flattened.
pub(crate) fn mailboxes(raw: &[u8]) -> Vec<Mailbox> {
    let text = encoded_word::unfold(raw);
    let mut out: Vec<Mailbox> = Vec::new();
    // An unquoted comma in a name splits it: `Doe, John <j@x>` is one mailbox.
    let mut left_over = String::new();
    let mut entry = Entry::default();
    let (mut quoted, mut in_angle, mut comment) = (false, false, 0u32);
    // A quote that is never closed is an ordinary character.
    let mut quotes = text.matches('"').count();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if out.len() >= MOST_MAILBOXES {
            break;
        }
        if comment > 0 {
            match c {
                '\\' => entry.comment.extend(chars.next()),
                '(' => comment += 1,
                ')' => comment -= 1,
                _ => entry.comment.push(c),
            }
            continue;
        }
        match c {
            '"' => {
                quotes = quotes.saturating_sub(1);
                if quoted || quotes > 0 {
                    quoted = !quoted;
                }
                entry.push(c, in_angle, false);
            }
            '\\' if quoted => {
                entry.all.push(c);
                if let Some(next) = chars.next() {
                    quotes -= usize::from(next == '"' && quotes > 0);
                    entry.push(next, in_angle, true);
                }
            }
            _ if quoted => entry.push(c, in_angle, true),
            '(' if !in_angle => comment = 1,
            '<' if !in_angle => {
                in_angle = true;
                entry.all.push(c);
                // The last one counts; what an earlier one held is part of the name.
                if let Some(earlier) = entry.angle.replace(String::new()) {
                    entry.phrase.push_str(&earlier);
                }
            }
            '>' if in_angle => {
                in_angle = false;
                entry.all.push(c);
            }
            ',' | ';' if !in_angle => finish(std::mem::take(&mut entry), &mut left_over, &mut out),
            ':' if !in_angle && entry.angle.is_none() && !entry.phrase.contains('@') => entry = Entry::default(),
            _ => entry.push(c, in_angle, true),
        }
    }
    finish(entry, &mut left_over, &mut out);
    if !left_over.trim().is_empty() && out.len() < MOST_MAILBOXES {
        let name = encoded_word::words(left_over.trim());
        out.push(Mailbox { raw: left_over.trim().to_owned(), name, address: None });
    }
    out
}

impl Entry {
    fn push(&mut self, c: char, in_angle: bool, visible: bool) {
        self.all.push(c);
        match &mut self.angle {
            Some(angle) if in_angle => angle.push(c),
            _ if visible => self.phrase.push(c),
            _ => {}
        }
    }
}

fn finish(entry: Entry, left_over: &mut String, out: &mut Vec<Mailbox>) {
    let (name, raw) = match entry.angle {
        Some(angle) => {
            // A source route before the address is obsolete (RFC 5322 §4.4).
            let angle = angle.trim();
            let raw = if angle.starts_with('@') { angle.rsplit_once(':').map_or(angle, |(_, a)| a) } else { angle };
            let name = [left_over.trim(), entry.phrase.trim()];
            (name.into_iter().filter(|n| !n.is_empty()).collect::<Vec<_>>().join(", "), raw.to_owned())
        }
        None if entry.all.contains('@') => {
            // Blanks around the @ are obsolete but legal; a name before a bare address is neither.
            let all = entry.all.trim();
            let (name, raw) = match all.rsplit_once(char::is_whitespace) {
                Some((name, address)) if address.contains('@') && !address.starts_with('@') && !name.ends_with('@') => {
                    (name.trim().to_owned(), address.to_owned())
                }
                _ => (String::new(), all.split_whitespace().collect()),
            };
            (if name.is_empty() { entry.comment.trim().to_owned() } else { name }, raw)
        }
        None => {
            if !entry.phrase.trim().is_empty() {
                if !left_over.is_empty() {
                    left_over.push_str(", ");
                }
                left_over.push_str(entry.phrase.trim());
            }
            return;
        }
    };
    left_over.clear();
    out.push(Mailbox { address: EmailAddress::parse(&raw).ok(), name: encoded_word::words(&name), raw });
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Vec<(String, String, bool)> {
        mailboxes(text.as_bytes()).into_iter().map(|m| (m.name, m.raw, m.address.is_some())).collect()
    }
    fn one(name: &str, address: &str) -> Vec<(String, String, bool)> {
        vec![(name.to_owned(), address.to_owned(), true)]
    }

    #[test]
    fn the_usual_forms_are_read() {
        assert_eq!(read("bob@acme.test"), one("", "bob@acme.test"));
        assert_eq!(read("Bob <bob@acme.test>"), one("Bob", "bob@acme.test"));
        assert_eq!(read("\"Doe, \\\"J\\\" John\" <j@acme.test>"), one("Doe, \"J\" John", "j@acme.test"));
        assert_eq!(read("bob@acme.test (Bob B.)"), one("Bob B.", "bob@acme.test"));
        assert_eq!(read("=?utf-8?q?J=C3=B6rg?= <j@acme.test>"), one("Jörg", "j@acme.test"));
        assert_eq!(read("friends: a@x.test, B <b@x.test>;").len(), 2);
    }
    #[test]
    fn hostile_forms_show_the_address_that_programs_use() {
        assert_eq!(read("\"ceo@acme.test\" <evil@x.test>"), one("ceo@acme.test", "evil@x.test"));
        assert_eq!(read("ceo@acme.test <evil@x.test>"), one("ceo@acme.test", "evil@x.test"));
        assert_eq!(read("<a@x.test> <b@x.test>"), one("a@x.test", "b@x.test"));
        assert_eq!(read("\"open <b@x.test>"), one("open", "b@x.test"));
        assert_eq!(read("Doe, John <j@x.test>"), one("Doe, John", "j@x.test"));
        assert_eq!(read("a@x.test, b@x.test").len(), 2);
        assert_eq!(read("Postmaster"), vec![("Postmaster".to_owned(), "Postmaster".to_owned(), false)]);
        assert!(read("").is_empty() && read("undisclosed-recipients:;").is_empty());
    }
    proptest! {
        #[test]
        fn any_field_is_read(raw in "[a-z@<>\"\\\\(),;:. =?]{0,120}") {
            let _ = mailboxes(raw.as_bytes());
        }
    }
}
