//! The message log as pages read it: a list in parts, and one message in full (guide chapter 13 "Advanced Report").

use crate::{After, Error, Service, UseCase};
use model::view::{LogPage, LogQuery, LoggedMessage};
use model::{Actor, MessageId};

/// Rows of a part.
const PART: u32 = 50;
/// Recipients of one message that its page shows.
const RECIPIENTS: u32 = 200;

impl Service {
    /// The part of the log that begins at `after`, the `next` of the part before; empty: the newest.
    pub async fn message_log(&self, actor: &Actor, query: &LogQuery, after: &str) -> Result<LogPage, Error> {
        let cursor = match after {
            "" => None,
            text => Some(text.parse().map_err(|e: store::BadCursor| Error::field("after", e.to_string()))?),
        };
        let slice = self.messages_after(actor, query, &After { cursor, limit: PART }).await?;
        Ok(LogPage { rows: slice.rows, next: slice.next.map(|c| c.to_string()) })
    }

    /// One message, as far as its recipients are in the actor's scope; without any it does not exist.
    pub async fn logged_message(&self, actor: &Actor, id: MessageId) -> Result<LoggedMessage, Error> {
        let scope = self.permit(actor, UseCase::ListMessages)?;
        let query = LogQuery { message: Some(id), ..LogQuery::default() };
        let slice = self.messages_after(actor, &query, &After { cursor: None, limit: RECIPIENTS }).await?;
        let mut recipients = slice.rows;
        if recipients.is_empty() {
            return Err(Error::not_found("message"));
        }
        recipients.sort_by(|a, b| a.recipient.cmp(&b.recipient));
        let mut c = self.inner.store.read().await?;
        let logged = store::quarantine::logged(&mut c, id).await?.ok_or_else(|| Error::not_found("message"))?;
        let held = store::quarantine::of_message(&mut c, scope, id).await?;
        let mut history = Vec::new();
        let with_copy = recipients.iter().filter(|r| r.kept.is_some()).map(|r| r.recipient.as_str());
        for recipient in held.iter().map(|(recipient, _)| recipient.as_str()).chain(with_copy).take(RECIPIENTS as usize)
        {
            history.extend(store::audit::of_object(&mut c, &format!("{id} {recipient}")).await?);
        }
        history.sort_by_key(|row| row.at);
        let findings = logged.findings;
        Ok(LoggedMessage {
            recipients,
            more: slice.next.is_some(),
            held,
            headline: logged.headline,
            client_ip: logged.client_ip,
            helo: logged.helo,
            tls: logged.tls,
            ran: findings.ran.iter().map(|(name, us)| (name.to_string(), *us)).collect(),
            spf: findings.sender.spf.as_str().to_owned(),
            dkim: findings.sender.dkim.as_str().to_owned(),
            dmarc: findings.sender.dmarc.as_str().to_owned(),
            findings: crate::message_view::shown_to(scope, None, findings.list),
            history,
        })
    }
}
