use crate::world::{World, system};
use model::settings::DigestFrequency;
use model::*;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};
use serde_json::json;

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

/// A configuration that sets something at every level, or at some of them.
fn whole() -> impl Strategy<Value = serde_json::Value> {
    let action = || proptest::option::of(select(vec!["allow", "markup", "quarantine", "block"]));
    let set = |path: &'static str| {
        action().prop_map(move |a| match a {
            Some(action) => json!({ path: { "spam": action } }),
            None => json!({}),
        })
    };
    let inbound = move || set("filtering");
    let outbound = move || set("outbound_filtering");
    let system = (inbound(), inbound(), outbound(), outbound(), inbound());
    let account = (inbound(), inbound(), outbound(), outbound(), any::<bool>(), any::<bool>());
    let domain = (inbound(), inbound(), inbound(), outbound(), any::<bool>(), any::<bool>());
    let people = (
        select(vec!["default", "full", "none"]),
        any::<bool>(),
        proptest::sample::subsequence(vec!["bob", "ann", "zoe"], 0..=3),
        proptest::sample::subsequence(vec!["bob", "ann", "zoe"], 0..=3),
    );
    (system, account, domain, people).prop_map(|(s, a, d, p)| {
        let groups = [
            json!({ "name": "sales", "settings": d.1, "ldap_group": "cn=sales", "members": p.2, "friends": ["a.test"] }),
            json!({ "name": "staff", "settings": d.2, "members": p.3, "enemies": ["b.test", "192.0.2.0/24"] }),
        ];
        let groups = if d.4 { groups } else { let [a, b] = groups; [b, a] };
        let aliases = if d.5 { json!(["robert", "bob@acme.example"]) } else { json!(["rob"]) };
        json!({
            "settings": s.0, "default_inbound": s.1, "default_outbound": s.2, "default_relay": s.3,
            "brands": [{ "name": "house", "host": "mail.house.test", "settings": s.4 }, { "name": "plain" }],
            "accounts": [{
                "name": "acme", "email": "it@acme.test", "time_zone": "Europe/Berlin",
                "brand": if a.4 { "house" } else { "" },
                "features": if a.5 { json!(["encryption", "compliance"]) } else { json!([]) },
                "default": true,
                "settings": a.0, "default_inbound": a.1, "default_outbound": a.2, "default_relay": a.3,
                "domains": [
                    {
                        "name": "acme.test", "settings": d.0,
                        "mailboxes": [
                            { "name": "bob", "access": p.0, "keep": p.1, "full_name": "Bob Brown", "aliases": aliases },
                            { "name": "zoe", "settings": d.0 },
                        ],
                        "groups": groups,
                    },
                    { "name": "acme.example", "gateways": ["mx.test"] },
                ],
                "outbound_ips": [{ "range": "10.0.0.0/8", "settings": d.3 }],
            }],
        })
    })
}

#[test]
fn whatever_is_set_at_whatever_level_the_export_says_it_and_applying_that_changes_nothing() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let config = Config { cases: 16, failure_persistence: None, ..Config::default() };
    TestRunner::new(config)
        .run(&(whole(), whole()), |(first, second)| {
            runtime.block_on(async {
                let (w, elsewhere) = (World::new().await, World::new().await);
                for document in [first, second] {
                    // Any JSON is YAML.
                    let text = document.to_string();
                    let dry = lines(&w.service.apply(&system(), &text, true).await.unwrap());
                    let done = lines(&w.service.apply(&system(), &text, false).await.unwrap());
                    prop_assert_eq!(dry.len(), done.len(), "{:?} {:?}", dry, done);
                    let again = lines(&w.service.apply(&system(), &text, false).await.unwrap());
                    prop_assert_eq!(again, Vec::<String>::new());
                    let exported = w.service.export(&system()).await.unwrap();
                    let again = lines(&w.service.apply(&system(), &exported, false).await.unwrap());
                    prop_assert_eq!(again, Vec::<String>::new(), "{}", exported);
                    elsewhere.service.apply(&system(), &text, false).await.unwrap();
                    elsewhere.service.apply(&system(), &exported, false).await.unwrap();
                    prop_assert_eq!(elsewhere.service.export(&system()).await.unwrap(), exported);
                }
                Ok(())
            })
        })
        .unwrap();
}

#[tokio::test]
async fn what_changes_at_each_level_is_said_in_a_line() {
    let w = World::new().await;
    let first = "
default_outbound: { outbound_filtering: { spam: block } }
brands: [{ name: house, host: mail.house.test }]
accounts:
  - name: acme
    brand: house
    time_zone: Europe/Berlin
    features: [encryption]
    default_inbound: { filtering: { spam: markup } }
    domains:
      - name: acme.test
        mailboxes: [{ name: bob, access: none, aliases: [robert, bob@acme.test] }]
        groups: [{ name: sales, settings: { filtering: { junk: allow } }, members: [bob, ann] }, { name: staff }]
";
    let said = lines(&w.service.apply(&system(), first, false).await.unwrap());
    for line in [
        "~ system: default outbound: outbound_filtering.spam default → block",
        "+ brand house",
        "~ account acme: brand none → house",
        "~ account acme: time zone none → Europe/Berlin",
        "~ account acme: features compliance, continuity, encryption, threat_test → encryption",
        "~ account acme: default inbound domain: filtering.spam default → markup",
        "~ mailbox bob@acme.test: access default → none",
        "+ group sales in acme.test",
        "~ group sales in acme.test: filtering.junk default → allow",
        "+ group sales in acme.test: member ann@acme.test",
        "+ group staff in acme.test",
    ] {
        assert!(said.iter().any(|l| l == line), "{line} is not among {said:#?}");
    }
    let second = "
accounts: [{ name: acme, domains: [{ name: acme.test, groups: [{ name: staff }, { name: sales, members: [ann] }] }] }]";
    let said = lines(&w.service.apply(&system(), second, true).await.unwrap());
    assert_eq!(said, ["- group sales in acme.test: member bob@acme.test", "~ domain acme.test: group: order"]);
    for (wrong, expected) in [
        ("accounts: [{ name: acme, brand: nobody }]", "no brand nobody"),
        ("accounts: [{ name: acme, time_zone: Moon/Base }]", "accounts[0].time_zone"),
        (
            "accounts: [{ name: acme, default_relay: { filtering: { spam: block } } }]",
            "accounts[0].default_relay.filtering.spam",
        ),
        (
            "accounts: [{ name: acme, domains: [{ name: acme.test, groups: [{ name: x, members: [joe] }] }] }]",
            "members[0]",
        ),
        (
            "accounts: [{ name: acme, domains: [{ name: acme.test, mailboxes: [{ name: bob, aliases: [x@other.test] }] }] }]",
            "other.test is no domain of this account",
        ),
    ] {
        let Err(service::Error::User(e)) = w.service.apply(&system(), wrong, true).await else { panic!("{wrong}") };
        assert!(e.message.contains(expected), "{}", e.message);
    }
}
