use crate::world::{World, code, system};
use model::view::{DomainForm, ListQuery, MailboxForm, QuarantineQuery, ReleaseTo, Unrecognized};
use model::*;
use service::DomainChange;

#[tokio::test]
async fn an_owner_finds_nobody_elses_mail_and_no_system_quarantine() {
    let w = World::new().await;
    let bob = w.owner("bob@acme.test").await;
    let mine = w.hold(1, "bob@acme.test", false).await;
    let others = [w.hold(2, "ann@acme.test", false).await, w.hold(3, "bob@acme.test", true).await];
    let all = QuarantineQuery { all: true, ..Default::default() };
    let ids: Vec<i64> = w.service.quarantine(&bob, &all).await.unwrap().rows.iter().map(|r| r.id).collect();
    assert_eq!(ids, [mine]);
    for id in others {
        assert_eq!(code(&w.service.message(&bob, id).await), Some(ErrorCode::NotFound));
        assert_eq!(code(&w.service.message_raw(&bob, id).await), Some(ErrorCode::NotFound));
        for result in [w.service.release(&bob, &[id], ReleaseTo::Recipient).await, w.service.delete(&bob, &[id]).await]
        {
            let result = result.unwrap();
            assert_eq!((result.done, result.failed.len()), (0, 1));
        }
    }
    assert!(w.sent().is_empty());
    assert_eq!(
        w.service
            .quarantine(&system(), &all)
            .await
            .unwrap()
            .rows
            .iter()
            .filter(|r| r.disposition == Disposition::Quarantined)
            .count(),
        3
    );
    assert_eq!(w.service.owner_home(&bob).await.unwrap().held, 1);
}

#[tokio::test]
async fn an_administrator_of_one_account_finds_nothing_of_another() {
    let w = World::new().await;
    let stranger = World::administrator(Role::Account, 2);
    let id = w.hold(1, "bob@acme.test", false).await;
    let bob = w.mailbox("bob@acme.test").await;
    let list = ListQuery::default();
    let s = &w.service;
    assert_eq!(
        s.quarantine(&stranger, &QuarantineQuery { domain: Some(bob.domain), ..Default::default() })
            .await
            .unwrap()
            .total,
        0
    );
    assert_eq!(code(&s.message(&stranger, id).await), Some(ErrorCode::NotFound));
    assert_eq!(s.release(&stranger, &[id], ReleaseTo::Recipient).await.unwrap().done, 0);
    assert_eq!(code(&s.domain(&stranger, bob.domain).await), Some(ErrorCode::NotFound));
    assert_eq!(
        s.domains(&stranger, &list).await.unwrap().rows.iter().map(|d| d.name.as_str()).collect::<Vec<_>>(),
        ["other.test"]
    );
    assert_eq!(s.accounts(&stranger, &list).await.unwrap().total, 1);
    assert_eq!(s.mailboxes(&stranger, Some(bob.domain), &list).await.unwrap().total, 0);
    let form = MailboxForm { domain: bob.domain, name: "spy".into(), aliases: String::new(), password: String::new() };
    assert_eq!(code(&s.add_mailbox(&stranger, &form).await), Some(ErrorCode::Invalid));
    let form = DomainForm {
        account: AccountId(1),
        name: "spy.test".into(),
        gateways: "mx".into(),
        unrecognized: Unrecognized::Reject,
    };
    assert_eq!(code(&s.add_domain(&stranger, &form).await), Some(ErrorCode::Invalid));
    assert_eq!(code(&s.create_token(&stranger, "t", &[], Some(AccountId(1))).await), Some(ErrorCode::Invalid));
    assert_eq!(code(&s.create_token(&stranger, "t", &[], None).await), Some(ErrorCode::Invalid));
    assert_eq!(code(&s.digest_until_now(&stranger, bob.id).await), Some(ErrorCode::NotFound));
    assert_eq!(code(&s.revoke_links(&stranger, bob.id).await), Some(ErrorCode::NotFound));
    let change = DomainChange { gateways: Some("mx.spy.test".into()), unrecognized: Some(Unrecognized::Accept) };
    let edited = s.change_domain(&stranger, bob.domain, &change).await;
    assert_eq!(code(&edited), Some(ErrorCode::NotFound));
    assert_eq!(code(&s.set_domain_senders(&stranger, bob.domain, &[], &[]).await), Some(ErrorCode::NotFound));
    let seen = s.overview(&stranger, w.now(), w.now().plus(1)).await.unwrap();
    assert_eq!(
        (seen.traffic.len(), seen.quarantined, seen.domains, seen.mailboxes, seen.waiting_filter),
        (0, 0, 1, 1, 0)
    );
    let seen = s.overview(&system(), w.now(), w.now().plus(1)).await.unwrap();
    assert_eq!(
        (seen.traffic.len(), seen.quarantined, seen.domains, seen.mailboxes, seen.waiting_filter),
        (1, 1, 2, 3, 2)
    );
    assert!(s.audit(&stranger, &list).await.unwrap().rows.iter().all(|r| !r.object.contains("acme")));
}

#[tokio::test]
async fn personal_settings_bind_the_owner() {
    let w = World::new().await;
    let bob = w.owner("bob@acme.test").await;
    let id = w.hold(1, "bob@acme.test", false).await;
    let set = async |personal: &str| {
        let yaml = format!(
            "accounts: [{{ name: acme, domains: [{{ name: acme.test, settings: {{ personal: {personal} }} }}] }}]"
        );
        w.service.apply(&system(), &yaml, false).await.unwrap();
    };
    set("{ release: false, delete: false, view_body: false }").await;
    assert_eq!(code(&w.service.release(&bob, &[id], ReleaseTo::Recipient).await), Some(ErrorCode::Forbidden));
    assert_eq!(code(&w.service.delete(&bob, &[id]).await), Some(ErrorCode::Forbidden));
    assert_eq!(code(&w.service.message_raw(&bob, id).await), Some(ErrorCode::Forbidden));
    let view = w.service.message(&bob, id).await.unwrap();
    assert_eq!(
        (view.preview_text.as_str(), view.preview_html.as_str(), view.may_release, view.may_delete),
        ("", "", false, false)
    );
    assert!(!w.service.message(&system(), id).await.unwrap().preview_text.is_empty());
    set("{ access: false }").await;
    assert_eq!(code(&w.service.quarantine(&bob, &QuarantineQuery::default()).await), Some(ErrorCode::Forbidden));
    assert_eq!(code(&w.service.owner_home(&bob).await), Some(ErrorCode::Forbidden));
}

#[tokio::test]
async fn owners_do_not_send_mail_back_to_senders() {
    let w = World::new().await;
    let bob = w.owner("bob@acme.test").await;
    let id = w.hold(1, "bob@acme.test", false).await;
    assert_eq!(code(&w.service.release(&bob, &[id], ReleaseTo::Sender).await), Some(ErrorCode::Forbidden));
}
