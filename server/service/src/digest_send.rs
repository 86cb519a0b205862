//! Writing and sending digests: by the job, and at once when an administrator asks (guide chapter 13 "Instant Spam Digest").

use crate::digest::LOOK_BACK;
use crate::digest_plan::Plan;
use crate::{DigestContent, DueDigest, Error, Service, UseCase};
use futures::stream::{self, StreamExt};
use mailer::digest::{Digest, Period, compose};
use model::settings::DigestFrequency;
use model::time::DAY;
use model::{Actor, MailboxId, Timestamp};
use texts::Language;

/// Mails that are given to delivery side by side: it makes them durable together.
const AT_ONCE: usize = 32;
/// How far back an instant digest may reach: held messages are kept so long.
pub const INSTANT_DAYS_MAX: i64 = 35;

impl Service {
    /// Sends every digest that is due and that no other node sends; how many were sent. One that fails is tried again at the
    /// next call, and does not hold up the others.
    pub async fn send_due_digests(&self, actor: &Actor, now: Timestamp) -> Result<usize, Error> {
        self.permit(actor, UseCase::Job)?;
        let key = self.link_key().await?;
        let plan = {
            let mut c = self.inner.store.read().await?;
            Plan::new(&mut c, now).await?
        };
        let mut sent = 0;
        let mut looked_at = 0;
        loop {
            let chunk = plan.chunk(looked_at);
            if chunk.is_empty() {
                return Ok(sent);
            }
            looked_at += chunk.len();
            let mut batch = Vec::new();
            {
                let mut c = self.inner.store.read().await?;
                for (owner, due) in plan.due(&mut c, chunk, now).await? {
                    let first = !plan.had_one(due.mailbox);
                    let content = self.content_of(&mut c, key, &owner, &due, first).await?;
                    // What a digest would list may be what its owner does not see.
                    if !content.counts.is_empty() || content.options.send_empty {
                        batch.push(content);
                    }
                }
            }
            sent += self.send_batch(actor, batch).await?;
        }
    }

    async fn send_batch(&self, actor: &Actor, batch: Vec<DigestContent>) -> Result<usize, Error> {
        if batch.is_empty() {
            return Ok(0);
        }
        let mine = self.claim_digests(batch).await?;
        let sending = mine.into_iter().map(|content| self.send_one(content));
        let results: Vec<(DigestContent, bool)> = stream::iter(sending).buffer_unordered(AT_ONCE).collect().await;
        let sent = results.iter().filter(|(_, sent)| *sent).count();
        self.note_digests(actor, results).await?;
        Ok(sent)
    }

    /// With whether it was given to delivery.
    async fn send_one(&self, content: DigestContent) -> (DigestContent, bool) {
        let sent = match self.write_digest(&content, period_of(&content)) {
            Ok(body) => self.hand_over(&content, body).await,
            Err(error) => Err(error),
        };
        if let Err(error) = &sent {
            tracing::error!(mailbox = content.mailbox.0, %error, "a digest was not sent");
        }
        (content, sent.is_ok())
    }

    /// Sends what was held since the last digest, now.
    pub async fn send_digest_now(&self, actor: &Actor, mailbox: MailboxId) -> Result<(), Error> {
        let due = self.digest_until_now(actor, mailbox).await?;
        self.send_instant_digest(actor, mailbox, due.since, due.until).await.map(drop)
    }

    /// The period from the last digest until now.
    pub async fn digest_until_now(&self, actor: &Actor, mailbox: MailboxId) -> Result<DueDigest, Error> {
        let scope = self.permit(actor, UseCase::SendDigest)?;
        let mut c = self.inner.store.read().await?;
        let m = store::mailbox::get(&mut c, mailbox).await?.filter(|m| crate::mailboxes::within(scope, m));
        m.ok_or_else(|| Error::not_found("mailbox"))?;
        let last = store::digest::last_until(&mut c, mailbox).await?;
        let now = self.now();
        let since = last.unwrap_or_else(|| now.plus(-7 * DAY)).max(now.plus(-LOOK_BACK));
        Ok(DueDigest { mailbox, since, until: now })
    }

    /// Sends a digest of what was held for a mailbox in a period and still is, at once; how many messages are in it. The
    /// mailbox's own digests come when they would have come. It goes to the mailbox itself and nobody else.
    pub async fn send_instant_digest(
        &self,
        actor: &Actor,
        mailbox: MailboxId,
        since: Timestamp,
        until: Timestamp,
    ) -> Result<u64, Error> {
        if until <= since {
            return Err(Error::field("until", "The period ends before it begins."));
        }
        let since = since.max(self.now().plus(-INSTANT_DAYS_MAX * DAY));
        let content = self.digest_content(actor, &DueDigest { mailbox, since, until }).await?;
        let body = self.write_digest(&content, Period::Instant)?;
        self.hand_over(&content, body).await?;
        let messages = content.counts.iter().map(|(_, n)| n).sum();
        let mut tx = self.inner.store.begin().await?;
        let detail = format!("{messages} messages, {} to {}", since.rfc3339(), until.rfc3339());
        self.note(&mut tx, actor, "digest.instant", content.address.as_str(), &detail, None).await?;
        tx.commit().await?;
        Ok(messages)
    }

    fn write_digest(&self, content: &DigestContent, period: Period) -> Result<Vec<u8>, Error> {
        let config = self.config();
        let from = format!("postern@{}", config.hostname);
        compose(&Digest {
            to: &content.address,
            from: &from,
            url: &content.url,
            links: &content.links,
            period,
            since: content.since,
            until: content.until,
            language: Language::parse(&content.options.language).unwrap_or_default(),
            options: &content.options,
            brand: &content.brand,
            first: content.first,
            rows: &content.rows,
            counts: &content.counts,
            held: content.held,
            message_id: format!("digest.{}.{}@{}", content.mailbox, content.until.0, config.hostname),
        })
        .map_err(|e| Error::Internal(format!("writing a digest: {e}")))
    }
}

fn period_of(content: &DigestContent) -> Period {
    match content.options.frequency {
        DigestFrequency::Weekly => Period::Weekly,
        DigestFrequency::Daily | DigestFrequency::Never => Period::Daily,
    }
}
