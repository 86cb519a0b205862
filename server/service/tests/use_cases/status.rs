use crate::world::{World, code, system};
use model::view::status::Health;
use model::*;
use service::{Member, SettingsOf};

#[tokio::test]
async fn the_status_of_a_domain_says_of_each_record_what_is_there_and_what_to_publish() {
    let w = World::new().await;
    let (s, domain) = (&w.service, w.mailbox("bob@acme.test").await.domain);
    let id = s.add_dkim_key(&system(), domain, DkimAlgorithm::Ed25519, Some("one")).await.unwrap();
    s.set_dkim_key_active(&system(), id, true).await.unwrap();
    let status = s.domain_status(&system(), domain).await.unwrap();
    let keys: Vec<&str> = status.records.iter().map(|r| r.key.as_str()).collect();
    assert_eq!(keys, ["mx", "spf", "dkim-one", "dmarc", "mta-sts", "tls-rpt"]);
    assert!(!status.sends && status.gateways.len() == 1);
    // The DNS of this world knows nothing of acme.test.
    let bad: Vec<&str> = status.records.iter().filter(|r| r.health == Health::Bad).map(|r| r.key.as_str()).collect();
    assert_eq!(bad, ["mx", "dkim-one", "dmarc"]);
    assert!(status.records.iter().all(|r| r.publish.is_some()), "{:?}", status.records);
    // Somebody else's domain is not there; who only looks may look.
    assert_eq!(
        code(&s.domain_status(&World::administrator(Role::Account, 2), domain).await),
        Some(ErrorCode::NotFound)
    );
    assert!(s.domain_status(&World::administrator(Role::Dashboard, 1), domain).await.is_ok());
}

#[tokio::test]
async fn the_status_of_a_network_says_who_sends_and_whether_its_domains_let_us() {
    let w = World::new().await;
    let (s, account) = (&w.service, AccountId(1));
    let id = s.add_outbound_ip(&system(), account, "192.0.2.9", "office").await.unwrap();
    let names = ["acme.test", "elsewhere.test"].map(|n| DomainName::parse(n).unwrap());
    s.set_outbound_members(&system(), id, &names).await.unwrap();
    assert!(matches!(s.outbound_members(&system(), id).await.unwrap()[0], Member::Domain(..)));
    let status = s.outbound_status(&system(), id).await.unwrap();
    let keys: Vec<&str> = status.records.iter().map(|r| r.key.as_str()).collect();
    assert_eq!(keys, ["name", "client"]);
    assert_eq!(status.records[0].health, Health::Bad, "the server's name is not in this DNS");
    let members: Vec<(&str, bool)> = status.members.iter().map(|(id, c)| (c.title.as_str(), id.is_some())).collect();
    assert_eq!(members, [("acme.test", true), ("elsewhere.test", false)]);
    let domain = w.mailbox("bob@acme.test").await.domain;
    assert!(s.domain_status(&system(), domain).await.unwrap().sends);
    let stranger = World::administrator(Role::Account, 2);
    assert_eq!(code(&s.outbound_status(&stranger, id).await), Some(ErrorCode::NotFound));
}

#[tokio::test]
async fn a_key_takes_over_only_when_it_is_published_and_the_one_before_stops_with_it() {
    for w in [Some(World::new().await), World::on_postgres().await].into_iter().flatten() {
        let (s, domain) = (&w.service, w.mailbox("bob@acme.test").await.domain);
        let mut ids = Vec::new();
        for selector in ["old", "new"] {
            ids.push(s.add_dkim_key(&system(), domain, DkimAlgorithm::Ed25519, Some(selector)).await.unwrap());
        }
        s.set_dkim_key_active(&system(), ids[0], true).await.unwrap();
        let active = || async {
            let keys = s.dkim_keys(&system(), domain).await.unwrap();
            keys.iter().filter(|k| k.active).map(|k| k.id).collect::<Vec<_>>()
        };
        let refused = s.switch_dkim_key(&system(), ids[1], false).await;
        assert_eq!(code(&refused), Some(ErrorCode::Conflict));
        assert_eq!(active().await, [ids[0]], "the key before still signs");
        let key = s.dkim_key(&system(), ids[1]).await.unwrap();
        w.network.0.lock().unwrap().insert(key.record_name(), vec![key.record()]);
        assert_eq!(s.switch_dkim_key(&system(), ids[1], false).await.unwrap(), 1);
        assert_eq!(active().await, [ids[1]]);
        assert_eq!(s.switch_dkim_key(&system(), ids[1], false).await.unwrap(), 0, "again changes nothing");
        // Where our DNS is not the Internet's, one may go on all the same.
        assert_eq!(s.switch_dkim_key(&system(), ids[0], true).await.unwrap(), 1);
        assert_eq!(active().await, [ids[0]]);
        let page = s.dkim_page(&system(), domain).await.unwrap();
        assert_eq!(page.keys.len(), 2);
        assert!(page.keys.iter().any(|k| k.active && k.check.health == Health::Bad), "{page:?}");
        assert_eq!(
            code(&s.switch_dkim_key(&World::administrator(Role::Account, 2), ids[1], true).await),
            Some(ErrorCode::NotFound)
        );
        let notes = s.audit(&system(), &Default::default()).await.unwrap();
        assert_eq!(notes.rows.iter().filter(|n| n.act == "domain.dkim.switch").count(), 2);
    }
}

#[tokio::test]
async fn a_certificate_that_is_trusted_becomes_the_exception_of_its_domain_and_leaves_the_route() {
    let w = World::new().await;
    let s = &w.service;
    let id = s.add_outbound_ip(&system(), AccountId(1), "192.0.2.9", "").await.unwrap();
    let path = "outbound_routing.delivery_exceptions";
    let before = serde_json::json!({ "partner.test": { "route": "mx.partner.test", "encryption": "always_trusted" } });
    s.change_settings(&system(), SettingsOf::OutboundIp(id), &[(path.into(), before)]).await.unwrap();
    let print = vec!["ab"; 32].join(":");
    s.trust_certificate(&system(), id, "Partner.test", &print).await.unwrap();
    s.trust_certificate(&system(), id, "other.test", &print).await.unwrap();
    let set = s.settings(&system(), SettingsOf::OutboundIp(id)).await.unwrap().set.get(path).unwrap();
    let partner = &set["partner.test"];
    assert_eq!(
        (partner["route"].as_str(), partner["encryption"].as_str()),
        (Some("mx.partner.test:25"), Some("manual"))
    );
    assert_eq!(partner["certificate"].as_str().unwrap().len(), 64);
    assert_eq!(set["other.test"]["encryption"], "manual");
    for (domain, print) in [("partner.test", "abc"), ("not a domain", print.as_str())] {
        assert_eq!(code(&s.trust_certificate(&system(), id, domain, print).await), Some(ErrorCode::Invalid));
    }
    let stranger = World::administrator(Role::Account, 2);
    assert_eq!(code(&s.trust_certificate(&stranger, id, "a.test", &print).await), Some(ErrorCode::NotFound));
    let tests = s.test_special(&system(), id, "partner.test").await.unwrap();
    assert!(tests[0].host.starts_with("Special("), "{tests:?}");
}
