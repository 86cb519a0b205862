//! The message log (guide chapter 13).

use super::ApiError;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use model::MessageId;
use model::view::{LogPage, LogQuery, LoggedMessage};

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
