//! A queue over a real spool in a directory of its own, and scripted hosts for it to talk to.

pub mod authority;
pub mod dns;
pub mod peer;
pub mod policy_host;
pub mod signed;

use delivery::{
    BoxFuture, Delivery, Encryption, Gateway, Onward, Options, Outcome, OutcomeKind, Outcomes, Plan, Queue, Route,
    Routing, Target, Timeouts,
};
use model::settings::{BoundaryEncryption, GatewayOrder};
use model::{
    Direction, DomainName, EmailAddress, Envelope, HostPort, MessageId, Notify, Recipient, SessionInfo, Timestamp,
    TlsWish,
};
use parking_lot::Mutex;
use spool::{Entry, Spool};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

pub fn address(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}
pub fn domain(text: &str) -> DomainName {
    DomainName::parse(text).unwrap()
}
pub fn host(at: SocketAddr) -> HostPort {
    HostPort { host: at.ip().to_string(), port: at.port() }
}

/// Waits until something holds; a test that waits in vain says for what.
pub async fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = tokio::time::Instant::now() + Duration::from_secs(5);
    while !holds() {
        assert!(tokio::time::Instant::now() < deadline, "not within 5 s: {what}");
        tokio::time::sleep(Duration::from_millis(3)).await;
    }
}

/// Keeps outcomes in memory.
#[derive(Default)]
pub struct Recorder {
    pub outcomes: Mutex<Vec<Outcome>>,
    /// As a database that is locked or gone: nothing is kept until it is back.
    pub away: std::sync::atomic::AtomicBool,
}

impl Outcomes for Recorder {
    fn record(&self, outcomes: Vec<Outcome>) -> BoxFuture<'_, ()> {
        Box::pin(async {
            while self.away.load(std::sync::atomic::Ordering::Acquire) {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            self.outcomes.lock().extend(outcomes);
        })
    }
}

impl Recorder {
    pub fn count(&self, kind: fn(&OutcomeKind) -> bool) -> usize {
        self.outcomes.lock().iter().filter(|o| kind(&o.result)).count()
    }
    pub fn delivered(&self) -> usize {
        self.count(|k| *k == OutcomeKind::Delivered)
    }
    pub fn bounced(&self) -> usize {
        self.count(|k| *k == OutcomeKind::Bounced)
    }
    pub fn deferred(&self) -> usize {
        self.count(|k| matches!(k, OutcomeKind::Deferred { .. }))
    }
    pub fn last(&self) -> Outcome {
        self.outcomes.lock().last().cloned().unwrap()
    }
}

/// Gateways by domain; notices go to `notices`.
#[derive(Default)]
pub struct Routes {
    pub gateways: Mutex<HashMap<DomainName, Gateway>>,
    pub onward: Mutex<HashMap<DomainName, Onward>>,
    pub notices: Mutex<Option<HostPort>>,
}

impl Routing for Routes {
    fn gateway(&self, domain: &DomainName) -> Option<Gateway> {
        self.gateways.lock().get(domain).cloned()
    }
    fn onward(&self, _network: i64, domain: &DomainName, _special: bool) -> Option<Onward> {
        self.onward.lock().get(domain).cloned()
    }
    fn route(&self, to: &EmailAddress) -> Route {
        self.notices.lock().clone().map_or(Route::Gateway(to.domain()), Route::Host)
    }
}

pub struct Fixture {
    pub dir: Arc<tempfile::TempDir>,
    pub spool: Spool,
    pub queue: Queue,
    pub outcomes: Arc<Recorder>,
    pub routes: Arc<Routes>,
    pub options: Options,
    /// What the spool had when it was opened.
    pub recovered: Vec<Entry>,
}

pub fn quick_options() -> Options {
    let ms = Duration::from_millis;
    Options {
        retry: vec![ms(40), ms(80), ms(160)],
        max_idle: Duration::from_secs(5),
        stop_within: ms(500),
        encryption: Encryption::Attempt,
        timeouts: Timeouts {
            connect: ms(3_000),
            greeting: ms(3_000),
            hello: ms(3_000),
            mail: ms(3_000),
            rcpt: ms(3_000),
            data: ms(3_000),
            block: ms(3_000),
            done: ms(3_000),
            dns: ms(3_000),
        },
        ..Options::new("mx.postern.test")
    }
}

impl Fixture {
    pub fn new() -> Self {
        Self::with(quick_options())
    }
    pub fn with(options: Options) -> Self {
        Self::open(Arc::new(tempfile::tempdir().unwrap()), options, Arc::default(), Arc::default())
    }
    fn open(dir: Arc<tempfile::TempDir>, options: Options, routes: Arc<Routes>, outcomes: Arc<Recorder>) -> Self {
        let spool_options = spool::Options { min_free_bytes: 0, ..spool::Options::default() };
        let (spool, recovered) = Spool::open(dir.path(), spool_options).unwrap();
        let queue = Queue::start(spool.clone(), options.clone(), routes.clone(), outcomes.clone());
        Fixture { dir, spool, queue, outcomes, routes, options, recovered }
    }
    /// Stops, and starts again over the same directory; the caller resumes what was recovered.
    pub async fn restart(self) -> Self {
        self.queue.stop().await;
        self.spool.close().await;
        let Fixture { dir, options, routes, outcomes, spool, queue, .. } = self;
        drop((spool, queue));
        Self::open(dir, options, routes, outcomes)
    }
    /// What a new process would find if this one was killed now.
    pub fn killed(&self) -> Self {
        let dir = Arc::new(tempfile::tempdir().unwrap());
        for file in std::fs::read_dir(self.dir.path()).unwrap().map(Result::unwrap) {
            if file.file_type().unwrap().is_file() {
                std::fs::copy(file.path(), dir.path().join(file.file_name())).unwrap();
            }
        }
        Self::open(dir, self.options.clone(), self.routes.clone(), Arc::default())
    }
    /// The gateway of a domain, in order, TLS where offered.
    pub fn gateway(&self, name: &str, hosts: &[SocketAddr]) {
        self.gateway_with(name, hosts, BoundaryEncryption::Attempt);
    }
    pub fn gateway_with(&self, name: &str, hosts: &[SocketAddr], encryption: BoundaryEncryption) {
        let hosts = hosts.iter().copied().map(host).collect();
        let gateway = Gateway { hosts, order: GatewayOrder::Failover, encryption: encryption.into() };
        self.routes.gateways.lock().insert(domain(name), gateway);
    }
    pub async fn accept(&self, letter: &Letter) -> Entry {
        let mut body = self.spool.body();
        body.write(&letter.body).await.unwrap();
        self.spool.accept(letter.envelope(), body, Vec::new()).await.unwrap()
    }
    /// Accepts a letter and gives it to the queue.
    pub async fn post(&self, letter: Letter) -> MessageId {
        let entry = self.accept(&letter).await;
        self.queue.submit(&entry, letter.plan()).await.unwrap();
        entry.id
    }
    pub async fn empty(&self) {
        eventually("the spool is empty", || self.spool.stats().messages == 0).await;
        eventually("the queue is empty", || self.queue.waiting() == 0).await;
    }
}

/// A message with its envelope, to be changed by a test.
#[derive(Clone)]
pub struct Letter {
    pub from: Option<EmailAddress>,
    pub to: Vec<Recipient>,
    pub body: Vec<u8>,
    pub route: Route,
    pub edits: Vec<model::Edit>,
    pub lifetime: Duration,
    pub smtputf8: bool,
    pub eight_bit: bool,
    pub headers_only: bool,
    pub envid: Option<String>,
    pub received: Timestamp,
    pub tls_wish: TlsWish,
}

impl Letter {
    /// From ann@sender.test; it goes to the gateway of the first recipient's domain.
    pub fn to(recipients: &[&str]) -> Self {
        let recipient = |a: &&str| Recipient { address: address(a), orcpt: None, notify: Notify::default() };
        Letter {
            from: Some(address("ann@sender.test")),
            to: recipients.iter().map(recipient).collect(),
            body: b"From: ann@sender.test\r\nSubject: hello\r\n\r\nA line.\r\n.A line with a dot.\r\n".to_vec(),
            route: Route::Gateway(address(recipients[0]).domain()),
            edits: Vec::new(),
            lifetime: Duration::from_secs(3_600),
            smtputf8: false,
            eight_bit: false,
            headers_only: false,
            envid: None,
            received: Timestamp::now(),
            tls_wish: TlsWish::Usual,
        }
    }
    pub fn envelope(&self) -> Envelope {
        let mut random = [0; 16];
        getrandom::fill(&mut random).unwrap();
        Envelope {
            id: MessageId::new(self.received, u128::from_be_bytes(random)),
            received: self.received,
            direction: Direction::Inbound,
            session: SessionInfo {
                client_ip: "192.0.2.9".parse().unwrap(),
                client_port: 4711,
                helo: "client.test".into(),
                esmtp: true,
                tls: None,
                authenticated: None,
            },
            return_path: self.from.clone(),
            recipients: self.to.clone(),
            eight_bit: self.eight_bit,
            smtputf8: self.smtputf8,
            return_headers_only: self.headers_only,
            envid: self.envid.clone(),
            size: self.body.len() as u64,
            tls_wish: self.tls_wish,
            sending: None,
        }
    }
    pub fn plan(&self) -> Plan {
        let targets = self.to.iter().cloned().map(Target::new).collect();
        let until = self.received.plus(i64::try_from(self.lifetime.as_millis()).unwrap());
        let delivery = Delivery::new(self.route.clone(), self.from.clone(), targets, self.received, until);
        Plan::new(vec![Delivery { edits: self.edits.clone(), ..delivery }])
    }
}
