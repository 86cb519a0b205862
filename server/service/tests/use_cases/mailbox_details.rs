//! Access, aliases in other domains of the account, and what an account has of its own.

use crate::world::{PASSWORD, World, code, system};
use model::view::{DomainForm, Feature, MailboxAccess, MailboxForm, Unrecognized};
use model::*;
use serde_json::json;
use service::{AccountChange, Error, Lookup, MailboxChange, MailboxDetails, SettingsOf, Snapshot, SnapshotStore};

fn domain(name: &str, account: i64) -> DomainForm {
    DomainForm {
        account: AccountId(account),
        name: name.into(),
        gateways: "127.0.0.1".into(),
        unrecognized: Unrecognized::Reject,
    }
}

#[tokio::test]
async fn access_none_shuts_out_full_lets_in_and_default_is_as_the_settings_say() {
    let w = World::new().await;
    let (s, by) = (&w.service, &system());
    let bob = w.mailbox("bob@acme.test").await;
    let password = MailboxChange { password: Some(Some(PASSWORD.into())), ..MailboxChange::default() };
    s.change_mailbox(by, bob.id, &password).await.unwrap();
    let login = async || s.login("bob@acme.test", PASSWORD, "::1").await.is_ok();
    let access = async |access| {
        let change = MailboxChange { access: Some(access), ..MailboxChange::default() };
        s.change_mailbox(by, bob.id, &change).await.unwrap();
    };
    let domain_says = async |value: bool| {
        let changes = [("personal.access".into(), json!(value))];
        s.change_settings(by, SettingsOf::Domain(bob.domain), &changes).await.unwrap();
    };
    assert!(login().await, "default, and the domain allows it");
    access(MailboxAccess::None).await;
    assert!(!login().await, "none");
    domain_says(false).await;
    access(MailboxAccess::Full).await;
    assert!(login().await, "full, though the domain does not allow it");
    access(MailboxAccess::Default).await;
    assert!(!login().await, "default, and the domain does not allow it");
}

#[tokio::test]
async fn a_mailbox_is_added_and_changed_with_its_details() {
    let w = World::new().await;
    let (s, by) = (&w.service, &system());
    let form = MailboxForm {
        domain: w.mailbox("bob@acme.test").await.domain,
        name: "zoe".into(),
        aliases: String::new(),
        password: String::new(),
    };
    let details = MailboxDetails { access: MailboxAccess::Full, keep: true, full_name: "Zoë Zander".into() };
    let id = s.add_mailbox_with(by, &form, &details).await.unwrap();
    let row = s.mailbox(by, id).await.unwrap();
    assert_eq!((row.access, row.keep, row.full_name.as_str()), (MailboxAccess::Full, true, "Zoë Zander"));
    let change = MailboxChange { keep: Some(false), ..MailboxChange::default() };
    s.change_mailbox(by, id, &change).await.unwrap();
    let row = s.mailbox(by, id).await.unwrap();
    assert_eq!((row.access, row.keep, row.full_name.as_str()), (MailboxAccess::Full, false, "Zoë Zander"));
    let long = MailboxChange { full_name: Some("x".repeat(201)), ..MailboxChange::default() };
    let Err(Error::User(e)) = s.change_mailbox(by, id, &long).await else { panic!("taken") };
    assert_eq!(e.fields[0].field, "full_name");
}

#[tokio::test]
async fn an_alias_may_be_in_any_domain_of_the_account_and_in_no_other() {
    let w = World::new().await;
    let (s, by) = (&w.service, &system());
    let bob = w.mailbox("bob@acme.test").await;
    let second = s.add_domain(by, &domain("acme.example", 1)).await.unwrap();
    let snapshots = SnapshotStore::load(w.store.clone()).await.unwrap();
    let aliases = async |list: &[&str]| {
        let aliases = Some(list.iter().map(ToString::to_string).collect());
        s.change_mailbox(by, bob.id, &MailboxChange { aliases, ..MailboxChange::default() }).await
    };
    let Err(Error::User(e)) = aliases(&["robert", "bob@other.test", "x@nowhere.test"]).await else { panic!("taken") };
    assert_eq!(e.fields.iter().map(|f| f.field.as_str()).collect::<Vec<_>>(), ["aliases", "aliases"]);
    aliases(&["robert", "bob@acme.example"]).await.unwrap();
    snapshots.refresh_if_changed().await.unwrap();
    let lookup = |who: &str| snapshots.get().lookup(&who.parse().unwrap());
    assert!(matches!(lookup("bob@acme.example"), Lookup::Known(k) if k.mailbox == bob.id && k.domain.id == bob.domain));
    let one = async |name: &str, remove| s.change_aliases(by, bob.id, &[name.into()], remove).await;
    one("b@acme.example", false).await.unwrap();
    let Err(Error::User(e)) = one("b@other.test", false).await else { panic!("taken") };
    assert_eq!(e.fields[0].field, "aliases[0]");
    assert!(s.mailbox(by, bob.id).await.unwrap().aliases.contains(&"b@acme.example".to_owned()));
    one("b@acme.example", true).await.unwrap();
    // Neither domain may leave the account without it.
    for id in [second, bob.domain] {
        assert_eq!(code(&s.move_domain(by, id, AccountId(2)).await), Some(ErrorCode::Conflict));
    }
    s.delete_domain(by, second).await.unwrap();
    snapshots.refresh_if_changed().await.unwrap();
    assert!(matches!(lookup("bob@acme.example"), Lookup::NotOurDomain));
    assert_eq!(s.mailbox(by, bob.id).await.unwrap().aliases, ["robert@acme.test"]);
    s.add_domain(by, &domain("acme.example", 2)).await.unwrap();
    snapshots.refresh_if_changed().await.unwrap();
    assert!(matches!(lookup("bob@acme.example"), Lookup::UnknownMailbox(_)), "it does not come back");
    assert_eq!(snapshots.get().lines(), Snapshot::load(&w.store).await.unwrap().lines());
}

#[tokio::test]
async fn a_mailbox_with_aliases_is_deleted_only_by_who_says_that_they_may_go() {
    let w = World::new().await;
    let (s, by) = (&w.service, &system());
    let bob = w.mailbox("bob@acme.test").await.id;
    let Err(Error::User(e)) = s.delete_mailbox_without_aliases(by, bob).await else { panic!("gone") };
    assert!(e.code == ErrorCode::Conflict && e.message.contains("robert@acme.test"), "{e:?}");
    assert_eq!(s.delete_mailbox(by, bob).await.unwrap().len(), 1);
    s.delete_mailbox_without_aliases(by, w.mailbox("ann@acme.test").await.id).await.unwrap();
}

#[tokio::test]
async fn an_account_has_mail_zone_features_and_brand_and_new_ones_begin_as_the_default_one() {
    let w = World::new().await;
    let (s, by) = (&w.service, &system());
    let brand = s.add_brand(by, "house", "Mail.House.test").await.unwrap();
    assert_eq!(code(&s.add_brand(by, "HOUSE", "").await), Some(ErrorCode::Conflict));
    assert_eq!(code(&s.add_brand(by, "two words", "not a host").await), Some(ErrorCode::Invalid));
    let id = AccountId(1);
    let change = AccountChange {
        email: Some("it@acme.test".into()),
        time_zone: Some("Europe/Berlin".into()),
        features: Some(vec![Feature::Encryption, Feature::Compliance, Feature::Encryption]),
        brand: Some(Some(brand)),
        make_default: true,
        ..AccountChange::default()
    };
    s.change_account(by, id, &change).await.unwrap();
    let row = s.account(by, id).await.unwrap();
    assert_eq!((row.email.as_str(), row.brand, row.is_default), ("it@acme.test", Some(brand), true));
    assert_eq!(row.features, [Feature::Compliance, Feature::Encryption]);
    let bob = w.mailbox("bob@acme.test").await;
    let shown = s.settings(by, SettingsOf::Domain(bob.domain)).await.unwrap();
    let (_, zone) = shown.effective.iter().find(|(path, _)| path == "digest.time_zone").unwrap();
    assert_eq!((zone.level, &zone.value), (Some(model::settings::Level::Account), &json!("Europe/Berlin")));

    s.change_settings(by, SettingsOf::Account(id), &[("filtering.adult".into(), json!("allow"))]).await.unwrap();
    s.change_settings(by, SettingsOf::DefaultInbound(Some(id)), &[("filtering.bot".into(), json!("allow"))])
        .await
        .unwrap();
    let new = s.add_account(by, "new").await.unwrap();
    let row = s.account(by, new).await.unwrap();
    assert_eq!((row.time_zone.as_str(), row.brand, row.is_default), ("Europe/Berlin", Some(brand), false));
    let set = async |of| s.settings(by, of).await.unwrap().set;
    assert!(set(SettingsOf::Account(new)).await.get("filtering.adult").is_some());
    assert!(set(SettingsOf::DefaultInbound(Some(new))).await.get("filtering.bot").is_some());

    let acme = World::administrator(Role::Account, 1);
    let own = AccountChange { email: Some("help@acme.test".into()), ..AccountChange::default() };
    assert_eq!(code(&s.change_account(&acme, id, &own).await), None);
    let licence = AccountChange { features: Some(Vec::new()), ..AccountChange::default() };
    assert_eq!(code(&s.change_account(&acme, id, &licence).await), Some(ErrorCode::Forbidden));
    let wrong =
        AccountChange { email: Some("nobody".into()), time_zone: Some("Moon/Base".into()), ..AccountChange::default() };
    let Err(Error::User(e)) = s.change_account(by, id, &wrong).await else { panic!("taken") };
    assert_eq!(e.fields.iter().map(|f| f.field.as_str()).collect::<Vec<_>>(), ["email", "time_zone"]);
    s.delete_brand(by, brand).await.unwrap();
    assert_eq!(s.account(by, id).await.unwrap().brand, None);
}
