//! Writing and sending digests: by the job, and at once when an administrator asks (guide chapter 13 "Instant Digest").

use crate::{DigestContent, DueDigest, Error, Service};
use mailer::digest::{Digest, compose};
use model::{Actor, MailboxId, Timestamp};

impl Service {
    /// Sends every digest that is due and that no other node sends; how many were sent. One that fails is tried again at the next call, and does
    /// not hold up the others.
    pub async fn send_due_digests(&self, actor: &Actor, now: Timestamp) -> Result<usize, Error> {
        let mut sent = 0;
        for due in self.due_digests(actor, now).await? {
            match self.send_digest(actor, &due).await {
                Ok(this_node) => sent += usize::from(this_node),
                Err(error) => tracing::error!(mailbox = due.mailbox.0, %error, "a digest was not sent"),
            }
        }
        Ok(sent)
    }

    /// Sends what was held since the last digest, now.
    pub async fn send_digest_now(&self, actor: &Actor, mailbox: MailboxId) -> Result<(), Error> {
        let due = self.digest_until_now(actor, mailbox).await?;
        self.send_digest(actor, &due).await.map(drop)
    }

    async fn send_digest(&self, actor: &Actor, due: &DueDigest) -> Result<bool, Error> {
        let content = self.digest_content(actor, due).await?;
        let body = self.write_digest(&content)?;
        self.deliver_digest(actor, &content, body).await
    }

    fn write_digest(&self, content: &DigestContent) -> Result<Vec<u8>, Error> {
        let config = self.config();
        let from = format!("postern@{}", config.hostname);
        compose(&Digest {
            to: &content.address,
            from: &from,
            url: &content.url,
            token: &content.link_token,
            since: content.since,
            until: content.until,
            time_zone: &content.time_zone,
            rows: &content.rows,
            held: content.held,
            message_id: format!("digest.{}.{}@{}", content.mailbox, content.until.0, config.hostname),
        })
        .map_err(|e| Error::Internal(format!("writing a digest: {e}")))
    }
}
