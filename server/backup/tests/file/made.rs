//! An installation with something of everything.

use backup::{Identity, Installation, Options};
use model::*;
use spool::Spool;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use store::{MessageRecord, QuarantineRecord, RecipientRecord, Store, Target};

pub fn options() -> spool::Options {
    spool::Options { min_free_bytes: 0, ..spool::Options::default() }
}

pub fn id(n: u64) -> MessageId {
    MessageId::new(Timestamp(1_700_000_000_000 + n as i64), u128::from(n) * 7919)
}

pub fn address(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

pub fn envelope(id: MessageId, to: &[&str]) -> Envelope {
    let recipient = |to: &&str| Recipient { address: address(to), orcpt: None, notify: Notify::default() };
    Envelope {
        id,
        received: id.time(),
        direction: Direction::Inbound,
        session: SessionInfo {
            client_ip: [192, 0, 2, 7].into(),
            client_port: 25_025,
            helo: "mail.example.test".into(),
            esmtp: true,
            tls: None,
            authenticated: None,
        },
        return_path: None,
        recipients: to.iter().map(recipient).collect(),
        eight_bit: false,
        smtputf8: false,
        return_headers_only: false,
        envid: None,
        size: 0,
        tls_wish: model::TlsWish::Usual,
        sending: None,
    }
}

pub async fn spooled(spool: &Spool, n: u64, to: &[&str], body: &[u8], state: Vec<u8>) {
    let mut writer = spool.body();
    writer.write(body).await.unwrap();
    spool.accept(envelope(id(n), to), writer, state).await.unwrap();
}

/// A logged message to bob, held where there is a body.
pub fn logged(n: u64, disposition: Disposition, blob: Option<String>) -> MessageRecord {
    let verdict = Verdict {
        action: Action::Quarantine,
        category: Category::Spam,
        decided_by: None,
        filter: "rules".into(),
        info: String::new(),
        profile: None,
        tags: Vec::new(),
        strip: Vec::new(),
        keep_blocked: true,
        notes: Vec::new(),
    };
    MessageRecord {
        id: id(n),
        received: id(n).time(),
        direction: Direction::Inbound,
        client_ip: [192, 0, 2, 7].into(),
        helo: "mail.example.test".into(),
        tls: None,
        envelope_from: Some(address("alice@partner.test")),
        header_from: "Alice <alice@partner.test>".into(),
        subject: format!("Nummer {n} – ünïcode \"quoted\""),
        size: 100,
        findings: Findings::default(),
        headline: String::new(),
        recipients: vec![RecipientRecord {
            address: address("bob@acme.test"),
            mailbox: None,
            domain: None,
            account: None,
            verdict,
            disposition,
            held: blob.map(|blob| QuarantineRecord { blob, edits: vec![Edit::insert(3, "X: y\r\n")], system: false }),
        }],
    }
}

/// Three held messages (two of one body), two in the spool, a certificate, a rule, and an account.
pub async fn made(data: PathBuf, database: Target) -> Installation {
    std::fs::create_dir_all(data.join("tls")).unwrap();
    std::fs::create_dir_all(data.join("rules/more")).unwrap();
    std::fs::write(data.join("tls/smtp-key.pem"), "secret").unwrap();
    set_mode(&data.join("tls/smtp-key.pem"), 0o600);
    std::fs::write(data.join("rules/more/own.txt"), "a rule").unwrap();
    std::fs::write(data.join("tls/half.partial"), "not whole").unwrap();
    std::os::unix::fs::symlink("rules/more/own.txt", data.join("linked.txt")).unwrap();

    let vault = vault::Vault::open(&data.join("vault")).unwrap();
    let held = vault.put(b"held").await.unwrap().to_string();
    let other = vault.put(b"held too").await.unwrap().to_string();
    vault.put(b"of no row").await.unwrap();
    let store = Store::connect(&database).await.unwrap();
    let mut tx = store.begin().await.unwrap();
    store::account::insert(&mut tx, "acme", Timestamp(1)).await.unwrap();
    tx.commit().await.unwrap();
    let records: Vec<_> = [&held, &held, &other]
        .iter()
        .zip(1..)
        .map(|(b, n)| logged(n, Disposition::Quarantined, Some((*b).clone())))
        .collect();
    store.record_messages(&records).await.unwrap();
    store.close().await;

    let (spool, _) = Spool::open(&data.join("spool"), options()).unwrap();
    spooled(&spool, 10, &["bob@acme.test"], b"waits", Vec::new()).await;
    spooled(&spool, 11, &["bob@acme.test"], &vec![7; 3 << 20], vec![9, 9]).await;
    spool.close().await;
    Installation { data, database, configuration: None }
}

pub fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

pub fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

pub fn empty(directory: &Path) -> Installation {
    let data = directory.join("restored");
    Installation { database: Target::Sqlite(data.clone()), data, configuration: None }
}

pub async fn create(from: &Installation, to: &Path) -> backup::Created {
    let identity = Identity { version: "1".into(), hostname: "mx.acme.test".into(), node: "a".into() };
    backup::create(from, to, identity, &mut |_| ()).await.unwrap()
}

pub async fn restore(to: &Installation, from: &Path, options: Options) -> Result<backup::Restored, backup::Error> {
    backup::restore(to, from, options, &mut |_| ()).await
}

/// All rows of all tables, by table.
pub async fn rows(database: &Target) -> BTreeMap<String, String> {
    let store = Store::connect(database).await.unwrap();
    let mut out = BTreeMap::new();
    let mut tx = store.begin_read().await.unwrap();
    for table in store::dump::tables(&mut tx).await.unwrap() {
        let mut lines = Vec::new();
        store::dump::rows(&mut tx, &table, async |row| store::dump::encode(&row, &mut lines)).await.unwrap();
        // Counts changes, and each filling is one.
        if table.name != "change" {
            out.insert(table.name, String::from_utf8(lines).unwrap());
        }
    }
    drop(tx);
    store.close().await;
    out
}

/// The two databases that there are; the second where the machine has PostgreSQL.
pub fn databases(data: &Path) -> Vec<Target> {
    let postgres = testdb::postgres().map(|d| Target::parse(&d.url, data).unwrap());
    [Some(Target::Sqlite(data.to_owned())), postgres].into_iter().flatten().collect()
}
