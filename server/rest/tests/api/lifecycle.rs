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
