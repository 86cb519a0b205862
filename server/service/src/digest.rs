//! Digests: which are due, what is in them, and that they were sent (guide chapter 6 "Digest Options").

use crate::digest_links::DigestLinks;
use crate::digest_plan::Plan;
use crate::link::Key;
use crate::owner::Owner;
use crate::{Error, OutgoingMail, Service, UseCase, secret};
use chrono::{Datelike, Duration, NaiveDate, TimeZone, Utc};
use chrono_tz::Tz;
use model::settings::{DigestBrandValues, DigestFrequency, DigestValues, Shared};
use model::time::{DAY, HOUR, MINUTE};
use model::view::QuarantineRow;
use model::{
    Actor, Category, Direction, EmailAddress, Envelope, ErrorCode, MailboxId, MessageId, Notify, Recipient, Sees,
    Timestamp, Values,
};

/// A mailbox whose period `since..until` is over and not yet reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueDigest {
    pub mailbox: MailboxId,
    pub since: Timestamp,
    pub until: Timestamp,
}

/// What one digest shows.
#[derive(Clone)]
pub struct DigestContent {
    pub mailbox: MailboxId,
    pub address: EmailAddress,
    pub since: Timestamp,
    pub until: Timestamp,
    /// Held in the period and still held, newest first; at most [`ROWS_MAX`].
    pub rows: Vec<QuarantineRow>,
    /// How many there are by category, also beyond that.
    pub counts: Vec<(Category, u64)>,
    /// Held for the mailbox in all.
    pub held: u64,
    /// Logs in ([`Service::login_by_link`]).
    pub link_token: String,
    /// Where the owner reaches the dashboards.
    pub url: String,
    /// Whether it is the first that this mailbox gets.
    pub first: bool,
    pub(crate) options: Shared<DigestValues>,
    pub(crate) brand: Shared<DigestBrandValues>,
    pub(crate) links: DigestLinks,
}

/// The name of the lease under which a digest is sent.
fn lease(content: &DigestContent) -> String {
    format!("digest/{}/{}", content.mailbox, content.until.0)
}

/// Rows in one digest; the rest is behind its link.
pub const ROWS_MAX: u32 = 500;
/// The earliest after the cutoff; the mailbox's own minute within the next hour spreads the load.
const AFTER_CUTOFF: i64 = HOUR;
/// How long another node waits for the one that is sending a digest.
const SENDING: i64 = 10 * MINUTE;
/// Mail that was held longer ago waits for no digest.
pub(crate) const LOOK_BACK: i64 = 15 * DAY;

/// The moment of the local hour on a day; where the clock jumps over it, the hour after.
fn local_hour(zone: Tz, day: NaiveDate, hour: u8) -> Option<Timestamp> {
    (0..3).find_map(|later| {
        let local = day.and_hms_opt(u32::from(hour), 0, 0)? + Duration::hours(later);
        zone.from_local_datetime(&local).earliest().map(|t| Timestamp(t.timestamp_millis()))
    })
}

/// The last cutoff whose digest may leave at `now`. Daily: at each of the hours; weekly: on Mondays at the first.
fn last_cutoff(values: &DigestValues, now: Timestamp) -> Option<Timestamp> {
    let zone: Tz = values.time_zone.parse().unwrap_or(Tz::UTC);
    let today = Utc.timestamp_millis_opt(now.0).single()?.with_timezone(&zone).date_naive();
    let (days, hours): (i64, &[u8]) = match values.frequency {
        DigestFrequency::Never => return None,
        DigestFrequency::Daily => (2, &values.cutoff_hours),
        DigestFrequency::Weekly => (8, values.cutoff_hours.get(..1).unwrap_or_default()),
    };
    let weekly = values.frequency == DigestFrequency::Weekly;
    let all = (0..=days).filter_map(|back| today.checked_sub_signed(Duration::days(back)));
    all.filter(|day| !weekly || day.weekday() == chrono::Weekday::Mon)
        .flat_map(|day| hours.iter().filter_map(move |h| local_hour(zone, day, *h)))
        .filter(|cutoff| *cutoff <= now)
        .max()
}

pub(crate) fn due(
    values: &DigestValues,
    mailbox: MailboxId,
    last: Option<Timestamp>,
    now: Timestamp,
) -> Option<DueDigest> {
    let minute = mailbox.0.rem_euclid(60) * MINUTE;
    let until = last_cutoff(values, now.plus(-AFTER_CUTOFF - minute))?;
    if last.is_some_and(|l| l >= until) {
        return None;
    }
    let period = if values.frequency == DigestFrequency::Weekly { 7 * DAY } else { DAY };
    let since = last.unwrap_or_else(|| until.plus(-period)).max(until.plus(-LOOK_BACK));
    Some(DueDigest { mailbox, since, until })
}

/// Which messages the digest of this owner lists; None: none at all.
fn listed(values: &Values) -> Option<Option<Direction>> {
    match (values.personal.sees(), values.digest.include_outbound) {
        (Sees::Both, true) => Some(None),
        (Sees::Both | Sees::Only(Direction::Inbound), _) => Some(Some(Direction::Inbound)),
        (Sees::Only(Direction::Outbound), true) => Some(Some(Direction::Outbound)),
        (Sees::Only(Direction::Outbound), false) | (Sees::Nothing, _) => None,
    }
}

impl Service {
    /// Mailboxes whose digest is due now: those with mail in the period, and those that want empty ones.
    pub async fn due_digests(&self, actor: &Actor, now: Timestamp) -> Result<Vec<DueDigest>, Error> {
        self.permit(actor, UseCase::Job)?;
        let mut c = self.inner.store.read().await?;
        let plan = Plan::new(&mut c, now).await?;
        let mut out = Vec::new();
        let mut looked_at = 0;
        loop {
            let chunk = plan.chunk(looked_at);
            if chunk.is_empty() {
                return Ok(out);
            }
            looked_at += chunk.len();
            out.extend(plan.due(&mut c, chunk, now).await?.into_iter().map(|(_, due)| due));
        }
    }

    /// What the digest of this period shows. `actor`: the job, or whoever may send digests of the mailbox.
    pub async fn digest_content(&self, actor: &Actor, due: &DueDigest) -> Result<DigestContent, Error> {
        let scope = self.permit(actor, UseCase::SendDigest)?;
        let key = self.link_key().await?;
        let mut c = self.inner.store.read().await?;
        let owner = self.owner_of(&mut c, due.mailbox).await?.filter(|o| crate::mailboxes::within(scope, &o.mailbox));
        let owner = owner.ok_or_else(|| Error::not_found("mailbox"))?;
        let last = store::digest::last_until(&mut c, due.mailbox).await?;
        self.content_of(&mut c, key, &owner, due, last.is_none()).await
    }

    pub(crate) async fn content_of(
        &self,
        c: &mut store::Connection,
        key: Key,
        owner: &Owner,
        due: &DueDigest,
        first: bool,
    ) -> Result<DigestContent, Error> {
        let url = self.dashboard_url(c, Some(owner.mailbox.account)).await?;
        let links = DigestLinks::new(&url, key, owner, self.now());
        let (since, until) = (due.since, due.until);
        let (rows, counts) = match listed(&owner.values) {
            None => Default::default(),
            Some(direction) => {
                let mut rows = store::quarantine::for_digest(c, due.mailbox, since, until, direction, ROWS_MAX).await?;
                let mut counts = store::quarantine::counts_for_digest(c, due.mailbox, since, until, direction).await?;
                if !owner.values.personal.foreign {
                    rows.retain(|r| owner.values.personal.may_see(r));
                    counts.retain(|(category, _)| *category != Category::Foreign);
                }
                (rows, counts)
            }
        };
        let held = store::quarantine::held(c, store::Scope::Mailbox(due.mailbox)).await?;
        Ok(DigestContent {
            mailbox: due.mailbox,
            address: owner.mailbox.address.clone(),
            since,
            until,
            rows,
            counts,
            held,
            link_token: links.login(),
            url,
            first,
            options: owner.values.digest.clone(),
            brand: owner.values.digest_brand.clone(),
            links,
        })
    }

    /// Sends a composed digest (`body`, a whole message) to its mailbox, past every filter, and notes the period as
    /// done. False where it was sent already, or another node is sending it: of several that try, one does. The mail's
    /// id is that of mailbox and period: a node that died between the two sends the same mail again, which its outbox
    /// takes only once.
    pub async fn deliver_digest(&self, actor: &Actor, content: &DigestContent, body: Vec<u8>) -> Result<bool, Error> {
        self.permit(actor, UseCase::SendDigest)?;
        let Some(content) = self.claim_digests(vec![content.clone()]).await?.pop() else { return Ok(false) };
        let sent = self.hand_over(&content, body).await;
        self.note_digests(actor, vec![(content, sent.is_ok())]).await?;
        sent.map(|()| true)
    }

    /// Gives the mail to delivery.
    pub(crate) async fn hand_over(&self, content: &DigestContent, body: Vec<u8>) -> Result<(), Error> {
        let parts = ["digest", &content.mailbox.to_string(), &content.until.0.to_string()];
        let id = MessageId::new(content.until, secret::derived(&parts));
        let envelope = Envelope {
            id,
            received: self.now(),
            direction: Direction::Inbound,
            session: model::SessionInfo::own(&self.inner.config.hostname),
            return_path: None,
            recipients: vec![Recipient { address: content.address.clone(), orcpt: None, notify: Notify::default() }],
            eight_bit: !body.is_ascii(),
            smtputf8: !content.address.is_ascii(),
            return_headers_only: true,
            envid: None,
            size: body.len() as u64,
            tls_wish: model::TlsWish::Usual,
            sending: None,
        };
        let mail = OutgoingMail { envelope, body, release: false, edits: Vec::new() };
        let unavailable = |why| Error::new(ErrorCode::Unavailable, format!("The digest could not be sent: {why}"));
        self.inner.outbox.send(mail).await.map_err(unavailable)
    }

    /// Notes the periods of those that were sent as done, and lets go of all, in one step.
    pub(crate) async fn note_digests(&self, actor: &Actor, all: Vec<(DigestContent, bool)>) -> Result<(), Error> {
        let mut tx = self.inner.store.begin().await?;
        for (content, sent) in all {
            if sent {
                let messages: u64 = content.counts.iter().map(|(_, n)| n).sum();
                let now = self.now();
                store::digest::insert(&mut tx, content.mailbox, now, content.since, content.until, messages.max(1))
                    .await?;
                let detail = format!("{messages} messages");
                self.note(&mut tx, actor, "digest.send", content.address.as_str(), &detail, None).await?;
            }
            store::lease::release(&mut tx, &lease(&content), &self.inner.config.node).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Those of them that this node is to send: nobody has, and nobody else is about to.
    pub(crate) async fn claim_digests(&self, all: Vec<DigestContent>) -> Result<Vec<DigestContent>, Error> {
        let mut tx = self.inner.store.begin().await?;
        let mut mine = Vec::with_capacity(all.len());
        for content in all {
            let last = store::digest::last_until(&mut tx, content.mailbox).await?;
            let lease = lease(&content);
            if last.is_none_or(|l| l < content.until)
                && store::lease::take(&mut tx, &lease, &self.inner.config.node, SENDING).await?
            {
                mine.push(content);
            }
        }
        tx.commit().await?;
        Ok(mine)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp(chrono::DateTime::parse_from_rfc3339(text).unwrap().timestamp_millis())
    }
    fn values(frequency: DigestFrequency, hours: &[u8], zone: &str) -> DigestValues {
        DigestValues { frequency, cutoff_hours: hours.to_vec(), time_zone: zone.into(), ..DigestValues::default() }
    }

    #[test]
    fn a_digest_leaves_between_one_and_two_hours_after_its_cutoff_in_its_zone() {
        let v = values(DigestFrequency::Daily, &[1], "Europe/Berlin");
        let cutoff = at("2026-07-02T01:00:00+02:00");
        let (last, box_30) = (Some(at("2026-07-01T01:00:00+02:00")), MailboxId(30));
        assert_eq!(due(&v, box_30, last, at("2026-07-02T02:29:00+02:00")), None);
        let expected = DueDigest { mailbox: box_30, since: last.unwrap(), until: cutoff };
        assert_eq!(due(&v, box_30, last, at("2026-07-02T02:31:00+02:00")), Some(expected));
        assert_eq!(due(&v, box_30, Some(cutoff), at("2026-07-02T20:00:00+02:00")), None);
    }
    #[test]
    fn two_cutoffs_a_day_make_two_periods_and_weekly_ones_end_on_monday() {
        let twice = values(DigestFrequency::Daily, &[6, 18], "UTC");
        assert_eq!(last_cutoff(&twice, at("2026-11-24T17:59:00Z")), Some(at("2026-11-24T06:00:00Z")));
        assert_eq!(last_cutoff(&twice, at("2026-11-24T18:00:00Z")), Some(at("2026-11-24T18:00:00Z")));
        let weekly = values(DigestFrequency::Weekly, &[6], "UTC");
        assert_eq!(last_cutoff(&weekly, at("2026-11-29T12:00:00Z")), Some(at("2026-11-23T06:00:00Z")));
        assert_eq!(last_cutoff(&values(DigestFrequency::Never, &[6], "UTC"), at("2026-11-29T12:00:00Z")), None);
    }
    #[test]
    fn an_hour_that_the_clock_skips_is_the_next_one() {
        let v = values(DigestFrequency::Daily, &[2], "Europe/Berlin");
        assert_eq!(last_cutoff(&v, at("2026-03-29T12:00:00Z")), Some(at("2026-03-29T03:00:00+02:00")));
    }
}
