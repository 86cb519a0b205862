//! Mail in both directions, sent as fast as it is taken, and the account of what became of it.

use crate::running::{CHAT, Running};
use demo::client::Client;
use demo::samples;
use demo::sink::Sink;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

const SENDERS: u64 = 6;

#[derive(Default)]
struct Shared {
    accepted: parking_lot::Mutex<Vec<String>>,
    refused: AtomicU64,
    next: AtomicU64,
    stop: AtomicBool,
    hold: AtomicBool,
}

/// Senders that run until [`Load::stop`]; every other one sends outbound, and every fourth message has a virus.
pub struct Load {
    shared: Arc<Shared>,
    senders: Vec<tokio::task::JoinHandle<()>>,
}

/// What became of the messages that got 250.
pub struct Account {
    pub accepted: usize,
    pub outbound: usize,
    pub refused: u64,
    pub delivered: usize,
    pub held: usize,
    /// Delivered more than once.
    pub doubled: usize,
    pub held_twice: usize,
    /// Delivered and held.
    pub both: usize,
}

/// The document for a server whose inbound mail goes to `gateway`, and whose outbound mail from loopback to `route`.
pub fn document(gateway: SocketAddr, route: &str) -> String {
    format!(
        "accounts:\n  - name: acme\n    domains:\n      - name: acme.test\n        gateways: [\"{gateway}\"]\n        \
         mailboxes: [{{ name: bob }}]\n    outbound_ips:\n      - range: 127.0.0.1/32\n        settings: {{ outbound_routing: \
         {{ route: \"{route}\", spool_hours: 24 }}, outbound_filtering: {{ virus: quarantine }} }}\n"
    )
}

impl Load {
    /// `pause`: of each sender between two messages.
    pub fn start(server: &Running, pause: Duration) -> Load {
        let shared = Arc::new(Shared::default());
        let sample = samples::all("bob@acme.test", model::Timestamp::now()).into_iter().find(|s| s.name == "eicar");
        let eicar = Arc::new(String::from_utf8(sample.unwrap().body).unwrap());
        let outbound = server.outbound.expect("a server with an outbound listener");
        let senders = (0..SENDERS).map(|n| {
            let (way, smtp) = if n.is_multiple_of(2) { (IN, server.smtp) } else { (OUT, outbound) };
            tokio::spawn(send(shared.clone(), way, smtp, eicar.clone(), pause))
        });
        Load { senders: senders.collect(), shared }
    }

    pub fn accepted(&self) -> usize {
        self.shared.accepted.lock().len()
    }

    /// The senders stop between two messages, or go on.
    pub async fn hold(&self, yes: bool) {
        self.shared.hold.store(yes, Ordering::Relaxed);
        tokio::time::sleep(Duration::from_millis(500)).await;
    }

    pub fn refused(&self) -> u64 {
        self.shared.refused.load(Ordering::Relaxed)
    }

    /// Ends the senders, waits until each accepted message has arrived in the sink or the quarantine, and counts.
    pub async fn stop(self, server: &Running, sink: &Sink) -> Account {
        self.shared.stop.store(true, Ordering::Relaxed);
        for sender in self.senders {
            sender.await.unwrap();
        }
        let accepted = self.shared.accepted.lock().clone();
        let seen = || {
            let mut seen: HashMap<String, (u32, u32)> = HashMap::new();
            for caught in sink.caught() {
                let body = String::from_utf8_lossy(&caught.body).into_owned();
                if let Some(subject) = body.lines().find_map(|l| l.strip_prefix("Subject: ")) {
                    seen.entry(subject.trim().to_owned()).or_default().0 += 1;
                }
            }
            for subject in server.query("SELECT subject FROM quarantine") {
                seen.entry(subject).or_default().1 += 1;
            }
            seen
        };
        let end = Instant::now() + Duration::from_secs(60);
        let seen = loop {
            let seen = seen();
            let missing: Vec<_> = accepted.iter().filter(|name| !seen.contains_key(*name)).collect();
            if missing.is_empty() {
                break seen;
            }
            if Instant::now() > end {
                for name in missing.iter().take(3) {
                    let of =
                        format!("FROM message m LEFT JOIN recipient r ON r.message = m.id WHERE m.subject = '{name}'");
                    let row = "m.received || ' ' || coalesce(r.disposition, '-') || ' ' || coalesce(r.reply, '-')";
                    eprintln!("{name}: {:?}", server.query(&format!("SELECT {row} {of}")));
                }
                let log = server.log();
                let log: Vec<_> = log.lines().rev().filter(|l| !l.contains("INFO")).take(20).collect();
                panic!(
                    "after a minute {} are nowhere: {:?} …\n{log:#?}",
                    missing.len(),
                    &missing[..missing.len().min(9)]
                );
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        };
        let count = |what: &dyn Fn(&(u32, u32)) -> bool| accepted.iter().filter(|name| what(&seen[*name])).count();
        let account = Account {
            accepted: accepted.len(),
            outbound: accepted.iter().filter(|name| name.starts_with(OUT.name)).count(),
            refused: self.shared.refused.load(Ordering::Relaxed),
            delivered: count(&|s| s.0 > 0),
            held: count(&|s| s.1 > 0),
            doubled: count(&|s| s.0 > 1),
            held_twice: count(&|s| s.1 > 1),
            both: count(&|s| s.0 > 0 && s.1 > 0),
        };
        account.print();
        account
    }
}

impl Account {
    fn print(&self) {
        println!(
            "accepted with 250     {:>8}  ({} inbound, {} outbound; {} transactions were refused or cut off)\n\
             lost                  {:>8}\n\
             delivered             {:>8}  of them twice: {}\n\
             held in quarantine    {:>8}  of them twice: {}; delivered too: {}",
            self.accepted,
            self.accepted - self.outbound,
            self.outbound,
            self.refused,
            self.accepted + self.both - self.delivered - self.held,
            self.delivered,
            self.doubled,
            self.held,
            self.held_twice,
            self.both,
        );
    }

    /// Nothing lost, held once, and not more delivered twice than `doubled`.
    pub fn check(&self, doubled: u64) {
        assert_eq!(self.held_twice, 0, "a message is held once");
        assert_eq!(self.both, 0, "a message is held or delivered");
        assert_eq!(self.delivered + self.held, self.accepted);
        assert!(self.held > 0 && self.outbound > 0 && self.outbound < self.accepted, "both ways and both ends");
        assert!(self.doubled as u64 <= doubled, "{} were delivered twice", self.doubled);
    }
}

struct Way {
    name: &'static str,
    from: &'static str,
    to: &'static str,
}
const IN: Way = Way { name: "in", from: "alice@partner.test", to: "bob@acme.test" };
const OUT: Way = Way { name: "out", from: "bob@acme.test", to: "alice@partner.test" };

async fn send(shared: Arc<Shared>, way: Way, smtp: SocketAddr, eicar: Arc<String>, pause: Duration) {
    let stopped = || shared.stop.load(Ordering::Relaxed);
    while !stopped() {
        let Ok(mut client) = Client::connect(smtp, "client.partner.test").await else {
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        };
        while !stopped() {
            while shared.hold.load(Ordering::Relaxed) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            let n = shared.next.fetch_add(1, Ordering::Relaxed);
            let name = format!("{}-{n}", way.name);
            // Every fourth is held instead of delivered.
            let body =
                if n.is_multiple_of(4) { eicar.replace("Scan from printer", &name) } else { letter(&way, &name) };
            if client.send(way.from, &[way.to], body.as_bytes()).await.is_err() {
                shared.refused.fetch_add(1, Ordering::Relaxed);
                break;
            }
            shared.accepted.lock().push(name);
            tokio::time::sleep(pause).await;
        }
    }
}

fn letter(way: &Way, name: &str) -> String {
    let Way { from, to, .. } = way;
    format!(
        "From: <{from}>\r\nTo: {to}\r\nSubject: {name}\r\nDate: Tue, 24 Nov 2026 10:00:00 +0000\r\nMessage-ID: \
         <{name}@partner.test>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{CHAT}\r\n"
    )
}
