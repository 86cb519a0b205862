use crate::world::{World, system};
use model::view::{DomainForm, ListQuery, MailboxForm, Unrecognized};
use model::*;
use service::DomainChange;

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
