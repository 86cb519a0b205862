//! A held message in full.

use crate::quarantine::object;
use crate::{Error, Service, UseCase, permits};
use bytes::Bytes;
use message::{Limits, Parsed};
use model::finding::Check;
use model::settings::PersonalValues;
use model::view::{AttachmentView, MessageView};
use model::{Actor, Disposition, Finding};
use std::time::Duration;
use store::Scope;
use store::quarantine::Held;

/// Characters of text and bytes of HTML that a page shows; the whole is a download away.
const TEXT_MAX: usize = 64 * 1024;
const HTML_MAX: usize = 512 * 1024;
const ATTACHMENTS_MAX: usize = 200;

/// What of the body a page shows.
#[derive(Default)]
struct Preview {
    headers: Vec<(String, String)>,
    html: String,
    text: String,
    attachments: Vec<AttachmentView>,
}

/// Parses for looking at, not for filtering: little time, and archives stay closed deeper down.
fn preview(body: Bytes, with_body: bool) -> Preview {
    let limits = Limits {
        wall_time: Duration::from_secs(3),
        archive_depth: 2,
        unpacked: 64 << 20,
        kept: 0,
        ..Limits::default()
    };
    let parsed = Parsed::parse(body, &limits);
    let mut out = Preview {
        headers: parsed.headers.iter().map(|h| (h.name.clone(), h.value.clone())).collect(),
        ..Preview::default()
    };
    let attachments = parsed.attachments.iter().take(ATTACHMENTS_MAX);
    out.attachments = attachments
        .map(|a| AttachmentView { name: a.label(), kind: a.kind.clone(), mime: a.mime.clone(), size: a.size })
        .collect();
    if with_body {
        if !parsed.html.is_empty() {
            out.html = Some(parsed.sanitized_html()).filter(|h| h.len() <= HTML_MAX).unwrap_or_default();
        }
        out.text = parsed.text.chars().take(TEXT_MAX).collect();
    }
    out
}

/// What a content filter of another account found in the same message is not to be told; owners of mailboxes are told of
/// the one that decided.
pub(crate) fn shown_to(scope: Scope, decided_by: Option<usize>, mut findings: Vec<Finding>) -> Vec<Finding> {
    for (index, finding) in findings.iter_mut().enumerate() {
        let Some(Check::ContentFilter { account, name, .. }) = &mut finding.check else { continue };
        let may = match scope {
            Scope::All => true,
            Scope::Account(own) => own == *account,
            Scope::Mailbox(_) => decided_by == Some(index),
        };
        if !may {
            name.clear();
            finding.info = "a content filter that is not yours to see".into();
        }
    }
    findings
}

impl Service {
    /// The held message with its evidence, headers and a safe preview. A body that cannot be read leaves those empty
    /// and says so among the notes.
    pub async fn message(&self, actor: &Actor, id: i64) -> Result<MessageView, Error> {
        let scope = self.permit(actor, UseCase::ReadMessage)?;
        let mut c = self.inner.store.read().await?;
        let owner = self.owner_in(&mut c, scope).await?;
        let held = self.held(&mut c, scope, owner.as_ref(), id).await?;
        drop(c);
        let personal = owner.as_ref().map(|o| &*o.values.personal);
        let is_held = held.row.disposition == Disposition::Quarantined;
        let may_release =
            is_held && permits(actor.role, UseCase::Release) && personal.is_none_or(|p| p.may_release(&held.row));
        let may_delete = is_held && permits(actor.role, UseCase::Delete) && personal.is_none_or(|p| p.delete);
        let with_body = personal.is_none_or(|p| p.view_body);
        Ok(MessageView { may_release, may_delete, ..self.view_of(scope, held, with_body, personal).await? })
    }

    /// A message in full, with its text where `with_body`, as one of this scope sees it, and an owner with these rights;
    /// it says of nobody that they may do anything.
    pub(crate) async fn view_of(
        &self,
        scope: Scope,
        held: Held,
        with_body: bool,
        personal: Option<&PersonalValues>,
    ) -> Result<MessageView, Error> {
        let mut c = self.inner.store.read().await?;
        let logged =
            store::quarantine::logged(&mut c, held.row.message).await?.ok_or_else(|| Error::not_found("message"))?;
        let history = store::audit::of_object(&mut c, &object(&held)).await?;
        drop(c);
        let mut notes = held.verdict.notes.clone();
        let preview = match self.body(&held).await {
            Ok(body) => tokio::task::spawn_blocking(move || preview(body, with_body)).await.unwrap_or_default(),
            Err(e) => {
                tracing::error!(message = %held.row.message, error = %e, "a held body cannot be read");
                notes.push("The body of this message cannot be read.".into());
                Preview::default()
            }
        };
        let findings = logged.findings;
        let headline = match filter::headline(&findings, &held.verdict) {
            text if text.is_empty() => logged.headline,
            text => text,
        };
        Ok(MessageView {
            headline,
            client_ip: logged.client_ip,
            helo: logged.helo,
            tls: logged.tls,
            filter: held.verdict.filter.clone(),
            info: held.verdict.info.clone(),
            ran: findings.ran.iter().map(|(name, us)| (name.to_string(), *us)).collect(),
            decided_by: held.verdict.decided_by,
            notes,
            spf: findings.sender.spf.as_str().to_owned(),
            dkim: findings.sender.dkim.as_str().to_owned(),
            dmarc: findings.sender.dmarc.as_str().to_owned(),
            findings: shown_to(scope, held.verdict.decided_by, findings.list),
            headers: preview.headers,
            preview_html: preview.html,
            preview_text: preview.text,
            attachments: if personal.is_none_or(|p| p.attachments) { preview.attachments } else { Vec::new() },
            history,
            may_release: false,
            may_delete: false,
            row: held.row,
        })
    }

    /// The message as it arrived.
    pub async fn message_raw(&self, actor: &Actor, id: i64) -> Result<Bytes, Error> {
        let scope = self.permit(actor, UseCase::ReadMessage)?;
        let held = {
            let mut c = self.inner.store.read().await?;
            let owner = self.owner_in(&mut c, scope).await?;
            let held = self.held(&mut c, scope, owner.as_ref(), id).await?;
            if matches!(scope, Scope::Mailbox(_))
                && owner.is_none_or(|o| !(o.values.personal.view_body && o.values.personal.attachments))
            {
                return Err(Error::forbidden());
            }
            held
        };
        self.body(&held).await
    }
}
