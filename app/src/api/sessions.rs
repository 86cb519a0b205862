//! One's own sessions.

use super::{ApiError, Notice};
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use model::view::SessionRow;

#[server(name = ListSessions, prefix = "/fn", endpoint = "sessions", input = GetUrl)]
pub async fn sessions() -> Result<Vec<SessionRow>, ApiError> {
    use super::context::{fail, reader, session_token};
    let (service, actor) = reader()?;
    service.own_sessions(&actor, &session_token()).await.map_err(fail)
}

#[server(name = EndSession, prefix = "/fn", endpoint = "session_end")]
pub async fn end_session(form_token: String, id: String) -> Result<Notice, ApiError> {
    use super::context::{fail, writer};
    let (service, actor) = writer(&form_token)?;
    service.end_own_session(&actor, &id).await.map_err(fail)?;
    Ok(Notice::new(t!("The session is over")))
}

#[server(name = EndOtherSessions, prefix = "/fn", endpoint = "sessions_end")]
pub async fn end_other_sessions(form_token: String) -> Result<Notice, ApiError> {
    use super::context::{fail, session_token, writer};
    let (service, actor) = writer(&form_token)?;
    let ended = service.end_other_sessions(&actor, &session_token()).await.map_err(fail)?;
    Ok(Notice::new(match ended {
        0 => t!("There is no other session").to_owned(),
        n => counted!("{n} other session is over|{n} other sessions are over", n),
    }))
}
