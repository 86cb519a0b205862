//! A small installation: two accounts, two domains, three mailboxes.

use bytes::Bytes;
use filter::auth::Zone;
use filter::auth::dns::{Dns, Failure, Record};
use model::*;
use service::{Bodies, BoxFuture, Config, Outbox, OutgoingMail, QueueView, Service, Store};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use store::{MessageRecord, QuarantineRecord, RecipientRecord};

pub const NOW: Timestamp = Timestamp(1_795_514_400_000);
pub const PASSWORD: &str = "correct horse";

/// Takes each id once, as the contract of [`Outbox`] asks, and counts the calls.
#[derive(Default)]
pub struct MemoryOutbox {
    pub mail: Mutex<Vec<OutgoingMail>>,
    pub calls: AtomicUsize,
    /// Whose mail was tried again; none: everybody's.
    pub retried: Mutex<Vec<Option<String>>>,
    pub broken: AtomicBool,
    /// Takes the mail and never answers: the process dies here.
    pub hangs: AtomicBool,
}

impl Outbox for MemoryOutbox {
    fn send(&self, mail: OutgoingMail) -> BoxFuture<'_, Result<(), String>> {
        Box::pin(async move {
            self.calls.fetch_add(1, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(5)).await;
            if self.broken.load(Ordering::SeqCst) {
                return Err("the spool is full".into());
            }
            {
                let mut all = self.mail.lock().unwrap();
                if all.iter().all(|m| m.envelope.id != mail.envelope.id) {
                    all.push(mail);
                }
            }
            if self.hangs.load(Ordering::SeqCst) {
                std::future::pending::<()>().await;
            }
            Ok(())
        })
    }
    fn queue(&self) -> QueueView {
        QueueView { waiting_filter: 2, waiting_delivery: 3, deferred: vec![] }
    }
    fn retry_now(&self, domain: Option<&DomainName>) {
        self.retried.lock().unwrap().push(domain.map(ToString::to_string));
    }
}

#[derive(Clone, Default)]
pub struct MemoryBodies(pub Arc<Mutex<HashMap<String, Bytes>>>);

impl Bodies for MemoryBodies {
    fn get<'a>(&'a self, blob: &'a str) -> BoxFuture<'a, Result<Bytes, String>> {
        Box::pin(async move { self.0.lock().unwrap().get(blob).cloned().ok_or_else(|| "no such body".into()) })
    }
    fn remove<'a>(&'a self, blob: &'a str) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(async move { self.0.lock().unwrap().remove(blob).map(|_| ()).ok_or_else(|| "no such body".into()) })
    }
    /// Not encrypted: what seals is the vault's to test.
    fn seal(&self, purpose: &str, secret: &[u8]) -> Result<Vec<u8>, String> {
        Ok([purpose.as_bytes(), secret].concat())
    }
}

/// A network whose TXT records are what a test puts into it, and whose mail exchangers are those of [`zone`].
#[derive(Default)]
pub struct MemoryNetwork(pub Mutex<HashMap<String, Vec<String>>>);

impl service::Network for MemoryNetwork {
    fn mx<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Vec<String>, Failure>> {
        Box::pin(async move { zone().mx(name).await })
    }
    fn greeting<'a>(&'a self, gateway: &'a HostPort) -> BoxFuture<'a, Result<String, String>> {
        Box::pin(async move {
            if gateway.port == 2526 { Ok("Answers: 220 mail".into()) } else { Err("No connection.".into()) }
        })
    }
    fn txt<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Vec<String>, String>> {
        Box::pin(async move { Ok(self.0.lock().unwrap().get(name).cloned().unwrap_or_default()) })
    }
    fn try_way(&self, way: service::Way) -> BoxFuture<'_, Vec<model::view::HostTest>> {
        let host = format!("{way:?}");
        Box::pin(async move { vec![model::view::HostTest { host, ..Default::default() }] })
    }
}

pub struct World {
    pub dir: tempfile::TempDir,
    pub store: Store,
    pub service: Service,
    pub outbox: Arc<MemoryOutbox>,
    pub bodies: MemoryBodies,
    pub network: Arc<MemoryNetwork>,
    pub clock: Arc<AtomicI64>,
}

pub const BODY: &[u8] = b"Received: from x\r\nFrom: Eve <eve@evil.test>\r\nTo: bob@acme.test\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n\
Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n\
<p>Hello <b>there</b></p><script>alert(1)</script><img src=\"http://evil.test/x.png\">\r\n--b\r\n\
Content-Type: application/octet-stream; name=\"a.exe\"\r\nContent-Disposition: attachment; filename=\"a.exe\"\r\n\r\nMZ not really\r\n--b--\r\n";

fn node(
    name: &str,
    store: &Store,
    bodies: &MemoryBodies,
    outbox: &Arc<MemoryOutbox>,
    clock: &Arc<AtomicI64>,
) -> Service {
    let config = Config {
        url: "https://filter.test".into(),
        hostname: "mx.filter.test".into(),
        node: name.into(),
        version: "1".into(),
    };
    let time = clock.clone();
    Service::with_clock(store.clone(), bodies.clone(), outbox.clone(), config, move || {
        Timestamp(time.load(Ordering::SeqCst))
    })
}

/// All of DNS: a domain with two servers and us, one that has only us, one that takes no mail, one that does not answer.
fn zone() -> Zone {
    let mut zone = Zone::default();
    let mx = |preference, host: &str| Record::Mx(preference, host.to_owned());
    zone.add("moving.test", mx(20, "old.moving.test"))
        .add("moving.test", mx(10, "Mail.Moving.test."))
        .add("moving.test", mx(5, "MX.filter.test"))
        .add("ours.test", mx(5, "mx.filter.test"))
        .add("nullmx.test", mx(0, "."))
        .add("nomx.test", Record::A([192, 0, 2, 1].into()))
        .add("slow.test", Record::Timeout);
    zone
}

pub const FIRST: service::After = service::After { cursor: None, limit: 50 };

/// A service over what is in this store.
pub fn service_on(store: &Store) -> Service {
    node("a", store, &MemoryBodies::default(), &Arc::default(), &Arc::new(AtomicI64::new(NOW.0)))
}

pub fn system() -> Actor {
    Actor::system("test")
}

impl World {
    /// Accounts acme (1) and other (2); acme.test with bob (alias robert) and ann, other.test with joe.
    pub async fn new() -> World {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).await.unwrap();
        World::on(dir, store).await
    }

    /// The same on PostgreSQL; None where the machine has none.
    pub async fn on_postgres() -> Option<World> {
        let dir = tempfile::tempdir().unwrap();
        let target = store::Target::parse(&testdb::postgres()?.url, dir.path()).unwrap();
        Some(World::on(dir, Store::connect(&target).await.unwrap()).await)
    }

    async fn on(dir: tempfile::TempDir, store: Store) -> World {
        let outbox = Arc::new(MemoryOutbox::default());
        let bodies = MemoryBodies::default();
        let clock = Arc::new(AtomicI64::new(NOW.0));
        let service = node("a", &store, &bodies, &outbox, &clock);
        let network = Arc::new(MemoryNetwork::default());
        service.connect(network.clone());
        let document = "
accounts:
  - name: acme
    domains:
      - { name: acme.test, gateways: ['127.0.0.1:2526'], mailboxes: [{ name: bob, aliases: [robert] }, { name: ann }] }
  - name: other
    domains:
      - { name: other.test, gateways: ['127.0.0.1:2527'], mailboxes: [{ name: joe }] }
";
        service.apply(&system(), document, false).await.unwrap();
        World { dir, store, service, outbox, bodies, network, clock }
    }

    /// Another node of the cluster, with an outbox of its own.
    pub fn another_node(&self) -> (Service, Arc<MemoryOutbox>) {
        let outbox = Arc::new(MemoryOutbox::default());
        (node("b", &self.store, &self.bodies, &outbox, &self.clock), outbox)
    }

    pub fn pass(&self, ms: i64) {
        self.clock.fetch_add(ms, Ordering::SeqCst);
    }
    pub fn now(&self) -> Timestamp {
        Timestamp(self.clock.load(Ordering::SeqCst))
    }

    pub async fn mailbox(&self, address: &str) -> store::mailbox::Mailbox {
        let mut c = self.store.read().await.unwrap();
        store::mailbox::by_address(&mut c, &address.parse().unwrap()).await.unwrap().unwrap()
    }

    pub async fn owner(&self, address: &str) -> Actor {
        let mailbox = self.mailbox(address).await.id;
        Actor { principal: Principal::Owner { mailbox }, role: Role::Owner, name: address.into(), origin: "::1".into() }
    }

    pub fn administrator(role: Role, account: i64) -> Actor {
        let account = Some(AccountId(account));
        let principal = Principal::Administrator { id: AdministratorId(9), account };
        Actor { principal, role, name: "admin@x.test".into(), origin: "::1".into() }
    }

    /// A held message to the mailbox; its id in the quarantine.
    pub async fn hold(&self, n: u128, address: &str, system: bool) -> i64 {
        let m = self.mailbox(address).await;
        let received = self.now();
        let verdict = Verdict {
            action: if system { Action::Block } else { Action::Quarantine },
            category: Category::Spam,
            decided_by: Some(0),
            filter: "rules".into(),
            info: "an offer".into(),
            profile: None,
            tags: vec![],
            strip: vec![],
            cut_subject: Vec::new(),
            bcc: Vec::new(),
            keep_blocked: system,
            notes: vec!["ndr: allowed".into()],
        };
        let finding = Finding {
            analyser: "rules".into(),
            step: model::finding::Step::Rules,
            category: Category::Spam,
            check: None,
            rule: Some(7),
            info: "an offer".into(),
            score: 6.0,
        };
        let blob = format!("{n:064x}");
        self.bodies.0.lock().unwrap().insert(blob.clone(), Bytes::from_static(BODY));
        let record = MessageRecord {
            id: MessageId::new(received, n),
            received,
            direction: Direction::Inbound,
            client_ip: "192.0.2.1".parse().unwrap(),
            helo: "evil.test".into(),
            tls: None,
            envelope_from: Some("eve@evil.test".parse().unwrap()),
            header_from: "Eve <eve@evil.test>".into(),
            subject: format!("Offer {n}"),
            size: BODY.len() as u64,
            findings: Findings {
                list: vec![finding],
                ran: vec![("rules".into(), 12)],
                score: 6.0,
                ..Findings::default()
            },
            headline: "Held as spam".into(),
            recipients: vec![RecipientRecord {
                address: address.parse().unwrap(),
                mailbox: Some(m.id),
                domain: Some(m.domain),
                account: Some(m.account),
                verdict,
                disposition: Disposition::Quarantined,
                held: Some(QuarantineRecord { blob, edits: vec![Edit::insert(0, "X-MAG-CATEGORY: SPAM\r\n")], system }),
            }],
        };
        let id = record.id;
        self.store.record_messages(&[record]).await.unwrap();
        let all = view::QuarantineQuery { all: true, per_page: 500, ..Default::default() };
        let rows = self.service.quarantine(&crate::world::system(), &all).await.unwrap().rows;
        rows.iter().find(|r| r.message == id).unwrap().id
    }

    pub fn sent(&self) -> Vec<OutgoingMail> {
        self.outbox.mail.lock().unwrap().clone()
    }
}

/// The code of an error; None where all went well.
pub fn code<T>(r: &Result<T, service::Error>) -> Option<ErrorCode> {
    r.as_ref().err().map(service::Error::code)
}
