//! Digests: which are due, what is in them, and that they were sent (guide chapter 6 "Digest Options").

use crate::{Error, OutgoingMail, Service, UseCase, layers, secret};
use chrono::{Datelike, Duration, NaiveDate, TimeZone, Utc};
use chrono_tz::Tz;
use model::settings::{DigestFrequency, DigestValues, Level};
use model::time::{DAY, HOUR, MINUTE};
use model::view::QuarantineRow;
use model::{
    Actor, Direction, DomainId, EmailAddress, Envelope, ErrorCode, MailboxId, MessageId, Notify, Recipient, Timestamp,
};
use std::collections::{BTreeSet, HashMap};

/// A mailbox whose period `since..until` is over and not yet reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueDigest {
    pub mailbox: MailboxId,
    pub since: Timestamp,
    pub until: Timestamp,
}

/// What one digest shows.
#[derive(Debug, Clone, PartialEq)]
pub struct DigestContent {
    pub mailbox: MailboxId,
    pub address: EmailAddress,
    pub since: Timestamp,
    pub until: Timestamp,
    /// IANA name of the zone in which times are shown.
    pub time_zone: String,
    /// Held in the period and still held, newest first; at most [`ROWS_MAX`].
    pub rows: Vec<QuarantineRow>,
    /// Held for the mailbox in all.
    pub held: u64,
    /// Logs in ([`Service::login_by_link`]).
    pub link_token: String,
    /// Where the owner reaches the dashboards.
    pub url: String,
    pub may_release: bool,
    pub may_delete: bool,
}

/// Rows in one digest; the rest is behind its link.
pub const ROWS_MAX: u32 = 500;
/// The earliest after the cutoff; the mailbox's own minute within the next hour spreads the load.
const AFTER_CUTOFF: i64 = HOUR;
/// How long another node waits for the one that is sending a digest.
const SENDING: i64 = 10 * MINUTE;
/// Mail that was held longer ago waits for no digest.
const LOOK_BACK: i64 = 15 * DAY;

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

fn due(values: &DigestValues, mailbox: MailboxId, last: Option<Timestamp>, now: Timestamp) -> Option<DueDigest> {
    let minute = mailbox.0.rem_euclid(60) * MINUTE;
    let until = last_cutoff(values, now.plus(-AFTER_CUTOFF - minute))?;
    if last.is_some_and(|l| l >= until) {
        return None;
    }
    let period = if values.frequency == DigestFrequency::Weekly { 7 * DAY } else { DAY };
    let since = last.unwrap_or_else(|| until.plus(-period)).max(until.plus(-LOOK_BACK));
    Some(DueDigest { mailbox, since, until })
}

impl Service {
    /// Mailboxes whose digest is due now: those with mail in the period, and those that want empty ones.
    pub async fn due_digests(&self, actor: &Actor, now: Timestamp) -> Result<Vec<DueDigest>, Error> {
        self.permit(actor, UseCase::Job)?;
        let mut c = self.inner.store.read().await?;
        let base = layers::Base::all(&mut c).await?;
        let groups = layers::Groups::all(&mut c).await?;
        let details = store::mailbox::all_details(&mut c).await?;
        let last = store::digest::all_last_until(&mut c).await?;
        let mut settings = HashMap::new();
        let mut candidates: BTreeSet<MailboxId> =
            store::quarantine::mailboxes_with_mail(&mut c, now.plus(-LOOK_BACK)).await?.into_iter().collect();
        for d in store::domain::all(&mut c, None).await? {
            let below = layers::lay(&base.inbound(d.account).layered(), Level::Domain, &d.settings);
            if below.resolve(Direction::Inbound).digest.send_empty {
                candidates.extend(store::mailbox::all(&mut c, Some(d.id)).await?.iter().map(|m| m.id));
            }
            settings.insert(d.id, below);
        }
        let mut out = Vec::new();
        for id in candidates {
            let Some(m) = store::mailbox::get(&mut c, id).await? else { continue };
            let Some(below) = settings.get::<DomainId>(&m.domain) else { continue };
            let access = details.get(&id).map(|d| d.access).unwrap_or_default();
            let values = layers::mailbox(&groups.over(below, groups.of(id)), &m.settings);
            let owner = crate::owner::Owner { mailbox: m, access, values };
            if !owner.may_log_in() {
                continue;
            }
            let Some(due) = due(&owner.values.digest, id, last.get(&id).copied(), now) else { continue };
            let some = !store::quarantine::for_digest(&mut c, id, due.since, due.until, 1).await?.is_empty();
            if some || owner.values.digest.send_empty {
                out.push(due);
            }
        }
        Ok(out)
    }

    /// What the digest of this period shows. `actor`: the job, or whoever may send digests of the mailbox.
    pub async fn digest_content(&self, actor: &Actor, due: &DueDigest) -> Result<DigestContent, Error> {
        let scope = self.permit(actor, UseCase::SendDigest)?;
        let link_token = self.make_link(due.mailbox).await?;
        let mut c = self.inner.store.read().await?;
        let owner = self.owner_of(&mut c, due.mailbox).await?.filter(|o| crate::mailboxes::within(scope, &o.mailbox));
        let owner = owner.ok_or_else(|| Error::not_found("mailbox"))?;
        let rows = store::quarantine::for_digest(&mut c, due.mailbox, due.since, due.until, ROWS_MAX).await?;
        let held = store::quarantine::held(&mut c, store::Scope::Mailbox(due.mailbox)).await?;
        Ok(DigestContent {
            mailbox: due.mailbox,
            address: owner.mailbox.address.clone(),
            since: due.since,
            until: due.until,
            time_zone: owner.values.digest.time_zone.clone(),
            rows,
            held,
            link_token,
            url: self.dashboard_url(&mut c, Some(owner.mailbox.account)).await?,
            may_release: owner.values.personal.release,
            may_delete: owner.values.personal.delete,
        })
    }

    /// Sends a composed digest (`body`, a whole message) to its mailbox, past every filter, and notes the period as
    /// done. False where it was sent already, or another node is sending it: of several that try, one does. The mail's
    /// id is that of mailbox and period: a node that died between the two sends the same mail again, which its outbox
    /// takes only once.
    pub async fn deliver_digest(&self, actor: &Actor, content: &DigestContent, body: Vec<u8>) -> Result<bool, Error> {
        self.permit(actor, UseCase::SendDigest)?;
        let lease = format!("digest/{}/{}", content.mailbox, content.until.0);
        if !self.claim_digest(&lease, content).await? {
            return Ok(false);
        }
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
            require_tls: false,
            sending: None,
        };
        let mail = OutgoingMail { envelope, body, release: false, edits: Vec::new() };
        let unavailable = |why| Error::new(ErrorCode::Unavailable, format!("The digest could not be sent: {why}"));
        if let Err(why) = self.inner.outbox.send(mail).await {
            self.release_lease(&lease).await?;
            return Err(unavailable(why));
        }
        let messages = (content.rows.len() as u64).max(1);
        let mut tx = self.inner.store.begin().await?;
        store::digest::insert(&mut tx, content.mailbox, self.now(), content.since, content.until, messages).await?;
        self.note(
            &mut tx,
            actor,
            "digest.send",
            content.address.as_str(),
            &format!("{} messages", content.rows.len()),
            None,
        )
        .await?;
        store::lease::release(&mut tx, &lease, &self.inner.config.node).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Whether this node is to send the digest: nobody has, and nobody else is about to.
    async fn claim_digest(&self, lease: &str, content: &DigestContent) -> Result<bool, Error> {
        let mut tx = self.inner.store.begin().await?;
        let last = store::digest::last_until(&mut tx, content.mailbox).await?;
        let claimed = last.is_none_or(|l| l < content.until)
            && store::lease::take(&mut tx, lease, &self.inner.config.node, SENDING).await?;
        tx.commit().await?;
        Ok(claimed)
    }

    /// The period from the last digest until now, for a digest that somebody asks for.
    pub async fn digest_until_now(&self, actor: &Actor, mailbox: MailboxId) -> Result<DueDigest, Error> {
        let scope = self.permit(actor, UseCase::SendDigest)?;
        let mut c = self.inner.store.read().await?;
        let m = store::mailbox::get(&mut c, mailbox).await?.filter(|m| crate::mailboxes::within(scope, m));
        m.ok_or_else(|| Error::not_found("mailbox"))?;
        let now = self.now();
        let last = store::digest::last_until(&mut c, mailbox).await?;
        Ok(DueDigest {
            mailbox,
            since: last.unwrap_or_else(|| now.plus(-7 * DAY)).max(now.plus(-LOOK_BACK)),
            until: now,
        })
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
