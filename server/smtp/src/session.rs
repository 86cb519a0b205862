//! The state machine of a session: commands in, replies out.

use crate::{
    AcceptError, Admitted, Login, Options, Reception, Reply, Terms, Timeouts, command,
    command::Verb,
    incoming::Incoming,
    line::BadLine,
    metric,
    param::{MailParams, Offered},
    received::Received,
    stream::Io,
    verbs,
    wire::{End, Wire},
    xclient,
};
use model::settings::{OfferedEncryption, ServiceKind};
use model::{Envelope, MessageId, Recipient, ReversePath, SessionInfo, TlsWish};
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

const CLOSING: Reply = Reply::new(421, "4.3.2", "Service closing, try again later");
const IDLE: Reply = Reply::new(421, "4.4.2", "Idle for too long");
const ERRORS: Reply = Reply::new(421, "4.7.0", "Too many errors");
const STRAY: Reply = Reply::new(421, "4.7.0", "Data came before it was asked for");
const EARLY: Reply = Reply::new(554, "5.5.0", "You spoke before the greeting");

/// Holds sessions over any stream.
#[derive(Clone)]
pub struct Conversations {
    shared: Arc<Shared>,
}

/// What all sessions of a listener share.
pub(crate) struct Shared {
    pub reception: Arc<dyn Reception>,
    pub kind: ServiceKind,
    pub options: Options,
    stop: CancellationToken,
    next: AtomicU64,
}

/// A transaction from MAIL on (RFC 5321 §3.3).
pub(crate) struct Transaction {
    pub from: ReversePath,
    pub since: Instant,
    pub admitted: Admitted,
    pub params: MailParams,
    pub recipients: Vec<Recipient>,
    /// Smallest limit of the recipients so far and our own, in bytes.
    pub max_size: u64,
    /// The message, where it comes in chunks and the last is still to come.
    pub chunks: Option<Incoming>,
}

pub(crate) struct Session {
    pub shared: Arc<Shared>,
    pub info: SessionInfo,
    pub terms: Terms,
    /// Who logged in.
    pub login: Option<Login>,
    pub failed_logins: u32,
    /// EHLO or HELO was accepted.
    pub greeted: bool,
    pub transaction: Option<Transaction>,
    /// DATA was refused, and the client may send the message all the same.
    pub wary: bool,
    errors: u32,
    rejections: u32,
}

impl Conversations {
    pub fn new(kind: ServiceKind, reception: Arc<dyn Reception>, options: Options) -> Self {
        let (stop, next) = (CancellationToken::new(), AtomicU64::new(1));
        Conversations { shared: Arc::new(Shared { reception, kind, options, stop, next }) }
    }

    /// The same listener's sessions from now on; those that are held go on as they began.
    pub(crate) fn changed(&self, kind: ServiceKind, options: Options) -> Self {
        let (old, next) = (&self.shared, AtomicU64::new(self.shared.next.load(Ordering::Relaxed)));
        let (reception, stop) = (Arc::clone(&old.reception), old.stop.clone());
        Conversations { shared: Arc::new(Shared { reception, kind, options, stop, next }) }
    }

    pub(crate) fn kind(&self) -> ServiceKind {
        self.shared.kind
    }

    pub(crate) fn options(&self) -> &Options {
        &self.shared.options
    }

    /// Ends all sessions with 421 when they next wait for their client.
    pub fn stop(&self) {
        self.shared.stop.cancel();
    }

    /// Holds one session, from the banner to the end of the connection.
    pub async fn run<T: Io>(&self, io: T, peer: SocketAddr) {
        let shared = Arc::clone(&self.shared);
        let number = shared.next.fetch_add(1, Ordering::Relaxed);
        let span = tracing::info_span!("smtp", session = number, %peer, service = %shared.kind);
        metric::session_started(shared.kind);
        let _ended = Ended(shared.kind);
        hold(shared, io, peer).instrument(span).await;
    }
}

/// Counts the session's end however it comes.
struct Ended(ServiceKind);

impl Drop for Ended {
    fn drop(&mut self) {
        metric::session_ended(self.0);
    }
}

async fn hold<T: Io>(shared: Arc<Shared>, io: T, peer: SocketAddr) {
    let mut wire = Wire::new(io, shared.stop.clone(), shared.options.timeouts.write);
    let mut session = Session::new(shared, peer);
    let end = match session.converse(&mut wire).await {
        Ok(never) => match never {},
        Err(end) => end,
    };
    tracing::debug!(?end, "session ends");
    let end = match end {
        End::Turned(turned) => return wire.turn(turned).await,
        end => end,
    };
    match &end {
        End::TimedOut => wire.say(&IDLE),
        End::Stopping => wire.say(&CLOSING),
        End::Closed | End::Stuck => return,
        End::Io(error) => return tracing::info!(%error, "connection lost"),
        End::Quit | End::Refused | End::Turned(_) => {}
    }
    wire.close(!matches!(end, End::Quit)).await;
}

enum Never {}

impl Session {
    fn new(shared: Arc<Shared>, peer: SocketAddr) -> Self {
        let info = SessionInfo {
            client_ip: peer.ip().to_canonical(),
            client_port: peer.port(),
            helo: String::new(),
            esmtp: false,
            tls: None,
            authenticated: None,
        };
        Session {
            shared,
            info,
            terms: Terms::default(),
            login: None,
            failed_logins: 0,
            greeted: false,
            transaction: None,
            wary: false,
            errors: 0,
            rejections: 0,
        }
    }

    async fn converse<T: Io>(&mut self, wire: &mut Wire<T>) -> Result<Never, End> {
        let shared = Arc::clone(&self.shared);
        let (options, timeouts) = (&shared.options, &shared.options.timeouts);
        self.meet(wire)?;
        let started = Instant::now();
        if !timeouts.banner_delay.is_zero() {
            match wire.fill(1, started + timeouts.banner_delay).await {
                Err(End::TimedOut) => {}
                Err(end) => return Err(end),
                Ok(_) => {
                    metric::turned_away(shared.kind, "early");
                    wire.say(&EARLY);
                    return Err(End::Refused);
                }
            }
        }
        self.banner(wire);
        loop {
            let now = Instant::now();
            let end = self.end(started, timeouts);
            let line = wire.line(options.limits.command_line, (now + timeouts.command).min(end)).await?;
            match line {
                Ok(line) => self.command(wire, &line).await?,
                Err(bad) => self.bad_line(wire, bad)?,
            }
            if self.rejections > self.terms.tarpit_after {
                // Whoever guesses addresses waits for each answer.
                wire.pause(self.terms.tarpit_delay).await?;
            }
            wire.flush_if_many().await?;
        }
    }

    /// Asks how the session with this client is held.
    fn meet<T: Io>(&mut self, wire: &mut Wire<T>) -> Result<(), End> {
        match self.shared.reception.connect(self.info.client_ip, self.shared.kind) {
            Ok(terms) => {
                self.terms = terms;
                Ok(())
            }
            Err(reply) => {
                metric::turned_away(self.shared.kind, "refused");
                tracing::info!(%reply, "connection refused");
                wire.say(&reply);
                Err(End::Refused)
            }
        }
    }

    fn banner<T: Io>(&self, wire: &mut Wire<T>) {
        let options = &self.shared.options;
        wire.say(&Reply::with(220, "", format!("{} ESMTP {}", options.hostname, options.software)));
    }

    /// The session begins anew with the client that a trusted host speaks for. TLS is the host's and stays.
    pub fn become_client<T: Io>(&mut self, wire: &mut Wire<T>, client: xclient::Client) -> Result<(), End> {
        let info = &mut self.info;
        info.client_ip = client.address.unwrap_or(info.client_ip);
        info.client_port = client.port.unwrap_or(info.client_port);
        info.helo = client.helo.unwrap_or_default();
        info.esmtp = client.esmtp.unwrap_or(true);
        info.authenticated = None;
        (self.greeted, self.login) = (false, None);
        tracing::debug!(client = %self.info.client_ip, "the client is another");
        self.meet(wire)?;
        self.banner(wire);
        Ok(())
    }

    /// Whether STARTTLS would begin TLS now.
    pub fn offers_tls(&self) -> bool {
        self.terms.tls != OfferedEncryption::Never
            && self.info.tls.is_none()
            && self.shared.options.tls.load().is_some()
    }

    /// What has parameters of its own, as it is offered now.
    pub fn offered(&self) -> Offered {
        let encrypted = self.info.tls.is_some();
        Offered { auth: encrypted && self.terms.auth, require_tls: encrypted && self.shared.options.require_tls }
    }

    /// When the session is over at the latest. A transaction that has begun gets its time.
    fn end(&self, started: Instant, timeouts: &Timeouts) -> Instant {
        let end = started + timeouts.session;
        self.transaction.as_ref().map_or(end, |t| end.max(t.since + timeouts.message))
    }

    async fn command<T: Io>(&mut self, wire: &mut Wire<T>, line: &str) -> Result<(), End> {
        let (verb, argument) = command::split(line);
        // What follows AUTH may be a password, though we never asked for it.
        tracing::debug!(line = if verb == Verb::Auth { "AUTH" } else { line }, "command");
        if std::mem::take(&mut self.wary) && verb == Verb::Unknown {
            wire.say(&STRAY);
            return Err(End::Refused);
        }
        let reply = match verb {
            Verb::Ehlo => verbs::ehlo::run(self, argument),
            Verb::Helo => verbs::helo::run(self, argument),
            Verb::Mail => verbs::mail::run(self, argument).await,
            Verb::Rcpt => self.rcpt(argument).await,
            Verb::Data => return verbs::data::run(self, wire, argument).await,
            Verb::Bdat => verbs::bdat::run(self, wire, argument).await?,
            Verb::Rset => verbs::rset::run(self, argument),
            Verb::Noop => verbs::noop::run(),
            Verb::Quit => verbs::quit::run(wire, argument)?,
            Verb::Vrfy => verbs::vrfy::run(argument),
            Verb::Expn => verbs::expn::run(),
            Verb::Help => verbs::help::run(),
            Verb::StartTls => return verbs::starttls::run(self, wire, argument).await,
            Verb::Auth => verbs::auth::run(self, wire, argument).await?,
            Verb::Atrn => verbs::atrn::run(self, wire, argument).await?,
            Verb::Xclient => return verbs::xclient::run(self, wire, argument),
            Verb::Unknown => Reply::new(500, "5.5.1", "Command unknown"),
        };
        self.answer(wire, &reply)
    }

    async fn rcpt(&mut self, argument: &str) -> Reply {
        let reply = verbs::rcpt::run(self, argument).await;
        if reply.code >= 500 {
            self.rejections += 1;
        }
        reply
    }

    /// A line that is no command is answered and never executed.
    fn bad_line<T: Io>(&mut self, wire: &mut Wire<T>, bad: BadLine) -> Result<(), End> {
        let reply = Reply::new(500, "5.5.2", bad.reason.text());
        if std::mem::take(&mut self.wary) {
            wire.say(&STRAY);
            return Err(End::Refused);
        }
        if bad.data { self.refuse_data(wire, &reply) } else { self.answer(wire, &reply) }
    }

    /// Replies, and ends the session where this was one error too many.
    pub fn answer<T: Io>(&mut self, wire: &mut Wire<T>, reply: &Reply) -> Result<(), End> {
        let limits = &self.shared.options.limits;
        wire.say(reply);
        if matches!(reply.code, 500..=504 | 555) {
            self.errors += 1;
        }
        if self.errors >= limits.errors || self.rejections >= limits.rejections {
            tracing::info!(errors = self.errors, rejections = self.rejections, "too many errors");
            wire.say(&ERRORS);
            return Err(End::Refused);
        }
        Ok(())
    }

    /// Refuses DATA so that nothing of the message is taken for commands. A client has to wait for our reply
    /// to DATA (RFC 2920 §3.1): where more is here already, it can only be a message, and the session ends.
    /// Where it comes later and does not begin with a command, the session ends then.
    pub fn refuse_data<T: Io>(&mut self, wire: &mut Wire<T>, reply: &Reply) -> Result<(), End> {
        self.answer(wire, reply)?;
        if !wire.pending().is_empty() {
            wire.say(&STRAY);
            return Err(End::Refused);
        }
        self.wary = true;
        Ok(())
    }

    /// Begins the message of the transaction: its id, its place, our header.
    pub async fn begin_message(&self, transaction: &Transaction, dots: bool) -> Incoming {
        let shared = &self.shared;
        let at = (shared.options.clock)();
        let id = MessageId::new(at, (shared.options.random)());
        let mut incoming =
            Incoming::new(id, at, shared.reception.body(), dots, transaction.max_size, &shared.options.limits);
        let only_recipient = match transaction.recipients.as_slice() {
            [one] => Some(&one.address),
            _ => None,
        };
        let received = Received {
            session: &self.info,
            hostname: &shared.options.hostname,
            id,
            at,
            smtputf8: transaction.params.smtputf8,
            only_recipient,
        };
        incoming.header(&received.text()).await;
        incoming
    }

    /// Ends the transaction with a message that has arrived.
    pub async fn end_message(&mut self, transaction: Transaction, incoming: Incoming) -> Reply {
        let shared = Arc::clone(&self.shared);
        let direction = transaction.admitted.direction;
        let arrived = match incoming.finish().await {
            Ok(arrived) => arrived,
            Err(reply) => {
                metric::message_refused(direction, &reply);
                tracing::info!(from = ?transaction.from, %reply, "message refused");
                return reply;
            }
        };
        let id = arrived.id;
        let size = arrived.body.len();
        let recipients = transaction.recipients.len();
        let envelope = Envelope {
            id,
            received: arrived.at,
            direction,
            session: self.info.clone(),
            return_path: transaction.from,
            recipients: transaction.recipients,
            eight_bit: transaction.params.eight_bit || arrived.eight_bit,
            smtputf8: transaction.params.smtputf8,
            return_headers_only: transaction.params.headers_only,
            envid: transaction.params.envid,
            size,
            // REQUIRETLS goes before what the header says (RFC 8689 §4.1).
            tls_wish: match (transaction.params.require_tls, arrived.tls_optional) {
                (true, _) => TlsWish::Required,
                (false, true) => TlsWish::Optional,
                (false, false) => TlsWish::Usual,
            },
            sending: transaction.admitted.sending,
        };
        match shared.reception.accept(envelope, arrived.headers, arrived.body).await {
            Ok(()) => {
                metric::message_accepted(direction, size);
                tracing::info!(%id, size, recipients, "message accepted");
                Reply::with(250, "2.0.0", format!("Ok: queued as {id}"))
            }
            Err(error) => {
                let reply = match &error {
                    AcceptError::Full => Reply::FULL,
                    AcceptError::Unavailable(text) => Reply::with(451, "4.3.0", text.clone()),
                    AcceptError::Refused(reply) => reply.clone(),
                };
                metric::message_refused(direction, &reply);
                tracing::warn!(%id, %error, "message not taken");
                reply
            }
        }
    }
}
