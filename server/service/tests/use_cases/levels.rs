//! Each level of settings, lowest first: the next one that sets something wins, in the filter and in what is shown.

use crate::world::{World, code, system};
use model::settings::Level;
use model::*;
use serde_json::json;
use service::{Lookup, SettingsOf, SnapshotStore};
use store::group::Group;

/// A group of the domain with this one member; its id.
async fn group(w: &World, domain: DomainId, name: &str, members: &[MailboxId]) -> i64 {
    let mut tx = w.store.begin().await.unwrap();
    let group = Group {
        id: 0,
        domain,
        name: name.into(),
        position: 0,
        ldap_group: None,
        settings: Settings::default(),
        created: w.now(),
    };
    let id = store::group::insert(&mut tx, &group).await.unwrap();
    store::group::set_members(&mut tx, id, members).await.unwrap();
    store::change::bump(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    id
}

/// The action in a value: with a tag, or alone.
fn shown_word(value: &serde_json::Value) -> Option<&str> {
    value.as_str().or_else(|| value["action"].as_str())
}

async fn outbound_ip(w: &World, range: &str) -> i64 {
    w.service.add_outbound_ip(&system(), AccountId(1), range, "").await.unwrap()
}

#[tokio::test]
async fn inbound_mail_obeys_the_highest_level_that_sets_something() {
    let w = World::new().await;
    let account = AccountId(1);
    let bob = w.mailbox("bob@acme.test").await;
    let low = group(&w, bob.domain, "low", &[bob.id]).await;
    let high = group(&w, bob.domain, "high", &[bob.id]).await;
    let mut tx = w.store.begin().await.unwrap();
    store::group::order(&mut tx, bob.domain, &[high, low]).await.unwrap();
    tx.commit().await.unwrap();

    let snapshots = SnapshotStore::load(w.store.clone()).await.unwrap();
    let steps = [
        (SettingsOf::System, Level::Brand),
        (SettingsOf::Account(account), Level::Account),
        (SettingsOf::DefaultInbound(None), Level::DefaultInbound),
        (SettingsOf::DefaultInbound(Some(account)), Level::DefaultInbound),
        (SettingsOf::Domain(bob.domain), Level::Domain),
        (SettingsOf::Group(low), Level::Group),
        (SettingsOf::Group(high), Level::Group),
        (SettingsOf::Mailbox(bob.id), Level::Mailbox),
    ];
    let words = ["allow", "markup", "quarantine"];
    for (n, (of, level)) in steps.into_iter().enumerate() {
        let word = words[n % 3];
        w.service.change_settings(&system(), of, &[("filtering.adult".into(), json!(word))]).await.unwrap();
        assert!(snapshots.refresh_if_changed().await.unwrap());
        let Lookup::Known(known) = snapshots.get().lookup(&bob.address) else { panic!("bob") };
        assert_eq!(known.policy.values.filtering.adult.action.as_str(), word, "{of:?} in the snapshot");
        let shown = w.service.settings(&system(), SettingsOf::Mailbox(bob.id)).await.unwrap();
        let (_, source) = shown.effective.iter().find(|(path, _)| path == "filtering.adult").unwrap().clone();
        assert_eq!((source.level, shown_word(&source.value)), (Some(level), Some(word)), "{of:?} as shown");
    }
    // Who is in no group, and who is in another account.
    let snapshot = snapshots.get();
    let adult = |text: &str| match snapshot.lookup(&text.parse().unwrap()) {
        Lookup::Known(k) => k.policy.values.filtering.adult.action.as_str(),
        other => panic!("{text}: {other:?}"),
    };
    assert_eq!((adult("ann@acme.test"), adult("joe@other.test")), (words[4 % 3], words[2]));
}

#[tokio::test]
async fn outbound_mail_obeys_the_highest_level_that_sets_something() {
    let w = World::new().await;
    let account = AccountId(1);
    let ip = outbound_ip(&w, "192.0.2.0/24").await;
    let snapshots = SnapshotStore::load(w.store.clone()).await.unwrap();
    let steps = [
        (SettingsOf::System, Level::Brand),
        (SettingsOf::Account(account), Level::Account),
        (SettingsOf::DefaultOutbound(None), Level::DefaultOutbound),
        (SettingsOf::DefaultOutbound(Some(account)), Level::DefaultOutbound),
        (SettingsOf::OutboundIp(ip), Level::OutboundIp),
    ];
    for (n, (of, level)) in steps.into_iter().enumerate() {
        let size = 20 + u32::try_from(n).unwrap();
        let changes = [("outbound_routing.max_size_mb".into(), json!(size))];
        w.service.change_settings(&system(), of, &changes).await.unwrap();
        snapshots.refresh_if_changed().await.unwrap();
        let found = snapshots.get();
        let network = found.outbound("192.0.2.7".parse().unwrap()).unwrap();
        assert_eq!(u64::from(network.values.outbound_routing.max_size_mb), u64::from(size), "{of:?}");
        let shown = w.service.settings(&system(), SettingsOf::OutboundIp(ip)).await.unwrap();
        let (_, source) = shown.effective.iter().find(|(path, _)| path == "outbound_routing.max_size_mb").unwrap();
        assert_eq!((source.level, &source.value), (Some(level), &json!(size)), "{of:?}");
    }
    // The relay's defaults lie over those of outbound mail, not under an outbound IP.
    let changes = [("outbound_routing.max_size_mb".into(), json!(77))];
    w.service.change_settings(&system(), SettingsOf::DefaultRelay(None), &changes).await.unwrap();
    snapshots.refresh_if_changed().await.unwrap();
    assert_eq!(snapshots.get().outbound("192.0.2.7".parse().unwrap()).unwrap().values.outbound_routing.max_size_mb, 24);
    let relay = w.service.settings(&system(), SettingsOf::DefaultRelay(Some(account))).await.unwrap();
    let (_, source) = relay.effective.iter().find(|(path, _)| path == "outbound_routing.max_size_mb").unwrap();
    assert_eq!((source.level, &source.value), (Some(Level::OutboundRelay), &json!(77)));
}

#[tokio::test]
async fn a_brand_holds_for_its_accounts_and_above_the_system() {
    let w = World::new().await;
    let mut settings = Settings::default();
    settings.set("filtering.adult", json!("markup")).unwrap();
    let mut tx = w.store.begin().await.unwrap();
    let brand = store::brand::Brand { id: 0, name: "House".into(), host: None, settings, created: w.now() };
    let id = store::brand::insert(&mut tx, &brand).await.unwrap();
    let account: store::account::Account<Settings> = store::account::get(&mut tx, AccountId(1)).await.unwrap().unwrap();
    store::account::update(&mut tx, &store::account::Account { brand: Some(id), ..account }).await.unwrap();
    store::change::bump(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    let changes = [("filtering.adult".into(), json!("allow"))];
    w.service.change_settings(&system(), SettingsOf::System, &changes).await.unwrap();
    let snapshot = SnapshotStore::load(w.store.clone()).await.unwrap().get();
    let adult = |text: &str| snapshot.domain(text).unwrap().values().filtering.adult.action;
    assert_eq!((adult("acme.test"), adult("other.test")), (Action::Markup, Action::Allow));
}

#[tokio::test]
async fn defaults_of_the_system_are_the_systems_and_those_of_an_account_its_own() {
    let w = World::new().await;
    let acme = World::administrator(Role::Account, 1);
    let changes = [("routing.max_size_mb".to_owned(), json!(7))];
    let change = async |of| code(&w.service.change_settings(&acme, of, &changes).await);
    for of in [
        SettingsOf::System,
        SettingsOf::DefaultInbound(None),
        SettingsOf::Account(AccountId(2)),
        SettingsOf::DefaultInbound(Some(AccountId(2))),
        SettingsOf::DefaultInbound(Some(AccountId(99))),
    ] {
        assert_eq!(change(of).await, Some(ErrorCode::NotFound), "{of:?}");
        assert_eq!(code(&w.service.settings(&acme, of).await), Some(ErrorCode::NotFound), "{of:?}");
    }
    assert_eq!(change(SettingsOf::Account(AccountId(1))).await, None);
    assert_eq!(change(SettingsOf::DefaultInbound(Some(AccountId(1)))).await, None);
    let wrong = w.service.change_settings(&acme, SettingsOf::DefaultOutbound(Some(AccountId(1))), &changes).await;
    let Err(service::Error::User(wrong)) = wrong else { panic!("{wrong:?}") };
    assert_eq!(wrong.fields[0].field, "routing.max_size_mb", "{wrong:?}");
}

#[tokio::test]
async fn only_the_system_s_administrators_have_strangers_told() {
    let w = World::new().await;
    let ip = outbound_ip(&w, "192.0.2.77").await;
    let change = [("outbound_notification.unknown_senders".to_owned(), json!(true))];
    let own = World::administrator(Role::Account, 1);
    let refused = w.service.change_settings(&own, SettingsOf::OutboundIp(ip), &change).await;
    assert_eq!(code(&refused), Some(ErrorCode::Invalid));
    let bulk = service::BulkChange { settings: change.to_vec(), ..Default::default() };
    let picked = service::BulkSelection { ids: vec![ip], ..Default::default() };
    let refused = w.service.start_bulk(&own, service::BulkOf::OutboundIps, &picked, &bulk).await;
    assert_eq!(code(&refused), Some(ErrorCode::Invalid));
    let others = [("outbound_notification.other_filters".to_owned(), json!(true))];
    assert!(w.service.change_settings(&own, SettingsOf::OutboundIp(ip), &others).await.is_ok());
    assert!(w.service.change_settings(&system(), SettingsOf::OutboundIp(ip), &change).await.is_ok());
}
