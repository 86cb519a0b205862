//! Releasing: the held message goes out once, whatever is clicked, crashes or runs beside.
//!
//! 1. The row is claimed with the id that the released message will have; one caller gets the claim.
//! 2. The outbox makes the message durable under that id.
//! 3. The row becomes Released, with its audit row.
//!
//! A process that dies after 1 leaves a claim that goes stale; the next release sends under the same id, which the
//! outbox takes only once. One that dies after 2 has sent: delivery's report of that id marks the row released
//! (`store::traffic::outcomes`), and until then the spool still has the id.

use crate::quarantine::{ACT_MAX, gone, label, object, too_many};
use crate::{Error, OutgoingMail, Service, UseCase, notice, secret};
use model::time::MINUTE;
use model::view::{ActResult, ReleaseTo};
use model::{Actor, Direction, Disposition, EmailAddress, Envelope, MessageId, Notify, Recipient, SessionInfo};
use store::quarantine::Held;

/// A claim this old belongs to a process that died; in ms.
pub(crate) const CLAIM_STALE: i64 = 2 * MINUTE;

/// The same for the same copy and destination, always.
fn release_id(held: &Held, to: ReleaseTo) -> MessageId {
    let word = match to {
        ReleaseTo::Recipient => "release",
        ReleaseTo::Sender => "return",
    };
    MessageId::new(held.row.received, secret::derived(&[word, &held.row.message.to_string(), &held.row.recipient]))
}

impl Service {
    /// Releases held messages to their recipients, or back to their senders as attachments of a notice.
    pub async fn release(&self, actor: &Actor, ids: &[i64], to: ReleaseTo) -> Result<ActResult, Error> {
        let scope = self.permit(actor, UseCase::Release)?;
        let owner = {
            let mut c = self.inner.store.read().await?;
            self.owner_in(&mut c, scope).await?
        };
        if let Some(owner) = &owner {
            let personal = &owner.values.personal;
            if to == ReleaseTo::Sender || !(personal.release || personal.release_outbound) {
                return Err(Error::forbidden());
            }
        }
        let mut out = ActResult::default();
        for id in ids.iter().take(ACT_MAX) {
            let held = {
                let mut c = self.inner.store.read().await?;
                self.held(&mut c, scope, owner.as_ref(), *id).await
            };
            match held {
                Err(Error::User(e)) => out.failed.push((format!("message {id}"), e.message)),
                Err(e) => return Err(e),
                Ok(held) if owner.as_ref().is_some_and(|o| !o.values.personal.may_release(&held.row)) => {
                    out.failed.push((label(&held), Error::forbidden().to_user().message));
                }
                Ok(held) => match self.release_one(actor, &held, to).await {
                    Ok(()) => out.done += 1,
                    Err(Error::User(e)) => out.failed.push((label(&held), e.message)),
                    Err(e) => out.failed.push((label(&held), e.to_user().message)),
                },
            }
        }
        too_many(ids, &mut out);
        Ok(out)
    }

    async fn release_one(&self, actor: &Actor, held: &Held, to: ReleaseTo) -> Result<(), Error> {
        let conflict = |text: String| Error::new(model::ErrorCode::Conflict, text);
        let release = release_id(held, to);
        let now = self.now();
        let mut tx = self.inner.store.begin().await?;
        let mine =
            store::quarantine::claim(&mut tx, held.row.id, release, &actor.name, now, now.plus(-CLAIM_STALE)).await?;
        tx.commit().await?;
        if !mine {
            let mut c = self.inner.store.read().await?;
            let current = store::quarantine::get(&mut c, held.row.id).await?;
            return Err(conflict(current.as_ref().map_or_else(|| "is gone".into(), gone)));
        }
        let sent = match self.outgoing(held, release, to).await {
            Ok(mail) => {
                let address = mail.envelope.recipients.first().map(|r| r.address.to_string()).unwrap_or_default();
                let unavailable =
                    |why| Error::new(model::ErrorCode::Unavailable, format!("It could not be sent: {why}"));
                self.inner.outbox.send(mail).await.map(|()| address).map_err(unavailable)
            }
            Err(e) => Err(e),
        };
        let address = match sent {
            Ok(address) => address,
            Err(e) => {
                let mut tx = self.inner.store.begin().await?;
                store::quarantine::unclaim(&mut tx, held.row.id).await?;
                tx.commit().await?;
                return Err(e);
            }
        };
        let mut tx = self.inner.store.begin().await?;
        let now = self.now();
        // False where delivery was faster and has marked it already; the act is noted either way.
        store::quarantine::close(&mut tx, held.row.id, Disposition::Released, &actor.name, now, now).await?;
        let (act, detail) = match to {
            ReleaseTo::Recipient => ("quarantine.release", format!("to {address}: {}", held.row.subject)),
            ReleaseTo::Sender => ("quarantine.return", format!("to {address}: {}", held.row.subject)),
        };
        self.note(&mut tx, actor, act, &object(held), &detail, held.account).await?;
        Ok(tx.commit().await?)
    }

    pub(crate) async fn outgoing(&self, held: &Held, id: MessageId, to: ReleaseTo) -> Result<OutgoingMail, Error> {
        let body = self.body(held).await?;
        let parse = |text: &str, what: &str| {
            EmailAddress::parse(text)
                .map_err(|_| Error::new(model::ErrorCode::Invalid, format!("The message has no {what} to send it to.")))
        };
        let sender = Some(held.row.envelope_from.as_str()).filter(|s| !s.is_empty());
        let (recipient, return_path, body, edits) = match to {
            ReleaseTo::Recipient => {
                let recipient =
                    self.primary(held).await?.map_or_else(|| parse(&held.row.recipient, "recipient"), Ok)?;
                let return_path = sender.map(|s| parse(s, "sender")).transpose()?;
                (recipient, return_path, body.to_vec(), held.edits.clone())
            }
            ReleaseTo::Sender => {
                let recipient = parse(sender.unwrap_or_default(), "sender")?;
                let notice = notice::returned(&self.inner.config.hostname, self.now(), id, &recipient, held, &body);
                (recipient, None, notice, Vec::new())
            }
        };
        let envelope = Envelope {
            id,
            received: self.now(),
            direction: held.row.direction,
            session: SessionInfo::own(&self.inner.config.hostname),
            return_path,
            smtputf8: !recipient.is_ascii() || !held.row.envelope_from.is_ascii(),
            recipients: vec![Recipient { address: recipient, orcpt: None, notify: Notify::default() }],
            eight_bit: !body.is_ascii(),
            return_headers_only: true,
            envid: None,
            size: body.len() as u64,
            tls_wish: model::TlsWish::Usual,
            sending: None,
        };
        Ok(OutgoingMail { envelope, body, release: to == ReleaseTo::Recipient, edits })
    }

    /// The mailbox's primary address as it is now.
    async fn primary(&self, held: &Held) -> Result<Option<EmailAddress>, Error> {
        let Some(mailbox) = held.mailbox.filter(|_| held.row.direction == Direction::Inbound) else { return Ok(None) };
        let mut c = self.inner.store.read().await?;
        Ok(store::mailbox::get(&mut c, mailbox).await?.map(|m| m.address))
    }

    pub(crate) async fn body(&self, held: &Held) -> Result<bytes::Bytes, Error> {
        self.inner
            .bodies
            .get(&held.blob)
            .await
            .map_err(|why| Error::Body { message: held.row.message.to_string(), why })
    }
}
