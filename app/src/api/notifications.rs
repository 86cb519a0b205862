//! Notifications (guide chapter 11).
// A form has as many arguments as fields; what the macro makes of it has them too.
#![allow(clippy::too_many_arguments)]

use super::{ApiError, Notice};
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A notification as its form has it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct NotificationForm {
    pub id: i64,
    /// Whose it is, for people.
    pub whose: String,
    pub name: String,
    /// The event's word.
    pub event: String,
    pub sender: String,
    /// One a line.
    pub recipients: String,
    pub frequency: String,
    /// By name; lists have an entry a line, a size is `size.from` and `size.to`.
    pub conditions: BTreeMap<String, String>,
    pub may_edit: bool,
}

#[cfg(feature = "ssr")]
mod parts {
    use serde_json::{Map, Value as Json, json};
    use std::collections::BTreeMap;

    /// Conditions that are a number, and the one that is yes or no; all others are texts or lists of them.
    const NUMBERS: [&str; 3] = ["count", "failure_count", "number_of_messages"];

    fn lines(text: &str) -> Vec<String> {
        text.split([',', '\n']).map(str::trim).filter(|l| !l.is_empty()).map(str::to_owned).collect()
    }

    /// The conditions of an event as the form's fields say them; what is empty is not there.
    pub fn conditions(allowed: &[&str], typed: &BTreeMap<String, String>) -> Json {
        let text = |name: &str| typed.get(name).map(|t| t.trim()).unwrap_or_default();
        let mut out = Map::new();
        for name in allowed {
            let said = text(name);
            let value = match *name {
                "size" => {
                    let ends = [("from", text("size.from")), ("to", text("size.to"))];
                    let ends: Map<String, Json> = ends
                        .into_iter()
                        .filter(|(_, t)| !t.is_empty())
                        .map(|(k, t)| (k.to_owned(), t.into()))
                        .collect();
                    if ends.is_empty() { continue } else { Json::Object(ends) }
                }
                _ if said.is_empty() => continue,
                "enabled" => Json::Bool(said == "true"),
                "offline_duration" => said.into(),
                number if NUMBERS.contains(&number) => {
                    said.parse::<u32>().map_or_else(|_| Json::from(said), Json::from)
                }
                _ => json!(lines(said)),
            };
            out.insert((*name).to_owned(), value);
        }
        Json::Object(out)
    }

    pub fn shown(conditions: &Json) -> BTreeMap<String, String> {
        let mut out = BTreeMap::new();
        let word = |v: &Json| v.as_str().map_or_else(|| v.to_string(), str::to_owned);
        for (name, value) in conditions.as_object().into_iter().flatten() {
            match value {
                Json::Array(all) => {
                    out.insert(name.clone(), all.iter().map(word).collect::<Vec<_>>().join("\n"));
                }
                Json::Object(ends) => out.extend(ends.iter().map(|(end, v)| (format!("{name}.{end}"), word(v)))),
                value => drop(out.insert(name.clone(), word(value))),
            }
        }
        out
    }

    pub fn addresses(text: &str) -> Vec<String> {
        lines(text)
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn conditions_go_through_the_form_unharmed_and_those_of_other_events_are_left_out() {
            let stored = json!({ "number_of_messages": 5, "size": { "from": "4.3K", "to": "10Mi" },
                "category": ["SPAM", "PHISH"], "domain_name": ["a.test"] });
            let allowed = ["number_of_messages", "action", "category", "domain_name", "size"];
            assert_eq!(conditions(&allowed, &shown(&stored)), stored);
            assert_eq!(conditions(&["count"], &shown(&stored)), json!({}));
            let enabled = json!({ "enabled": false });
            assert_eq!(conditions(&["enabled", "domain_name"], &shown(&enabled)), enabled);
        }
    }
}

#[server(name = GetNotification, prefix = "/fn", endpoint = "notification", input = GetUrl)]
pub async fn notification(id: i64) -> Result<NotificationForm, ApiError> {
    use super::context::{fail, reader};
    use model::definition::Notification;
    use service::{UseCase, permits};
    let (service, actor) = reader()?;
    let found = service.definition::<Notification>(&actor, id).await.map_err(fail)?;
    let whose = match found.account {
        Some(a) => service.account(&actor, a).await.map(|a| a.name).unwrap_or_default(),
        None => "Whole system".into(),
    };
    let recipients: Vec<_> = found.body.recipients.iter().map(ToString::to_string).collect();
    Ok(NotificationForm {
        id,
        whose,
        name: found.name,
        event: found.body.event_type.as_str().into(),
        sender: found.body.sender.to_string(),
        recipients: recipients.join("\n"),
        frequency: found.body.frequency.clone(),
        conditions: parts::shown(&serde_json::to_value(&found.body.conditions).unwrap_or_default()),
        may_edit: permits(actor.role, UseCase::EditNotification)
            && (found.account.is_some() || actor.role == model::Role::System),
    })
}

/// What is wrong, by the fields of the form.
#[cfg(feature = "ssr")]
fn in_form(mut error: model::UserError) -> model::UserError {
    for f in &mut error.fields {
        let Some(path) = f.field.strip_prefix("definition.") else { continue };
        let path = path.split('[').next().unwrap_or(path);
        f.field = match path.strip_prefix("conditions.") {
            Some(condition) => format!("conditions[{condition}]"),
            None if path == "event_type" => "event".into(),
            None => path.to_owned(),
        };
    }
    error
}

/// `id`: 0 for a new one; `account`: empty for one of the whole system.
#[server(name = SaveNotification, prefix = "/fn", endpoint = "notification_save")]
pub async fn save_notification(
    form_token: String,
    #[server(default)] id: i64,
    #[server(default)] account: String,
    name: String,
    event: String,
    #[server(default)] sender: String,
    #[server(default)] recipients: String,
    #[server(default)] frequency: String,
    #[server(default)] conditions: BTreeMap<String, String>,
) -> Result<Notice, ApiError> {
    use super::context::{fail, writer};
    use model::definition::Notification;
    use model::definition::notification::EventType;
    use model::{AccountId, EmailAddress, UserError};
    let (service, actor) = writer(&form_token)?;
    let field = |name: &str, text: String| fail(UserError::field(name, text));
    let event: EventType = event.parse().map_err(|_| field("event", "Choose what it tells of.".into()))?;
    let address = |name: &'static str, text: &str| {
        EmailAddress::parse(text.trim()).map_err(|e| field(name, format!("{}: {e}", text.trim())))
    };
    let sender = address("sender", &sender)?;
    let to: Result<Vec<_>, _> = parts::addresses(&recipients).iter().map(|r| address("recipients", r)).collect();
    let frequency = Some(frequency.trim()).filter(|f| !f.is_empty()).unwrap_or("1h").to_owned();
    let conditions = serde_json::from_value(parts::conditions(event.conditions(), &conditions));
    let conditions = conditions.map_err(|e| field("name", format!("A condition is not accepted: {e}.")))?;
    let body = Notification { event_type: event, sender, recipients: to?, frequency, conditions };
    let name = name.trim().to_owned();
    let to = |id: i64| format!("/admin/notifications/{id}");
    if id == 0 {
        let account = account.parse().ok().map(AccountId);
        let id = service.add_definition(&actor, account, &name, body).await;
        let id = id.map_err(|e| fail(in_form(e.into())))?;
        return Ok(Notice::new(format!("Notification {name} added")).to(to(id)));
    }
    let change = service::DefinitionChange { name: Some(name.clone()), body: Some(body) };
    service.change_definition(&actor, id, change).await.map_err(|e| fail(in_form(e.into())))?;
    Ok(Notice::new(format!("Notification {name} saved")).to(to(id)))
}
