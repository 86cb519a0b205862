//! Records to write, and how to look at what was written.

use model::time::DAY;
use model::view::{QuarantineQuery, Unrecognized};
use model::*;
use store::{MessageRecord, QuarantineRecord, RecipientRecord, Scope, Store};

pub const NOW: Timestamp = Timestamp(1_795_514_400_000);

pub async fn count(store: &Store, scope: Scope) -> u64 {
    let mut c = store.read().await.unwrap();
    store::rollup::traffic(&mut c, scope, NOW.plus(-DAY), NOW.plus(DAY)).await.unwrap().iter().map(|t| t.count).sum()
}
pub async fn rows(store: &Store, scope: Scope, q: &QuarantineQuery) -> Vec<view::QuarantineRow> {
    let mut c = store.read().await.unwrap();
    store::quarantine::list(&mut c, scope, q).await.unwrap().rows
}
pub fn query(q: &str) -> QuarantineQuery {
    QuarantineQuery { q: q.into(), ..QuarantineQuery::default() }
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
        cut_subject: Vec::new(),
        bcc: Vec::new(),
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
            kept: None,
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
        sender: None,
    });
    m
}

/// A domain to insert.
pub fn some_domain(account: AccountId, name: &str) -> store::domain::Domain {
    store::domain::Domain {
        id: DomainId(0),
        account,
        name: name.parse().unwrap(),
        unrecognized: Unrecognized::Reject,
        gateways: vec!["127.0.0.1:2526".parse().unwrap()],
        settings: Settings::default(),
        created: NOW,
    }
}

/// A mailbox to insert.
pub fn some_mailbox(domain: DomainId, address: &str) -> store::mailbox::Mailbox {
    store::mailbox::Mailbox {
        id: MailboxId(0),
        domain,
        account: AccountId(0),
        address: address.parse().unwrap(),
        state: Default::default(),
        password_hash: None,
        settings: Settings::default(),
        link_generation: 0,
        created: NOW,
    }
}
