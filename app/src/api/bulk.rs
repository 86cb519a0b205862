//! Bulk operations (guide chapter 12).

use super::{ApiError, Notice};
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use model::view::bulk::{BulkDetail, BulkFound, BulkList, BulkPick};
use std::collections::BTreeMap;

/// How many objects are chosen, and what can be set of them.
#[server(name = CountBulk, prefix = "/fn", endpoint = "bulk_count", input = GetUrl)]
pub async fn bulk_count(pick: BulkPick) -> Result<BulkFound, ApiError> {
    use super::context::{fail, reader};
    let (service, actor) = reader()?;
    let (of, selection) = parts::selection(&service, &actor, &pick).await.map_err(fail)?;
    let off = service.bulk_off(&actor, &selection).await.map_err(fail)?.iter().collect();
    Ok(BulkFound { count: service.count_bulk(&actor, of, &selection).await.map_err(fail)?, off })
}

/// The newest first.
#[server(name = ListBulk, prefix = "/fn", endpoint = "bulk_jobs", input = GetUrl)]
pub async fn bulk_jobs(#[server(default)] after: String) -> Result<BulkList, ApiError> {
    use super::context::{fail, reader};
    use model::UserError;
    let (service, actor) = reader()?;
    let cursor = Some(after).filter(|a| !a.is_empty()).map(|a| a.parse()).transpose();
    let cursor = cursor.map_err(|_| fail(UserError::field("after", "There is no such page of this list.")))?;
    let slice = service.bulk_jobs_after(&actor, &service::After { cursor, limit: 50 }).await.map_err(fail)?;
    Ok(BulkList { rows: slice.rows.into_iter().map(parts::line).collect(), next: slice.next.map(|c| c.to_string()) })
}

#[server(name = GetBulk, prefix = "/fn", endpoint = "bulk_job", input = GetUrl)]
pub async fn bulk_job(id: i64) -> Result<BulkDetail, ApiError> {
    use super::context::{fail, reader};
    let (service, actor) = reader()?;
    let job = service.bulk_job(&actor, id).await.map_err(fail)?;
    let first = service::After { cursor: None, limit: 200 };
    let failures = service.bulk_failures_after(&actor, id, &first).await.map_err(fail)?.rows;
    Ok(BulkDetail {
        line: parts::line(job),
        failures: failures.into_iter().map(|f| (f.object, f.reason)).collect(),
        may_stop: service::permits(actor.role, service::UseCase::StopBulk),
    })
}

/// `expected`: how many objects the form said that it is about; another number is asked about again. `values`: settings,
/// of which what is absent or empty is kept, as are fields.
#[server(name = StartBulk, prefix = "/fn", endpoint = "bulk_start")]
#[allow(clippy::too_many_arguments)]
pub async fn start_bulk(
    form_token: String,
    pick: BulkPick,
    #[server(default)] expected: String,
    #[server(default)] sure: String,
    #[server(default)] act: String,
    #[server(default)] fields: BTreeMap<String, String>,
    #[server(default)] values: BTreeMap<String, String>,
) -> Result<Notice, ApiError> {
    use super::context::{fail, writer};
    use model::{ErrorCode, UserError};
    let (service, actor) = writer(&form_token)?;
    let (of, selection) = parts::selection(&service, &actor, &pick).await.map_err(fail)?;
    let change = parts::change(of, act == "delete", &fields, &values).map_err(fail)?;
    if sure != "on" {
        return Err(fail(UserError::field("sure", "Say that you are sure: tick the box.")));
    }
    let count = service.count_bulk(&actor, of, &selection).await.map_err(fail)?;
    if !expected.is_empty() && expected != count.to_string() {
        let message =
            format!("There are {count} of them by now, not {expected}. Load the page again and look at the choice.");
        return Err(fail(UserError::new(ErrorCode::Conflict, message)));
    }
    let id = service.start_bulk(&actor, of, &selection, &change).await.map_err(fail)?;
    Ok(Notice::new(format!("Begun: {count} objects")).to(format!("/admin/bulk/{id}")))
}

/// Adds many mailboxes from pasted text: a line each, its aliases behind commas.
#[server(name = ImportBulk, prefix = "/fn", endpoint = "bulk_import")]
pub async fn import_bulk(
    form_token: String,
    domain: String,
    #[server(default)] text: String,
) -> Result<Notice, ApiError> {
    use super::context::{fail, writer};
    use model::UserError;
    use service::UseCase;
    let (service, actor) = writer(&form_token)?;
    let name = domain.trim().parse().map_err(|_| fail(UserError::field("domain", "Give the name of a domain.")))?;
    let id = service.domain_named(&actor, UseCase::AddMailbox, &name).await.map_err(fail)?;
    let started = service.import_mailboxes(&actor, id, &text).await;
    let job = started.map_err(|e| {
        let mut error = UserError::from(e);
        for field in &mut error.fields {
            field.field = "text".into();
        }
        fail(error)
    })?;
    Ok(Notice::new("Begun: adding mailboxes").to(format!("/admin/bulk/{job}")))
}

#[server(name = StopBulk, prefix = "/fn", endpoint = "bulk_stop")]
pub async fn stop_bulk(form_token: String, id: i64) -> Result<Notice, ApiError> {
    use super::context::{fail, writer};
    let (service, actor) = writer(&form_token)?;
    service.stop_bulk(&actor, id).await.map_err(fail)?;
    Ok(Notice::new("It stops after the piece that it is at. What is done stays done."))
}

#[cfg(feature = "ssr")]
mod parts {
    //! Between forms and the service.

    use super::super::settings::place;
    use model::settings::Level;
    use model::view::bulk::{BulkLine, BulkPick};
    use model::view::{MailboxState, Unrecognized};
    use model::{Actor, UserError};
    use service::{BulkChange, BulkJob, BulkOf, BulkSelection, BulkState, Service, UseCase};
    use std::collections::BTreeMap;

    fn state(word: &str) -> Option<MailboxState> {
        match word {
            "active" => Some(MailboxState::Active),
            "inactive" => Some(MailboxState::Inactive),
            "unprotected" => Some(MailboxState::Unprotected),
            _ => None,
        }
    }

    pub async fn selection(
        service: &Service,
        actor: &Actor,
        pick: &BulkPick,
    ) -> Result<(BulkOf, BulkSelection), UserError> {
        let of = match pick.of.as_str() {
            "domains" => BulkOf::Domains,
            "outbound_ips" => BulkOf::OutboundIps,
            "mailboxes" => BulkOf::Mailboxes,
            _ => return Err(UserError::field("of", "Choose domains, outbound IPs or mailboxes.")),
        };
        let mut out = BulkSelection { q: pick.q.trim().to_owned(), all: pick.all, ..BulkSelection::default() };
        let ids: Result<Vec<i64>, _> =
            pick.ids.split(',').map(str::trim).filter(|i| !i.is_empty()).map(str::parse).collect();
        out.ids = ids.map_err(|_| UserError::field("ids", "Ids are numbers with commas between them."))?;
        if !pick.account.trim().is_empty() {
            out.account = Some(service.account_named(actor, UseCase::ListAccounts, &pick.account).await?);
        }
        if of == BulkOf::Mailboxes {
            if !pick.domain.trim().is_empty() {
                let name =
                    pick.domain.trim().parse().map_err(|_| UserError::field("domain", "That is no domain name."))?;
                out.domain = Some(service.domain_named(actor, UseCase::ListDomains, &name).await?);
            }
            out.state = state(&pick.state);
        }
        // Whoever narrows does not mean all of them.
        if (BulkSelection { all: false, ..out.clone() }) != BulkSelection::default() {
            out.all = false;
        }
        Ok((of, out))
    }

    pub fn change(
        of: BulkOf,
        delete: bool,
        fields: &BTreeMap<String, String>,
        values: &BTreeMap<String, String>,
    ) -> Result<BulkChange, UserError> {
        let field = |name: &str| fields.get(name).map(|f| f.trim()).filter(|f| !f.is_empty());
        if delete {
            return Ok(BulkChange { delete, with_aliases: field("with_aliases").is_some(), ..BulkChange::default() });
        }
        let level = match of {
            BulkOf::Domains => Level::Domain,
            BulkOf::OutboundIps => Level::OutboundIp,
            BulkOf::Mailboxes => Level::Mailbox,
        };
        Ok(BulkChange {
            settings: place::changes(level, values, "")?,
            state: field("state").and_then(state),
            access: field("access").and_then(|a| a.parse().ok()),
            keep: field("keep").map(|k| k == "on"),
            gateways: field("gateways").map(str::to_owned),
            unrecognized: match field("unrecognized") {
                Some("accept") => Some(Unrecognized::Accept),
                Some("reject") => Some(Unrecognized::Reject),
                Some("discard") => Some(Unrecognized::Discard),
                _ => None,
            },
            nickname: field("nickname").map(str::to_owned),
            ..BulkChange::default()
        })
    }

    pub fn line(job: BulkJob) -> BulkLine {
        let mut what = job.kind.replace("_ips", " IPs").replace('_', " ");
        if let Some(first) = what.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        let state = match job.state {
            BulkState::Waiting => "waiting",
            BulkState::Running => "running",
            BulkState::Done => "done",
            BulkState::Stopped => "stopped",
        };
        BulkLine {
            id: job.id,
            what,
            by: job.actor,
            state: state.into(),
            total: job.total,
            done: job.done,
            failed: job.failed,
            stopping: job.stopping,
            created: job.created,
            finished: job.finished,
        }
    }
}
