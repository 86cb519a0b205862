//! What the SMTP session asks of the house: who may send what to whom, and keep this message.
//!
//! - [`inbound`]: recipients of ours, and what happens to those that are none.
//! - [`sending`]: who sends out, their logins and rate limits.
//! - [`turning`]: mail servers that fetch their mail.
//! - [`greylist`]: the tests of greylisting; `discovery`, `verify` and `callout`: asking the customer's
//!   mail servers and verifiers.

mod callout;
mod discovery;
mod greylist;
mod inbound;
mod sending;
mod turning;
mod verify;

pub use callout::Said;
pub use discovery::Discovery;
pub use turning::Turns;

use crate::knowledge::LiveKnowledge;
use crate::pipeline::Intake;
use model::settings::{OfferedEncryption, SenderLoginMethod, ServiceKind};
use model::time::{DAY, HOUR, SECOND};
use model::{Direction, DomainName, EmailAddress, Envelope, ReversePath, SessionInfo, Timestamp};
use service::{Counters, GreylistTimes, Greylisted, Service, Snapshot, SnapshotStore, Standing};
use smtp::{AcceptError, Admitted, Asked, BoxFuture, HeaderFaults, Login, RcptOk, Reception, Reply, Terms, Turned};
use spool::{BodyWriter, Spool};
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// What a gate is made of.
pub struct Parts {
    pub spool: Spool,
    pub snapshots: SnapshotStore,
    pub intake: Intake,
    pub service: Service,
    pub knowledge: Arc<LiveKnowledge>,
    pub discovery: Arc<Discovery>,
    pub turns: Arc<Turns>,
}

/// The gate of all SMTP listeners. Policy comes from the snapshot in memory, so that hardly an answer waits for a
/// database.
pub struct Gate {
    spool: Spool,
    snapshots: SnapshotStore,
    intake: Intake,
    service: Service,
    counters: Counters,
    knowledge: Arc<LiveKnowledge>,
    discovery: Arc<Discovery>,
    turns: Arc<Turns>,
    /// When a refusal last made us look for a newer configuration.
    looked: AtomicI64,
}

/// Refusals look for a newer configuration at most this often, so that address guessing costs no database.
const LOOK_AGAIN: i64 = 20;

const BLOCKED: Reply = Reply::new(554, "5.7.1", "Your address is on our block list");

impl Gate {
    pub fn new(parts: Parts) -> Gate {
        let Parts { spool, snapshots, intake, service, knowledge, discovery, turns } = parts;
        let counters = Counters::new(service.store().clone());
        Gate { spool, snapshots, intake, service, counters, knowledge, discovery, turns, looked: AtomicI64::new(0) }
    }

    /// A mailbox that was added a moment ago must not be refused because the snapshot is a moment older: before a
    /// refusal, the configuration is looked at once more. True where it is newer now.
    async fn newer_configuration(&self) -> bool {
        let now = Timestamp::now().0;
        let last = self.looked.load(Ordering::Relaxed);
        if now.saturating_sub(last) < LOOK_AGAIN
            || self.looked.compare_exchange(last, now, Ordering::Relaxed, Ordering::Relaxed).is_err()
        {
            return false;
        }
        self.snapshots.refresh_if_changed().await.unwrap_or(false)
    }

    fn standing(&self, snapshot: &Snapshot, ip: IpAddr) -> Standing {
        let knowledge = self.knowledge.current();
        snapshot.appliance().standing(ip, |ip| knowledge.countries.find(ip))
    }

    /// Greylists a try that has failed a test; who comes back after the delay passes.
    async fn greylisted(
        &self,
        snapshot: &Snapshot,
        test: model::settings::GreylistTest,
        session: &SessionInfo,
        from: Option<&EmailAddress>,
        to: &EmailAddress,
    ) -> Result<(), Reply> {
        let g = &snapshot.appliance().values.greylisting;
        let times = GreylistTimes {
            delay: i64::from(g.delay_seconds) * SECOND,
            retry: i64::from(g.retry_hours) * HOUR,
            keep: i64::from(g.keep_days) * DAY,
        };
        match self.counters.greylist(&greylist::key(session.client_ip, from, to), times).await {
            Ok(Greylisted::Passed | Greylisted::Known) => Ok(()),
            Ok(Greylisted::Later(left)) => {
                let seconds = left.div_euclid(SECOND) + 1;
                tracing::info!(%test, %to, "greylisted");
                metrics::counter!("postern_greylisted_total", "test" => test.as_str()).increment(1);
                Err(Reply::with(451, "4.7.1", format!("Greylisted ({test}), try again in {seconds} seconds")))
            }
            Err(error) => {
                // Mail is not held back by trouble of ours.
                tracing::error!(%error, "greylisting cannot be asked; the message passes");
                Ok(())
            }
        }
    }

    /// The tests of a message's header.
    async fn check_header(&self, envelope: &Envelope, faults: HeaderFaults) -> Result<(), Reply> {
        let snapshot = self.snapshots.get();
        let g = &snapshot.appliance().values.greylisting;
        if !g.enabled || faults == HeaderFaults::default() {
            return Ok(());
        }
        let (Some(test), Some(to)) =
            (greylist::header(g, envelope.direction, faults), envelope.recipients.first().map(|r| &r.address))
        else {
            return Ok(());
        };
        if self.standing(&snapshot, envelope.session.client_ip) != Standing::Usual {
            return Ok(());
        }
        self.greylisted(&snapshot, test, &envelope.session, envelope.return_path.as_ref(), to).await
    }
}

impl Reception for Gate {
    fn connect(&self, ip: IpAddr, kind: ServiceKind) -> Result<Terms, Reply> {
        let snapshot = self.snapshots.get();
        let appliance = snapshot.appliance();
        let network =
            if matches!(kind, ServiceKind::Inbound | ServiceKind::Odmr) { None } else { snapshot.outbound(ip) };
        if network.is_none() {
            match self.standing(&snapshot, ip) {
                Standing::Blocked => return Err(BLOCKED),
                // Who logs in may be anywhere.
                Standing::Foreign(country) if !matches!(kind, ServiceKind::Outbound | ServiceKind::Odmr) => {
                    let country = country.map_or("an unknown country".to_owned(), |c| c.to_string());
                    return Err(Reply::with(554, "5.7.1", format!("Mail from {country} is not accepted here")));
                }
                _ => {}
            }
        }
        let limits = &appliance.values.smtp_limits;
        let (tls, auth) = match (network, kind) {
            (Some(n), _) => {
                (n.values.outbound_encryption.from_network, n.values.outbound_login.method != SenderLoginMethod::None)
            }
            (None, ServiceKind::Outbound | ServiceKind::Odmr) => (OfferedEncryption::Offer, true),
            (None, _) => (appliance.values.smtp_encryption.inbound, false),
        };
        Ok(Terms {
            tls,
            auth,
            xclient: appliance.believes(ip),
            tarpit_after: limits.tarpit_after,
            tarpit_delay: Duration::from_secs(limits.tarpit_seconds.into()),
        })
    }

    fn authenticate<'a>(
        &'a self,
        session: &'a SessionInfo,
        kind: ServiceKind,
        name: String,
        password: String,
    ) -> BoxFuture<'a, Result<Login, Reply>> {
        Box::pin(self.log_in(session, kind, name, password))
    }

    fn mail<'a>(
        &'a self,
        session: &'a SessionInfo,
        kind: ServiceKind,
        login: Option<&'a Login>,
        from: &'a ReversePath,
    ) -> BoxFuture<'a, Result<Admitted, Reply>> {
        Box::pin(async move {
            let ask = || self.admit(session, kind, login, from.as_ref());
            match ask() {
                Err(_) if self.newer_configuration().await => ask(),
                answer => answer,
            }
        })
    }

    fn rcpt<'a>(&'a self, asked: Asked<'a>) -> BoxFuture<'a, Result<RcptOk, Reply>> {
        Box::pin(async move {
            match asked.admitted.direction {
                Direction::Inbound => self.inbound(asked).await,
                Direction::Outbound => self.outbound(asked).await,
            }
        })
    }

    fn turn<'a>(&'a self, login: Option<&'a Login>, domains: &'a [DomainName]) -> BoxFuture<'a, Result<Turned, Reply>> {
        Box::pin(self.turn_round(login, domains))
    }

    fn body(&self) -> BodyWriter {
        self.spool.body()
    }

    fn accept(
        &self,
        envelope: Envelope,
        headers: HeaderFaults,
        body: BodyWriter,
    ) -> BoxFuture<'_, Result<(), AcceptError>> {
        Box::pin(async move {
            self.check_header(&envelope, headers).await.map_err(AcceptError::Refused)?;
            match self.spool.accept(envelope, body, Vec::new()).await {
                Ok(entry) => {
                    self.intake.push(entry);
                    Ok(())
                }
                Err(error) if error.is_full() => {
                    tracing::warn!(%error, "mail is refused for now");
                    Err(AcceptError::Full)
                }
                Err(error) => {
                    tracing::error!(%error, "a message could not be spooled");
                    Err(AcceptError::Unavailable("the message cannot be kept now, try again later".into()))
                }
            }
        })
    }
}
