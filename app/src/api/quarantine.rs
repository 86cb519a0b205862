//! Held messages: find, look at, release, delete. Administrators and owners use the same functions; what
//! each may see and do is decided by `service`.

use super::{ApiError, Notice};
#[cfg(feature = "ssr")]
use crate::text::said;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
#[cfg(feature = "ssr")]
use model::view::ActResult;
use model::view::{MessageView, Page, QuarantineQuery, QuarantineRow};

#[server(name = ListQuarantine, prefix = "/fn", endpoint = "quarantine", input = GetUrl)]
pub async fn quarantine(query: QuarantineQuery) -> Result<Page<QuarantineRow>, ApiError> {
    use super::context::{fail, reader};
    let (service, actor) = reader()?;
    service.quarantine(&actor, &query).await.map_err(fail)
}

#[server(name = GetMessage, prefix = "/fn", endpoint = "message", input = GetUrl)]
pub async fn message(id: i64) -> Result<MessageView, ApiError> {
    use super::context::{fail, reader};
    let (service, actor) = reader()?;
    service.message(&actor, id).await.map_err(fail)
}

/// `act`: `release`, `release_sender`, `delete`, `delete_confirmed`, `undelete` (of one's own deletions just now). A deletion that was not confirmed leads to the
/// page that asks; `back` is the list or message to return to, a path of our own.
#[server(name = ActOnMessages, prefix = "/fn", endpoint = "quarantine_act")]
pub async fn act_on_messages(
    form_token: String,
    #[server(default)] act: String,
    #[server(default)] ids: Vec<i64>,
    #[server(default)] back: String,
) -> Result<Notice, ApiError> {
    use super::context::{fail, writer};
    use model::{ErrorCode, UserError, view::ReleaseTo};
    let (service, actor) = writer(&form_token)?;
    if ids.is_empty() {
        return Err(fail(UserError::new(ErrorCode::Invalid, "No message is selected. Tick the messages first.")));
    }
    let back = if back.starts_with('/') && !back.starts_with("//") && !back.contains('\\') { Some(back) } else { None };
    let (result, done) = match act.as_str() {
        "release" => (service.release(&actor, &ids, ReleaseTo::Recipient).await.map_err(fail)?, t!("{n} released")),
        "release_sender" => {
            (service.release(&actor, &ids, ReleaseTo::Sender).await.map_err(fail)?, t!("{n} returned to the sender"))
        }
        "delete" => {
            let list: Vec<_> = ids.iter().map(i64::to_string).collect();
            let home = if actor.is_administrator() { "/admin/quarantine" } else { "/my" };
            let back = back.unwrap_or_else(|| home.into());
            let to = format!("{home}/delete?ids={}&back={}", list.join(","), crate::query::encode(&back));
            return Ok(Notice::default().to(to));
        }
        "undelete" => (service.undelete(&actor, &ids).await.map_err(fail)?, t!("{n} held again")),
        "delete_confirmed" => (service.delete(&actor, &ids).await.map_err(fail)?, t!("{n} deleted")),
        _ => return Err(fail(UserError::new(ErrorCode::Invalid, "Choose what to do with the messages."))),
    };
    let undo = if act == "delete_confirmed" && result.done > 0 {
        ids.into_iter().take(UNDO_MAX).collect()
    } else {
        Vec::new()
    };
    Ok(Notice { to: back, undo, ..told(&result, done) })
}

/// Messages of one deletion that can be taken back with it: as many as fit into the cookie of a page without script.
#[cfg(feature = "ssr")]
const UNDO_MAX: usize = 100;

/// Releases a message to its recipient, and does besides what is ticked. `friend`: `mailbox`, `domain`, or empty.
#[server(name = ReleaseWith, prefix = "/fn", endpoint = "release_with")]
pub async fn release_with(
    form_token: String,
    id: i64,
    #[server(default)] learn: String,
    #[server(default)] friend: String,
    #[server(default)] exception: String,
) -> Result<Notice, ApiError> {
    use super::context::{fail, writer};
    use model::view::FriendOf;
    let (service, actor) = writer(&form_token)?;
    let friend = match friend.as_str() {
        "mailbox" => Some(FriendOf::Mailbox),
        "domain" => Some(FriendOf::Domain),
        _ => None,
    };
    let with = service::ReleaseWith { learn: learn == "on", friend, exception: exception == "on" };
    let result = service.release_with(&actor, id, with).await.map_err(fail)?;
    Ok(told(&result, t!("{n} released")))
}

/// `3 released, 1 failed` with the reasons. `done`: what was done to `{n}`.
#[cfg(feature = "ssr")]
pub fn told(result: &ActResult, done: &str) -> Notice {
    let mut text = texts::fill(done, &[("n", &result.done.to_string())]);
    if !result.failed.is_empty() {
        text.push_str(&filled!(", {n} failed", n = result.failed.len().to_string()));
    }
    let problems = result
        .failed
        .iter()
        .map(|(what, why)| (what, said(why)))
        .map(|(what, why)| if what.is_empty() { why } else { format!("{what}: {why}") })
        .collect();
    Notice { text, problems, ..Notice::default() }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn a_result_tells_what_was_done_and_what_failed() {
        let result =
            ActResult { done: 3, failed: vec![("Invoice".into(), "already released by ann@acme.test".into())] };
        let notice = told(&result, "{n} released");
        assert_eq!(notice.text, "3 released, 1 failed");
        assert_eq!(notice.problems, ["Invoice: already released by ann@acme.test"]);
    }
}
