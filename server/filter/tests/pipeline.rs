//! From bytes to the edited message through the public functions, as the server calls them.

#![allow(clippy::unwrap_used)]

use base64::Engine;
use filter::auth::{Authenticator, Zone};
use filter::{
    EditOptions, Knowledge, Policy, SenderLists, Services, Session, decide, edits, gather, headline, inspect,
};
use mail_auth::common::crypto::Ed25519Key;
use mail_auth::common::headers::HeaderWriter;
use mail_auth::dkim::DkimSigner;
use message::{Limits, Parsed};
use model::finding::AuthResult;
use model::{
    Action, ActionSetting, Category, Direction, EmailAddress, Findings, SenderEntry, Timestamp, Values, Verdict,
};
use std::sync::Arc;

fn bob() -> EmailAddress {
    "bob@acme.test".parse().unwrap()
}
fn session() -> Session {
    Session {
        direction: Direction::Inbound,
        client_ip: "203.0.113.9".parse().unwrap(),
        helo: "mail.partner.test".into(),
        hostname: "mx.acme.test".into(),
        return_path: "ann@partner.test".parse().ok(),
        recipients: vec![bob()],
        received: Timestamp::now(),
    }
}
fn policy() -> Policy {
    Policy::new(Values::default(), "acme.test".parse().unwrap())
}
fn services(zone: Zone) -> Services {
    Services::new(Authenticator::with_zone(zone, Arc::new(Timestamp::now)))
}
async fn run(raw: &[u8], zone: Zone, policy: &Policy) -> (Parsed, Findings, Verdict) {
    let parsed = Parsed::parse(raw.to_vec().into(), &Limits::default());
    let evidence = gather(&parsed, &session(), &services(zone)).await;
    let findings = inspect(&parsed, &session(), &evidence, &Knowledge::default());
    let verdict = decide(&findings, policy, &bob());
    (parsed, findings, verdict)
}
fn sent(p: &Parsed, f: &Findings, v: &Verdict) -> Vec<u8> {
    let options = EditOptions { hostname: "mx.acme.test".into(), ..EditOptions::default() };
    model::edit::apply(&p.raw, &edits(p, f, v, &options))
}

const LETTER: &[u8] = b"From: Ann <ann@partner.test>\r\nTo: bob@acme.test\r\nSubject: The minutes\r\n\r\nDear Bob, here are the minutes.\r\n";

#[tokio::test]
async fn a_signed_letter_arrives_with_its_signature_intact() {
    let key = Ed25519Key::from_pkcs8_der(&Ed25519Key::generate_pkcs8().unwrap()).unwrap();
    let record = format!("v=DKIM1; k=ed25519; p={}", base64::prelude::BASE64_STANDARD.encode(key.public_key()));
    let zone = Zone::default()
        .with_txt("partner.test", "v=spf1 ip4:203.0.113.9 -all")
        .with_txt("s1._domainkey.partner.test", &record)
        .with_txt("_dmarc.partner.test", "v=DMARC1; p=reject");
    let signature = DkimSigner::from_key(key)
        .domain("partner.test")
        .selector("s1")
        .headers(["From", "Subject"])
        .sign(LETTER)
        .unwrap();
    let raw = [signature.to_header().as_bytes(), LETTER].concat();
    let (p, f, v) = run(&raw, zone.clone(), &policy()).await;
    assert_eq!((f.sender.spf, f.sender.dkim, f.sender.dmarc), (AuthResult::Pass, AuthResult::Pass, AuthResult::Pass));
    assert_eq!(v.action, Action::Allow, "{v:?}");
    let out = sent(&p, &f, &v);
    assert!(out.ends_with(LETTER));
    let again = services(zone).auth.verify(&out, &session(), "ann@partner.test".parse().ok().as_ref()).await;
    assert_eq!(again.dkim, AuthResult::Pass, "what we add does not touch what was signed");
    let text = String::from_utf8(out).unwrap();
    assert!(
        text.contains("Authentication-Results: mx.acme.test;\r\n spf=pass smtp.mailfrom=ann@partner.test;"),
        "{text}"
    );
}

#[tokio::test]
async fn a_forgery_is_blocked_as_its_domain_asks_and_the_friend_on_the_list_does_not_save_it() {
    let zone = || {
        Zone::default().with_txt("partner.test", "v=spf1 -all").with_txt("_dmarc.partner.test", "v=DMARC1; p=reject")
    };
    let mut policy = policy();
    let friends: Vec<SenderEntry> = vec!["partner.test".parse().unwrap()];
    policy.domain_senders = Arc::new(SenderLists::compile(&friends, &[]));
    let (_, f, v) = run(LETTER, zone(), &policy).await;
    assert_eq!((v.action, v.category, v.filter.as_str()), (Action::Block, Category::Spoof, "dmarc"));
    assert_eq!(headline(&f, &v), "Blocked as spoofing: neither SPF nor DKIM prove partner.test; policy: reject");
    let friends: Vec<SenderEntry> = vec!["203.0.113.9".parse().unwrap()];
    policy.domain_senders = Arc::new(SenderLists::compile(&friends, &[]));
    let (_, _, v) = run(LETTER, zone(), &policy).await;
    assert_eq!(v.action, Action::Allow, "a friend by IP is proved: {:?}", v.notes);
}

#[tokio::test]
async fn a_tagged_message_reads_the_same_but_for_the_tag() {
    let mut values = Values::default();
    values.spf.softfail = ActionSetting::markup("[UNPROVED]");
    let policy = Policy::new(values, "acme.test".parse().unwrap());
    let (p, f, v) = run(LETTER, Zone::default().with_txt("partner.test", "v=spf1 ~all"), &policy).await;
    assert_eq!((v.action, v.tags.as_slice()), (Action::Markup, ["[UNPROVED]".to_owned()].as_slice()));
    let after = Parsed::parse(sent(&p, &f, &v).into(), &Limits::default());
    assert_eq!(after.subject, "[UNPROVED] The minutes");
    assert_eq!((after.header("X-MAG-CATEGORY"), after.header("X-MAG-FILTER")), (Some("SPOOF"), Some("spf")));
    assert_eq!(after.text, p.text);
}

#[tokio::test]
async fn verdicts_can_be_replayed_from_stored_findings() {
    let (_, f, v) = run(LETTER, Zone::default().with_txt("partner.test", "v=spf1 -all"), &policy()).await;
    let stored: Findings = serde_json::from_str(&serde_json::to_string(&f).unwrap()).unwrap();
    assert_eq!(stored, f);
    assert_eq!(decide(&stored, &policy(), &bob()), v);
}
