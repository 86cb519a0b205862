#![allow(clippy::unwrap_used)]
use super::*;

const HOST: &str = "mx.filter.test";

fn acme() -> DomainName {
    DomainName::parse("acme.test").unwrap()
}
fn found(all: &[&str]) -> Found {
    Ok(all.iter().map(|t| (*t).to_owned()).collect())
}
fn value(c: &RecordCheck) -> &str {
    c.publish.as_ref().map_or("", |p| p.value.as_str())
}

#[test]
fn an_exchanger_beside_this_server_is_worse_than_none_and_better_than_another() {
    let check = |all: &[&str]| mx(&acme(), found(all), HOST);
    let good = check(&[HOST]);
    assert_eq!((good.health, good.publish), (Health::Good, None));
    let beside = check(&[HOST, "old.acme.test"]);
    assert_eq!((beside.health, value(&beside)), (Health::Advice, "10 mx.filter.test."));
    assert_eq!(check(&["old.acme.test"]).health, Health::Bad);
    assert_eq!(mx(&acme(), Err("no answer".into()), HOST).health, Health::Unknown);
}

#[test]
fn spf_is_what_a_receiver_would_say_and_not_what_the_text_looks_like() {
    let ip: IpAddr = "192.0.2.1".parse().unwrap();
    let said = |result| vec![(ip, Spf { result, ..Spf::default() })];
    let text = found(&["v=spf1 include:all.test ~all"]);
    assert_eq!(spf(&acme(), &text, &said(AuthResult::Pass), HOST, true).health, Health::Good);
    let fails = spf(&acme(), &text, &said(AuthResult::SoftFail), HOST, true);
    assert_eq!(fails.health, Health::Bad);
    assert_eq!(value(&fails), "v=spf1 a:mx.filter.test include:all.test ~all");
    assert_eq!(spf(&acme(), &text, &said(AuthResult::Fail), HOST, false).health, Health::Advice);
    let none = spf(&acme(), &found(&["other"]), &said(AuthResult::None), HOST, true);
    assert_eq!((none.health, value(&none)), (Health::Bad, "v=spf1 a:mx.filter.test -all"));
    let broken = Spf { result: AuthResult::PermError, problem: Some("too many terms".into()), ..Spf::default() };
    let broken = spf(&acme(), &text, &[(ip, broken)], HOST, false);
    assert!(broken.health == Health::Bad && broken.said.contains("too many terms"), "{broken:?}");
    assert_eq!(spf(&acme(), &text, &[], HOST, true).health, Health::Unknown);
}

#[test]
fn dmarc_is_found_above_and_weak_policies_are_told() {
    let at = |name: &str, all: &[&str]| (DomainName::parse(name).unwrap(), found(all));
    let own = |record: &str| dmarc(&acme(), &[at("acme.test", &[record])]);
    assert_eq!(own("v=DMARC1; p=reject").health, Health::Good);
    assert_eq!(own("v=DMARC1;p=Quarantine;pct=20").health, Health::Advice);
    assert_eq!(own("v=DMARC1; p=none").health, Health::Advice);
    assert_eq!(own("v=DMARC1; rua=mailto:a@acme.test").health, Health::Bad);
    let two = dmarc(&acme(), &[at("acme.test", &["v=DMARC1; p=none", "v=DMARC1; p=reject"])]);
    assert!(two.health == Health::Bad && two.said.contains("2 records"));
    let sub = DomainName::parse("a.acme.test").unwrap();
    let above = dmarc(&sub, &[at("a.acme.test", &["v=spf1"]), at("acme.test", &["v=DMARC1; p=reject; sp=none"])]);
    assert!(above.health == Health::Advice && above.said.contains("that of acme.test"), "{above:?}");
    let none = dmarc(&acme(), &[at("acme.test", &[])]);
    assert!(none.health == Health::Bad && none.publish.unwrap().name == "_dmarc.acme.test");
}

#[test]
fn policies_of_encryption_may_be_absent_but_not_broken() {
    let sts = |all: &[&str], host: &[&str]| mta_sts(&acme(), &found(all), &found(host), HOST, "20261124");
    assert_eq!((sts(&[], &[]).health, value(&sts(&[], &[]))), (Health::Advice, "v=STSv1; id=20261124"));
    assert_eq!(sts(&["v=STSv1; id=1"], &["192.0.2.1"]).health, Health::Good);
    assert_eq!(sts(&["v=STSv1; id=1"], &[]).health, Health::Bad);
    assert_eq!(sts(&["v=STSv1;"], &["192.0.2.1"]).health, Health::Bad);
    let rpt = |all: &[&str]| tls_rpt(&acme(), &found(all)).health;
    assert_eq!(rpt(&[]), Health::Advice);
    assert_eq!(rpt(&["v=TLSRPTv1; rua=mailto:a@acme.test"]), Health::Good);
    assert_eq!(rpt(&["v=TLSRPTv1"]), Health::Bad);
}

#[test]
fn a_key_that_signs_without_its_record_is_bad_and_one_that_waits_is_not() {
    let key = |active, retired: Option<i64>| DkimKey {
        id: 1,
        domain: acme(),
        selector: "a.b".parse().unwrap(),
        algorithm: model::DkimAlgorithm::Ed25519,
        public_key: "QUJD".into(),
        active,
        created: model::Timestamp(0),
        retired: retired.map(model::Timestamp),
    };
    let health = |k: &DkimKey, p: &DkimPublished| dkim(k, p, true).health;
    assert_eq!(health(&key(true, None), &DkimPublished::Missing), Health::Bad);
    assert_eq!(health(&key(false, None), &DkimPublished::Missing), Health::Advice);
    assert_eq!(health(&key(true, None), &DkimPublished::Yes), Health::Good);
    assert_eq!(dkim(&key(true, None), &DkimPublished::Yes, false).health, Health::Advice);
    let gone = dkim(&key(false, Some(5)), &DkimPublished::Missing, true);
    assert_eq!((gone.health, gone.publish, gone.key.as_str()), (Health::Good, None, "dkim-a-b"));
}

#[test]
fn this_servers_name_must_lead_there_and_back() {
    let ip: IpAddr = "192.0.2.1".parse().unwrap();
    let check = |back: &[&str]| name(HOST, &Ok(vec![ip]), &[(ip, found(back))]);
    assert_eq!(check(&["MX.filter.test."]).health, Health::Good);
    let other = check(&["host-1.provider.test"]);
    assert_eq!(other.health, Health::Bad);
    let publish = other.publish.unwrap();
    assert_eq!((publish.kind.as_str(), publish.name.as_str()), ("PTR", "1.2.0.192.in-addr.arpa"));
    assert_eq!(name(HOST, &Ok(vec![]), &[]).health, Health::Bad);
    assert_eq!(client(ip, &found(&["a.test"]), None).health, Health::Advice);
    assert_eq!(client(ip, &found(&["a.test"]), Some("a.test")).health, Health::Good);
}

#[test]
fn what_a_stranger_published_is_shown_without_control_characters_and_not_without_end() {
    let long = format!("v=TLSRPTv1; rua=mailto:a@b.test{}\u{1b}", "x".repeat(10_000));
    let shown = tls_rpt(&acme(), &Ok(vec![long])).found.swap_remove(0);
    assert!(shown.chars().count() <= 2_000 && !shown.chars().any(char::is_control));
}
