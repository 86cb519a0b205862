use crate::world::{World, system};
use model::settings::DigestFrequency;
use model::*;

/// Every kind of thing that a document has.
const DOCUMENT: &str = r#"
settings: { routing: { spool_hours: 48 } }
administrators: [{ email: root@x.test, role: system, password: "root password" }]
accounts:
  - name: acme
    administrators: [{ email: admin@acme.test, role: account }]
    domains:
      - name: acme.test
        gateways: ["127.0.0.1:2526", "mx2.acme.test"]
        unrecognized: reject
        settings: { filtering: { junk: { action: quarantine } }, spf: { softfail: markup } }
        friends: ["partner.test // comment", "de"]
        enemies: ["192.0.2.0/24"]
        mailboxes:
          - { name: bob, aliases: [robert, rob], password: "bob's password" }
          - { name: vip, state: unprotected, friends: [x@y.test], settings: { digest: { frequency: weekly } } }
    outbound_ips: [{ range: 127.0.0.1/32, nickname: office, settings: {} }]
"#;

fn lines(changes: &[service::Change]) -> Vec<String> {
    changes.iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn applying_twice_changes_nothing_the_second_time() {
    let w = World::new().await;
    let first = lines(&w.service.apply(&system(), DOCUMENT, false).await.unwrap());
    for expected in [
        "~ system: routing.spool_hours default → 48",
        "+ administrator root@x.test: System Administrator",
        "+ domain acme.test: gateway mx2.acme.test:25",
        "~ domain acme.test: filtering.junk default → quarantine",
        "+ domain acme.test: friend partner.test // comment",
        "~ mailbox bob@acme.test: password",
        "+ mailbox bob@acme.test: alias rob@acme.test",
        "+ mailbox vip@acme.test",
        "+ outbound IP 127.0.0.1 office",
    ] {
        assert!(first.iter().any(|l| l == expected), "{expected} in {first:#?}");
    }
    assert_eq!(lines(&w.service.apply(&system(), DOCUMENT, false).await.unwrap()), Vec::<String>::new());
}

#[tokio::test]
async fn applying_the_export_changes_nothing_and_makes_the_same_elsewhere() {
    let (w, elsewhere) = (World::new().await, World::new().await);
    w.service.apply(&system(), DOCUMENT, false).await.unwrap();
    w.service.set_digest(&w.owner("bob@acme.test").await, DigestFrequency::Never).await.unwrap();
    let exported = w.service.export(&system()).await.unwrap();
    assert!(!exported.contains("bob's password") && exported.contains("$argon2id$"));
    assert_eq!(lines(&w.service.apply(&system(), &exported, false).await.unwrap()), Vec::<String>::new());
    elsewhere.service.apply(&system(), &exported, false).await.unwrap();
    assert_eq!(elsewhere.service.export(&system()).await.unwrap(), exported);
    let login = elsewhere.service.login("rob@acme.test", "bob's password", "::1").await.unwrap();
    assert_eq!(login.actor.name, "bob@acme.test");
}

#[tokio::test]
async fn a_dry_run_says_the_same_and_changes_nothing() {
    let w = World::new().await;
    let before = w.service.export(&system()).await.unwrap();
    let dry = lines(&w.service.apply(&system(), DOCUMENT, true).await.unwrap());
    assert_eq!(w.service.export(&system()).await.unwrap(), before);
    assert_eq!(dry, lines(&w.service.apply(&system(), DOCUMENT, false).await.unwrap()));
}

#[tokio::test]
async fn lists_that_are_mentioned_are_set_and_the_rest_stays() {
    let w = World::new().await;
    w.service.apply(&system(), DOCUMENT, false).await.unwrap();
    let part = "accounts: [{ name: acme, domains: [{ name: acme.test, friends: [de], mailboxes: [{ name: bob, aliases: [bobby] }] }] }]";
    assert_eq!(
        lines(&w.service.apply(&system(), part, false).await.unwrap()),
        [
            "- domain acme.test: friend partner.test // comment",
            "- mailbox bob@acme.test: alias rob@acme.test",
            "- mailbox bob@acme.test: alias robert@acme.test",
            "+ mailbox bob@acme.test: alias bobby@acme.test"
        ]
    );
    let exported = w.service.export(&system()).await.unwrap();
    assert!(exported.contains("vip") && exported.contains("192.0.2.0/24") && exported.contains("mx2.acme.test"));
}

#[tokio::test]
async fn mistakes_are_named_with_their_place_and_nothing_is_applied() {
    let w = World::new().await;
    let before = w.service.export(&system()).await.unwrap();
    let domain = |inner: &str| {
        format!(
            "accounts:\n  - name: new\n    domains:\n      - name: new.test\n        gateways: [mx]\n        {inner}\n"
        )
    };
    for (yaml, expected) in [
        (domain("gatewayz: []"), vec!["accounts[0].domains[0]", "unknown field `gatewayz`", "line 6"]),
        (
            domain("settings: { filtering: { jnk: allow } }"),
            vec!["accounts[0].domains[0].settings", "unknown field `jnk`"],
        ),
        (
            domain("settings: { filtering: { junk: explode } }"),
            vec!["accounts[0].domains[0].settings.filtering", "\"explode\" is not one of allow", "line 6"],
        ),
        (
            domain("settings: { routing: { spool_hours: 999 } }"),
            vec!["accounts[0].domains[0].settings.routing.spool_hours", "1 and 320"],
        ),
        (domain("settings: { digest: { time_zone: Mars/Base } }"), vec!["digest.time_zone", "Mars/Base"]),
        (
            domain("friends: ['not a domain!']"),
            vec!["accounts[0].domains[0].friends", "not a domain!", "line 6 column 18"],
        ),
        (domain("mailboxes: [{ name: bob@elsewhere.test }]"), vec!["mailboxes[0].name", "not in new.test"]),
        (domain("mailboxes: [{ name: bob, password: short }]"), vec!["mailboxes[0].password", "less than 8"]),
        (domain("mailboxes: [{ name: bob, password_hash: secret }]"), vec!["mailboxes[0].password_hash"]),
        (
            "accounts: [{ name: new, domains: [{ name: acme.test }] }]".into(),
            vec!["acme.test", "belongs to another account"],
        ),
        ("accounts: [{ name: new, domains: [{ name: fresh.test }] }]".into(), vec!["fresh.test", "needs gateways"]),
        (
            "accounts: [{ name: new, administrators: [{ email: a@b.test, role: system }] }]".into(),
            vec!["accounts[0].administrators[0].role"],
        ),
        (
            "accounts: [{ name: acme, domains: [{ name: acme.test, mailboxes: [{ name: ann, aliases: [robert] }] }] }]"
                .into(),
            vec!["robert@acme.test", "another mailbox"],
        ),
        (
            "accounts: [{ name: acme, domains: [{ name: acme.test, mailboxes: [{ name: robert }] }] }]".into(),
            vec!["robert@acme.test", "alias of bob@acme.test"],
        ),
        ("- a list".into(), vec!["a map of settings, administrators and accounts"]),
    ] {
        let error = w.service.apply(&system(), &yaml, false).await.unwrap_err();
        assert_eq!(error.code(), ErrorCode::Invalid, "{error}");
        for part in expected {
            assert!(error.to_string().contains(part), "{part:?} in {error}");
        }
    }
    assert_eq!(w.service.export(&system()).await.unwrap(), before);
}

#[tokio::test]
async fn an_empty_document_is_no_change() {
    let w = World::new().await;
    for yaml in ["", "\n", "accounts: []", "{}"] {
        assert!(w.service.apply(&system(), yaml, false).await.unwrap().is_empty(), "{yaml:?}");
    }
}
