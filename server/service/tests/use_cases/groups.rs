//! Groups: who is in them, in which order they hold, and whom they let through.

use crate::world::{World, code, system};
use model::view::ListQuery;
use model::*;
use serde_json::json;
use service::{After, Error, GroupChange, Known, Lookup, MemberChange, MemberRef, SettingsOf, Snapshot, SnapshotStore};

const ALL: After = After { cursor: None, limit: 50 };

fn named(names: &[&str]) -> Vec<MemberRef> {
    names.iter().map(|n| MemberRef::Address((*n).into())).collect()
}

fn known(snapshot: &Snapshot, address: &str) -> Known {
    match snapshot.lookup(&address.parse().unwrap()) {
        Lookup::Known(known) => known,
        other => panic!("{address}: {other:?}"),
    }
}

async fn junk(w: &World, group: i64, action: &str) {
    let changes = [("filtering.junk".into(), json!(action))];
    w.service.change_settings(&system(), SettingsOf::Group(group), &changes).await.unwrap();
}

#[tokio::test]
async fn of_several_groups_the_first_in_the_order_goes_before_the_others_and_what_it_leaves_falls_through() {
    let w = World::new().await;
    let (s, by) = (&w.service, &system());
    let bob = w.mailbox("bob@acme.test").await;
    let sales = s.add_group(by, bob.domain, "sales", None).await.unwrap();
    let staff = s.add_group(by, bob.domain, " staff ", Some("cn=staff")).await.unwrap();
    for group in [sales, staff] {
        s.change_group_members(by, group, MemberChange::Set, &named(&["bob"])).await.unwrap();
    }
    junk(&w, sales, "quarantine").await;
    junk(&w, staff, "allow").await;
    let spam = [("filtering.spam".into(), json!("markup"))];
    s.change_settings(by, SettingsOf::Group(staff), &spam).await.unwrap();

    let snapshots = SnapshotStore::load(w.store.clone()).await.unwrap();
    let actions = |who: &str| {
        let values = known(&snapshots.get(), who).policy.values.filtering.clone();
        (values.junk.action, values.spam.action)
    };
    assert_eq!(actions("bob@acme.test"), (Action::Quarantine, Action::Markup));
    s.order_groups(by, bob.domain, &[staff, sales]).await.unwrap();
    snapshots.refresh_if_changed().await.unwrap();
    assert_eq!(actions("bob@acme.test"), (Action::Allow, Action::Markup));
    assert_eq!(snapshots.get().lines(), Snapshot::load(&w.store).await.unwrap().lines());
    s.change_group(by, sales, &GroupChange { position: Some(0), ..GroupChange::default() }).await.unwrap();
    let order: Vec<String> =
        s.groups_after(by, Some(bob.domain), &ALL).await.unwrap().rows.into_iter().map(|g| g.name).collect();
    assert_eq!(order, ["sales", "staff"]);
    s.delete_group(by, sales).await.unwrap();
    snapshots.refresh_if_changed().await.unwrap();
    assert_eq!(actions("bob@acme.test"), (Action::Allow, Action::Markup));
    assert_eq!(actions("ann@acme.test").1, Action::Quarantine, "who is in no group");
    assert_eq!(snapshots.get().lines(), Snapshot::load(&w.store).await.unwrap().lines());
}

#[tokio::test]
async fn members_are_named_by_id_name_or_any_address_and_each_that_is_wrong_is_said() {
    let w = World::new().await;
    let (s, by) = (&w.service, &system());
    let (bob, ann) = (w.mailbox("bob@acme.test").await, w.mailbox("ann@acme.test").await);
    let group = s.add_group(by, bob.domain, "sales", None).await.unwrap();
    let change = async |change, names: &[MemberRef]| s.change_group_members(by, group, change, names).await;
    // Twice the same mailbox: once by its alias.
    let both = [MemberRef::Mailbox(bob.id), MemberRef::Address("robert@acme.test".into())];
    assert_eq!(change(MemberChange::Add, &both).await.unwrap(), (1, 0));
    assert_eq!(change(MemberChange::Add, &both).await.unwrap(), (0, 0), "again");
    assert_eq!(change(MemberChange::Set, &named(&["ann"])).await.unwrap(), (1, 1));
    let members = s.group_members_after(by, group, &ALL).await.unwrap().rows;
    assert_eq!(members, [(ann.id, ann.address.clone())]);
    let joe = w.mailbox("joe@other.test").await.id;
    let wrong =
        [MemberRef::Address("nobody".into()), MemberRef::Mailbox(joe), MemberRef::Address("joe@other.test".into())];
    let Err(Error::User(e)) = change(MemberChange::Set, &wrong).await else { panic!("taken") };
    let fields: Vec<&str> = e.fields.iter().map(|f| f.field.as_str()).collect();
    assert_eq!(fields, ["members[0]", "members[1]", "members[2]"]);
    assert_eq!(s.group(by, group).await.unwrap().members, 1, "nothing half done");
    assert_eq!(change(MemberChange::Remove, &named(&["ann", "bob"])).await.unwrap(), (0, 1));
    s.set_mailbox_groups(by, bob.id, &[group]).await.unwrap();
    assert_eq!(s.mailbox_groups(by, bob.id).await.unwrap()[0].name, "sales");
    let trail = s.audit(by, &ListQuery::default()).await.unwrap().rows;
    let found = |act: &str| trail.iter().find(|r| r.act == act).map(|r| r.detail.clone()).unwrap();
    assert_eq!(found("group.members"), "members 1 → 0; -ann@acme.test");
    assert_eq!(found("mailbox.groups"), "groups  → sales");
}

#[tokio::test]
async fn a_groups_friends_stand_between_the_mailboxs_and_the_domains() {
    let w = World::new().await;
    let (s, by) = (&w.service, &system());
    let bob = w.mailbox("bob@acme.test").await;
    let group = s.add_group(by, bob.domain, "sales", None).await.unwrap();
    s.change_group_members(by, group, MemberChange::Set, &named(&["bob"])).await.unwrap();
    let snapshots = SnapshotStore::load(w.store.clone()).await.unwrap();
    let (friend, enemy) = (["partner.test".parse().unwrap()], ["rival.test".parse().unwrap()]);
    s.set_group_senders(by, group, &friend, &enemy).await.unwrap();
    snapshots.refresh_if_changed().await.unwrap();
    let decide = |who: &str, from: &str| {
        let findings = Findings {
            sender: model::finding::SenderFacts { envelope_from: from.parse().ok(), ..Default::default() },
            ..Findings::default()
        };
        filter::decide(&findings, &known(&snapshots.get(), who).policy, &who.parse().unwrap()).info
    };
    assert_eq!(decide("bob@acme.test", "x@rival.test"), "enemy rival.test");
    assert_eq!(decide("ann@acme.test", "x@rival.test"), "");
    assert_eq!(snapshots.get().lines(), Snapshot::load(&w.store).await.unwrap().lines());
    // The mailbox's own word goes first.
    w.service
        .apply(by, "accounts: [{ name: acme, domains: [{ name: acme.test, mailboxes: [{ name: bob, friends: [rival.test] }] }] }]", false)
        .await
        .unwrap();
    snapshots.refresh_if_changed().await.unwrap();
    assert_ne!(decide("bob@acme.test", "x@rival.test"), "enemy rival.test");
    s.delete_group(by, group).await.unwrap();
    let c = &mut w.store.read().await.unwrap();
    assert_eq!(store::senders::get(c, store::senders::Owner::Group(group)).await.unwrap(), Default::default());
}

#[tokio::test]
async fn names_are_unlike_in_a_domain_and_the_order_names_every_group() {
    let w = World::new().await;
    let (s, by) = (&w.service, &system());
    let domain = w.mailbox("bob@acme.test").await.domain;
    let sales = s.add_group(by, domain, "sales", None).await.unwrap();
    let staff = s.add_group(by, domain, "staff", None).await.unwrap();
    assert_eq!(code(&s.add_group(by, domain, "SALES", None).await), Some(ErrorCode::Conflict));
    let rename = GroupChange { name: Some("Sales".into()), ..GroupChange::default() };
    assert_eq!(code(&s.change_group(by, staff, &rename).await), Some(ErrorCode::Conflict));
    assert_eq!(code(&s.change_group(by, sales, &rename).await), None, "its own name in other letters");
    for order in [&[sales][..], &[sales, sales], &[sales, staff, 99]] {
        assert_eq!(code(&s.order_groups(by, domain, order).await), Some(ErrorCode::Invalid), "{order:?}");
    }
    assert_eq!(code(&s.add_group(by, domain, " ", None).await), Some(ErrorCode::Invalid));
    let stranger = World::administrator(Role::Account, 2);
    assert_eq!(code(&s.group(&stranger, sales).await), Some(ErrorCode::NotFound));
    assert_eq!(code(&s.delete_group(&stranger, sales).await), Some(ErrorCode::NotFound));
    assert!(s.groups_after(&stranger, None, &ALL).await.unwrap().rows.is_empty());
    assert_eq!(code(&s.settings(&stranger, SettingsOf::Group(sales)).await), Some(ErrorCode::NotFound));
}
