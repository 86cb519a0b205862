//! Records to write.

use model::*;
use store::{MessageRecord, QuarantineRecord, RecipientRecord, Store};

pub async fn open() -> (tempfile::TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).await.unwrap();
    (dir, store)
}

/// The number that [`message`] was given.
pub fn number(id: MessageId) -> u128 {
    u128::from_be_bytes(id.to_bytes()) & ((1 << 80) - 1)
}

/// A clean message to mailbox 7 of domain 3, account 1.
pub fn message(n: u128, received: Timestamp) -> MessageRecord {
    let verdict = Verdict {
        action: Action::Allow,
        category: Category::Clean,
        decided_by: None,
        filter: String::new(),
        info: String::new(),
        profile: None,
        tags: vec![],
        strip: vec![],
        keep_blocked: false,
        notes: vec![],
    };
    MessageRecord {
        id: MessageId::new(received, n),
        received,
        direction: Direction::Inbound,
        client_ip: "192.0.2.1".parse().unwrap(),
        helo: "mail.sender.test".into(),
        tls: None,
        envelope_from: Some(format!("sender{n}@sender.test").parse().unwrap()),
        header_from: format!("Sender {n} <sender{n}@sender.test>"),
        subject: format!("Message {n}"),
        size: 4_000 + (n as u64 * 37) % 1_000,
        findings: Findings { score: (n % 13) as f32 / 2.0, ran: vec![("rules".into(), 17)], ..Findings::default() },
        headline: "Delivered: nothing was found".into(),
        recipients: vec![RecipientRecord {
            address: "bob@acme.test".parse().unwrap(),
            mailbox: Some(MailboxId(7)),
            domain: Some(DomainId(3)),
            account: Some(AccountId(1)),
            verdict,
            disposition: Disposition::Pending,
            held: None,
        }],
    }
}

/// The same, held as spam.
pub fn held(n: u128, received: Timestamp, subject: &str) -> MessageRecord {
    let mut m = message(n, received);
    m.subject = subject.into();
    let r = &mut m.recipients[0];
    r.verdict.action = Action::Quarantine;
    r.verdict.category = Category::Spam;
    r.disposition = Disposition::Quarantined;
    r.held = Some(QuarantineRecord {
        blob: format!("{n:064x}"),
        edits: vec![Edit::insert(0, vec![0, 255, b'X'])],
        system: false,
    });
    m
}
