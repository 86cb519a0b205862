//! Friends and enemies as text (guide chapter 6 "Filter by Sender"): an entry a line, with its comment.

use super::{ApiError, Notice};
use leptos::prelude::*;

/// Replaces both lists of a domain, group or mailbox: `domain:5`.
#[server(name = SetSenders, prefix = "/fn", endpoint = "senders_set")]
pub async fn set_senders(
    form_token: String,
    place: String,
    #[server(default)] friends: String,
    #[server(default)] enemies: String,
) -> Result<Notice, ApiError> {
    use super::context::{fail, writer};
    use model::{ErrorCode, UserError};
    use service::{SendersOf, SettingsOf};
    let (service, actor) = writer(&form_token)?;
    let (friends, enemies) = both(&friends, &enemies).map_err(fail)?;
    let (friends, enemies) = (friends.as_slice(), enemies.as_slice());
    match super::settings::place::parse(&place).map_err(fail)? {
        SettingsOf::Domain(id) => service.set_senders(&actor, SendersOf::Domain(id), friends, enemies).await,
        SettingsOf::Mailbox(id) => service.set_senders(&actor, SendersOf::Mailbox(id), friends, enemies).await,
        SettingsOf::Group(id) => service.set_group_senders(&actor, id, friends, enemies).await,
        _ => {
            return Err(fail(UserError::new(
                ErrorCode::NotFound,
                "Friends and enemies are of domains, groups and mailboxes.",
            )));
        }
    }
    .map_err(fail)?;
    let count =
        |n: usize, what| crate::ui::format::count(n as u64, what, if what == "friend" { "friends" } else { "enemies" });
    Ok(Notice::new(format!("Saved: {}, {}", count(friends.len(), "friend"), count(enemies.len(), "enemy"))))
}

/// Both lists of a form; what is wrong in one is named by its field.
#[cfg(feature = "ssr")]
pub(crate) fn both(
    friends: &str,
    enemies: &str,
) -> Result<(Vec<model::SenderEntry>, Vec<model::SenderEntry>), model::UserError> {
    let mut wrong = Vec::new();
    let mut read = |field: &str, text: &str| {
        parse(text).unwrap_or_else(|message| {
            wrong.push(model::FieldError { field: field.into(), message });
            Vec::new()
        })
    };
    let lists = (read("friends", friends), read("enemies", enemies));
    if wrong.is_empty() {
        return Ok(lists);
    }
    let message = wrong.iter().map(|w| w.message.as_str()).collect::<Vec<_>>().join(" ");
    Err(model::UserError { code: model::ErrorCode::Invalid, message, fields: wrong })
}

/// The entries of a text box: one a line.
#[cfg(feature = "ssr")]
fn parse(text: &str) -> Result<Vec<model::SenderEntry>, String> {
    let max = model::settings::SENDER_LIST_TEXT_MAX;
    let length = text.replace("\r\n", "\n").chars().count();
    if length > max {
        return Err(format!("{length} characters, at most {max} are accepted."));
    }
    let mut out: Vec<model::SenderEntry> = Vec::new();
    for (n, line) in text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty()) {
        let entry = line.trim().parse().map_err(|e| format!("Line {}: {e}.", n + 1))?;
        out.push(entry);
    }
    let mut seen = std::collections::HashSet::new();
    out.retain(|e| seen.insert(e.pattern.clone()));
    Ok(out)
}

/// Both lists as their text boxes have them.
#[cfg(feature = "ssr")]
pub(crate) fn texts(
    friends: &[model::SenderEntry],
    enemies: &[model::SenderEntry],
) -> model::view::detail::SenderTexts {
    let text = |list: &[model::SenderEntry]| list.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    model::view::detail::SenderTexts { friends: text(friends), enemies: text(enemies) }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn comments_are_kept_and_what_is_no_sender_is_named_by_its_line() {
        let list = parse("partner.test // printers\r\n\r\n192.0.2.0/24\npartner.test").expect("a list");
        assert_eq!(texts(&list, &[]).friends, "partner.test // printers\n192.0.2.0/24");
        assert!(parse("a.test\nnot a sender at all").is_err_and(|e| e.starts_with("Line 2")));
        assert!(parse(&"a".repeat(200_001)).is_err_and(|e| e.contains("200000")));
    }
}
