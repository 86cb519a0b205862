//! The Personal Dashboard of a mailbox's owner (guide chapter 8).
// A form has as many arguments as fields; what the macro makes of it has them too.
#![allow(clippy::too_many_arguments)]

use super::{ApiError, Notice};
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use model::settings::DigestFrequency;
use model::view::{MessageView, OwnerHome};
use model::{Action, Category};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Frequencies of the digest: as a form's value, and as people read them.
pub const FREQUENCIES: [(DigestFrequency, &str, &str); 3] = [
    (DigestFrequency::Never, "never", "Never"),
    (DigestFrequency::Daily, "daily", "Daily"),
    (DigestFrequency::Weekly, "weekly", "Weekly, on Mondays"),
];

/// The value of a form.
pub fn frequency(word: &str) -> Option<DigestFrequency> {
    FREQUENCIES.iter().find(|(_, w, _)| *w == word).map(|(f, _, _)| *f)
}

/// What was saved, as a sentence.
#[cfg(feature = "ssr")]
pub fn digest_set(frequency: DigestFrequency) -> &'static str {
    match frequency {
        DigestFrequency::Never => t!("Saved: no digests will be sent"),
        DigestFrequency::Daily => t!("Saved: a digest will be sent every day on which mail was held"),
        DigestFrequency::Weekly => t!("Saved: a digest will be sent on Mondays"),
    }
}

/// A message as its owner may see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OwnMessage {
    pub message: MessageView,
    /// Whether the settings let owners see the body.
    pub view_body: bool,
    pub download: bool,
}

#[server(name = GetOwnerHome, prefix = "/fn", endpoint = "owner_home", input = GetUrl)]
pub async fn owner_home() -> Result<OwnerHome, ApiError> {
    use super::context::{fail, reader};
    let (service, actor) = reader()?;
    service.owner_home(&actor).await.map_err(fail)
}

#[server(name = GetOwnMessage, prefix = "/fn", endpoint = "owner_message", input = GetUrl)]
pub async fn own_message(id: i64) -> Result<OwnMessage, ApiError> {
    use super::context::{fail, reader};
    let (service, actor) = reader()?;
    let home = service.owner_home(&actor).await.map_err(fail)?;
    let message = service.message(&actor, id).await.map_err(fail)?;
    Ok(OwnMessage { message, view_body: home.view_body, download: home.download })
}

/// `digest`: `never`, `daily` or `weekly`.
#[server(name = SetDigest, prefix = "/fn", endpoint = "owner_digest")]
pub async fn set_digest(form_token: String, #[server(default)] digest: String) -> Result<Notice, ApiError> {
    use super::context::{fail, writer};
    use model::UserError;
    let (service, actor) = writer(&form_token)?;
    let wanted =
        frequency(&digest).ok_or_else(|| fail(UserError::field("digest", "Choose how often the digest is sent.")))?;
    service.set_digest(&actor, wanted).await.map_err(fail)?;
    Ok(Notice::new(digest_set(wanted)))
}

/// What owners set of their digest and pages.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct OwnSettings {
    pub frequency: String,
    pub format: String,
    pub content: String,
    pub ascending: bool,
    pub send_empty: bool,
    pub time_zone: String,
    pub language: String,
}

/// Friends and enemies as text, an entry a line; None: not the owner's to see.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct OwnSenders {
    /// Friends and enemies of one's own.
    pub own: Option<(String, String)>,
    pub domain_friends: Option<String>,
    pub domain_enemies: Option<String>,
}

/// None: the administrator keeps them.
#[server(name = GetOwnSettings, prefix = "/fn", endpoint = "owner_settings", input = GetUrl)]
pub async fn own_settings() -> Result<Option<OwnSettings>, ApiError> {
    use super::context::{fail, reader};
    let (service, actor) = reader()?;
    own::settings(&service, &actor).await.map_err(fail)
}

#[server(name = SetOwnSettings, prefix = "/fn", endpoint = "owner_settings_set")]
pub async fn set_own_settings(
    form_token: String,
    frequency: String,
    format: String,
    content: String,
    #[server(default)] ascending: Option<String>,
    #[server(default)] send_empty: Option<String>,
    time_zone: String,
    language: String,
) -> Result<Notice, ApiError> {
    use super::context::{fail, writer};
    let (service, actor) = writer(&form_token)?;
    let (ascending, send_empty) = (ascending.is_some(), send_empty.is_some());
    let wanted = OwnSettings { frequency, format, content, ascending, send_empty, time_zone, language };
    own::set_settings(&service, &actor, &wanted).await.map_err(fail)?;
    Ok(Notice::new(t!("Saved")))
}

#[server(name = GetOwnSenders, prefix = "/fn", endpoint = "owner_senders", input = GetUrl)]
pub async fn own_senders() -> Result<OwnSenders, ApiError> {
    use super::context::{fail, reader};
    let (service, actor) = reader()?;
    own::senders(&service, &actor).await.map_err(fail)
}

#[server(name = SetOwnSenders, prefix = "/fn", endpoint = "owner_senders_set")]
pub async fn set_own_senders(
    form_token: String,
    #[server(default)] friends: String,
    #[server(default)] enemies: String,
) -> Result<Notice, ApiError> {
    use super::context::{fail, writer};
    let (service, actor) = writer(&form_token)?;
    own::set_senders(&service, &actor, &friends, &enemies).await.map_err(fail)?;
    Ok(Notice::new(t!("Saved")))
}

/// Message types whose action owners may set: the setting below `filtering`, and what the type is called.
pub const POLICIES: [(&str, Category); 7] = [
    ("virus", Category::Virus),
    ("phish", Category::Phish),
    ("adult", Category::Adult),
    ("spam", Category::Spam),
    ("bot", Category::Bot),
    ("junk", Category::Junk),
    ("ndr", Category::Ndr),
];

/// Actions of inbound mail, as a form has them.
pub const POLICY_ACTIONS: [Action; 4] = [Action::Allow, Action::Markup, Action::Quarantine, Action::Block];

/// Names of [`POLICIES`] with the action that holds; empty: the administrator keeps them.
#[server(name = GetOwnPolicies, prefix = "/fn", endpoint = "owner_policies", input = GetUrl)]
pub async fn own_policies() -> Result<Vec<(String, String)>, ApiError> {
    use super::context::{fail, reader};
    let (service, actor) = reader()?;
    own::policies(&service, &actor).await.map_err(fail)
}

/// `values[junk]=quarantine`.
#[server(name = SetOwnPolicies, prefix = "/fn", endpoint = "owner_policies_set")]
pub async fn set_own_policies(
    form_token: String,
    #[server(default)] values: HashMap<String, String>,
) -> Result<Notice, ApiError> {
    use super::context::{fail, writer};
    let (service, actor) = writer(&form_token)?;
    own::set_policies(&service, &actor, &values).await.map_err(fail)?;
    Ok(Notice::new(t!("Saved")))
}

/// The same for the plain pages.
#[cfg(feature = "ssr")]
pub(crate) mod own {
    use super::{OwnSenders, OwnSettings, POLICIES};
    use crate::api::senders::both;
    use model::{Actor, UserError};
    use serde_json::{Value, json};
    use service::{OWN_DIGEST, Service};
    use std::collections::HashMap;

    pub async fn settings(service: &Service, actor: &Actor) -> Result<Option<OwnSettings>, UserError> {
        let values = service.own_settings(actor, &OWN_DIGEST).await?;
        let value = |name: &str| {
            let path = format!("digest.{name}");
            values.iter().find(|(p, _)| *p == path).map(|(_, v)| v.clone()).unwrap_or_default()
        };
        let text = |name: &str| value(name).as_str().unwrap_or_default().to_owned();
        let flag = |name: &str| value(name) == Value::Bool(true);
        Ok((!values.is_empty()).then(|| OwnSettings {
            frequency: text("frequency"),
            format: text("format"),
            content: text("content"),
            ascending: flag("ascending"),
            send_empty: flag("send_empty"),
            time_zone: text("time_zone"),
            language: text("language"),
        }))
    }

    /// Only what is another value than before is set, so that the rest still follows the domain.
    pub async fn set_settings(service: &Service, actor: &Actor, wanted: &OwnSettings) -> Result<(), UserError> {
        let before = service.own_settings(actor, &OWN_DIGEST).await?;
        let all = [
            ("frequency", json!(wanted.frequency)),
            ("format", json!(wanted.format)),
            ("content", json!(wanted.content)),
            ("ascending", json!(wanted.ascending)),
            ("send_empty", json!(wanted.send_empty)),
            ("time_zone", json!(wanted.time_zone.trim())),
            ("language", json!(wanted.language)),
        ];
        let all = all.map(|(name, value)| (format!("digest.{name}"), value));
        // Who may see none may set none; the service says so.
        let differs = |(path, value): &(String, Value)| before.iter().all(|(p, v)| p != path || v != value);
        let changes: Vec<_> = all.into_iter().filter(differs).collect();
        service.set_own_settings(actor, &changes).await.map_err(|e| {
            let mut error = UserError::from(e);
            for field in &mut error.fields {
                field.field = field.field.trim_start_matches("digest.").to_owned();
            }
            error
        })
    }

    pub async fn policies(service: &Service, actor: &Actor) -> Result<Vec<(String, String)>, UserError> {
        let paths = POLICIES.map(|(name, _)| format!("filtering.{name}"));
        let values = service.own_settings(actor, &paths.each_ref().map(String::as_str)).await?;
        let word = |value: &Value| {
            let word = value.as_str().or_else(|| value.get("action")?.as_str());
            word.unwrap_or_default().to_owned()
        };
        Ok(values.iter().map(|(path, v)| (path.trim_start_matches("filtering.").to_owned(), word(v))).collect())
    }

    /// Only what is another action than before is set.
    pub async fn set_policies(
        service: &Service,
        actor: &Actor,
        wanted: &HashMap<String, String>,
    ) -> Result<(), UserError> {
        let before = policies(service, actor).await?;
        let differs = |(name, action): &(&String, &String)| before.iter().all(|(n, a)| n != *name || a != *action);
        let changes = wanted.iter().filter(differs).map(|(name, action)| (format!("filtering.{name}"), json!(action)));
        let mut changes: Vec<_> = changes.collect();
        changes.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(service.set_own_settings(actor, &changes).await?)
    }

    fn text(list: &[model::SenderEntry]) -> String {
        list.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    }

    pub async fn senders(service: &Service, actor: &Actor) -> Result<OwnSenders, UserError> {
        let all = service.own_senders(actor).await?;
        Ok(OwnSenders {
            own: all.own.map(|l| (text(&l.friends), text(&l.enemies))),
            domain_friends: all.domain_friends.map(|l| text(&l)),
            domain_enemies: all.domain_enemies.map(|l| text(&l)),
        })
    }

    pub async fn set_senders(service: &Service, actor: &Actor, friends: &str, enemies: &str) -> Result<(), UserError> {
        let (friends, enemies) = both(friends, enemies)?;
        Ok(service.set_own_senders(actor, &service::SenderLists { friends, enemies }).await?)
    }
}
