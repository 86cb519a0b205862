use crate::world::{World, system};
use model::view::MailboxState;
use model::*;
use service::{Lookup, SnapshotStore, Store};
use std::sync::Arc;

fn address(text: &str) -> EmailAddress {
    text.parse().unwrap()
}

#[tokio::test]
async fn addresses_aliases_and_tags_fold_into_their_mailbox() {
    let w = World::new().await;
    let snapshot = SnapshotStore::load(w.store.clone()).await.unwrap().get();
    let bob = w.mailbox("bob@acme.test").await.id;
    for text in ["bob@acme.test", "BOB@Acme.Test", "robert@acme.test", "bob+news@acme.test", "Robert+a+b@acme.test"] {
        match snapshot.lookup(&address(text)) {
            Lookup::Known(k) => assert_eq!((k.mailbox, k.address.as_str()), (bob, "bob@acme.test"), "{text}"),
            other => panic!("{text}: {other:?}"),
        }
    }
    assert!(
        matches!(snapshot.lookup(&address("nobody@acme.test")), Lookup::UnknownMailbox(d) if d.name.as_str() == "acme.test")
    );
    assert!(matches!(snapshot.lookup(&address("bob@sub.acme.test")), Lookup::NotOurDomain));
    assert_eq!(snapshot.domain("acme.test").unwrap().gateways[0].to_string(), "127.0.0.1:2526");
}

#[tokio::test]
async fn settings_are_laid_over_each_other_and_mailboxes_without_any_share_their_domains() {
    let w = World::new().await;
    let yaml = "
settings: { filtering: { spam: block, ndr: quarantine } }
accounts:
  - name: acme
    domains:
      - name: acme.test
        settings: { filtering: { spam: quarantine } }
        enemies: [evil.test]
        mailboxes:
          - { name: ann, settings: { filtering: { ndr: allow } }, friends: [good.test] }
          - { name: free, state: unprotected }
          - { name: gone, state: inactive }
    outbound_ips: [{ range: 10.0.0.0/8, nickname: wide }, { range: 10.1.0.0/16, nickname: near }]
";
    w.service.apply(&system(), yaml, false).await.unwrap();
    let snapshot = SnapshotStore::load(w.store.clone()).await.unwrap().get();
    let known = |text: &str| match snapshot.lookup(&address(text)) {
        Lookup::Known(k) => k,
        other => panic!("{text}: {other:?}"),
    };
    let (ann, bob, joe) = (known("ann@acme.test"), known("bob@acme.test"), known("joe@other.test"));
    let actions = |k: &service::Known| (k.policy.values.filtering.spam.action, k.policy.values.filtering.ndr.action);
    assert_eq!(actions(&ann), (Action::Quarantine, Action::Allow));
    assert_eq!(actions(&bob), (Action::Quarantine, Action::Quarantine));
    assert_eq!(actions(&joe), (Action::Block, Action::Quarantine));
    assert!(Arc::ptr_eq(&bob.policy, &bob.domain.policy) && !Arc::ptr_eq(&ann.policy, &ann.domain.policy));
    assert!(Arc::ptr_eq(&ann.policy.domain_senders, &bob.policy.domain_senders));
    assert!(ann.policy.mailbox_senders.is_some() && bob.policy.mailbox_senders.is_none());
    assert_eq!(
        (ann.policy.profile.as_deref(), bob.policy.profile.as_deref(), joe.policy.profile.as_deref()),
        (Some("ann@acme.test"), Some("acme.test"), None)
    );
    assert!(known("free@acme.test").policy.unprotected && !bob.policy.unprotected);
    assert_eq!(known("gone@acme.test").state, MailboxState::Inactive);
    assert_eq!(snapshot.outbound("10.1.2.3".parse().unwrap()).unwrap().nickname, "near");
    assert_eq!(snapshot.outbound("10.2.2.3".parse().unwrap()).unwrap().nickname, "wide");
    assert!(snapshot.outbound("192.0.2.1".parse().unwrap()).is_none());
}

/// Guide chapter 6 "Block": individual mailbox users cannot override this setting.
#[tokio::test]
async fn a_mailbox_cannot_loosen_what_its_domain_blocks_but_all_else() {
    let w = World::new().await;
    let yaml = "
accounts:
  - name: acme
    domains:
      - name: acme.test
        settings: { filtering: { spam: block, junk: quarantine, attachments: { zip: block } } }
        mailboxes:
          - name: ann
            settings:
              filtering: { spam: allow, virus: allow, junk: allow, bot: block, attachments: { zip: allow, exe: allow } }
";
    w.service.apply(&system(), yaml, false).await.unwrap();
    let snapshot = SnapshotStore::load(w.store.clone()).await.unwrap().get();
    let Lookup::Known(ann) = snapshot.lookup(&address("ann@acme.test")) else { panic!("ann is known") };
    let found = |category: Category, check: finding::Check| Finding {
        analyser: "test".into(),
        step: finding::Step::Rules,
        category,
        check: Some(check),
        rule: None,
        info: String::new(),
        score: 0.0,
    };
    let decided = |category: Category, check: finding::Check| {
        let findings = Findings { list: vec![found(category, check)], ..Findings::default() };
        filter::decide(&findings, &ann.policy, &ann.address).action
    };
    let category = |c: Category| decided(c, finding::Check::Category(c));
    assert_eq!(category(Category::Spam), Action::Block, "the domain says so");
    assert_eq!(category(Category::Virus), Action::Block, "the default is the domain's");
    assert_eq!(category(Category::Junk), Action::Allow, "anything else is loosened");
    assert_eq!(category(Category::Bot), Action::Block, "and tightened");
    let attachment = |kind: &str| decided(Category::Attachment, finding::Check::AttachmentType(kind.into()));
    assert_eq!((attachment("zip"), attachment("exe")), (Action::Block, Action::Allow), "each type by itself");
}

#[tokio::test]
async fn a_level_that_may_not_set_a_setting_is_refused() {
    let w = World::new().await;
    let mailbox = "mailboxes: [{ name: ann, settings: { routing: { spool_hours: 5 } } }]";
    let yaml = format!("accounts: [{{ name: acme, domains: [{{ name: acme.test, {mailbox} }}] }}]");
    let error = w.service.apply(&system(), &yaml, false).await.unwrap_err().to_string();
    assert!(
        error.contains("mailboxes[0].settings.routing.spool_hours: this is not set at the level Mailbox"),
        "{error}"
    );
    let yaml =
        "accounts: [{ name: acme, outbound_ips: [{ range: 10.0.0.0/8, settings: { filtering: { spam: block } } }] }]";
    let error = w.service.apply(&system(), yaml, false).await.unwrap_err().to_string();
    assert!(
        error.contains("outbound_ips[0].settings.filtering.spam: this is not set at the level Outbound IP"),
        "{error}"
    );
}

#[tokio::test]
async fn a_change_by_another_process_is_seen_and_an_idle_look_reloads_nothing() {
    let w = World::new().await;
    let other = Store::open(w.dir.path()).await.unwrap();
    let snapshots = SnapshotStore::load(other).await.unwrap();
    let first = snapshots.get();
    assert!(!snapshots.refresh_if_changed().await.unwrap());
    assert!(Arc::ptr_eq(&first, &snapshots.get()));
    let form = view::MailboxForm {
        domain: w.mailbox("bob@acme.test").await.domain,
        name: "new".into(),
        aliases: String::new(),
        password: String::new(),
    };
    w.service.add_mailbox(&system(), &form).await.unwrap();
    assert!(snapshots.refresh_if_changed().await.unwrap());
    assert!(matches!(snapshots.get().lookup(&address("new@acme.test")), Lookup::Known(_)));
    assert!(
        matches!(first.lookup(&address("new@acme.test")), Lookup::UnknownMailbox(_)),
        "the old one stays as it was"
    );
}
