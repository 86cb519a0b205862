//! A small installation with traffic of a day and held messages: what the tests and the preview look at.
#![allow(clippy::unwrap_used, dead_code)]

use app::AppState;
use leptos::prelude::LeptosOptions;
use model::finding::{AuthResult, Check, SenderFacts, Step};
use model::time::{DAY, HOUR, MINUTE};
use model::view::{DeferredDestination, DomainForm, MailboxForm, Unrecognized};
use model::{
    Action, Actor, Category, Direction, Disposition, DomainId, Finding, Findings, MailboxId, MessageId, Timestamp,
    Verdict,
};
use service::{BoxFuture, Config, Outbox, OutgoingMail, QueueView, Service};
use std::path::Path;
use std::sync::{Arc, Mutex};
use store::Store;
use store::traffic::{MessageRecord, QuarantineRecord, RecipientRecord};

pub const ADMIN: &str = "admin@acme.test";
pub const OWNER: &str = "bob@acme.test";
pub const PASSWORD: &str = "correct horse battery";

/// Keeps what is sent, and says that one destination does not answer.
#[derive(Clone, Default)]
pub struct Kept(pub Arc<Mutex<Vec<OutgoingMail>>>);

impl Outbox for Kept {
    fn send(&self, mail: OutgoingMail) -> BoxFuture<'_, Result<(), String>> {
        self.0.lock().unwrap().push(mail);
        Box::pin(async { Ok(()) })
    }
    fn queue(&self) -> QueueView {
        let now = Timestamp::now();
        QueueView {
            waiting_filter: 0,
            waiting_delivery: 12,
            deferred: vec![DeferredDestination {
                destination: "mail.partner.test".into(),
                messages: 12,
                since: now.plus(-3 * HOUR),
                next_attempt: now.plus(10 * MINUTE),
                last_error: "connect 192.0.2.25:25: connection refused".into(),
            }],
            destinations: Vec::new(),
        }
    }
    fn retry_now(&self, _: Option<&model::DomainName>) {}
}

pub struct Demo {
    pub state: AppState,
    pub sent: Kept,
    pub domain: DomainId,
}

fn finding(
    analyser: &'static str,
    step: Step,
    category: Category,
    check: Option<Check>,
    rule: Option<u32>,
    info: &str,
    score: f32,
) -> Finding {
    Finding { analyser: analyser.into(), step, category, check, rule, info: info.into(), score }
}

struct Sample {
    category: Category,
    from: &'static str,
    subject: &'static str,
    headline: &'static str,
    body: &'static str,
}

const SAMPLES: &[Sample] = &[
    Sample {
        category: Category::Phish,
        from: "Bank Service <service@bank-example.test>",
        subject: "Your account is locked",
        headline: "the link says bank.example and goes to bank-example.test",
        body: "Content-Type: text/html\r\n\r\n<h1 style=\"color:#036\">Your account is locked</h1><p>Log in at <a href=\"http://bank-example.test/\">bank.example</a> within 24 hours.</p><script>alert(1)</script><img src=\"http://track.test/p.gif\">",
    },
    Sample {
        category: Category::Spam,
        from: "Best Offers <win@offers.test>",
        subject: "You have won!!! Claim your prize now",
        headline: "7.4 points, most from the words of the text",
        body: "\r\nClaim your prize now.\r\n",
    },
    Sample {
        category: Category::Virus,
        from: "accounting@invoices.test",
        subject: "Invoice 2026-1187",
        headline: "Eicar-Test-Signature in invoice.com",
        body: "\r\nSee attached.\r\n",
    },
    Sample {
        category: Category::Junk,
        from: "Garden Weekly <news@garden.test>",
        subject: "Spring bulbs, 20% off until Sunday",
        headline: "a newsletter without deception",
        body: "\r\nSpring bulbs.\r\n",
    },
    Sample {
        category: Category::Attachment,
        from: "Carla <carla@partner.test>",
        subject: "",
        headline: "setup.exe is a program",
        body: "\r\nHere it is.\r\n",
    },
    Sample {
        category: Category::Foreign,
        from: "info@shop.test",
        subject: "Новые предложения недели",
        headline: "Russian",
        body: "\r\nЗдравствуйте\r\n",
    },
    Sample {
        category: Category::OfficeMacro,
        from: "hr@payroll.test",
        subject: "Updated bonus table with a subject that is long enough to need a second line in the list of messages",
        headline: "macros in bonus.docm",
        body: "\r\nPlease enable editing.\r\n",
    },
];

/// Opens everything below `data` and fills it.
pub async fn demo(data: &Path, held: usize) -> Demo {
    let store = Store::open(data).await.unwrap();
    let vault = vault::Vault::open(&data.join("vault")).unwrap();
    let sent = Kept::default();
    let url = "http://127.0.0.1:8080".to_owned();
    let config =
        Config { url: url.clone(), hostname: "mx.acme.test".into(), node: "a".into(), version: "0.1.0".into() };
    let service = Service::new(store.clone(), vault.clone(), Arc::new(sent.clone()), config);
    service.ensure_first_administrator(ADMIN, PASSWORD).await.unwrap();
    let system = Actor::system("demo");
    let account = service.add_account(&system, "Acme").await.unwrap();
    let form = DomainForm {
        account,
        name: "acme.test".into(),
        gateways: "127.0.0.1:2526\nmail2.acme.test".into(),
        unrecognized: Unrecognized::Reject,
    };
    let domain = service.add_domain(&system, &form).await.unwrap();
    let mut mailbox = None;
    for (name, aliases) in [("bob", "robert, sales"), ("carol", "")] {
        let form = MailboxForm { domain, name: name.into(), aliases: aliases.into(), password: PASSWORD.into() };
        mailbox = mailbox.or(Some(service.add_mailbox(&system, &form).await.unwrap()));
    }
    let now = Timestamp::now();
    let mut records = Vec::new();
    for i in 0..held {
        let sample = &SAMPLES[i % SAMPLES.len()];
        let body = format!(
            "From: {}\r\nTo: {OWNER}\r\nSubject: {}\r\nMIME-Version: 1.0\r\n{}",
            sample.from, sample.subject, sample.body
        );
        let blob = vault.put(body.as_bytes()).await.unwrap().to_string();
        let at = now.plus(-(i as i64) * 41 * MINUTE - MINUTE);
        records.push(record(at, i as u128, sample, body.len() as u64, (account, domain, mailbox), Some(blob)));
    }
    for hour in 0..24 * 7i64 {
        for i in 0..(3 + (hour * 7) % 11) {
            let category = if i % 5 == 4 { Category::Spam } else { Category::Clean };
            let sample = Sample { category, from: "ann@partner.test", subject: "Hello", headline: "", body: "" };
            let at = now.plus(-hour * HOUR - i * MINUTE);
            if now.since(at) < 8 * DAY {
                records.push(record(
                    at,
                    (1_000 + hour * 20 + i) as u128,
                    &sample,
                    2_000,
                    (account, domain, mailbox),
                    None,
                ));
            }
        }
    }
    store.record_messages(&records).await.unwrap();
    let root = std::env::var("LEPTOS_SITE_ROOT").unwrap_or_else(|_| "target/site".into());
    let leptos_options = LeptosOptions::builder().output_name("postern").site_root(root).site_pkg_dir("pkg").build();
    Demo { state: AppState { service, leptos_options, url }, sent, domain }
}

fn record(
    at: Timestamp,
    random: u128,
    sample: &Sample,
    size: u64,
    (account, domain, mailbox): (model::AccountId, DomainId, Option<MailboxId>),
    blob: Option<String>,
) -> MessageRecord {
    let decided = finding(
        "rules",
        Step::Rules,
        sample.category,
        Some(Check::Category(sample.category)),
        Some(10_023),
        sample.headline,
        3.2,
    );
    let list = if blob.is_some() {
        vec![
            finding(
                "spf",
                Step::Authentication,
                Category::Spoof,
                None,
                None,
                "192.0.2.10 is not authorised for the sender's domain",
                0.8,
            ),
            decided,
            finding("classifier", Step::Rules, Category::Spam, None, None, "97 % like spam that was seen before", 2.4),
        ]
    } else {
        Vec::new()
    };
    let ran = ["av", "senders", "spf", "dkim", "dmarc", "attachments", "language", "rules", "classifier"];
    let findings = Findings {
        score: list.iter().map(|f| f.score).sum(),
        list,
        parts: Vec::new(),
        sender: SenderFacts {
            spf: AuthResult::SoftFail,
            dkim: AuthResult::None,
            dmarc: AuthResult::Fail,
            ..SenderFacts::default()
        },
        ran: ran.iter().enumerate().map(|(i, name)| ((*name).into(), 40 + 310 * i as u64)).collect(),
        ..Findings::default()
    };
    let held = blob.map(|blob| QuarantineRecord {
        blob,
        edits: Vec::new(),
        system: sample.category == Category::Virus,
        sender: None,
    });
    let action = match (&held, sample.category) {
        (Some(_), Category::Virus) => Action::Block,
        (Some(_), _) => Action::Quarantine,
        _ => Action::Allow,
    };
    let disposition = if held.is_some() { Disposition::Quarantined } else { Disposition::Delivered };
    let verdict = Verdict {
        action,
        category: sample.category,
        decided_by: held.is_some().then_some(1),
        filter: "rules:10023".into(),
        info: sample.headline.into(),
        profile: Some("acme.test".into()),
        tags: Vec::new(),
        strip: Vec::new(),
        cut_subject: Vec::new(),
        bcc: Vec::new(),
        keep_blocked: true,
        notes: vec!["SPF softfail is allowed by the settings of acme.test.".into()],
    };
    MessageRecord {
        id: MessageId::new(at, random),
        received: at,
        direction: Direction::Inbound,
        client_ip: "192.0.2.10".parse().unwrap(),
        helo: "mail.sender.test".into(),
        tls: Some("TLSv1.3 TLS13_AES_256_GCM_SHA384".into()),
        envelope_from: Some("bounces@sender.test".parse().unwrap()),
        header_from: sample.from.into(),
        subject: sample.subject.into(),
        size,
        findings,
        headline: sample.headline.into(),
        recipients: vec![RecipientRecord {
            address: OWNER.parse().unwrap(),
            mailbox,
            domain: Some(domain),
            account: Some(account),
            verdict,
            disposition,
            held,
            kept: None,
        }],
    }
}
