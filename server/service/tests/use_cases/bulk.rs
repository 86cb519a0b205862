//! Bulk operations: one change to many objects, and adding many mailboxes (guide chapters 8 and 12).

use crate::world::{FIRST, World, code, system};
use model::view::{DomainForm, ListQuery, MailboxState, Unrecognized};
use model::*;
use serde_json::json;
use service::{
    Access, AdministratorChange, BulkChange, BulkJob, BulkOf, BulkSelection, BulkState, NewAdministrator, SettingsOf,
};
use std::time::{Duration, Instant};

async fn domain(w: &World) -> DomainId {
    w.mailbox("bob@acme.test").await.domain
}

/// `count` mailboxes m0, m1, … in acme.test, added by an import that is worked off.
async fn with_mailboxes(w: &World, count: usize) {
    let text: String = (0..count).map(|n| format!("m{n}\n")).collect();
    let id = w.service.import_mailboxes(&system(), domain(w).await, &text).await.unwrap();
    let job = run(w, id).await;
    assert_eq!((job.state, job.done, job.failed), (BulkState::Done, count as u64, 0));
}

async fn run(w: &World, id: i64) -> BulkJob {
    assert!(w.service.bulk_waits(&system()).await.unwrap());
    w.service.run_bulk(&system()).await.unwrap();
    assert!(!w.service.bulk_waits(&system()).await.unwrap());
    w.service.bulk_job(&system(), id).await.unwrap()
}

async fn failures(w: &World, id: i64) -> Vec<(String, String)> {
    let found = w.service.bulk_failures_after(&system(), id, &FIRST).await.unwrap().rows;
    found.into_iter().map(|f| (f.object, f.reason)).collect()
}

async fn audited(w: &World, q: &str) -> Vec<(String, String, String)> {
    let query = ListQuery { q: q.into(), per_page: 500, ..ListQuery::default() };
    let rows = w.service.audit(&system(), &query).await.unwrap().rows;
    rows.into_iter().map(|r| (r.act, r.object, r.detail)).collect()
}

fn junk() -> BulkChange {
    BulkChange { settings: vec![("filtering.junk".into(), json!("block"))], ..BulkChange::default() }
}

fn search(q: &str) -> BulkSelection {
    BulkSelection { q: q.into(), ..BulkSelection::default() }
}

async fn what_is_named_is_changed_at_what_is_chosen_and_all_else_stays(w: World) {
    let s = &w.service;
    with_mailboxes(&w, 450).await;
    let bob = w.mailbox("bob@acme.test").await.id;
    s.change_settings(&system(), SettingsOf::Mailbox(bob), &[("digest.frequency".into(), json!("weekly"))])
        .await
        .unwrap();
    let change = BulkChange { state: Some(MailboxState::Unprotected), access: Some(Access::None), ..junk() };
    let of_domain = BulkSelection { domain: Some(domain(&w).await), ..BulkSelection::default() };
    let id = s.start_bulk(&system(), BulkOf::Mailboxes, &of_domain, &change).await.unwrap();
    let before = s.bulk_job(&system(), id).await.unwrap();
    assert_eq!((before.state, before.total, before.done), (BulkState::Waiting, 452, 0));
    assert_eq!(w.mailbox("m7@acme.test").await.state, MailboxState::Active, "nothing happens before it is worked off");
    let job = run(&w, id).await;
    assert_eq!((job.state, job.done, job.failed), (BulkState::Done, 452, 0));
    for name in ["m0@acme.test", "m449@acme.test", "bob@acme.test"] {
        let m = w.mailbox(name).await;
        assert_eq!(m.state, MailboxState::Unprotected, "{name}");
        assert_eq!(m.settings.get("filtering.junk"), Some(json!("block")), "{name}");
        let mut c = w.store.read().await.unwrap();
        assert_eq!(store::mailbox::details(&mut c, m.id).await.unwrap().unwrap().access, Access::None);
    }
    assert_eq!(w.mailbox("bob@acme.test").await.settings.get("digest.frequency"), Some(json!("weekly")));
    let joe = w.mailbox("joe@other.test").await;
    assert!(joe.settings.is_empty() && joe.state == MailboxState::Active);
    let rows = audited(&w, "m77@acme.test").await;
    let edits: Vec<_> = rows.iter().filter(|(act, ..)| act == "mailbox.edit").collect();
    assert_eq!(edits.len(), 1);
    assert!(
        edits[0].2.contains("state active → unprotected") && edits[0].2.contains("access default → none"),
        "{edits:?}"
    );
    assert!(edits[0].2.contains("filtering.junk"), "{edits:?}");
    assert_eq!(audited(&w, &format!("change_mailboxes {id}")).await.len(), 2, "begun and done");
    // What holds already is not changed again, and not audited again.
    let again = s.start_bulk(&system(), BulkOf::Mailboxes, &of_domain, &change).await.unwrap();
    assert_eq!(run(&w, again).await.done, 452);
    assert_eq!(audited(&w, "m77@acme.test").await.len(), rows.len());
}

#[tokio::test]
async fn what_is_named_is_changed_at_what_is_chosen_and_all_else_stays_on_sqlite() {
    what_is_named_is_changed_at_what_is_chosen_and_all_else_stays(World::new().await).await;
}

#[tokio::test]
async fn what_is_named_is_changed_at_what_is_chosen_and_all_else_stays_on_postgres() {
    let Some(w) = World::on_postgres().await else { return };
    what_is_named_is_changed_at_what_is_chosen_and_all_else_stays(w).await;
}

#[tokio::test]
async fn a_running_server_sees_the_change() {
    let w = World::new().await;
    let before = service::Snapshot::load(&w.store).await.unwrap().version;
    let id = w.service.start_bulk(&system(), BulkOf::Mailboxes, &search("bob"), &junk()).await.unwrap();
    run(&w, id).await;
    assert!(service::Snapshot::load(&w.store).await.unwrap().version > before);
}

#[tokio::test]
async fn what_is_not_there_or_belongs_to_others_fails_by_name_and_the_rest_is_done() {
    let w = World::new().await;
    let (bob, joe) = (w.mailbox("bob@acme.test").await.id, w.mailbox("joe@other.test").await.id);
    let boss = NewAdministrator {
        email: "boss@x.test".into(),
        role: Role::Account,
        account: Some(AccountId(1)),
        password: Some("long enough".into()),
    };
    let admin = w.service.add_administrator(&system(), &boss).await.unwrap();
    let principal = Principal::Administrator { id: admin, account: Some(AccountId(1)) };
    let actor = Actor { principal, role: Role::Account, name: boss.email, origin: "::1".into() };
    let three = BulkSelection { ids: vec![joe.0, bob.0, 9_999], ..BulkSelection::default() };
    let id = w.service.start_bulk(&actor, BulkOf::Mailboxes, &three, &junk()).await.unwrap();
    let job = run(&w, id).await;
    assert_eq!((job.state, job.total, job.done, job.failed), (BulkState::Done, 3, 3, 2));
    let mut failed = failures(&w, id).await;
    failed.sort();
    let none = "There is no such mailbox.".to_owned();
    assert_eq!(failed, [(format!("mailboxes {joe}"), none.clone()), ("mailboxes 9999".into(), none)]);
    assert!(w.mailbox("joe@other.test").await.settings.is_empty());
    assert!(!w.mailbox("bob@acme.test").await.settings.is_empty());
    let rows = audited(&w, "bob@acme.test").await;
    assert!(rows.iter().any(|(act, ..)| act == "mailbox.edit"), "{rows:?}");
    let stranger = World::administrator(Role::Account, 2);
    assert_eq!(code(&w.service.bulk_job(&stranger, id).await), Some(ErrorCode::NotFound));
    assert_eq!(code(&w.service.stop_bulk(&stranger, id).await), Some(ErrorCode::NotFound));
    assert!(w.service.bulk_jobs_after(&stranger, &FIRST).await.unwrap().rows.is_empty());
}

#[tokio::test]
async fn whoever_may_no_longer_do_it_when_it_runs_has_changed_nothing() {
    let w = World::new().await;
    let boss = NewAdministrator {
        email: "boss@x.test".into(),
        role: Role::Account,
        account: Some(AccountId(1)),
        password: Some("long enough".into()),
    };
    let admin = w.service.add_administrator(&system(), &boss).await.unwrap();
    let principal = Principal::Administrator { id: admin, account: Some(AccountId(1)) };
    let actor = Actor { principal, role: Role::Account, name: boss.email, origin: "::1".into() };
    for change in [
        AdministratorChange { role: Some(Role::Dashboard), ..AdministratorChange::default() },
        AdministratorChange { active: Some(false), ..AdministratorChange::default() },
    ] {
        let id = w.service.start_bulk(&actor, BulkOf::Mailboxes, &search("acme"), &junk()).await.unwrap();
        w.service.change_administrator(&system(), admin, &change).await.unwrap();
        let job = run(&w, id).await;
        assert_eq!((job.state, job.done, job.failed), (BulkState::Stopped, 0, 1));
        assert!(failures(&w, id).await[0].1.contains("may not do this any more"));
        assert!(w.mailbox("bob@acme.test").await.settings.is_empty());
    }
}

#[tokio::test]
async fn an_operation_that_was_cut_off_goes_on_elsewhere_and_does_each_object_once() {
    let w = World::new().await;
    with_mailboxes(&w, 3_000).await;
    let id = w.service.start_bulk(&system(), BulkOf::Mailboxes, &search("m"), &junk()).await.unwrap();
    let total = w.service.bulk_job(&system(), id).await.unwrap().total;
    // Dropped in the middle, again and again, as by a crash.
    let mut cuts = 0;
    let mut life = Duration::from_millis(20);
    loop {
        // Longer each time, so that a slow machine comes to an end too.
        life = life * 5 / 4;
        let cut = tokio::time::timeout(life, w.service.run_bulk(&system())).await;
        let job = w.service.bulk_job(&system(), id).await.unwrap();
        if cut.is_ok() {
            break;
        }
        assert!(job.done <= total);
        cuts += 1;
        let (elsewhere, _) = w.another_node();
        let _ = tokio::time::timeout(life, elsewhere.run_bulk(&system())).await;
    }
    assert!(cuts > 0, "it was too quick to be cut off");
    let job = w.service.bulk_job(&system(), id).await.unwrap();
    assert_eq!((job.state, job.done, job.failed), (BulkState::Done, total, 0));
    let query = ListQuery { q: "mailbox.edit".into(), ..ListQuery::default() };
    assert_eq!(w.service.audit(&system(), &query).await.unwrap().total, total);
}

#[tokio::test]
async fn one_that_is_stopped_ends_soon_and_what_it_did_stays() {
    let w = World::new().await;
    with_mailboxes(&w, 2_000).await;
    let waiting = w.service.start_bulk(&system(), BulkOf::Mailboxes, &search("m"), &junk()).await.unwrap();
    w.service.stop_bulk(&system(), waiting).await.unwrap();
    assert!(!w.service.bulk_waits(&system()).await.unwrap());
    assert_eq!(code(&w.service.stop_bulk(&system(), waiting).await), Some(ErrorCode::Conflict));
    assert!(w.mailbox("m0@acme.test").await.settings.is_empty());

    let id = w.service.start_bulk(&system(), BulkOf::Mailboxes, &search("m"), &junk()).await.unwrap();
    let service = w.service.clone();
    let running = tokio::spawn(async move { service.run_bulk(&system()).await });
    while w.service.bulk_job(&system(), id).await.unwrap().done == 0 {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    w.service.stop_bulk(&system(), id).await.unwrap();
    running.await.unwrap().unwrap();
    let job = w.service.bulk_job(&system(), id).await.unwrap();
    assert_eq!(job.state, BulkState::Stopped);
    assert!((1..job.total).contains(&job.done), "{job:?}");
    assert!(!w.mailbox("m0@acme.test").await.settings.is_empty());
    assert!(w.mailbox("m1999@acme.test").await.settings.is_empty());
}

#[tokio::test]
async fn what_is_wrong_whatever_the_objects_are_is_said_at_once() {
    let w = World::new().await;
    let wrong = async |of, selection: BulkSelection, change: BulkChange| {
        let e = w.service.start_bulk(&system(), of, &selection, &change).await.unwrap_err().to_user();
        assert_eq!(e.code, ErrorCode::Invalid);
        e.fields.into_iter().map(|f| f.field).collect::<Vec<_>>()
    };
    let m = BulkOf::Mailboxes;
    let settings = |path: &str, value| BulkChange { settings: vec![(path.into(), value)], ..BulkChange::default() };
    assert_eq!(wrong(m, search("x"), BulkChange::default()).await, ["change"]);
    assert_eq!(wrong(m, BulkSelection::default(), junk()).await, ["selection"]);
    assert_eq!(wrong(m, BulkSelection { all: true, ..search("x") }, junk()).await, ["selection"]);
    assert_eq!(wrong(m, search("x"), BulkChange { delete: true, ..junk() }).await, ["delete"]);
    assert_eq!(wrong(m, search("x"), settings("filtering.jnk", json!("block"))).await, ["filtering.jnk"]);
    assert_eq!(wrong(m, search("x"), settings("filtering.junk", json!("explode"))).await, ["filtering.junk"]);
    assert_eq!(wrong(m, search("x"), settings("routing.spool_hours", json!(4))).await, ["routing.spool_hours"]);
    assert_eq!(
        wrong(BulkOf::Domains, search("x"), settings("routing.spool_hours", json!(999))).await,
        ["routing.spool_hours"]
    );
    let keep = BulkChange { keep: Some(true), ..BulkChange::default() };
    assert_eq!(wrong(BulkOf::Domains, search("x"), keep).await, ["change"]);
    let gateways = BulkChange { gateways: Some("not a host!".into()), ..BulkChange::default() };
    assert_eq!(wrong(BulkOf::Domains, search("x"), gateways).await, ["gateways"]);
    let elsewhere = BulkSelection { domain: Some(DomainId(99)), ..BulkSelection::default() };
    assert_eq!(wrong(m, elsewhere, junk()).await, ["domain"]);
    let nothing = w.service.start_bulk(&system(), m, &search("nobody"), &junk()).await.unwrap();
    let job = run(&w, nothing).await;
    assert_eq!((job.state, job.total), (BulkState::Done, 0));
    // An operator edits domains and deletes none.
    let operator = World::administrator(Role::Operator, 1);
    let delete = BulkChange { delete: true, ..BulkChange::default() };
    let refused = w.service.start_bulk(&operator, BulkOf::Domains, &search("acme"), &delete).await;
    assert_eq!(code(&refused), Some(ErrorCode::Forbidden));
}

#[tokio::test]
async fn domains_and_outbound_addresses_are_changed_and_deleted_too() {
    let w = World::new().await;
    let s = &w.service;
    for n in 0..3 {
        let form = DomainForm {
            account: AccountId(1),
            name: format!("d{n}.test"),
            gateways: "mx.test".into(),
            unrecognized: Unrecognized::Reject,
        };
        s.add_domain(&system(), &form).await.unwrap();
        s.add_outbound_ip(&system(), AccountId(1), &format!("10.0.0.{n}"), "").await.unwrap();
    }
    let change = BulkChange {
        settings: vec![("routing.spool_hours".into(), json!(48))],
        gateways: Some("mx1.test\nmx2.test".into()),
        unrecognized: Some(Unrecognized::Discard),
        ..BulkChange::default()
    };
    let id = s.start_bulk(&system(), BulkOf::Domains, &search("d"), &change).await.unwrap();
    run(&w, id).await;
    let mut c = w.store.read().await.unwrap();
    let d1 = store::domain::by_name(&mut c, &"d1.test".parse().unwrap()).await.unwrap().unwrap();
    drop(c);
    assert_eq!((d1.gateways.len(), d1.unrecognized), (2, Unrecognized::Discard));
    assert_eq!(d1.settings.get("routing.spool_hours"), Some(json!(48)));

    let name = BulkChange { nickname: Some("office".into()), ..BulkChange::default() };
    let of_account = BulkSelection { account: Some(AccountId(1)), ..BulkSelection::default() };
    let id = s.start_bulk(&system(), BulkOf::OutboundIps, &of_account, &name).await.unwrap();
    assert_eq!(run(&w, id).await.done, 3);
    let delete = BulkChange { delete: true, ..BulkChange::default() };
    let id = s.start_bulk(&system(), BulkOf::OutboundIps, &search("office"), &delete).await.unwrap();
    assert_eq!(run(&w, id).await.done, 3);
    assert!(s.outbound_ips_after(&system(), &FIRST).await.unwrap().rows.is_empty());
    let one = BulkSelection { ids: vec![d1.id.0], ..BulkSelection::default() };
    let id = s.start_bulk(&system(), BulkOf::Domains, &one, &delete).await.unwrap();
    assert_eq!(run(&w, id).await.done, 1);
    assert_eq!(code(&s.domain(&system(), d1.id).await), Some(ErrorCode::NotFound));
    let bob = BulkSelection { ids: vec![w.mailbox("bob@acme.test").await.id.0], ..BulkSelection::default() };
    let id = s.start_bulk(&system(), BulkOf::Mailboxes, &bob, &delete).await.unwrap();
    assert_eq!(run(&w, id).await.failed, 1, "bob has an alias, and nobody said that it may go");
    assert!(failures(&w, id).await[0].1.contains("robert@acme.test"));
    let with_aliases = BulkChange { with_aliases: true, ..delete };
    let id = s.start_bulk(&system(), BulkOf::Mailboxes, &bob, &with_aliases).await.unwrap();
    assert_eq!((run(&w, id).await.done, failures(&w, id).await), (1, vec![]));
    assert!(
        audited(&w, "mailbox.delete").await.iter().any(|(_, o, d)| o == "bob@acme.test" && d == "robert@acme.test")
    );
}

/// What a change of one object refuses or takes along, the change of many does too.
#[tokio::test]
async fn a_change_of_many_is_held_to_what_a_change_of_one_is() {
    let w = World::new().await;
    let s = &w.service;
    let acme = BulkSelection { ids: vec![domain(&w).await.0], ..BulkSelection::default() };
    let unknown = BulkChange {
        settings: vec![("discovery.verifier".into(), json!("no such verifier"))],
        ..BulkChange::default()
    };
    let id = s.start_bulk(&system(), BulkOf::Domains, &acme, &unknown).await.unwrap();
    assert_eq!(run(&w, id).await.failed, 1);
    let said = failures(&w, id).await;
    assert!(said[0].1.contains("no verifier no such verifier"), "{said:?}");

    // A domain takes the aliases along that mailboxes of other domains have in it.
    let form = DomainForm {
        account: AccountId(1),
        name: "gone.test".into(),
        gateways: "mx.test".into(),
        unrecognized: Unrecognized::Reject,
    };
    let gone = s.add_domain(&system(), &form).await.unwrap();
    let bob = w.mailbox("bob@acme.test").await.id;
    let aliases = Some(vec!["robert".to_owned(), "bob@gone.test".to_owned()]);
    s.change_mailbox(&system(), bob, &service::MailboxChange { aliases, ..service::MailboxChange::default() })
        .await
        .unwrap();
    let delete = BulkChange { delete: true, ..BulkChange::default() };
    let one = BulkSelection { ids: vec![gone.0], ..BulkSelection::default() };
    let id = s.start_bulk(&system(), BulkOf::Domains, &one, &delete).await.unwrap();
    assert_eq!((run(&w, id).await.done, failures(&w, id).await), (1, vec![]));
    let left = store::mailbox::aliases(&mut w.store.read().await.unwrap(), bob).await.unwrap();
    assert_eq!(left.iter().map(ToString::to_string).collect::<Vec<_>>(), ["robert@acme.test"]);
    let rows = audited(&w, "domain.delete").await;
    assert!(
        rows.iter().any(|(_, object, detail)| object == "gone.test" && detail.contains("bob@gone.test")),
        "{rows:?}"
    );
}

#[tokio::test]
async fn pasted_lines_become_mailboxes_and_wrong_ones_are_named_by_their_number() {
    let w = World::new().await;
    let text =
        "eve, evi, eva\n\nBob\nnobody here\nmax@other.test\nzoe, robert\numa, uma@other.test\n\"kim\",\"kimmy\"\neva\n";
    let expected = [
        ("line 3", "Bob@acme.test belongs to a mailbox already"),
        ("line 4", "nobody here: "),
        ("line 5", "max@other.test: max@other.test is not in acme.test"),
        ("line 6", "robert@acme.test belongs to a mailbox already"),
        ("line 7", "uma@other.test: other.test is no domain of this account"),
        ("line 9", "eva@acme.test belongs to a mailbox already"),
    ];
    let check = w.service.check_import(&system(), domain(&w).await, text).await.unwrap();
    assert_eq!((check.lines, check.failed), (8, 6));
    let before = audited(&w, "mailbox.add").await.len();
    let id = w.service.import_mailboxes(&system(), domain(&w).await, text).await.unwrap();
    let job = run(&w, id).await;
    assert_eq!((job.kind.as_str(), job.done, job.failed), ("import_mailboxes", 8, 6));
    let said = failures(&w, id).await;
    let looked: Vec<_> = check.failures.into_iter().map(|f| (f.object, f.reason)).collect();
    assert_eq!(said, looked, "the look before says the same");
    for ((line, reason), (expected_line, expected_reason)) in said.iter().zip(expected) {
        assert!(line == expected_line && reason.starts_with(expected_reason), "{line}: {reason}");
    }
    assert_eq!(w.mailbox("eva@acme.test").await.address.as_str(), "eve@acme.test");
    assert_eq!(w.mailbox("kimmy@acme.test").await.address.as_str(), "kim@acme.test");
    let mut c = w.store.read().await.unwrap();
    let zoe = store::mailbox::by_address(&mut c, &"zoe@acme.test".parse().unwrap()).await.unwrap();
    assert_eq!(zoe, None, "a line is added whole or not at all");
    drop(c);
    assert_eq!(audited(&w, "mailbox.add").await.len(), before + 2);
    for wrong in ["", "\n \n", &"x\n".repeat(100_001)] {
        assert_eq!(
            code(&w.service.import_mailboxes(&system(), domain(&w).await, wrong).await),
            Some(ErrorCode::Invalid)
        );
    }
    let stranger = World::administrator(Role::Account, 2);
    assert_eq!(code(&w.service.import_mailboxes(&stranger, domain(&w).await, "x").await), Some(ErrorCode::Invalid));
}

/// `cargo nextest run -p postern-service --release --run-ignored only -E 'test(measured)' --no-capture`
#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement"]
async fn measured_100_000_pasted_lines_and_10_000_mailboxes_in_one_step() {
    let mut worlds = vec![("SQLite", World::new().await)];
    worlds.extend(World::on_postgres().await.map(|w| ("PostgreSQL", w)));
    for (name, w) in worlds {
        let text: String = (0..100_000).map(|n| format!("user{n}, first.last{n}\n")).collect();
        let begun = Instant::now();
        w.service.check_import(&system(), domain(&w).await, &text).await.unwrap();
        let checked = begun.elapsed();
        let begun = Instant::now();
        let id = w.service.import_mailboxes(&system(), domain(&w).await, &text).await.unwrap();
        let taken = begun.elapsed();
        let job = run(&w, id).await;
        let added = begun.elapsed();
        assert_eq!((job.done, job.failed), (100_000, 0));
        let begun = Instant::now();
        let id = w.service.start_bulk(&system(), BulkOf::Mailboxes, &search("user1"), &junk()).await.unwrap();
        let total = w.service.bulk_job(&system(), id).await.unwrap().total;
        let job = run(&w, id).await;
        assert_eq!((job.done, job.failed), (total, 0));
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let peak = status.lines().find(|l| l.starts_with("VmHWM")).unwrap_or("VmHWM unknown");
        println!(
            "{name}: 100,000 lines checked in {checked:.1?}, taken in {taken:.1?}, added in {added:.1?}; \
             {total} mailboxes changed in {:.1?}; {peak}",
            begun.elapsed()
        );
    }
}
