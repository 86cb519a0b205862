//! The message log (guide chapter 13).

use super::{ApiError, Notice};
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use model::MessageId;
use model::view::{LogPage, LogQuery, LoggedMessage, MessageView};

/// `after`: the `next` of the part before, empty for the newest.
#[server(name = ListLog, prefix = "/fn", endpoint = "log", input = GetUrl)]
pub async fn log(query: LogQuery, #[server(default)] after: String) -> Result<LogPage, ApiError> {
    use super::context::{fail, reader};
    let (service, actor) = reader()?;
    service.message_log(&actor, &query, &after).await.map_err(fail)
}

#[server(name = GetLogged, prefix = "/fn", endpoint = "log_message", input = GetUrl)]
pub async fn logged_message(id: MessageId) -> Result<LoggedMessage, ApiError> {
    use super::context::{fail, reader};
    let (service, actor) = reader()?;
    service.logged_message(&actor, id).await.map_err(fail)
}

/// A delivered message of which a copy is kept.
#[server(name = GetKept, prefix = "/fn", endpoint = "kept_message", input = GetUrl)]
pub async fn kept_message(id: i64) -> Result<MessageView, ApiError> {
    use super::context::{fail, reader};
    let (service, actor) = reader()?;
    service.kept_message(&actor, id).await.map_err(fail)
}

/// Sends such a message to its recipient again.
#[server(name = ReleaseKept, prefix = "/fn", endpoint = "kept_release")]
pub async fn release_kept(form_token: String, id: i64) -> Result<Notice, ApiError> {
    use super::context::{fail, writer};
    let (service, actor) = writer(&form_token)?;
    let to = service.release_kept(&actor, id).await.map_err(fail)?;
    Ok(Notice { text: format!("Sent again to {to}"), ..Notice::default() })
}
