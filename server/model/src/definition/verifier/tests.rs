#![allow(clippy::unwrap_used)]
use super::*;

fn read(json: &str) -> Result<Verifier, String> {
    serde_json::from_str(json).map_err(|e| e.to_string())
}

fn wrong(json: &str) -> Vec<String> {
    read(json).unwrap().problems().into_iter().map(|p| p.field).collect()
}

const LDAP: &str = r#"{ "ldap": { "servers": [{ "address": "ldap.acme.test:3268", "ssl": true }],
    "bind_name": "cn=search", "bind_password": "hush", "filter_query": "(&(mail=%u@%d)(!(off=1)))" } }"#;

#[test]
fn options_that_are_not_named_have_the_guides_defaults() {
    let v = read(r#"{ "ldap": { "servers": [{ "address": "192.0.2.1" }], "allow_anonymous_users": true } }"#).unwrap();
    assert_eq!(v.problems(), []);
    let Method::Ldap(ldap) = &v.method else { panic!("{v:?}") };
    assert_eq!(ldap.servers[0].ssl, Ssl::TryStartTls);
    assert_eq!((ldap.maximum_connections, ldap.cache_refresh_interval, ldap.request_timeout), (10, 60, 30));
    assert_eq!(ldap.mail_attributes(), ["mail", "proxyAddresses"]);
}

#[test]
fn a_verifier_has_one_type_and_no_unknown_field() {
    assert!(read("{}").unwrap_err().contains("exactly one type, 0 are named"));
    let two = r#"{ "pop": { "servers": [] }, "vrfy": { "servers": [] } }"#;
    assert!(read(two).unwrap_err().contains("exactly one type, 2 are named"));
    assert!(read(r#"{ "ldpa": {} }"#).unwrap_err().contains("unknown field `ldpa`"));
    assert!(read(r#"{ "pop": { "servers": [], "x": 1 } }"#).unwrap_err().contains("unknown field `x`"));
}

#[test]
fn every_wrong_value_is_named_at_once() {
    let json = r#"{ "ldap": { "servers": [{ "address": "a" }, { "address": "a" }], "maximum_connections": 0,
        "request_timeout": 301, "cache_refresh_interval": 4, "mail_attribute_names": ["a b"], "filter_query": "(a=%x)" } }"#;
    assert_eq!(
        wrong(json),
        [
            "ldap.servers[1].address",
            "ldap.bind_name",
            "ldap.bind_password",
            "ldap.mail_attribute_names[0]",
            "ldap.filter_query",
            "ldap.maximum_connections",
            "ldap.cache_refresh_interval",
            "ldap.request_timeout"
        ]
    );
    assert_eq!(wrong(r#"{ "composite": { "verifiers": [{ "verifier": "A" }, { "verifier": "a" }] } }"#).len(), 1);
    assert_eq!(
        wrong(r#"{ "static": { "users": [{ "address": "a@x.test" }, { "address": "A@x.test" }] } }"#),
        ["static.users[1].address"]
    );
    assert_eq!(wrong(r#"{ "custom": { "xml": "<!DOCTYPE a><a/>" } }"#), ["custom.xml"]);
    assert_eq!(wrong(r#"{ "pop": { "servers": [] } }"#), ["pop.servers"]);
}

#[test]
fn parentheses_of_a_filter_query_are_held_together() {
    for (text, fits) in [
        ("", true),
        ("(mail=%u@%d)", true),
        ("(|(mail=%u@%d)(cn=100%%))", true),
        ("mail=x", false),
        ("(mail=x", false),
        ("(mail=x))", false),
        ("(a=b)(c=d)", false),
        ("(a=%)", false),
    ] {
        let mut v = read(LDAP).unwrap();
        let Method::Ldap(ldap) = &mut v.method else { panic!() };
        ldap.filter_query = text.into();
        assert_eq!(v.problems().is_empty(), fits, "{text}: {:?}", v.problems());
    }
}

#[test]
fn secrets_are_taken_out_named_and_put_back() {
    let v = read(LDAP).unwrap();
    assert_eq!(v.set_secrets(), ["ldap.bind_password"]);
    let shown = v.shown();
    assert!(!serde_json::to_string(&shown).unwrap().contains("hush") && !format!("{v:?}").contains("hush"));
    let mut back = shown.clone();
    back.keep_secrets(&v);
    assert_eq!(back, v);
    let users = |json: &str| read(&format!(r#"{{ "static": {{ "users": {json} }} }}"#)).unwrap();
    let before = users(r#"[{ "address": "a@x.test", "password": "1" }, { "address": "b@x.test", "password": "2" }]"#);
    let mut after = users(r#"[{ "address": "b@x.test" }, { "address": "c@x.test" }]"#);
    after.keep_secrets(&before);
    assert_eq!(after, users(r#"[{ "address": "b@x.test", "password": "2" }, { "address": "c@x.test" }]"#));
}

#[test]
fn server_addresses_are_read_in_all_forms() {
    let read = |t: &str| t.parse::<ServerAddress>().map(|a| a.to_string()).ok();
    for text in ["ldap.acme.test", "ldap.acme.test:228", "192.0.2.1", "192.0.2.1:99", "2001:db8::1", "[2001:db8::1]:99"]
    {
        assert_eq!(read(text).as_deref(), Some(text));
    }
    for text in ["", ":1", "a:0", "a:99999", "a b", "[x]:1", "ldap://a", "a:b:c"] {
        assert_eq!(read(text), None, "{text}");
    }
}
