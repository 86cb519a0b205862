//! The Personal Dashboard of a mailbox's owner (guide chapter 8).

use super::{ApiError, Notice};
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use model::settings::DigestFrequency;
use model::view::{MessageView, OwnerHome};
use serde::{Deserialize, Serialize};

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
pub fn digest_set(frequency: DigestFrequency) -> &'static str {
    match frequency {
        DigestFrequency::Never => "Saved: no digests will be sent",
        DigestFrequency::Daily => "Saved: a digest will be sent every day on which mail was held",
        DigestFrequency::Weekly => "Saved: a digest will be sent on Mondays",
    }
}

/// A message as its owner may see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OwnMessage {
    pub message: MessageView,
    /// Whether the settings let owners see the body.
    pub view_body: bool,
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
    let view_body = service.owner_home(&actor).await.map_err(fail)?.view_body;
    let message = service.message(&actor, id).await.map_err(fail)?;
    Ok(OwnMessage { message, view_body })
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
