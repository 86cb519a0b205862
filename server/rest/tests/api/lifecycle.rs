//! What a change leaves behind, and what it refuses.

use crate::served::Served;
use serde_json::json;

#[tokio::test]
async fn an_account_with_domains_stays_and_goes_when_they_are_gone() {
    let s = Served::start().await;
    let token = s.token(&[], None).await;
    let refused = s.call(&token, "DELETE", "/accounts/1", None).await;
    assert_eq!((refused.status, refused.error().0), (409, "conflict"));
    assert!(refused.message().contains("1 domains"), "{}", refused.message());
    let domain = s.world.mailbox("bob@acme.test").await.domain.0;
    let moved = s.post(&token, &format!("/domains/{domain}/move"), json!({ "account": 2 })).await;
    assert_eq!((moved.status, moved.body["account"].as_i64()), (200, Some(2)));
    let nowhere = s.post(&token, &format!("/domains/{domain}/move"), json!({ "account": 99 })).await;
    assert_eq!(nowhere.error(), ("invalid", vec!["account"]));
    let other = s.token(&[], Some(2)).await;
    assert_eq!(s.get(&other, &format!("/mailboxes?domain={domain}")).await.items().len(), 2);
    let own = s.token(&[], Some(1)).await;
    assert_eq!(s.call(&token, "DELETE", "/accounts/1", None).await.status, 204);
    assert_eq!(s.get(&token, "/accounts/1").await.status, 404);
    assert_eq!(s.get(&own, "/accounts").await.status, 401, "its tokens went with it");
}

#[tokio::test]
async fn a_deleted_domain_takes_its_mailboxes_and_frees_its_name() {
    let s = Served::start().await;
    let token = s.token(&[], None).await;
    let bob = s.world.mailbox("bob@acme.test").await;
    assert_eq!(s.call(&token, "DELETE", &format!("/domains/{}", bob.domain), None).await.status, 204);
    assert_eq!(s.get(&token, &format!("/mailboxes/{}", bob.id)).await.status, 404);
    assert_eq!(s.get(&token, &format!("/domains/{}/senders", bob.domain)).await.status, 404);
    let again = json!({ "account": 1, "name": "acme.test", "gateways": ["mx.test"] });
    assert_eq!(s.post(&token, "/domains", again).await.status, 201);
    assert_eq!(s.get(&token, "/audit?q=domain.delete").await.items()[0]["object"], "acme.test");
}

#[tokio::test]
async fn gateways_are_given_or_taken_from_dns_or_another_domain_never_both() {
    let s = Served::start().await;
    let token = s.token(&[], None).await;
    let acme = s.world.mailbox("bob@acme.test").await.domain.0;
    let add = async |name: &str, more: serde_json::Value| {
        let mut body = json!({ "account": 1, "name": name });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        s.post(&token, "/domains", body).await
    };
    let found = add("moving.test", json!({ "gateways_from": "dns" })).await;
    assert_eq!(found.body["gateways"], json!(["mail.moving.test:25", "old.moving.test:25"]), "{found:?}");
    let copied = add("sister.test", json!({ "gateways_from": acme })).await;
    assert_eq!(copied.body["gateways"], json!(["127.0.0.1:2526"]));
    assert_eq!(add("none.test", json!({})).await.error(), ("invalid", vec!["gateways"]));
    let both = json!({ "gateways": ["mx.test"], "gateways_from": "dns" });
    assert_eq!(add("both.test", both).await.error(), ("invalid", vec!["gateways_from"]));
    assert_eq!(add("ours.test", json!({ "gateways_from": "dns" })).await.error(), ("invalid", vec!["gateways"]));
    assert_eq!(add("odd.test", json!({ "gateways_from": "fax" })).await.status, 422);
}

#[tokio::test]
async fn the_message_log_is_searched_by_words_of_sender_recipient_and_subject() {
    let s = Served::start().await;
    let token = s.token(&[], None).await;
    s.world.hold(7, "bob@acme.test", false).await;
    s.world.hold(8, "ann@acme.test", false).await;
    let found = async |q: &str| {
        let list = s.get(&token, &format!("/messages?q={q}")).await;
        list.items().iter().map(|m| m["recipient"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(found("EVIL.test%20bob").await, ["bob@acme.test"]);
    assert_eq!(found("offer%208").await, ["ann@acme.test"]);
    assert_eq!(found("offer%20%25").await, Vec::<String>::new(), "a wildcard is a letter");
    assert_eq!(found("").await.len(), 2);
    let long = s.get(&token, &format!("/messages?q={}", "x".repeat(501))).await;
    assert_eq!(long.error(), ("invalid", vec!["q"]));
    assert_eq!(s.get(&token, "/dkim-keys?domain=999").await.error(), ("invalid", vec!["domain"]));
}

#[tokio::test]
async fn a_mailbox_changes_only_in_what_is_sent() {
    let s = Served::start().await;
    let token = s.token(&[], None).await;
    let path = format!("/mailboxes/{}", s.world.mailbox("bob@acme.test").await.id);
    let set = async |body| s.call(&token, "PATCH", &path, Some(&body)).await;
    let one = set(json!({ "password": "correct horse" })).await;
    assert_eq!(
        (one.body["has_password"].clone(), one.body["aliases"].clone()),
        (json!(true), json!(["robert@acme.test"]))
    );
    let two = set(json!({ "aliases": ["rob", "bobby"], "state": "inactive" })).await;
    assert_eq!(two.body["aliases"], json!(["bobby@acme.test", "rob@acme.test"]));
    assert_eq!((two.body["state"].clone(), two.body["has_password"].clone()), (json!("inactive"), json!(true)));
    assert_eq!(set(json!({ "password": null })).await.body["has_password"], false);
    assert_eq!(set(json!({ "aliases": ["ann"] })).await.error(), ("conflict", vec!["aliases"]));
    assert_eq!(s.get(&token, &path).await.body["aliases"], two.body["aliases"], "nothing is half done");
    let wrong = set(json!({ "aliases": ["x@other.test"], "password": "x" })).await;
    assert_eq!(wrong.error(), ("invalid", vec!["aliases", "password"]));
}

#[tokio::test]
async fn the_last_system_administrator_stays() {
    let s = Served::start().await;
    let token = s.token(&[], None).await;
    let add = async |name: &str| {
        let new = json!({ "email": format!("{name}@x.test"), "role": "system", "password": "long enough" });
        s.post(&token, "/administrators", new).await.body["id"].as_i64().unwrap()
    };
    let first = format!("/administrators/{}", add("first").await);
    assert_eq!(s.call(&token, "DELETE", &first, None).await.error().0, "conflict");
    assert_eq!(s.call(&token, "PATCH", &first, Some(&json!({ "active": false }))).await.error().0, "conflict");
    let second = format!("/administrators/{}", add("second").await);
    assert_eq!(s.call(&token, "PATCH", &first, Some(&json!({ "active": false }))).await.body["active"], false);
    assert_eq!(s.call(&token, "DELETE", &second, None).await.error().0, "conflict");
    assert_eq!(s.call(&token, "DELETE", &first, None).await.status, 204);
}

#[tokio::test]
async fn a_network_belongs_to_one_account() {
    let s = Served::start().await;
    let token = s.token(&[], None).await;
    let add = async |account: i64, range: &str| {
        s.post(&token, "/outbound-ips", json!({ "account": account, "range": range })).await
    };
    assert_eq!(add(1, "192.0.2.0/28").await.body["range"], "192.0.2.0/28");
    for account in [1, 2] {
        assert_eq!(add(account, "192.0.2.0/28").await.error(), ("conflict", vec!["range"]));
    }
    assert_eq!(add(1, "192.0.2.0/99").await.error(), ("invalid", vec!["range"]));
}
