//! A held message in full.

use crate::quarantine::object;
use crate::{Error, Service, UseCase, permits};
use bytes::Bytes;
use model::view::MessageView;
use model::{Actor, Direction, Disposition};
use store::Scope;

impl Service {
    pub async fn message(&self, actor: &Actor, id: i64) -> Result<MessageView, Error> {
        let scope = self.permit(actor, UseCase::ReadMessage)?;
        let mut c = self.inner.store.read().await?;
        let owner = self.owner_in(&mut c, scope).await?;
        let held = self.held(&mut c, scope, id).await?;
        let logged =
            store::quarantine::logged(&mut c, held.row.message).await?.ok_or_else(|| Error::not_found("message"))?;
        let history = store::audit::of_object(&mut c, &object(&held)).await?;
        drop(c);

        let personal = owner.as_ref().map(|o| &o.values.personal);
        let is_held = held.row.disposition == Disposition::Quarantined;
        let inbound = held.row.direction == Direction::Inbound;
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
            notes: held.verdict.notes.clone(),
            spf: findings.sender.spf.as_str().to_owned(),
            dkim: findings.sender.dkim.as_str().to_owned(),
            dmarc: findings.sender.dmarc.as_str().to_owned(),
            findings: findings.list,
            headers: Vec::new(),
            preview_html: String::new(),
            preview_text: String::new(),
            attachments: Vec::new(),
            history,
            may_release: is_held
                && permits(actor.role, UseCase::Release)
                && personal.is_none_or(|p| p.release && inbound),
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
            let held = self.held(&mut c, scope, id).await?;
            if matches!(scope, Scope::Mailbox(_)) && owner.is_none_or(|o| !o.values.personal.view_body) {
                return Err(Error::forbidden());
            }
            held
        };
        self.body(&held).await
    }
}
