//! Features of an account: without one, what needs it is not offered, not taken, and does not count (guide chapter 4).

use crate::world::{World, code, system};
use model::definition::Notification;
use model::view::Feature;
use model::*;
use serde_json::{Value as Json, json};
use service::{
    AccountChange, BulkChange, BulkOf, BulkSelection, Error, FilterPlace, Lookup, SettingsOf, SnapshotStore,
};

const ACCOUNT: AccountId = AccountId(1);

async fn licence(w: &World, features: &[Feature]) {
    let change = AccountChange { features: Some(features.to_vec()), ..AccountChange::default() };
    w.service.change_account(&system(), ACCOUNT, &change).await.unwrap();
}

fn set(path: &str, value: Json) -> [(String, Json); 1] {
    [(path.to_owned(), value)]
}

/// The fields and sentences of a refusal.
fn said<T: std::fmt::Debug>(r: Result<T, Error>) -> Vec<(String, String)> {
    r.unwrap_err().to_user().fields.into_iter().map(|f| (f.field, f.message)).collect()
}

#[tokio::test]
async fn a_new_account_has_every_feature() {
    let w = World::new().await;
    assert_eq!(w.service.account(&system(), ACCOUNT).await.unwrap().features, Feature::ALL);
    let new = w.service.add_account(&system(), "new").await.unwrap();
    assert_eq!(w.service.account(&system(), new).await.unwrap().features, Feature::ALL);
}

#[tokio::test]
async fn what_an_account_set_sleeps_without_the_feature_and_wakes_unharmed() {
    let w = World::new().await;
    let (s, by) = (&w.service, &system());
    let bob = w.mailbox("bob@acme.test").await;
    let network = s.add_outbound_ip(by, ACCOUNT, "192.0.2.0/24", "").await.unwrap();
    let (domain, outbound) = (SettingsOf::Domain(bob.domain), SettingsOf::OutboundIp(network));
    s.change_settings(by, domain, &set("continuity.enabled", json!(true))).await.unwrap();
    s.change_settings(by, domain, &set("filtering.credit_card", json!("block"))).await.unwrap();
    s.change_settings(by, outbound, &set("outbound_filtering.health", json!("quarantine"))).await.unwrap();
    s.change_settings(by, outbound, &set("outbound_filtering.spam", json!("attach_encrypted"))).await.unwrap();
    // What lies below the account counts no more than what it sets itself.
    let below = set("outbound_filtering.profanity", json!("block"));
    s.change_settings(by, SettingsOf::DefaultOutbound(None), &below).await.unwrap();

    let snapshots = SnapshotStore::load(w.store.clone()).await.unwrap();
    let holds = || {
        let snapshot = snapshots.get();
        let Lookup::Known(bob) = snapshot.lookup(&bob.address) else { panic!("nobody") };
        let v = &bob.policy.values;
        let o = &snapshot.outbound_by_id(network).unwrap().values.outbound_filtering;
        (v.continuity.enabled, v.filtering.credit_card.action, o.health.action, o.spam.action, o.profanity.action)
    };
    let awake = (true, Action::Block, Action::Quarantine, Action::AttachEncrypted, Action::Block);
    assert_eq!(holds(), awake);
    licence(&w, &[]).await;
    assert!(snapshots.refresh_if_changed().await.unwrap());
    assert_eq!(holds(), (false, Action::Allow, Action::Allow, Action::Quarantine, Action::Allow));
    assert_eq!(snapshots.get().lines(), service::Snapshot::load(&w.store).await.unwrap().lines());

    let view = s.settings(by, domain).await.unwrap();
    assert!(view.effective.iter().all(|(path, _)| !path.starts_with("continuity.")), "not offered");
    assert_eq!(view.set.get("continuity.enabled"), Some(json!(true)), "still there");
    assert_eq!(view.effective.len(), view.below.len());
    licence(&w, Feature::ALL).await;
    assert!(snapshots.refresh_if_changed().await.unwrap());
    assert_eq!(holds(), awake);
}

#[tokio::test]
async fn what_needs_a_missing_feature_is_refused_at_each_door_by_its_field() {
    let w = World::new().await;
    let (s, by) = (&w.service, &system());
    let bob = w.mailbox("bob@acme.test").await;
    let network = s.add_outbound_ip(by, ACCOUNT, "192.0.2.0/24", "").await.unwrap();
    let (domain, outbound) = (SettingsOf::Domain(bob.domain), SettingsOf::OutboundIp(network));
    s.change_settings(by, domain, &set("continuity.enabled", json!(true))).await.unwrap();
    licence(&w, &[]).await;

    let refused = |field: &str, feature: Feature| {
        vec![(field.to_owned(), format!("the account does not have {}", feature.label()))]
    };
    let change = async |of, path: &str, value| s.change_settings(by, of, &set(path, value)).await;
    let off = change(domain, "continuity.enabled", json!(false)).await;
    assert_eq!(said(off), refused("continuity.enabled", Feature::Continuity));
    let health = change(outbound, "outbound_filtering.health", json!("block")).await;
    assert_eq!(said(health), refused("outbound_filtering.health", Feature::Compliance));
    let encrypted = change(outbound, "outbound_filtering.spam", json!("attach_encrypted")).await;
    assert_eq!(said(encrypted), refused("outbound_filtering.spam", Feature::Encryption));
    // As it was is no change, all of the system is no account's, and other accounts have what they have.
    change(domain, "continuity.enabled", json!(true)).await.unwrap();
    change(SettingsOf::System, "continuity.enabled", json!(true)).await.unwrap();
    let joe = w.mailbox("joe@other.test").await;
    change(SettingsOf::Domain(joe.domain), "continuity.enabled", json!(true)).await.unwrap();

    // A bulk operation names the object.
    let selection = BulkSelection { ids: vec![bob.domain.0], ..BulkSelection::default() };
    let wanted = BulkChange { settings: set("filtering.credit_card", json!("block")).into(), ..BulkChange::default() };
    let job = s.start_bulk(by, BulkOf::Domains, &selection, &wanted).await.unwrap();
    s.run_bulk(by).await.unwrap();
    let failures = s.bulk_failures_after(by, job, &crate::world::FIRST).await.unwrap().rows;
    assert!(failures.len() == 1 && failures[0].reason.contains("does not have Email Data Compliance"), "{failures:?}");
    let own = BulkSelection { all: true, ..BulkSelection::default() };
    assert_eq!(s.bulk_off(&World::administrator(Role::Account, 1), &own).await.unwrap().iter().count(), 4);
    assert!(s.bulk_off(by, &own).await.unwrap().is_empty());

    // Content filters, notifications, documents.
    let filter = crate::definitions::content_filter();
    let id = s.add_definition(by, Some(ACCOUNT), "Secrets", filter).await.unwrap();
    let uses = [(id, ActionSetting::of(Action::AttachEncrypted))];
    let wrong = said(s.set_filters(by, FilterPlace::OutboundIp(network), &uses).await);
    assert_eq!(wrong[0].0, "filters[0].action");
    let body: Notification = serde_json::from_value(json!({"event_type": "threat_test_submissions",
        "sender": "gate@acme.test", "recipients": ["it@acme.test"], "conditions": {"count": 3}}))
    .unwrap();
    let added = s.add_definition(by, Some(ACCOUNT), "Submissions", body).await;
    assert_eq!(said(added), refused("definition.event_type", Feature::ThreatTest));

    let document =
        "accounts: [{ name: acme, domains: [{ name: acme.test, settings: { filtering: { credit_card: block } } }] }]";
    assert_eq!(code(&s.apply(by, document, true).await), Some(ErrorCode::Invalid));
    // One that says the features too says all of the account: what sleeps there is taken with it.
    let whole = document.replace("name: acme,", "name: acme, features: [],");
    s.apply(by, &whole, false).await.unwrap();
    let view = s.settings(by, domain).await.unwrap();
    assert_eq!(view.set.get("filtering.credit_card"), Some(json!("block")));
}
