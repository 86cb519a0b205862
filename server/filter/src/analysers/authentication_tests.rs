//! The analysers of step 6 together, from bytes and a DNS zone to findings.

#![allow(clippy::unwrap_used)]
use super::testing::session;
use crate::auth::{Authenticator, Zone};
use crate::{Knowledge, Services, Session, gather, inspect};
use message::{Limits, Parsed};
use model::finding::{Check, Step};
use model::{Direction, Findings, Timestamp};
use std::sync::Arc;

async fn findings(zone: Zone, session: &Session, from: &str) -> Findings {
    let raw = format!("From: Someone <{from}>\r\nSubject: x\r\n\r\nhi\r\n");
    let message = Parsed::parse(raw.into(), &Limits::default());
    let services = Services::new(Authenticator::with_zone(zone, Arc::new(|| Timestamp(0))));
    let evidence = gather(&message, session, &services).await;
    let mut f = inspect(&message, session, &evidence, &Knowledge::default());
    f.list.retain(|x| x.step == Step::Authentication);
    f
}
fn checks(f: &Findings) -> Vec<Check> {
    f.list.iter().filter_map(|x| x.check.clone()).collect()
}

#[tokio::test]
async fn each_result_of_spf_has_its_own_check() {
    for (record, check) in [
        ("v=spf1 -all", Check::SpfFail),
        ("v=spf1 ~all", Check::SpfSoftFail),
        ("v=spf1 foo", Check::SpfPermError),
        ("nothing", Check::SpfNone),
    ] {
        let zone = Zone::default().with_txt("sender.test", record);
        assert_eq!(checks(&findings(zone, &session("a@sender.test"), "a@sender.test").await), [check], "{record}");
    }
    for record in ["v=spf1 +all", "v=spf1 ?all"] {
        let zone = Zone::default().with_txt("sender.test", record);
        assert_eq!(checks(&findings(zone, &session("a@sender.test"), "a@sender.test").await), [], "{record}");
    }
}

#[tokio::test]
async fn the_from_header_is_checked_apart_from_the_envelope() {
    let zone = Zone::default().with_txt("bulk.test", "v=spf1 +all").with_txt("bank.test", "v=spf1 -all");
    let f = findings(zone, &session("a@bulk.test"), "a@bank.test").await;
    assert_eq!(checks(&f), [Check::SpfMimeFail]);
}

#[tokio::test]
async fn dmarc_names_the_published_policy() {
    let zone = Zone::default().with_txt("bulk.test", "v=spf1 +all").with_txt("_dmarc.bank.test", "v=DMARC1; p=reject");
    let f = findings(zone, &session("a@bulk.test"), "a@bank.test").await;
    assert_eq!(checks(&f), [Check::DmarcFail]);
    assert!(f.list[0].info.contains("bank.test") && f.list[0].info.contains("reject"), "{}", f.list[0].info);
    assert_eq!(f.sender.dmarc_policy.as_deref(), Some("reject"));
}

#[tokio::test]
async fn the_recipients_own_domain_needs_proof() {
    let zone = || Zone::default().with_txt("bulk.test", "v=spf1 +all");
    let f = findings(zone(), &session("a@bulk.test"), "boss@acme.test").await;
    assert_eq!(checks(&f), [Check::GlobalSpoof]);
    let f = findings(zone(), &session("boss@mail.acme.test"), "a@bulk.test").await;
    assert!(checks(&f).contains(&Check::GlobalSpoof), "the envelope counts, too");
    let proved = zone().with_txt("acme.test", "v=spf1 +all");
    let f = findings(proved, &session("boss@acme.test"), "boss@acme.test").await;
    assert_eq!(checks(&f), [], "SPF proves it");
}

#[tokio::test]
async fn a_look_alike_of_the_recipients_domain_is_named() {
    let zone = Zone::default().with_txt("acmee.test", "v=spf1 +all");
    let f = findings(zone, &session("a@acmee.test"), "a@acmee.test").await;
    assert_eq!(checks(&f), [Check::DomainFuzz("acme.test".parse().unwrap())]);
}

#[tokio::test]
async fn outbound_mail_is_not_asked_for_proof() {
    let mut outbound = session("boss@acme.test");
    outbound.direction = Direction::Outbound;
    let f = findings(Zone::default().with_txt("acme.test", "v=spf1 -all"), &outbound, "boss@acme.test").await;
    assert_eq!(checks(&f), []);
    assert_eq!(f.sender.spf_domain, None);
}
