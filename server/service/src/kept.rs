//! Copies of what was delivered (guide chapters 6 and 13 "Delivered Message Report"): looking at one, and sending it again.
//! Administrators see the header and what is attached, not the content; owners see all of their own mail.

use crate::quarantine::object;
use crate::{Error, Service, UseCase, permits, secret};
use bytes::Bytes;
use model::time::MINUTE;
use model::view::{MessageView, ReleaseTo};
use model::{Actor, Direction, ErrorCode, MessageId};
use store::quarantine::Held;
use store::{Connection, Scope};

/// One copy is sent again at most so often, in ms: what is clicked twice goes once.
const AGAIN: i64 = MINUTE;

impl Service {
    /// The copy, within the actor's scope; what is outside, not delivered yet or too old does not exist.
    async fn kept(&self, c: &mut Connection, scope: Scope, id: i64) -> Result<Held, Error> {
        let kept = store::kept::get(c, id, self.now()).await?.filter(|k| match scope {
            Scope::All => true,
            Scope::Account(a) => k.account == Some(a),
            Scope::Mailbox(m) => k.mailbox == Some(m) && k.row.direction == Direction::Inbound,
        });
        kept.ok_or_else(|| Error::not_found("message"))
    }

    /// A delivered message of which a copy is kept.
    pub async fn kept_message(&self, actor: &Actor, id: i64) -> Result<MessageView, Error> {
        let scope = self.permit(actor, UseCase::ReadMessage)?;
        let mut c = self.inner.store.read().await?;
        let owner = self.owner_in(&mut c, scope).await?;
        let kept = self.kept(&mut c, scope, id).await?;
        drop(c);
        let personal = owner.as_ref().map(|o| &*o.values.personal);
        let may_release = permits(actor.role, UseCase::Release) && personal.is_none_or(|p| p.release);
        let view = self.view_of(scope, kept, personal.is_some_and(|p| p.view_body), personal).await?;
        Ok(MessageView { may_release, ..view })
    }

    /// The message as it arrived: for its owner.
    pub async fn kept_raw(&self, actor: &Actor, id: i64) -> Result<Bytes, Error> {
        let scope = self.permit(actor, UseCase::ReadMessage)?;
        let mut c = self.inner.store.read().await?;
        let owner = self.owner_in(&mut c, scope).await?;
        let kept = self.kept(&mut c, scope, id).await?;
        drop(c);
        if owner.is_none_or(|o| !o.values.personal.view_body) {
            return Err(Error::forbidden());
        }
        self.body(&kept).await
    }

    /// Sends the copy to its recipient once more, as it was delivered; where it went.
    pub async fn release_kept(&self, actor: &Actor, id: i64) -> Result<String, Error> {
        let scope = self.permit(actor, UseCase::Release)?;
        let mut tx = self.inner.store.begin().await?;
        if self.owner_in(&mut tx, scope).await?.is_some_and(|o| !o.values.personal.release) {
            return Err(Error::forbidden());
        }
        let kept = self.kept(&mut tx, scope, id).await?;
        let now = self.now();
        if !store::kept::claim(&mut tx, id, now, now.plus(-AGAIN)).await? {
            return Err(Error::new(ErrorCode::Conflict, "It was sent again a moment ago. Wait a minute."));
        }
        tx.commit().await?;
        let (message, recipient) = (kept.row.message.to_string(), &kept.row.recipient);
        let again = MessageId::new(now, secret::derived(&["again", &message, recipient, &now.0.to_string()]));
        let sent = match self.outgoing(&kept, again, ReleaseTo::Recipient).await {
            Ok(mail) => {
                let to = mail.envelope.recipients.first().map(|r| r.address.to_string()).unwrap_or_default();
                let unavailable = |why| Error::new(ErrorCode::Unavailable, format!("It could not be sent: {why}"));
                self.inner.outbox.send(mail).await.map(|()| to).map_err(unavailable)
            }
            Err(error) => Err(error),
        };
        let mut tx = self.inner.store.begin().await?;
        match &sent {
            Ok(to) => {
                let detail = format!("to {to}: {}", kept.row.subject);
                self.note(&mut tx, actor, "message.send_again", &object(&kept), &detail, kept.account).await?;
            }
            Err(_) => store::kept::unclaim(&mut tx, id).await?,
        }
        tx.commit().await?;
        sent
    }
}
