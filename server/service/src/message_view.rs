//! A held message in full.

use crate::quarantine::object;
use crate::{Error, Service, UseCase, permits};
use bytes::Bytes;
use message::{Limits, Parsed};
use model::view::{AttachmentView, MessageView};
use model::{Actor, Disposition};
use std::time::Duration;
use store::Scope;

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

impl Service {
    /// The held message with its evidence, headers and a safe preview. A body that cannot be read leaves those empty
    /// and says so among the notes.
    pub async fn message(&self, actor: &Actor, id: i64) -> Result<MessageView, Error> {
        let scope = self.permit(actor, UseCase::ReadMessage)?;
        let mut c = self.inner.store.read().await?;
        let owner = self.owner_in(&mut c, scope).await?;
        let held = self.held(&mut c, scope, owner.as_ref(), id).await?;
        let logged =
            store::quarantine::logged(&mut c, held.row.message).await?.ok_or_else(|| Error::not_found("message"))?;
        let history = store::audit::of_object(&mut c, &object(&held)).await?;
        drop(c);

        let personal = owner.as_ref().map(|o| &o.values.personal);
        let with_body = personal.is_none_or(|p| p.view_body);
        let mut notes = held.verdict.notes.clone();
        let preview = match self.body(&held).await {
            Ok(body) => tokio::task::spawn_blocking(move || preview(body, with_body)).await.unwrap_or_default(),
            Err(e) => {
                tracing::error!(message = %held.row.message, error = %e, "a held body cannot be read");
                notes.push("The body of this message cannot be read.".into());
                Preview::default()
            }
        };
        let is_held = held.row.disposition == Disposition::Quarantined;
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
            findings: findings.list,
            headers: preview.headers,
            preview_html: preview.html,
            preview_text: preview.text,
            attachments: if personal.is_none_or(|p| p.attachments) { preview.attachments } else { Vec::new() },
            history,
            may_release: is_held
                && permits(actor.role, UseCase::Release)
                && personal.is_none_or(|p| p.may_release(&held.row)),
            may_delete: is_held && permits(actor.role, UseCase::Delete) && personal.is_none_or(|p| p.delete),
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
