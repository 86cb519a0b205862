//! What changes is read again, and nothing else; whatever changes, in whatever order, the snapshot that is kept up is
//! the one that is read anew.

use crate::world::{World, system};
use model::view::{DomainForm, MailboxForm, MailboxState, Unrecognized};
use model::{AccountId, DomainId, MailboxId};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};
use serde_json::json;
use service::{
    DomainChange, Error, GroupChange, MailboxChange, MemberChange, MemberRef, SettingsOf, Snapshot, SnapshotStore,
};
use std::sync::Arc;

/// A change by names that may or may not be there: the service refuses what cannot be.
#[derive(Debug, Clone)]
enum Act {
    AddDomain(&'static str),
    DeleteDomain(&'static str),
    MoveDomain(&'static str, i64),
    Gateways(&'static str, &'static str),
    Senders(&'static str, &'static str),
    AddMailbox(&'static str, &'static str, &'static str),
    DeleteMailbox(&'static str, &'static str),
    Aliases(&'static str, &'static str, Vec<&'static str>),
    State(&'static str, &'static str, MailboxState),
    System(&'static str),
    DomainSetting(&'static str, &'static str),
    MailboxSetting(&'static str, &'static str, Option<&'static str>),
    Network(&'static str),
    AddGroup(&'static str, &'static str),
    DeleteGroup(&'static str, &'static str),
    GroupFirst(&'static str, &'static str),
    GroupSetting(&'static str, &'static str, &'static str),
    GroupSenders(&'static str, &'static str, &'static str),
    Members(&'static str, &'static str, Vec<&'static str>),
    AccountSetting(i64, &'static str),
    Default(Option<i64>, &'static str),
}

fn acts() -> impl Strategy<Value = Act> {
    let domain = || select(vec!["acme.test", "other.test", "third.test"]);
    let name = || select(vec!["bob", "ann", "eve", "zoe"]);
    let action = || select(vec!["allow", "markup", "quarantine", "block"]);
    let group = || select(vec!["sales", "staff"]);
    let state = select(vec![MailboxState::Active, MailboxState::Inactive, MailboxState::Unprotected]);
    prop_oneof![
        domain().prop_map(Act::AddDomain),
        domain().prop_map(Act::DeleteDomain),
        (domain(), 1..3i64).prop_map(|(d, a)| Act::MoveDomain(d, a)),
        (domain(), select(vec!["mx1.test", "mx2.test"])).prop_map(|(d, g)| Act::Gateways(d, g)),
        (domain(), select(vec!["friend.test", "192.0.2.0/24"])).prop_map(|(d, s)| Act::Senders(d, s)),
        (domain(), name(), name()).prop_map(|(d, n, a)| Act::AddMailbox(d, n, a)),
        (domain(), name()).prop_map(|(d, n)| Act::DeleteMailbox(d, n)),
        (domain(), name(), proptest::collection::vec(name(), 0..3)).prop_map(|(d, n, a)| Act::Aliases(d, n, a)),
        (domain(), name(), state).prop_map(|(d, n, s)| Act::State(d, n, s)),
        action().prop_map(Act::System),
        (domain(), action()).prop_map(|(d, a)| Act::DomainSetting(d, a)),
        (domain(), name(), proptest::option::of(action())).prop_map(|(d, n, a)| Act::MailboxSetting(d, n, a)),
        action().prop_map(Act::Network),
        (domain(), group()).prop_map(|(d, g)| Act::AddGroup(d, g)),
        (domain(), group()).prop_map(|(d, g)| Act::DeleteGroup(d, g)),
        (domain(), group()).prop_map(|(d, g)| Act::GroupFirst(d, g)),
        (domain(), group(), action()).prop_map(|(d, g, a)| Act::GroupSetting(d, g, a)),
        (domain(), group(), select(vec!["a.test", "b.test"])).prop_map(|(d, g, s)| Act::GroupSenders(d, g, s)),
        (domain(), group(), proptest::collection::vec(name(), 0..3)).prop_map(|(d, g, m)| Act::Members(d, g, m)),
        (1..3i64, action()).prop_map(|(a, v)| Act::AccountSetting(a, v)),
        (proptest::option::of(1..3i64), action()).prop_map(|(a, v)| Act::Default(a, v)),
    ]
}

async fn domain(w: &World, name: &str) -> Option<DomainId> {
    let mut c = w.store.read().await.unwrap();
    store::domain::all(&mut c, None).await.unwrap().into_iter().find(|d| d.name.as_str() == name).map(|d| d.id)
}

async fn mailbox(w: &World, domain: &str, name: &str) -> Option<MailboxId> {
    let address = format!("{name}@{domain}").parse().unwrap();
    let mut c = w.store.read().await.unwrap();
    store::mailbox::by_address(&mut c, &address).await.unwrap().map(|m| m.id)
}

async fn group(w: &World, of: &str, name: &str) -> Option<i64> {
    let all = service::After { cursor: None, limit: 50 };
    let of = domain(w, of).await?;
    let groups = w.service.groups_after(&system(), Some(of), &all).await.unwrap().rows;
    groups.into_iter().find(|g| g.name == name).map(|g| g.id)
}

async fn set(w: &World, of: SettingsOf, path: &str, value: Option<&str>) -> Result<(), Error> {
    w.service.change_settings(&system(), of, &[(path.into(), json!(value))]).await.map(drop)
}

async fn act(w: &World, act: &Act) -> Option<()> {
    let (s, by) = (&w.service, &system());
    let result = match act {
        Act::AddDomain(name) => {
            let form = DomainForm {
                account: AccountId(1),
                name: (*name).into(),
                gateways: "127.0.0.1".into(),
                unrecognized: Unrecognized::Accept,
            };
            s.add_domain(by, &form).await.map(drop)
        }
        Act::DeleteDomain(d) => s.delete_domain(by, domain(w, d).await?).await.map(drop),
        Act::MoveDomain(d, account) => s.move_domain(by, domain(w, d).await?, AccountId(*account)).await,
        Act::Gateways(d, gateway) => {
            let change = DomainChange { gateways: Some((*gateway).into()), ..DomainChange::default() };
            s.change_domain(by, domain(w, d).await?, &change).await
        }
        Act::Senders(d, friend) => s.set_domain_senders(by, domain(w, d).await?, &[friend.parse().unwrap()], &[]).await,
        Act::AddMailbox(d, name, alias) => {
            let form = MailboxForm {
                domain: domain(w, d).await?,
                name: (*name).into(),
                aliases: (*alias).into(),
                password: String::new(),
            };
            s.add_mailbox(by, &form).await.map(drop)
        }
        Act::DeleteMailbox(d, n) => s.delete_mailbox(by, mailbox(w, d, n).await?).await.map(drop),
        Act::Aliases(d, n, aliases) => {
            let aliases = Some(aliases.iter().map(ToString::to_string).collect());
            let change = MailboxChange { aliases, ..MailboxChange::default() };
            s.change_mailbox(by, mailbox(w, d, n).await?, &change).await
        }
        Act::State(d, n, state) => {
            let change = MailboxChange { state: Some(*state), ..MailboxChange::default() };
            s.change_mailbox(by, mailbox(w, d, n).await?, &change).await
        }
        Act::System(action) => set(w, SettingsOf::System, "filtering.spam", Some(action)).await,
        Act::DomainSetting(d, action) => {
            set(w, SettingsOf::Domain(domain(w, d).await?), "filtering.junk", Some(action)).await
        }
        Act::MailboxSetting(d, n, action) => {
            set(w, SettingsOf::Mailbox(mailbox(w, d, n).await?), "filtering.spam", *action).await
        }
        Act::Network(action) => match s.add_outbound_ip(by, AccountId(1), "192.0.2.0/24", "x").await {
            Ok(_) => Ok(()),
            Err(_) => {
                let found = store::outbound::all(&mut w.store.read().await.unwrap(), None).await.unwrap();
                set(w, SettingsOf::OutboundIp(found[0].id), "outbound_filtering.spam", Some(action)).await
            }
        },
        Act::AddGroup(d, g) => s.add_group(by, domain(w, d).await?, g, None).await.map(drop),
        Act::DeleteGroup(d, g) => s.delete_group(by, group(w, d, g).await?).await,
        Act::GroupFirst(d, g) => {
            let first = GroupChange { position: Some(0), ..GroupChange::default() };
            s.change_group(by, group(w, d, g).await?, &first).await
        }
        Act::GroupSetting(d, g, action) => {
            set(w, SettingsOf::Group(group(w, d, g).await?), "filtering.bot", Some(action)).await
        }
        Act::GroupSenders(d, g, enemy) => {
            s.set_group_senders(by, group(w, d, g).await?, &[], &[enemy.parse().unwrap()]).await
        }
        Act::Members(d, g, names) => {
            let names: Vec<MemberRef> = names.iter().map(|n| MemberRef::Address((*n).into())).collect();
            s.change_group_members(by, group(w, d, g).await?, MemberChange::Set, &names).await.map(drop)
        }
        Act::AccountSetting(account, action) => {
            set(w, SettingsOf::Account(AccountId(*account)), "filtering.adult", Some(action)).await
        }
        Act::Default(account, action) => {
            set(w, SettingsOf::DefaultInbound(account.map(AccountId)), "filtering.adult", Some(action)).await
        }
    };
    // What is refused changes nothing, and the snapshot must be as good as before.
    result.ok()
}

#[test]
fn whatever_changes_the_snapshot_that_is_kept_up_is_the_one_that_is_read_anew() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let config = Config { cases: 24, failure_persistence: None, ..Config::default() };
    let sequences = proptest::collection::vec(acts(), 1..32);
    TestRunner::new(config)
        .run(&sequences, |sequence| {
            runtime.block_on(async {
                let w = World::new().await;
                let snapshots = SnapshotStore::load(w.store.clone()).await.unwrap();
                for (n, one) in sequence.iter().enumerate() {
                    act(&w, one).await;
                    // Several changes are often read at once.
                    if n % 3 != 1 {
                        snapshots.refresh_if_changed().await.unwrap();
                        let anew = Snapshot::load(&w.store).await.unwrap();
                        prop_assert_eq!(snapshots.get().version, anew.version);
                        prop_assert_eq!(snapshots.get().lines(), anew.lines(), "after {:?}", one);
                    }
                }
                Ok(())
            })
        })
        .unwrap();
}

#[tokio::test]
async fn what_has_not_changed_is_shared_with_the_snapshot_before() {
    let w = World::new().await;
    let snapshots = SnapshotStore::load(w.store.clone()).await.unwrap();
    let before = snapshots.get();
    let other = before.domain("other.test").unwrap();
    set(&w, SettingsOf::Domain(domain(&w, "acme.test").await.unwrap()), "filtering.junk", Some("block")).await.unwrap();
    assert!(snapshots.refresh_if_changed().await.unwrap());
    let after = snapshots.get();
    assert!(Arc::ptr_eq(&other, &after.domain("other.test").unwrap()), "nothing was worked out again");
    assert!(!Arc::ptr_eq(&before.domain("acme.test").unwrap(), &after.domain("acme.test").unwrap()));
    // A change that does not say what it was about: everything is read again.
    let mut tx = w.store.begin().await.unwrap();
    store::change::bump(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    assert!(snapshots.refresh_if_changed().await.unwrap());
    assert!(!Arc::ptr_eq(&other, &snapshots.get().domain("other.test").unwrap()));
}
