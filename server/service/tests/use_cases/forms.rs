use crate::world::{World, system};
use model::view::{DomainForm, ListQuery, MailboxForm, Unrecognized};
use model::*;
use service::{DomainChange, GatewaySource, Member, SettingsOf};

fn fields<T: std::fmt::Debug>(r: Result<T, service::Error>) -> Vec<String> {
    r.unwrap_err().to_user().fields.into_iter().map(|f| f.field).collect()
}

#[tokio::test]
async fn a_form_says_everything_that_is_wrong_with_it_at_once() {
    let w = World::new().await;
    let s = &w.service;
    let form = |name: &str, gateways: &str| DomainForm {
        account: AccountId(1),
        name: name.into(),
        gateways: gateways.into(),
        unrecognized: Unrecognized::Reject,
    };
    assert_eq!(fields(s.add_domain(&system(), &form("-bad-", "a b")).await), ["name", "gateways"]);
    assert_eq!(fields(s.add_domain(&system(), &form("ACME.test", "mx")).await), ["name"]);
    assert_eq!(
        fields(s.add_domain(&system(), &DomainForm { account: AccountId(99), ..form("n.test", "mx") }).await),
        ["account"]
    );
    let domain = w.mailbox("bob@acme.test").await.domain;
    let form = |name: &str, aliases: &str, password: &str| MailboxForm {
        domain,
        name: name.into(),
        aliases: aliases.into(),
        password: password.into(),
    };
    assert_eq!(fields(s.add_mailbox(&system(), &form("a b", "c d", "short")).await), ["name", "aliases", "password"]);
    assert_eq!(fields(s.add_mailbox(&system(), &form("robert", "", "")).await), ["name"]);
    assert_eq!(fields(s.add_mailbox(&system(), &form("fine", "bob", "")).await), ["aliases"]);
    assert_eq!(fields(s.add_account(&system(), " ").await), ["name"]);
    assert_eq!(fields(s.add_account(&system(), "ACME").await), ["name"]);
}

#[tokio::test]
async fn gateways_come_from_dns_or_from_another_domain() {
    let w = World::new().await;
    let s = &w.service;
    let texts = |g: Vec<HostPort>| g.iter().map(ToString::to_string).collect::<Vec<_>>();
    let from_dns = async |name: &str| s.gateways_from(&system(), name, GatewaySource::Dns).await;
    assert_eq!(texts(from_dns("moving.test").await.unwrap()), ["mail.moving.test:25", "old.moving.test:25"]);
    for (name, field, said) in [
        ("ours.test", "gateways", "this gateway already"),
        ("nullmx.test", "gateways", "takes no mail"),
        ("nomx.test", "gateways", "has no MX"),
        ("nowhere.test", "gateways", "does not exist"),
        ("slow.test", "gateways", "does not answer"),
        ("-bad-", "name", ""),
    ] {
        let e = from_dns(name).await.unwrap_err().to_user();
        assert!(e.fields[0].field == field && e.fields[0].message.contains(said), "{name}: {e:?}");
    }
    let (acme, other) = (w.mailbox("bob@acme.test").await.domain, w.mailbox("joe@other.test").await.domain);
    let boss = World::administrator(Role::Account, 1);
    let taken = s.gateways_from(&boss, "new.test", GatewaySource::Domain(acme)).await.unwrap();
    assert_eq!(texts(taken), ["127.0.0.1:2526"]);
    let others = s.gateways_from(&boss, "new.test", GatewaySource::Domain(other)).await;
    assert_eq!(fields(others), ["gateways"], "another account's domain does not exist");
}

#[tokio::test]
async fn an_outbound_ip_moves_without_its_domains_and_not_while_it_has_ties() {
    let w = World::new().await;
    let s = &w.service;
    let id = s.add_outbound_ip(&system(), AccountId(1), "192.0.2.0/28", "office").await.unwrap();
    let names = ["acme.test", "outside.test"].map(|n| DomainName::parse(n).unwrap());
    s.set_outbound_members(&system(), id, &names).await.unwrap();
    let filter = crate::definitions::content_filter();
    s.add_definition(&system(), Some(AccountId(1)), "words", filter).await.unwrap();
    let place = SettingsOf::OutboundIp(id);
    let set = |v: serde_json::Value| [("outbound_filtering.content_filters".to_owned(), v)];
    s.change_settings(&system(), place, &set(serde_json::json!({ "words": "quarantine" }))).await.unwrap();
    let refused = s.move_outbound_ip(&system(), id, AccountId(2)).await.unwrap_err();
    assert!(refused.code() == ErrorCode::Conflict && refused.to_user().message.contains("content filter words"));
    s.change_settings(&system(), place, &set(serde_json::Value::Null)).await.unwrap();
    assert_eq!(fields(s.move_outbound_ip(&system(), id, AccountId(99)).await), ["account"]);
    s.move_outbound_ip(&system(), id, AccountId(2)).await.unwrap();
    assert_eq!(s.outbound_ip(&system(), id).await.unwrap().account, AccountId(2));
    let members = s.outbound_members(&system(), id).await.unwrap();
    assert_eq!(members, [Member::External(DomainName::parse("outside.test").unwrap())]);
    let mut c = w.store.read().await.unwrap();
    let q = ListQuery { q: "outbound.move".into(), ..Default::default() };
    for account in [1, 2] {
        let rows = store::audit::list(&mut c, store::Scope::Account(AccountId(account)), &q).await.unwrap().rows;
        assert_eq!(rows.len(), 1, "both accounts read of it");
    }
}

#[tokio::test]
async fn what_a_form_adds_is_listed_and_in_the_audit_trail() {
    let w = World::new().await;
    let s = &w.service;
    let account = s.add_account(&system(), " New Ltd ").await.unwrap();
    let form = DomainForm {
        account,
        name: "New.Test".into(),
        gateways: "mx.new.test\n192.0.2.9:26".into(),
        unrecognized: Unrecognized::Accept,
    };
    let domain = s.add_domain(&system(), &form).await.unwrap();
    let form = MailboxForm { domain, name: "zoe".into(), aliases: "z, zoe, z".into(), password: "long enough".into() };
    s.add_mailbox(&system(), &form).await.unwrap();
    let view = s.domain(&system(), domain).await.unwrap();
    assert_eq!(
        (view.row.name.as_str(), view.row.account_name.as_str(), view.row.gateways.len(), view.row.mailboxes),
        ("new.test", "New Ltd", 2, 1)
    );
    let q = ListQuery { q: "z@new".into(), ..Default::default() };
    let row = s.mailboxes(&system(), None, &q).await.unwrap().rows.remove(0);
    assert_eq!(
        (row.address.as_str(), row.aliases, row.has_password),
        ("zoe@new.test", vec!["z@new.test".to_owned()], true)
    );
    let audit = s.audit(&system(), &ListQuery { per_page: 3, ..Default::default() }).await.unwrap();
    let acts: Vec<(&str, &str)> = audit.rows.iter().map(|r| (r.act.as_str(), r.object.as_str())).collect();
    assert_eq!(acts, [("mailbox.add", "zoe@new.test"), ("domain.add", "new.test"), ("account.add", "New Ltd")]);
}

#[tokio::test]
async fn what_fails_leaves_nothing_behind() {
    let w = World::new().await;
    let domain = w.mailbox("bob@acme.test").await.domain;
    let before = w.service.export(&system()).await.unwrap();
    let form = MailboxForm { domain, name: "fresh".into(), aliases: "newer, robert".into(), password: String::new() };
    assert!(w.service.add_mailbox(&system(), &form).await.is_err());
    assert_eq!(w.service.export(&system()).await.unwrap(), before);
}

#[tokio::test]
async fn an_edited_domain_has_its_new_gateways_and_lists_and_the_snapshot_follows() {
    let w = World::new().await;
    let domain = w.mailbox("bob@acme.test").await.domain;
    let operator = World::administrator(Role::Operator, 1);
    let snapshots = service::SnapshotStore::load(w.store.clone()).await.unwrap();
    let change = DomainChange { gateways: Some("a.test\nb.test:26".into()), unrecognized: None };
    w.service.change_domain(&operator, domain, &change).await.unwrap();
    let change = DomainChange { gateways: None, unrecognized: Some(Unrecognized::Discard) };
    w.service.change_domain(&operator, domain, &change).await.unwrap();
    let trail = w.service.audit(&system(), &ListQuery { per_page: 2, ..Default::default() }).await.unwrap();
    let steps: Vec<&str> = trail.rows.iter().map(|r| r.detail.as_str()).collect();
    assert_eq!(steps, ["unrecognized reject → discard", "gateways 127.0.0.1:2526 → a.test:25, b.test:26"]);
    let friends: Vec<SenderEntry> = vec!["partner.test // known".parse().unwrap()];
    w.service.set_domain_senders(&operator, domain, &friends, &[]).await.unwrap();
    let view = w.service.domain(&operator, domain).await.unwrap();
    assert_eq!((view.row.gateways.len(), view.unrecognized, view.friends), (2, Unrecognized::Discard, friends));
    assert!(snapshots.refresh_if_changed().await.unwrap());
    assert_eq!(snapshots.get().domain("acme.test").unwrap().gateways[1].to_string(), "b.test:26");
    let nowhere = DomainChange { gateways: Some(String::new()), unrecognized: None };
    assert_eq!(fields(w.service.change_domain(&operator, domain, &nowhere).await), ["gateways"]);
}
