//! The state machine of a session: commands in, replies out.

use crate::{
    AcceptError, Options, Reception, Reply, Timeouts, command,
    command::Verb,
    incoming::Incoming,
    line::BadLine,
    metric,
    param::MailParams,
    received::Received,
    stream::Io,
    verbs,
    wire::{End, Wire},
};
use model::{Direction, Envelope, MessageId, Recipient, ReversePath, SessionInfo};
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
    pub direction: Direction,
    pub options: Options,
    stop: CancellationToken,
    next: AtomicU64,
}

/// A transaction from MAIL on (RFC 5321 §3.3).
pub(crate) struct Transaction {
    pub from: ReversePath,
    pub since: Instant,
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
    /// EHLO or HELO was accepted.
    pub greeted: bool,
    pub transaction: Option<Transaction>,
    /// DATA was refused, and the client may send the message all the same.
    pub wary: bool,
    errors: u32,
    rejections: u32,
}

impl Conversations {
    pub fn new(direction: Direction, reception: Arc<dyn Reception>, options: Options) -> Self {
        let (stop, next) = (CancellationToken::new(), AtomicU64::new(1));
        Conversations { shared: Arc::new(Shared { reception, direction, options, stop, next }) }
    }

    /// Ends all sessions with 421 when they next wait for their client.
    pub fn stop(&self) {
        self.shared.stop.cancel();
    }

    /// Holds one session, from the banner to the end of the connection.
    pub async fn run<T: Io>(&self, io: T, peer: SocketAddr) {
        let shared = Arc::clone(&self.shared);
        let number = shared.next.fetch_add(1, Ordering::Relaxed);
        let span = tracing::info_span!("smtp", session = number, %peer, direction = %shared.direction);
        metric::session_started(shared.direction);
        let _ended = Ended(shared.direction);
        hold(shared, io, peer).instrument(span).await;
    }
}

/// Counts the session's end however it comes.
struct Ended(Direction);

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
    match &end {
        End::TimedOut => wire.say(&IDLE),
        End::Stopping => wire.say(&CLOSING),
        End::Closed | End::Stuck => return,
        End::Io(error) => return tracing::info!(%error, "connection lost"),
        End::Quit | End::Refused => {}
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
        Session { shared, info, greeted: false, transaction: None, wary: false, errors: 0, rejections: 0 }
    }

    async fn converse<T: Io>(&mut self, wire: &mut Wire<T>) -> Result<Never, End> {
        let shared = Arc::clone(&self.shared);
        let (options, timeouts) = (&shared.options, &shared.options.timeouts);
        if let Err(reply) = shared.reception.connect(self.info.client_ip, shared.direction) {
            metric::turned_away(shared.direction, "refused");
            tracing::info!(%reply, "connection refused");
            wire.say(&reply);
            return Err(End::Refused);
        }
        let started = Instant::now();
        if !timeouts.banner_delay.is_zero() {
            match wire.fill(1, started + timeouts.banner_delay).await {
                Err(End::TimedOut) => {}
                Err(end) => return Err(end),
                Ok(_) => {
                    metric::turned_away(shared.direction, "early");
                    wire.say(&EARLY);
                    return Err(End::Refused);
                }
            }
        }
        wire.say(&Reply::with(220, "", format!("{} ESMTP {}", options.hostname, options.software)));
        loop {
            let now = Instant::now();
            let end = self.end(started, timeouts);
            let line = wire.line(options.limits.command_line, (now + timeouts.command).min(end)).await?;
            match line {
                Ok(line) => self.command(wire, &line).await?,
                Err(bad) => self.bad_line(wire, bad)?,
            }
            wire.flush_if_many().await?;
        }
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
            Verb::Mail => verbs::mail::run(self, argument),
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
            Verb::Auth => verbs::auth::run(),
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
        let direction = shared.direction;
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
        };
        match shared.reception.accept(envelope, arrived.body).await {
            Ok(()) => {
                metric::message_accepted(direction, size);
                tracing::info!(%id, size, recipients, "message accepted");
                Reply::with(250, "2.0.0", format!("Ok: queued as {id}"))
            }
            Err(error) => {
                let reply = match &error {
                    AcceptError::Full => Reply::FULL,
                    AcceptError::Unavailable(text) => Reply::with(451, "4.3.0", text.clone()),
                };
                metric::message_refused(direction, &reply);
                tracing::warn!(%id, %error, "message not taken");
                reply
            }
        }
    }
}
