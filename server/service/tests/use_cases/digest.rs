use crate::world::{World, system};
use model::settings::DigestFrequency;
use model::time::{DAY, HOUR, MINUTE};
use model::*;

#[tokio::test]
async fn a_digest_is_due_once_a_period_for_those_who_have_mail() {
    let w = World::new().await;
    let s = &w.service;
    w.hold(1, "bob@acme.test", false).await;
    w.hold(2, "ann@acme.test", true).await;
    assert!(s.due_digests(&system(), w.now()).await.unwrap().is_empty(), "today's cutoff was before the mail came");
    // The cutoff is at 01:00 UTC; 02:59 is past every mailbox's own minute.
    let night = Timestamp(w.now().0 / DAY * DAY + DAY + 3 * HOUR);
    w.pass(night.since(w.now()));
    let due = s.due_digests(&system(), w.now()).await.unwrap();
    assert_eq!(due.iter().map(|d| d.mailbox).collect::<Vec<_>>(), [w.mailbox("bob@acme.test").await.id]);
    let content = s.digest_content(&system(), &due[0]).await.unwrap();
    assert_eq!((content.rows.len(), content.held, content.address.as_str()), (1, 1, "bob@acme.test"));
    assert_eq!(
        s.peek_link(&content.link_token).await.unwrap().map(|a| a.to_string()).as_deref(),
        Some("bob@acme.test")
    );
    // Sent twice by a job that died before it noted the first: the outbox has it once.
    s.deliver_digest(&system(), &content, b"Subject: Digest\r\n\r\n".to_vec()).await.unwrap();
    s.deliver_digest(&system(), &content, b"Subject: Digest\r\n\r\n".to_vec()).await.unwrap();
    assert_eq!(w.sent().len(), 1);
    assert_eq!((&w.sent()[0].envelope.return_path, w.sent()[0].release), (&None, false));
    assert!(s.due_digests(&system(), w.now()).await.unwrap().is_empty());
    assert_eq!(s.owner_home(&w.owner("bob@acme.test").await).await.unwrap().last_digest, Some(w.now()));
    w.pass(DAY);
    assert!(s.due_digests(&system(), w.now()).await.unwrap().is_empty(), "nothing new, no digest");
    w.pass(-MINUTE);
    w.hold(3, "bob@acme.test", false).await;
    w.pass(DAY);
    assert_eq!(s.due_digests(&system(), w.now()).await.unwrap().len(), 1);
}

#[tokio::test]
async fn owners_turn_their_digest_off_and_domains_may_ask_for_empty_ones() {
    let w = World::new().await;
    w.hold(1, "bob@acme.test", false).await;
    let bob = w.owner("bob@acme.test").await;
    w.service.set_digest(&bob, DigestFrequency::Never).await.unwrap();
    assert_eq!(w.service.owner_home(&bob).await.unwrap().digest, DigestFrequency::Never);
    w.pass(DAY);
    assert!(w.service.due_digests(&system(), w.now()).await.unwrap().is_empty());
    let yaml =
        "accounts: [{ name: other, domains: [{ name: other.test, settings: { digest: { send_empty: true } } }] }]";
    w.service.apply(&system(), yaml, false).await.unwrap();
    let due = w.service.due_digests(&system(), w.now()).await.unwrap();
    assert_eq!(due.iter().map(|d| d.mailbox).collect::<Vec<_>>(), [w.mailbox("joe@other.test").await.id]);
}

/// Both nodes look at the same moment, find the same digest due, and compose it.
async fn two_nodes_that_race_on_one_digest_send_it_once(w: World) {
    let (other, others_outbox) = w.another_node();
    w.hold(1, "bob@acme.test", false).await;
    w.pass(DAY + 3 * HOUR);
    let now = w.now();
    let due = (w.service.due_digests(&system(), now).await.unwrap(), other.due_digests(&system(), now).await.unwrap());
    assert_eq!((due.0.len(), &due.0), (1, &due.1));
    let content = w.service.digest_content(&system(), &due.0[0]).await.unwrap();
    let (system, body) = (system(), b"Subject: Digest\r\n\r\n".to_vec());
    let (a, b) = tokio::join!(
        w.service.deliver_digest(&system, &content, body.clone()),
        other.deliver_digest(&system, &content, body.clone()),
    );
    assert_eq!([a.unwrap(), b.unwrap()].iter().filter(|sent| **sent).count(), 1);
    assert_eq!(w.sent().len() + others_outbox.mail.lock().unwrap().len(), 1);
    assert_eq!(other.send_due_digests(&system, now).await.unwrap(), 0);
}

#[tokio::test]
async fn two_nodes_that_race_on_one_digest_send_it_once_on_sqlite() {
    two_nodes_that_race_on_one_digest_send_it_once(World::new().await).await;
}

#[tokio::test]
async fn two_nodes_that_race_on_one_digest_send_it_once_on_postgres() {
    let Some(w) = World::on_postgres().await else { return };
    two_nodes_that_race_on_one_digest_send_it_once(w).await;
}

#[tokio::test]
async fn a_digest_that_could_not_be_handed_over_is_sent_by_whichever_node_tries_next() {
    let w = World::new().await;
    let (other, others_outbox) = w.another_node();
    w.hold(1, "bob@acme.test", false).await;
    w.pass(DAY + 3 * HOUR);
    w.outbox.broken.store(true, std::sync::atomic::Ordering::SeqCst);
    assert_eq!(w.service.send_due_digests(&system(), w.now()).await.unwrap(), 0);
    assert_eq!(other.send_due_digests(&system(), w.now()).await.unwrap(), 1);
    assert_eq!(others_outbox.mail.lock().unwrap().len(), 1);
}

/// The mail with its encoding taken off as far as links and texts need.
fn readable(body: &[u8]) -> String {
    String::from_utf8_lossy(body).replace("=\r\n", "").replace("=3D", "=").replace("=C3=A4", "ä")
}

/// The tokens of the links below `path` in a mail, without doubles.
fn tokens(mail: &str, path: &str) -> Vec<String> {
    let root = format!("https://filter.test/{path}/");
    let mut found: Vec<String> = mail
        .split(&root)
        .skip(1)
        .map(|rest| rest.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect())
        .collect();
    found.sort();
    found.dedup();
    found
}

/// The mail of the digest that is sent now.
async fn digest_now(w: &World, address: &str) -> String {
    let before = w.sent().len();
    w.pass(1);
    w.service.send_digest_now(&system(), w.mailbox(address).await.id).await.unwrap();
    readable(&w.sent()[before].body)
}

pub(crate) async fn set(w: &World, address: &str, settings: &[(&str, serde_json::Value)]) {
    let id = w.mailbox(address).await.id;
    let mut tx = w.store.begin().await.unwrap();
    let mut m = store::mailbox::get(&mut tx, id).await.unwrap().unwrap();
    for (path, value) in settings {
        m.settings.set(path, value.clone()).unwrap();
    }
    store::mailbox::update(&mut tx, &m).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn links_that_act_do_it_once_for_one_message_of_one_mailbox_and_only_by_post() {
    let w = World::new().await;
    w.hold(1, "bob@acme.test", false).await;
    let mail = digest_now(&w, "bob@acme.test").await;
    let all = tokens(&mail, "act");
    assert_eq!(all.len(), 3, "release, delete, block: {mail}");
    let mut of = std::collections::HashMap::new();
    for token in &all {
        let link = w.service.peek_act(token).await.unwrap().unwrap();
        of.insert(link.purpose as u8, token.clone());
    }
    let token = |p: service::Purpose| of[&(p as u8)].clone();
    let (release, delete, block) =
        (token(service::Purpose::Release), token(service::Purpose::Delete), token(service::Purpose::Block));
    // Looked at by a scanner, as often as it likes: nothing happens.
    let sent = w.sent().len();
    for _ in 0..3 {
        assert!(w.service.peek_act(&release).await.unwrap().is_some());
    }
    assert_eq!(w.sent().len(), sent);
    // A token for one thing is none for another, and logs nobody in.
    assert_eq!(w.service.peek_link(&release).await.unwrap(), None);
    assert!(w.service.login_by_link(&release, "::1").await.is_err());
    let login = w.service.make_link(w.mailbox("bob@acme.test").await.id).await.unwrap();
    assert_eq!(w.service.peek_act(&login).await.unwrap(), None);
    assert!(w.service.use_act(&login, "::1").await.is_err());

    w.service.use_act(&block, "::1").await.unwrap();
    let bob = service::SendersOf::Mailbox(w.mailbox("bob@acme.test").await.id);
    let enemies = async || w.service.senders(&system(), bob).await.unwrap().1.len();
    assert_eq!(enemies().await, 1);
    assert!(w.service.use_act(&block, "::1").await.is_err(), "replayed");
    assert_eq!(enemies().await, 1);

    w.service.use_act(&release, "::1").await.unwrap();
    assert_eq!(w.sent().len(), sent + 1);
    for replayed in [&release, &delete] {
        assert!(w.service.use_act(replayed, "::1").await.is_err());
        assert_eq!(w.service.peek_act(replayed).await.unwrap(), None);
    }
    assert_eq!(w.sent().len(), sent + 1);
}

#[tokio::test]
async fn links_end_with_their_time_with_a_revocation_and_with_what_the_owner_may() {
    let w = World::new().await;
    w.hold(1, "bob@acme.test", false).await;
    let mail = digest_now(&w, "bob@acme.test").await;
    let bob = w.mailbox("bob@acme.test").await.id;
    let release = tokens(&mail, "act")[0].clone();
    let tampered: String = release.chars().rev().collect();
    assert!(w.service.peek_act(&tampered).await.unwrap().is_none() && w.service.use_act(&tampered, "").await.is_err());
    w.pass(3 * DAY);
    assert!(w.service.peek_act(&release).await.unwrap().is_none(), "a daily digest's links work three days");
    w.pass(-3 * DAY);
    assert!(w.service.peek_act(&release).await.unwrap().is_some());
    w.service.revoke_links(&system(), bob).await.unwrap();
    assert!(w.service.peek_act(&release).await.unwrap().is_none(), "revoked");

    set(
        &w,
        "bob@acme.test",
        &[
            ("personal.release", false.into()),
            ("personal.delete", false.into()),
            ("personal.senders", false.into()),
            ("personal.settings", false.into()),
        ],
    )
    .await;
    let mail = digest_now(&w, "bob@acme.test").await;
    assert!(
        tokens(&mail, "act").is_empty() && !mail.contains("List-Unsubscribe"),
        "what is not permitted is not offered"
    );
    set(&w, "bob@acme.test", &[("personal.view_link_login", false.into())]).await;
    let mail = digest_now(&w, "bob@acme.test").await;
    assert!(
        tokens(&mail, "link").is_empty() && mail.contains("https://filter.test/my/message/"),
        "View asks for a login then"
    );
    // Another mailbox's message is not reached by a token of one's own that was allowed before.
    set(&w, "bob@acme.test", &[("personal.release", true.into()), ("digest.frequency", "weekly".into())]).await;
    let week = tokens(&digest_now(&w, "bob@acme.test").await, "act")[0].clone();
    w.pass(7 * DAY - 1);
    assert!(w.service.peek_act(&week).await.unwrap().is_some(), "a weekly digest's links work seven days");
    w.pass(1);
    assert!(w.service.peek_act(&week).await.unwrap().is_none());
}

#[tokio::test]
async fn one_click_ends_the_digests_once() {
    let w = World::new().await;
    w.hold(1, "bob@acme.test", false).await;
    let mail = digest_now(&w, "bob@acme.test").await;
    assert!(mail.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click"), "{mail}");
    let token = tokens(&mail.replace("\r\n ", ""), "unsubscribe")[0].clone();
    w.service.use_act(&token, "::1").await.unwrap();
    let bob = w.owner("bob@acme.test").await;
    assert_eq!(w.service.owner_home(&bob).await.unwrap().digest, DigestFrequency::Never);
    w.service.set_digest(&bob, DigestFrequency::Daily).await.unwrap();
    assert!(w.service.use_act(&token, "::1").await.is_err(), "used already");
    assert_eq!(w.service.owner_home(&bob).await.unwrap().digest, DigestFrequency::Daily);
}

#[tokio::test]
async fn a_digest_is_in_the_mailboxs_language_and_the_first_welcomes() {
    let w = World::new().await;
    w.hold(1, "bob@acme.test", false).await;
    set(&w, "bob@acme.test", &[("digest.language", "de".into())]).await;
    let yaml = "accounts: [{ name: acme, settings: { digest_brand: { welcome: { de: \"Willkommen bei uns\" } } } }]";
    w.service.apply(&system(), yaml, false).await.unwrap();
    w.pass(DAY + 3 * HOUR);
    assert_eq!(w.service.send_due_digests(&system(), w.now()).await.unwrap(), 1);
    let first = readable(&w.sent()[0].body);
    assert!(first.contains("Willkommen bei uns") && first.contains("Content-Language: de"), "{first}");
    w.hold(2, "bob@acme.test", false).await;
    w.pass(DAY);
    assert_eq!(w.service.send_due_digests(&system(), w.now()).await.unwrap(), 1);
    assert!(!readable(&w.sent()[1].body).contains("Willkommen"));
}

#[tokio::test]
async fn an_instant_digest_of_a_period_leaves_the_schedule_alone() {
    let w = World::new().await;
    w.hold(1, "bob@acme.test", false).await;
    let bob = w.mailbox("bob@acme.test").await.id;
    let now = w.now();
    let n = w.service.send_instant_digest(&system(), bob, now.plus(-HOUR), now.plus(MINUTE)).await.unwrap();
    assert_eq!((n, w.sent().len()), (1, 1));
    assert!(readable(&w.sent()[0].body).contains("Instant Digest"));
    let none = w.service.send_instant_digest(&system(), bob, now.plus(-2 * DAY), now.plus(-DAY)).await.unwrap();
    assert_eq!(none, 0);
    assert!(w.service.send_instant_digest(&system(), bob, now, now).await.is_err());
    assert!(w.service.send_instant_digest(&w.owner("ann@acme.test").await, bob, now.plus(-HOUR), now).await.is_err());
    w.pass(DAY + 3 * HOUR);
    assert_eq!(w.service.send_due_digests(&system(), w.now()).await.unwrap(), 1, "tonight's comes all the same");
}

/// Five weeks in a zone whose clock goes forward on 28 March 2027, the job looking every ten minutes, mail every six hours: one
/// digest a night, between one and two hours after 01:00 by the clock on the wall, each message in exactly one.
#[tokio::test]
async fn a_month_of_nights_across_the_change_of_the_clock() {
    use chrono::{TimeZone, Timelike};
    let w = World::new().await;
    let zone = chrono_tz::Europe::Berlin;
    let start = zone.with_ymd_and_hms(2027, 3, 8, 12, 0, 0).unwrap().timestamp_millis();
    w.pass(start - w.now().0);
    let bob = w.mailbox("bob@acme.test").await.id;
    set(&w, "bob@acme.test", &[("digest.time_zone", "Europe/Berlin".into())]).await;
    let (mut sent, mut held) = (Vec::new(), 0u64);
    for step in 0..30 * 24 * 6 {
        if step % 36 == 0 {
            held += 1;
            w.hold(held.into(), "bob@acme.test", false).await;
        }
        w.pass(10 * MINUTE);
        // Looked at around the hours in question only: the rest of the day is the same for all days.
        let local = zone.timestamp_millis_opt(w.now().0).unwrap();
        if (1..5).contains(&local.hour()) {
            let n = w.service.send_due_digests(&system(), w.now()).await.unwrap();
            if n > 0 {
                sent.push(local);
            }
        }
    }
    assert_eq!(sent.len(), 30, "one a night: {sent:?}");
    for at in &sent {
        let minutes = at.hour() * 60 + at.minute();
        // In the night of the change 01:00 and two hours are 04:00 on the wall.
        let spring = at.format("%m-%d").to_string() == "03-28";
        let allowed = if spring { 180..=240 } else { 120..=180 };
        assert!(allowed.contains(&minutes), "{at}");
    }
    let mut tx = w.store.begin().await.unwrap();
    let rows = store::digest::history(&mut tx, bob, 100).await.unwrap();
    let mut periods: Vec<_> = rows.iter().map(|d| (d.since, d.until, d.messages)).collect();
    periods.sort();
    assert!(periods.windows(2).all(|p| p[0].1 == p[1].0), "no gap and no overlap: {periods:?}");
    let listed: u64 = periods.iter().map(|p| p.2).sum();
    assert!(held - listed <= 4, "{listed} of {held}: only the last hours' are not listed yet");
}

/// Takes every mail and keeps none, in the time that making a file of it durable with others takes.
#[derive(Default)]
struct Gone(std::sync::atomic::AtomicU64, std::sync::atomic::AtomicU64);

impl service::Outbox for Gone {
    fn send(&self, mail: service::OutgoingMail) -> service::BoxFuture<'_, Result<(), String>> {
        self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        self.1.fetch_max(mail.body.len() as u64, std::sync::atomic::Ordering::Relaxed);
        Box::pin(async {
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
            Ok(())
        })
    }
    fn queue(&self) -> service::QueueView {
        service::QueueView::default()
    }
    fn retry_now(&self, _: Option<&DomainName>) {}
}

/// `cargo nextest run -p postern-service --run-ignored only -E 'test(measured_100_000_digests)' --no-capture`
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn measured_100_000_digests() {
    use store::{MessageRecord, QuarantineRecord, RecipientRecord};
    let w = World::new().await;
    let bob = w.mailbox("bob@acme.test").await;
    let text: String = (0..100_000).map(|n| format!("user{n}\n")).collect();
    w.service.import_mailboxes(&system(), bob.domain, &text).await.unwrap();
    while w.service.bulk_waits(&system()).await.unwrap() {
        w.service.run_bulk(&system()).await.unwrap();
    }
    let mut all = Vec::new();
    {
        let mut tx = w.store.begin().await.unwrap();
        all.extend(store::mailbox::all(&mut tx, Some(bob.domain)).await.unwrap());
    }
    let (now, mut n) = (w.now(), 0u128);
    for chunk in all.chunks(500) {
        let records: Vec<_> = chunk
            .iter()
            .flat_map(|m| [Category::Spam, Category::Junk, Category::Foreign].map(|category| (m, category)))
            .map(|(m, category)| {
                n += 1;
                let verdict = Verdict {
                    action: Action::Quarantine,
                    category,
                    decided_by: None,
                    filter: "rules".into(),
                    info: "an offer".into(),
                    profile: None,
                    tags: vec![],
                    strip: vec![],
                    cut_subject: vec![],
                    bcc: vec![],
                    keep_blocked: false,
                    notes: vec![],
                };
                MessageRecord {
                    id: MessageId::new(now, n),
                    received: now,
                    direction: Direction::Inbound,
                    client_ip: "192.0.2.1".parse().unwrap(),
                    helo: "evil.test".into(),
                    tls: None,
                    envelope_from: Some("eve@evil.test".parse().unwrap()),
                    header_from: "Eve <eve@evil.test>".into(),
                    subject: format!("An offer that you cannot refuse, number {n}"),
                    size: 4_000,
                    findings: Findings::default(),
                    headline: "Held as spam".into(),
                    recipients: vec![RecipientRecord {
                        address: m.address.clone(),
                        mailbox: Some(m.id),
                        domain: Some(m.domain),
                        account: Some(m.account),
                        verdict,
                        disposition: Disposition::Quarantined,
                        kept: None,
                        held: Some(QuarantineRecord { blob: "b".into(), edits: vec![], system: false, sender: None }),
                    }],
                }
            })
            .collect();
        w.store.record_messages(&records).await.unwrap();
    }
    let mailboxes = all.len();
    drop(all);
    w.pass(DAY + 3 * HOUR);
    let outbox = std::sync::Arc::new(Gone::default());
    let later = w.clock.clone();
    let config = service::Config {
        url: "https://filter.test".into(),
        hostname: "mx.filter.test".into(),
        node: "bench".into(),
        version: "1".into(),
    };
    let s = service::Service::with_clock(w.store.clone(), w.bodies.clone(), outbox.clone(), config, move || {
        Timestamp(later.load(std::sync::atomic::Ordering::SeqCst))
    });
    let begun = std::time::Instant::now();
    let sent = s.send_due_digests(&system(), w.now()).await.unwrap();
    let took = begun.elapsed();
    let again = std::time::Instant::now();
    assert_eq!(s.send_due_digests(&system(), w.now()).await.unwrap(), 0);
    let again = again.elapsed();
    assert_eq!(sent, mailboxes);
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find(|l| l.starts_with("VmHWM")).unwrap_or("VmHWM unknown");
    let largest = outbox.1.load(std::sync::atomic::Ordering::Relaxed);
    println!("{sent} digests of 3 messages in {took:.1?}, nothing due in {again:.2?}; largest {largest} bytes; {peak}");
}
