//! From the spool through the filter: parse, gather, inspect, decide for each recipient, write down, hand on.
//!
//! The filter has threads of its own, so that intake never waits for it. A message leaves this module only when what
//! was decided is committed: first the held body and the log row, then the delivery plan in the spool. Each step may be
//! done again after a crash without changing anything.

use crate::gate::{Discovery, Said};
use crate::knowledge::LiveKnowledge;
use crate::notices::Notices;
use crate::returned::Returned;
use crate::signing::Signer;
use crate::split::{self, BlindCopy, Outgoing};
use bytes::Bytes;
use delivery::{Queue, Route, Routing};
use filter::{Annotation, EditOptions, Evidence, Policy, Services, Session};
use message::{Limits, Parsed};
use model::settings::AnnotationMode;
use model::time::{DAY, HOUR};
use model::view::{MailboxState, Unrecognized};
use model::{
    AccountId, Action, Category, Disposition, DomainName, Edit, EmailAddress, Findings, Recipient, Sending, Timestamp,
    Verdict,
};
use service::{Lookup, Service, Snapshot, SnapshotStore};
use spool::{Entry, Spool};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use store::{Batcher, KeptRecord, MessageRecord, QuarantineRecord, RecipientRecord};
use tokio::sync::{Semaphore, mpsc};
use vault::Vault;

#[derive(Clone)]
pub struct PipelineOptions {
    /// Threads of the filter.
    pub threads: usize,
    pub hostname: String,
    /// Off: every message passes with no finding. For measuring the relay alone.
    pub filters: bool,
    pub limits: Limits,
}

/// Where accepted messages are handed in. Cheap to clone.
#[derive(Clone)]
pub struct Intake {
    sender: mpsc::UnboundedSender<Entry>,
    waiting: Arc<AtomicU64>,
}

impl Intake {
    /// Never waits: the entry is small, its body is in the spool.
    pub fn push(&self, entry: Entry) {
        self.waiting.fetch_add(1, Ordering::Relaxed);
        // Closed only at the end of the process; the message is in the spool and is taken up at the next start.
        let _ = self.sender.send(entry);
    }
    pub fn waiting(&self) -> Arc<AtomicU64> {
        self.waiting.clone()
    }
}

/// What a running pipeline works with.
pub struct Pipeline {
    pub spool: Spool,
    pub queue: Queue,
    pub batches: Batcher,
    pub vault: Vault,
    pub signer: Signer,
    pub snapshots: SnapshotStore,
    pub services: Services,
    pub knowledge: Arc<LiveKnowledge>,
    pub discovery: Arc<Discovery>,
    pub service: Service,
    pub routing: Arc<dyn Routing>,
    pub options: PipelineOptions,
}

/// The intake and the receiving end that [`Pipeline::start`] takes: made first, because the gate needs the one and the
/// pipeline, which needs the queue, the other.
pub fn intake() -> (Intake, mpsc::UnboundedReceiver<Entry>) {
    let (sender, receiver) = mpsc::unbounded_channel();
    (Intake { sender, waiting: Arc::default() }, receiver)
}

/// A running pipeline's threads.
pub struct Running {
    runtime: Option<tokio::runtime::Runtime>,
    busy: Arc<Semaphore>,
    slots: u32,
}

impl Running {
    /// Waits for messages that are being filtered, up to `patience`; the rest is taken up at the next start.
    pub async fn stop(self, patience: Duration) {
        self.busy.close();
        let all = self.slots as usize;
        let _ = tokio::time::timeout(patience, async {
            while self.busy.available_permits() < all {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        })
        .await;
    }
}

/// A start that fails half-way drops a running pipeline within another runtime, where waiting is not allowed.
impl Drop for Running {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Messages between spool and queue at once, per thread: enough that waiting for DNS, clamd and commits costs no time.
const IN_FLIGHT_PER_THREAD: usize = 128;

impl Pipeline {
    pub fn start(
        self,
        mut receiver: mpsc::UnboundedReceiver<Entry>,
        waiting: Arc<AtomicU64>,
    ) -> std::io::Result<Running> {
        let threads = self.options.threads.max(1);
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(threads)
            .thread_name("filter")
            .enable_all()
            .build()?;
        let slots = threads * IN_FLIGHT_PER_THREAD;
        let busy = Arc::new(Semaphore::new(slots));
        let pipeline = Arc::new(self);
        let permits = busy.clone();
        runtime.spawn(async move {
            while let Some(entry) = receiver.recv().await {
                let Ok(permit) = permits.clone().acquire_owned().await else { return };
                let (pipeline, waiting) = (pipeline.clone(), waiting.clone());
                tokio::spawn(async move {
                    pipeline.carry(entry).await;
                    waiting.fetch_sub(1, Ordering::Relaxed);
                    drop(permit);
                });
            }
        });
        Ok(Running { runtime: Some(runtime), busy, slots: u32::try_from(slots).unwrap_or(u32::MAX) })
    }

    /// Takes one message all the way, and does not give up: what fails (a full disk, a locked database) is tried again
    /// with growing pauses while the message stays in the spool.
    async fn carry(&self, entry: Entry) {
        let mut pause = Duration::from_millis(200);
        loop {
            match self.once(&entry).await {
                Ok(()) => return,
                Err(Failure::Gone) => return,
                Err(Failure::Later(error)) => {
                    tracing::error!(id = %entry.id, error, "a message could not be carried on; trying again");
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(Duration::from_secs(30));
                }
            }
        }
    }

    async fn once(&self, entry: &Entry) -> Result<(), Failure> {
        let body = match self.spool.read(entry.id).await {
            Ok(body) => body,
            Err(spool::Error::Unknown(_)) => return Err(Failure::Gone),
            Err(error) => return Err(Failure::Later(error.to_string())),
        };
        let snapshot = self.snapshots.get();
        let (parsed, findings) = self.inspect(entry, body.clone()).await;
        let mut record = message_record(entry, &parsed, findings);
        let (outgoing, blind) = self.decide(entry, &parsed, &body, &snapshot, &mut record).await?;
        let told = (entry.envelope.direction == model::Direction::Outbound).then(|| record.clone());
        self.batches.messages(vec![record]).await.map_err(later)?;
        if let Some(record) = told {
            self.tell_sender(entry, &parsed, &body, &snapshot, &record).await?;
        }
        let plan = split::plan(&entry.envelope, outgoing, blind, Timestamp::now());
        self.queue.submit(entry, plan).await.map_err(later)
    }

    /// Notices about what was decided of outbound mail.
    async fn tell_sender(
        &self,
        entry: &Entry,
        parsed: &Parsed,
        body: &Bytes,
        snapshot: &Snapshot,
        record: &MessageRecord,
    ) -> Result<(), Failure> {
        let Some(sender) = self.sender(entry, parsed, snapshot) else { return Ok(()) };
        let (queue, routing, service) = (&self.queue, &*self.routing, &self.service);
        let hostname = &self.options.hostname;
        let notices = Notices { queue, routing, service, snapshot, hostname, entry, body };
        notices.send(sender.account, &sender.policy.values, record).await.map_err(Failure::Later)
    }

    /// Who sends outbound mail; none where the message is inbound, or its network may no longer send.
    fn sender<'a>(&'a self, entry: &Entry, parsed: &'a Parsed, snapshot: &'a Snapshot) -> Option<Sender<'a>> {
        if entry.envelope.direction != model::Direction::Outbound {
            return None;
        }
        let envelope = &entry.envelope;
        // Mail of a version before has no right written to it.
        let by_ip = || snapshot.outbound(envelope.session.client_ip).map(|o| Sending::Network(o.id));
        let sending = envelope.sending.or_else(by_ip)?;
        let who = snapshot.sender(sending, envelope.return_path.as_ref())?;
        let from = parsed.from.as_ref().and_then(|from| from.address.as_ref()).or(envelope.return_path.as_ref());
        let from = from.map(EmailAddress::domain);
        let domain = from.clone().or_else(|| envelope.recipients.first().map(|r| r.address.domain()))?;
        let network = delivery::network_of(sending);
        let outbound_ip = match sending {
            Sending::Network(id) => Some(id),
            Sending::Relay(_) => None,
        };
        let mut policy = Policy::new(who.values, domain);
        policy.content = snapshot.content(who.account);
        let order = outbound_ip.and_then(|id| snapshot.outbound_by_id(id)).map(|o| o.content_order.clone());
        policy.content_order = order.unwrap_or_default();
        let policy = Arc::new(policy);
        Some(Sender {
            network,
            mailbox: who.mailbox,
            account: who.account,
            policy,
            from,
            snapshot,
            signer: &self.signer,
        })
    }

    fn edit_options(&self, sender: Option<&Sender<'_>>) -> EditOptions {
        let usual = EditOptions { hostname: self.options.hostname.clone(), ..EditOptions::default() };
        let Some(sender) = sender else { return usual };
        let wanted = &sender.policy.values.outbound_annotation;
        let annotation = (wanted.enabled && !wanted.text.trim().is_empty()).then(|| Annotation {
            text: wanted.text.clone(),
            html: wanted.html,
            prepend: wanted.mode == AnnotationMode::Prepend,
        });
        EditOptions { annotation, strip_received: wanted.strip_received, ..usual }
    }

    async fn inspect(&self, entry: &Entry, body: Bytes) -> (Arc<Parsed>, Findings) {
        let envelope = &entry.envelope;
        let session = Session {
            direction: envelope.direction,
            client_ip: envelope.session.client_ip,
            helo: envelope.session.helo.clone(),
            hostname: self.options.hostname.clone(),
            return_path: envelope.return_path.clone(),
            recipients: envelope.recipients.iter().map(|r| r.address.clone()).collect(),
            received: envelope.received,
        };
        let limits = self.options.limits.clone();
        let parsed = Arc::new(heavy(body.len(), move || Parsed::parse(body, &limits)).await);
        if !self.options.filters {
            return (parsed, Findings::default());
        }
        let evidence: Evidence = filter::gather(&parsed, &session, &self.services).await;
        let (message, knowledge) = (parsed.clone(), self.knowledge.current());
        let findings =
            heavy(parsed.raw.len(), move || filter::inspect(&message, &session, &evidence, &knowledge)).await;
        (parsed, findings)
    }

    /// Decides for each recipient, holds what is to be held, and returns who is to be delivered to.
    async fn decide(
        &self,
        entry: &Entry,
        parsed: &Arc<Parsed>,
        body: &Bytes,
        snapshot: &Snapshot,
        record: &mut MessageRecord,
    ) -> Result<(Vec<Outgoing>, Vec<BlindCopy>), Failure> {
        let sender = self.sender(entry, parsed, snapshot);
        let options = self.edit_options(sender.as_ref());
        let mut decisions = Decisions { made: Vec::new(), options, sender: sender.as_ref() };
        let mut outgoing = Vec::new();
        let mut returned = Vec::new();
        let mut blob: Option<String> = None;
        let mut blind: Vec<BlindCopy> = Vec::new();
        let mut places = Vec::with_capacity(entry.envelope.recipients.len());
        for recipient in &entry.envelope.recipients {
            let mut place = match &sender {
                Some(sender) => Some(sender.place()),
                None => place(snapshot, entry, &recipient.address),
            };
            if let Some(place) = &mut place {
                self.settle_unknown(place, &recipient.address).await;
            }
            places.push(place);
        }
        self.search(parsed, &places, &mut record.findings).await;
        for (recipient, place) in entry.envelope.recipients.iter().zip(places) {
            let Some(place) = place else {
                // The domain was taken away since the 250: the sender is told by a bounce from the queue.
                let (verdict, edits) = decisions.relay(parsed, &record.findings);
                record.recipients.push(recipient_record(recipient, None, &verdict, Disposition::Pending, None));
                outgoing.push(go(recipient, recipient.address.clone(), verdict, edits, DEFAULT_HOURS, None, snapshot));
                continue;
            };
            let (verdict, edits) = if self.options.filters {
                decisions.of(parsed, &record.findings, &place.policy, &recipient.address)
            } else {
                decisions.relay(parsed, &record.findings)
            };
            let hours = place.hours.unwrap_or_else(|| place.policy.values.spool_hours());
            let network = sender.as_ref().map(|s| s.network);
            for to in &verdict.bcc {
                let route = route(to.domain(), network, false, snapshot);
                let (to, keep_trying) = (to.clone(), i64::from(hours) * HOUR);
                let (verdict, edits) = (verdict.clone(), edits.clone());
                blind.push(BlindCopy { to, route, verdict, edits, keep_trying });
            }
            let disposition = match (place.fate, verdict.disposition()) {
                (Fate::Discard, _) => Disposition::Discarded,
                // Only legitimate mail is told of; all else is taken and forgotten (guide chapter 6).
                (Fate::Return, Disposition::Pending) => Disposition::Bounced,
                (Fate::Return, _) => Disposition::Discarded,
                (Fate::Deliver | Fate::Forward | Fate::Ask, usual) => usual,
            };
            let (mut held, mut kept) = (None, None);
            match disposition {
                Disposition::Quarantined => {
                    held = Some(QuarantineRecord {
                        blob: self.kept_body(&mut blob, body).await?,
                        edits: edits.as_ref().clone(),
                        system: verdict.action == Action::Block,
                        sender: sender.as_ref().and_then(|s| s.mailbox),
                    });
                }
                Disposition::Pending => {
                    let rcpt_to = match &place.primary {
                        Some(primary) if place.fate == Fate::Forward || place.policy.values.routing.rewrite_aliases => {
                            primary.clone()
                        }
                        _ => recipient.address.clone(),
                    };
                    let copy = collector(&place.policy.values, network, snapshot);
                    let one = go(recipient, rcpt_to, verdict.clone(), edits, hours, network, snapshot);
                    if let Some(days) = place.policy.values.keeps_copies() {
                        let until = entry.envelope.received.plus(i64::from(days) * DAY);
                        let blob = self.kept_body(&mut blob, body).await?;
                        kept = Some(KeptRecord { blob, edits: one.edits.as_ref().clone(), until });
                    }
                    outgoing.push(Outgoing { copy, ..one });
                }
                Disposition::Bounced => returned.push(recipient.clone()),
                _ => {}
            }
            let row = recipient_record(recipient, Some(&place), &verdict, disposition, held);
            record.recipients.push(RecipientRecord { kept, ..row });
        }
        if let Some(worst) = decisions.worst() {
            record.headline = filter::headline(&record.findings, worst);
        }
        let hostname = &self.options.hostname;
        Returned { queue: &self.queue, snapshot, hostname, entry, body }.send(&returned).await.map_err(later)?;
        Ok((outgoing, blind))
    }

    /// Adds what the content filters and compliance categories of these places find.
    async fn search(&self, parsed: &Arc<Parsed>, places: &[Option<Place>], findings: &mut Findings) {
        if !self.options.filters {
            return;
        }
        let mut policies: Vec<Arc<Policy>> = Vec::new();
        for place in places.iter().flatten() {
            if !policies.iter().any(|p| Arc::ptr_eq(p, &place.policy)) {
                policies.push(place.policy.clone());
            }
        }
        if !policies.iter().any(|p| filter::content::searches(p)) {
            return;
        }
        let (parsed, mut all) = (parsed.clone(), std::mem::take(findings));
        *findings = heavy(parsed.raw.len(), move || {
            filter::search(&parsed, policies.iter().map(AsRef::as_ref), &mut all);
            all
        })
        .await;
    }

    /// Where the vault has the body, which is put there once.
    async fn kept_body(&self, blob: &mut Option<String>, body: &Bytes) -> Result<String, Failure> {
        match blob {
            Some(id) => Ok(id.clone()),
            None => {
                let id = self.vault.put(body).await.map_err(later)?.to_string();
                Ok(blob.insert(id).clone())
            }
        }
    }

    /// A recipient that we do not know may be one of the mail server's all the same (guide chapter 6 "Mailbox
    /// Discovery").
    async fn settle_unknown(&self, place: &mut Place, to: &EmailAddress) {
        if place.fate != Fate::Ask {
            return;
        }
        let Some(domain) = &place.unknown_in else { return };
        let exists = self.discovery.ask(domain, to).await == Said::Exists;
        (place.fate, place.policy) = if exists {
            (Fate::Deliver, domain.policy.clone())
        } else {
            unrecognized(domain, &mut place.primary, &mut place.hours)
        };
    }
}

const DEFAULT_HOURS: u16 = 120;

enum Failure {
    /// Finished meanwhile.
    Gone,
    Later(String),
}

fn later(error: impl std::fmt::Display) -> Failure {
    Failure::Later(error.to_string())
}

/// Work that takes long for a large message goes to a thread where it holds nobody up.
async fn heavy<T: Send + 'static>(bytes: usize, work: impl FnOnce() -> T + Send + 'static) -> T {
    const LARGE: usize = 256 * 1024;
    if bytes < LARGE {
        return work();
    }
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}

/// What a recipient is to us, as far as deciding goes.
struct Place {
    policy: Arc<Policy>,
    mailbox: Option<model::MailboxId>,
    primary: Option<EmailAddress>,
    domain: Option<model::DomainId>,
    account: Option<model::AccountId>,
    fate: Fate,
    /// Hours for which delivery is tried, where the policy's do not hold.
    hours: Option<u16>,
    /// The domain, where nobody there is known by the address.
    unknown_in: Option<Arc<service::snapshot::Domain>>,
}

/// What becomes of mail for a recipient that no filter stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Deliver,
    /// To the primary address, whatever is said of aliases.
    Forward,
    Discard,
    /// Returned to its sender.
    Return,
    /// The mail server is asked whether it has such a recipient.
    Ask,
}

/// What a domain does with mail for recipients that nobody knows (guide chapter 6 "Unrecognized Recipient Handling").
fn unrecognized(
    domain: &service::snapshot::Domain,
    primary: &mut Option<EmailAddress>,
    hours: &mut Option<u16>,
) -> (Fate, Arc<Policy>) {
    let policy = domain.policy.clone();
    match domain.unrecognized {
        // To the mail server without filtering, and for an hour.
        Unrecognized::Accept => {
            *hours = Some(1);
            (Fate::Deliver, Arc::new(Policy { unprotected: true, ..Policy::clone(&policy) }))
        }
        Unrecognized::Discard => (Fate::Discard, policy),
        Unrecognized::Forward => match domain.values().recipients.forward_to.parse() {
            Ok(to) => {
                *primary = Some(to);
                (Fate::Forward, policy)
            }
            Err(_) => (Fate::Return, policy),
        },
        Unrecognized::Reject => (Fate::Return, policy),
    }
}

fn place(snapshot: &Snapshot, entry: &Entry, address: &EmailAddress) -> Option<Place> {
    if entry.envelope.direction == model::Direction::Outbound {
        return None;
    }
    match snapshot.lookup(address) {
        Lookup::Known(known) => Some(Place {
            domain: Some(known.domain.id),
            account: Some(known.domain.account),
            mailbox: Some(known.mailbox),
            primary: Some(known.address),
            // It was active when the message was taken.
            fate: if known.state == MailboxState::Inactive { Fate::Return } else { Fate::Deliver },
            policy: known.policy,
            hours: None,
            unknown_in: None,
        }),
        Lookup::UnknownMailbox(domain) => Some(Place {
            policy: domain.policy.clone(),
            mailbox: None,
            primary: None,
            domain: Some(domain.id),
            account: Some(domain.account),
            fate: Fate::Ask,
            hours: None,
            unknown_in: Some(domain),
        }),
        Lookup::NotOurDomain => None,
    }
}

/// Who sends an outbound message.
struct Sender<'a> {
    /// By which right, as routes name it.
    network: i64,
    /// The mailbox that the return path names.
    mailbox: Option<model::MailboxId>,
    account: AccountId,
    /// One for all recipients, so that what is decided and signed is decided and signed once.
    policy: Arc<Policy>,
    /// The domain that the reader sees.
    from: Option<DomainName>,
    snapshot: &'a Snapshot,
    signer: &'a Signer,
}

impl Sender<'_> {
    fn place(&self) -> Place {
        Place {
            policy: self.policy.clone(),
            mailbox: None,
            primary: None,
            domain: None,
            account: Some(self.account),
            fate: Fate::Deliver,
            hours: None,
            unknown_in: None,
        }
    }

    /// The last change: signatures over all others.
    fn sign(&self, raw: &[u8], edits: &mut Vec<Edit>) {
        if let Some(from) = &self.from {
            self.signer.sign(self.snapshot, self.account, from, raw, edits);
        }
    }
}

/// What is written into inbound mail under these values.
fn inbound_options(values: &model::Values, usual: &EditOptions) -> EditOptions {
    let annotation = &values.annotation;
    let field = (!annotation.header.is_empty()).then(|| (annotation.header.clone(), annotation.value.clone()));
    let links =
        filter::DisabledLinks { web: values.filtering.disable_web_links, images: values.filtering.disable_image_links };
    EditOptions { field, subject: annotation.subject.clone(), links, ..usual.clone() }
}

type Decision = (Arc<Verdict>, Arc<Vec<Edit>>);

/// Decisions of one message, made once for each policy.
struct Decisions<'a> {
    made: Vec<(Option<Arc<Policy>>, Decision)>,
    options: EditOptions,
    sender: Option<&'a Sender<'a>>,
}

impl Decisions<'_> {
    fn of(&mut self, parsed: &Parsed, findings: &Findings, policy: &Arc<Policy>, to: &EmailAddress) -> Decision {
        let same = self.made.iter().find(|(p, _)| p.as_ref().is_some_and(|p| Arc::ptr_eq(p, policy)));
        if let Some((_, decision)) = same {
            return decision.clone();
        }
        let verdict = filter::decide(findings, policy, to);
        self.keep(Some(policy.clone()), parsed, findings, verdict)
    }

    /// Passed on without deciding: RELAY (guide appendix A).
    fn relay(&mut self, parsed: &Parsed, findings: &Findings) -> Decision {
        if let Some((_, decision)) = self.made.iter().find(|(p, _)| p.is_none()) {
            return decision.clone();
        }
        let verdict = Verdict {
            action: Action::Allow,
            category: Category::Relay,
            decided_by: None,
            filter: "relay".into(),
            info: String::new(),
            profile: None,
            tags: Vec::new(),
            strip: Vec::new(),
            cut_subject: Vec::new(),
            bcc: Vec::new(),
            keep_blocked: true,
            notes: Vec::new(),
        };
        self.keep(None, parsed, findings, verdict)
    }

    fn keep(&mut self, p: Option<Arc<Policy>>, parsed: &Parsed, findings: &Findings, verdict: Verdict) -> Decision {
        let inbound = p.as_ref().filter(|p| p.values.direction == model::Direction::Inbound);
        let options = inbound.map(|p| inbound_options(&p.values, &self.options));
        let mut edits = filter::edits(parsed, findings, &verdict, options.as_ref().unwrap_or(&self.options));
        if let Some(sender) = self.sender {
            sender.sign(&parsed.raw, &mut edits);
        }
        let decision = (Arc::new(verdict), Arc::new(edits));
        self.made.push((p, decision.clone()));
        decision
    }

    fn worst(&self) -> Option<&Verdict> {
        self.made.iter().map(|(_, (v, _))| v.as_ref()).max_by_key(|v| v.action)
    }
}

fn go(
    recipient: &Recipient,
    rcpt_to: EmailAddress,
    verdict: Arc<Verdict>,
    edits: Arc<Vec<Edit>>,
    hours: u16,
    network: Option<i64>,
    snapshot: &Snapshot,
) -> Outgoing {
    let route = route(rcpt_to.domain(), network, verdict.action == Action::SpecialRouting, snapshot);
    let keep_trying = i64::from(hours) * HOUR;
    Outgoing { recipient: recipient.clone(), rcpt_to, route, verdict, edits, copy: None, keep_trying }
}

fn route(domain: DomainName, network: Option<i64>, special: bool, snapshot: &Snapshot) -> Route {
    match network {
        _ if snapshot.protects(domain.as_str()) => Route::Gateway(domain),
        Some(network) => Route::Outbound { network, domain, special },
        None => Route::Mx(domain),
    }
}

/// Who gets a copy of what is delivered under these values, and how it goes there.
fn collector(values: &model::Values, network: Option<i64>, snapshot: &Snapshot) -> Option<(EmailAddress, Route)> {
    let to = if values.direction == model::Direction::Outbound {
        &values.outbound_routing.copy_to
    } else {
        &values.routing.copy_to
    };
    let to = EmailAddress::parse(to).ok()?;
    let route = route(to.domain(), network, false, snapshot);
    Some((to, route))
}

fn message_record(entry: &Entry, parsed: &Parsed, findings: Findings) -> MessageRecord {
    let envelope = &entry.envelope;
    let header_from = parsed.from.as_ref().map_or_else(String::new, |from| match &from.address {
        Some(address) if from.name.is_empty() => address.to_string(),
        Some(address) => format!("{} <{address}>", from.name),
        None => from.raw.clone(),
    });
    MessageRecord {
        id: entry.id,
        received: envelope.received,
        direction: envelope.direction,
        client_ip: envelope.session.client_ip,
        helo: envelope.session.helo.clone(),
        tls: envelope.session.tls.clone(),
        envelope_from: envelope.return_path.clone(),
        header_from,
        subject: parsed.subject.clone(),
        size: entry.size,
        findings,
        headline: String::new(),
        recipients: Vec::with_capacity(envelope.recipients.len()),
    }
}

fn recipient_record(
    recipient: &Recipient,
    place: Option<&Place>,
    verdict: &Verdict,
    disposition: Disposition,
    held: Option<QuarantineRecord>,
) -> RecipientRecord {
    RecipientRecord {
        address: recipient.address.clone(),
        mailbox: place.and_then(|p| p.mailbox),
        domain: place.and_then(|p| p.domain),
        account: place.and_then(|p| p.account),
        verdict: verdict.clone(),
        disposition,
        held,
        kept: None,
    }
}
