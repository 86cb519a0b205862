#![allow(clippy::unwrap_used)]
//! A process that is busy with the spool is killed at random times, again and again over the same directory, and
//! every acknowledged message is accounted for. Takes longer than other tests because it starts a process for each
//! kill; `POSTERN_KILLS` sets how many.

use model::{Direction, EmailAddress, Envelope, MessageId, Notify, Recipient, SessionInfo, Timestamp};
use spool::{Options, Spool};
use std::{
    collections::{BTreeMap, HashSet},
    fs::File,
    io::Write,
    path::Path,
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

const SESSIONS: u64 = 8;

fn options() -> Options {
    // Small, so that segments are left, thinned and deleted all the time, and some bodies are large.
    Options { segment_bytes: 256 << 10, memory_body: 16 << 10, min_free_bytes: 0 }
}

fn id(n: u64) -> MessageId {
    MessageId::new(Timestamp(1_700_000_000_000 + n as i64), u128::from(n))
}

fn number(id: MessageId) -> u64 {
    (id.time().0 - 1_700_000_000_000) as u64
}

fn noise(x: &mut u64) -> u64 {
    *x ^= *x << 13;
    *x ^= *x >> 7;
    *x ^= *x << 17;
    *x
}

/// A body that its number determines: mostly small, some in a file of their own.
fn body(n: u64) -> Vec<u8> {
    let mut x = n.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let len = if n % 23 == 7 { 17_000 + noise(&mut x) % 60_000 } else { noise(&mut x) % 6_000 };
    let mut out = Vec::new();
    while (out.len() as u64) < len {
        out.extend_from_slice(&noise(&mut x).to_le_bytes());
    }
    out.truncate(len as usize);
    out
}

fn envelope(n: u64) -> Envelope {
    Envelope {
        id: id(n),
        received: id(n).time(),
        direction: Direction::Inbound,
        session: SessionInfo {
            client_ip: [192, 0, 2, 1].into(),
            client_port: 4_000,
            helo: format!("host-{n}.example.test"),
            esmtp: true,
            tls: None,
            authenticated: None,
        },
        return_path: Some(EmailAddress::parse(&format!("sender-{n}@example.test")).unwrap()),
        recipients: vec![Recipient {
            address: EmailAddress::parse("bob@acme.test").unwrap(),
            orcpt: None,
            notify: Notify::default(),
        }],
        eight_bit: false,
        smtputf8: false,
        return_headers_only: false,
        envid: None,
        size: body(n).len() as u64,
        tls_wish: model::TlsWish::Usual,
        sending: None,
    }
}

/// The ledger of what was begun and what was acknowledged, one short line each, written at once: a line that is
/// there in whole was written before the kill.
struct Ledger(File);

impl Ledger {
    fn open(path: &Path) -> Self {
        Ledger(File::options().create(true).append(true).open(path).unwrap())
    }
    fn say(&self, what: char, n: u64, state: u64) {
        (&self.0).write_all(format!("{what} {n} {state}\n").as_bytes()).unwrap();
    }
}

/// What the parent runs and kills. On its own it does nothing.
#[test]
fn worker() {
    let Ok(dir) = std::env::var("POSTERN_KILL_DIR") else { return };
    let dir = Path::new(&dir);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let (spool, entries) = Spool::open(&dir.join("spool"), options()).unwrap();
        let ledger = Arc::new(Ledger::open(&dir.join("ledger")));
        let first: u64 = std::env::var("POSTERN_KILL_FIRST").unwrap().parse().unwrap();
        let next = Arc::new(AtomicU64::new(first));
        // Mail of earlier lives is shared out; so some of it stays for many lives.
        let mut shares = vec![Vec::new(); SESSIONS as usize];
        for (i, entry) in entries.iter().enumerate() {
            shares[i % SESSIONS as usize].push(number(entry.id));
        }
        let sessions = shares.into_iter().enumerate().map(|(i, open)| {
            tokio::spawn(session(spool.clone(), ledger.clone(), next.clone(), open, first + i as u64))
        });
        for session in sessions.collect::<Vec<_>>() {
            session.await.unwrap();
        }
    });
}

async fn session(spool: Spool, ledger: Arc<Ledger>, next: Arc<AtomicU64>, mut open: Vec<u64>, seed: u64) {
    let mut x = seed.wrapping_mul(0x2545_F491_4F6C_DD1D) | 1;
    loop {
        let n = next.fetch_add(1, Ordering::Relaxed);
        ledger.say('a', n, 0);
        let mut writer = spool.body();
        for chunk in body(n).chunks(8_192) {
            writer.write(chunk).await.unwrap();
        }
        spool.accept(envelope(n), writer, Vec::new()).await.unwrap();
        ledger.say('A', n, 0);
        open.push(n);
        let picked = open[noise(&mut x) as usize % open.len()];
        let state = noise(&mut x) | 1;
        ledger.say('u', picked, state);
        spool.update(id(picked), state.to_le_bytes().repeat(1 + state as usize % 30)).await.unwrap();
        ledger.say('U', picked, state);
        while open.len() > 25 {
            let leaves = open.remove(noise(&mut x) as usize % open.len());
            ledger.say('f', leaves, 0);
            spool.finish(id(leaves)).await.unwrap();
            ledger.say('F', leaves, 0);
        }
    }
}

/// What the ledger says of a message that may be in the spool.
#[derive(Default, Debug, Clone)]
struct Known {
    accepted: bool,
    /// Acknowledged state; 0: the one it came with.
    state: u64,
    /// A state that was begun and not acknowledged before the kill.
    begun: Option<u64>,
    finish_begun: bool,
}

#[test]
fn no_kill_loses_or_changes_an_acknowledged_message() {
    let kills: u64 = std::env::var("POSTERN_KILLS").ok().and_then(|k| k.parse().ok()).unwrap_or(200);
    let dir = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut model: BTreeMap<u64, Known> = BTreeMap::new();
    let (mut acknowledged, mut carried, mut x) = (0u64, 0u64, 0x1234_5678_9ABC_DEF1u64);
    let seed = std::process::id();
    x ^= u64::from(seed) << 20;
    for kill in 0..kills {
        let ledger = dir.path().join("ledger");
        let _ = std::fs::remove_file(&ledger);
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "worker", "--nocapture"])
            .env("POSTERN_KILL_DIR", dir.path())
            .env("POSTERN_KILL_FIRST", (1 + kill * 1_000_000).to_string())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        // Most kills hit the load, some the start and its recovery.
        std::thread::sleep(Duration::from_millis(noise(&mut x) % 200));
        child.kill().unwrap();
        let status = child.wait().unwrap();
        assert!(status.code().is_none(), "kill {kill}: the worker failed by itself: {status}");

        let text = std::fs::read_to_string(&ledger).unwrap_or_default();
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        for line in whole.lines() {
            let fields: Vec<&str> = line.split(' ').collect();
            let (n, state): (u64, u64) = (fields[1].parse().unwrap(), fields[2].parse().unwrap());
            let known = model.entry(n).or_default();
            match fields[0] {
                "a" => {}
                "A" => {
                    known.accepted = true;
                    acknowledged += 1;
                }
                "u" => known.begun = Some(state),
                "U" => (known.state, known.begun) = (state, None),
                "f" => known.finish_begun = true,
                "F" => drop(model.remove(&n)),
                other => panic!("ledger: {other}"),
            }
        }
        carried += account_for(&runtime, dir.path(), &mut model, kill, seed);
    }
    eprintln!("{kills} kills, {acknowledged} messages acknowledged, {carried} found again after a kill, seed {seed}");
    assert!(acknowledged > kills, "the kills hit no load");
}

/// Compares the spool with the model; afterwards the model is what the spool has.
fn account_for(
    runtime: &tokio::runtime::Runtime,
    dir: &Path,
    model: &mut BTreeMap<u64, Known>,
    kill: u64,
    seed: u32,
) -> u64 {
    let at = format!("kill {kill}, seed {seed}");
    let (spool, entries) = Spool::open(&dir.join("spool"), options()).unwrap();
    assert_eq!(spool.stats().damaged, 0, "{at}");
    let mut there = HashSet::new();
    for entry in &entries {
        let n = number(entry.id);
        let Some(known) = model.get_mut(&n) else { panic!("{at}: message {n} came back or was never begun") };
        assert!(*entry.envelope == envelope(n), "{at}: envelope of {n}");
        assert!(runtime.block_on(spool.read(entry.id)).unwrap() == body(n), "{at}: body of {n}");
        let as_state = |s: u64| if s == 0 { Vec::new() } else { s.to_le_bytes().repeat(1 + s as usize % 30) };
        match known.begun {
            Some(begun) if entry.state == as_state(begun) => known.state = begun,
            _ => assert!(entry.state == as_state(known.state), "{at}: state of {n}: {known:?}"),
        }
        *known = Known { accepted: true, state: known.state, begun: None, finish_begun: false };
        there.insert(n);
    }
    for (n, known) in model.iter().filter(|(n, _)| !there.contains(n)) {
        assert!(!known.accepted || known.finish_begun, "{at}: message {n} is lost: {known:?}");
    }
    model.retain(|n, _| there.contains(n));
    runtime.block_on(spool.close());
    entries.len() as u64
}
