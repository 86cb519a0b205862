//! A whole gateway without its web half: a directory, a database, a queue, and a DNS that knows one host.

use crate::dns;
use crate::peer::Peer;
use delivery::Queue;
use filter::Services;
use filter::auth::{Authenticator, Zone};
use flow::pipeline::{Intake, Running};
use flow::{
    Discovery, LiveKnowledge, LiveNetwork, Pipeline, PipelineOptions, QueueOutbox, Recorder, Signer, SnapshotRouting,
};
use model::{Actor, Direction, EmailAddress, Envelope, HostPort, MessageId, Notify, Recipient, SessionInfo, Timestamp};
use service::{Config, Service, SnapshotStore};
use spool::Spool;
use std::sync::Arc;
use std::time::Duration;
use store::{BatchOptions, Batcher, Store};
use vault::Vault;

pub struct House {
    _dir: tempfile::TempDir,
    pub service: Service,
    pub snapshots: SnapshotStore,
    pub spool: Spool,
    pub queue: Queue,
    pub routing: Arc<dyn delivery::Routing>,
    pub vault: Vault,
    intake: Intake,
    _running: Running,
}

/// The only network that may send.
pub const INSIDE: &str = "127.0.0.9";

pub fn system() -> Actor {
    Actor::system("test")
}

pub async fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = tokio::time::Instant::now() + Duration::from_secs(10);
    while !holds() {
        assert!(tokio::time::Instant::now() < deadline, "not within 10 s: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

impl House {
    /// `document` configures it. Every name in `zone` is found; mail exchangers listen on `mx_port`.
    pub async fn open(document: &str, zone: dns::Zone, mx_port: u16) -> House {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).await.unwrap();
        let vault = Vault::open(&dir.path().join("vault")).unwrap();
        let (spool, left) =
            Spool::open(&dir.path().join("spool"), spool::Options { min_free_bytes: 0, ..spool::Options::default() })
                .unwrap();
        assert!(left.is_empty());
        let snapshots = SnapshotStore::load(store.clone()).await.unwrap();
        let batches = Batcher::start(store.clone(), BatchOptions::default());
        let routing: Arc<dyn delivery::Routing> = Arc::new(SnapshotRouting::new(snapshots.clone(), Arc::default()));
        let ms = Duration::from_millis;
        let options = delivery::Options {
            retry: vec![ms(50), ms(100)],
            mx_port,
            resolver: Some(dns::resolver(zone).await),
            ..delivery::Options::new("mx.postern.test")
        };
        let recorder = Arc::new(Recorder::new(batches.clone()));
        let queue = Queue::start(spool.clone(), options, routing.clone(), recorder);
        let (intake, receiver) = flow::pipeline::intake();
        let outbox = Arc::new(QueueOutbox::new(queue.clone(), routing.clone(), intake.waiting()));
        let config = Config {
            url: "https://filter.test".into(),
            hostname: "mx.postern.test".into(),
            node: "a".into(),
            version: "1".into(),
        };
        let service = Service::new(store, vault.clone(), outbox, config);
        service.connect(Arc::new(LiveNetwork::new(Arc::new(Zone::default()), queue.clone())));
        service.apply(&system(), document, false).await.unwrap();
        snapshots.refresh_if_changed().await.unwrap();
        let pipeline = Pipeline {
            spool: spool.clone(),
            queue: queue.clone(),
            batches,
            signer: Signer::new(vault.clone()),
            vault: vault.clone(),
            snapshots: snapshots.clone(),
            services: Services::new(Authenticator::with_zone(Zone::default(), Arc::new(Timestamp::now))),
            knowledge: Arc::new(LiveKnowledge::load(dir.path().to_owned()).unwrap()),
            service: service.clone(),
            routing: routing.clone(),
            discovery: Discovery::new(Arc::new(Zone::default()), "mx.postern.test".into(), service.clone()),
            options: PipelineOptions {
                threads: 1,
                hostname: "mx.postern.test".into(),
                filters: true,
                limits: message::Limits::default(),
            },
        };
        let running = pipeline.start(receiver, intake.waiting()).unwrap();
        House { _dir: dir, service, snapshots, spool, queue, routing, vault, intake, _running: running }
    }

    /// As the SMTP session hands it in.
    pub async fn take(&self, direction: Direction, from: &str, to: &[&str], body: &[u8]) -> MessageId {
        self.take_by(None, direction, from, to, body).await
    }

    /// `sending`: by which right; none: by that of the network that it comes from.
    pub async fn take_by(
        &self,
        sending: Option<model::Sending>,
        direction: Direction,
        from: &str,
        to: &[&str],
        body: &[u8],
    ) -> MessageId {
        self.snapshots.refresh_if_changed().await.unwrap();
        let now = Timestamp::now();
        let mut random = [0; 16];
        getrandom::fill(&mut random).unwrap();
        let recipient = |a: &&str| Recipient { address: a.parse().unwrap(), orcpt: None, notify: Notify::default() };
        let envelope = Envelope {
            id: MessageId::new(now, u128::from_be_bytes(random)),
            received: now,
            direction,
            session: SessionInfo {
                client_ip: INSIDE.parse().unwrap(),
                client_port: 4711,
                helo: "client.test".into(),
                esmtp: true,
                tls: None,
                authenticated: None,
            },
            return_path: Some(EmailAddress::parse(from).unwrap()),
            recipients: to.iter().map(recipient).collect(),
            eight_bit: !body.is_ascii(),
            smtputf8: false,
            tls_wish: model::TlsWish::Usual,
            sending,
            return_headers_only: false,
            envid: None,
            size: body.len() as u64,
        };
        let id = envelope.id;
        let mut writer = self.spool.body();
        writer.write(body).await.unwrap();
        let entry = self.spool.accept(envelope, writer, Vec::new()).await.unwrap();
        self.intake.push(entry);
        id
    }

    pub async fn send(&self, from: &str, to: &[&str], body: &str) -> MessageId {
        self.take(Direction::Outbound, from, to, body.as_bytes()).await
    }

    /// The owner of a mailbox, as if logged in.
    pub async fn owner(&self, address: &str) -> Actor {
        let found = self.snapshots.get().lookup(&address.parse().unwrap());
        let service::Lookup::Known(known) = found else { panic!("{address}") };
        Actor {
            principal: model::Principal::Owner { mailbox: known.mailbox },
            role: model::Role::Owner,
            name: address.into(),
            origin: "test".into(),
        }
    }

    pub async fn domain(&self, name: &str) -> model::DomainId {
        self.snapshots.get().domain(name).unwrap().id
    }
}

/// Exchangers of these domains, all of them this peer.
pub fn exchangers(domains: &[&'static str]) -> dns::Zone {
    let mut zone = dns::Zone::default();
    for domain in domains {
        zone.mx.insert(domain, vec![(10, "mx.partner.test")]);
    }
    zone.a.insert("mx.partner.test", "127.0.0.1".parse().unwrap());
    zone
}

pub fn host(peer: &Peer) -> HostPort {
    HostPort { host: peer.at.ip().to_string(), port: peer.at.port() }
}
