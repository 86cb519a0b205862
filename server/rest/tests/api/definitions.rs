//! Verifiers, content filters and notifications by REST: secrets stay inside, and what is wrong is named by its path.

use crate::served::Served;
use serde_json::json;

#[tokio::test]
async fn a_password_goes_in_and_never_comes_out() {
    let s = Served::start().await;
    let token = s.token(&[], None).await;
    let ldap = json!({ "servers": [{ "address": "ldap.acme.test:3268", "ssl": "true" }], "bind_name": "cn=s", "bind_password": "hush" });
    let new = json!({ "account": 1, "name": "office", "definition": { "notes": "Bob's", "ldap": ldap } });
    let made = s.post(&token, "/verifiers", new).await;
    assert_eq!((made.status, made.body["secrets"].clone()), (201, json!(["ldap.bind_password"])), "{made:?}");
    let path = format!("/verifiers/{}", made.body["id"]);
    let mut shown = s.get(&token, &path).await.body["definition"].clone();
    assert_eq!(shown["ldap"]["servers"][0]["ssl"], "true");
    for answer in [made, s.get(&token, &path).await, s.get(&token, "/verifiers").await, s.get(&token, "/audit").await] {
        assert!(!answer.body.to_string().contains("hush"), "{answer:?}");
    }
    shown["ldap"]["request_timeout"] = json!(5);
    let back = s.call(&token, "PATCH", &path, Some(&json!({ "definition": shown }))).await;
    assert_eq!((back.status, back.body["secrets"].clone()), (200, json!(["ldap.bind_password"])), "{back:?}");
}

#[tokio::test]
async fn what_is_wrong_is_named_by_its_path() {
    let s = Served::start().await;
    let token = s.token(&[], None).await;
    let add = async |path: &str, definition| {
        s.post(&token, path, json!({ "account": 1, "name": "x", "definition": definition })).await
    };
    let none = add("/verifiers", json!({ "notes": "none" })).await;
    assert_eq!(none.error(), ("invalid", vec!["definition"]));
    assert!(none.message().contains("there are ldap, vrfy, rcpt_to"), "{}", none.message());
    let unknown = add("/verifiers", json!({ "pop": { "servers": [], "port": 1 } })).await;
    assert_eq!(unknown.error(), ("invalid", vec!["definition.pop.port"]));
    let address = add("/verifiers", json!({ "pop": { "servers": [{ "address": "a b" }] } })).await;
    assert_eq!(address.error(), ("invalid", vec!["definition.pop.servers[0].address"]));
    let limits = json!({ "vrfy": { "servers": [], "maximum_connections": 0, "request_timeout": 9999 } });
    let fields =
        vec!["definition.vrfy.servers", "definition.vrfy.maximum_connections", "definition.vrfy.request_timeout"];
    assert_eq!(add("/verifiers", limits).await.error(), ("invalid", fields));
    let filter =
        add("/content-filters", json!({ "rules": [{ "expressions": ["ok", "a(b"], "apply_to_text": true }] })).await;
    assert_eq!(filter.error(), ("invalid", vec!["definition.rules[0].expressions[1]"]));
    assert!(filter.message().contains("at character 2 of \"a(b\""), "{}", filter.message());
    let event = json!({ "event_type": "sunrise", "sender": "a@x.test", "recipients": ["b@x.test"] });
    let event = add("/notifications", event).await;
    assert_eq!(event.error(), ("invalid", vec!["definition.event_type"]));
    assert!(event.message().contains("latency_warning"), "{}", event.message());
}

#[tokio::test]
async fn filters_of_a_domain_are_set_in_order_and_stay_while_they_are_used() {
    let s = Served::start().await;
    let token = s.token(&[], None).await;
    let mut ids = Vec::new();
    for name in ["one", "two"] {
        let new = json!({ "account": 1, "name": name, "definition": { "match_blank_headers": ["Subject"] } });
        ids.push(s.post(&token, "/content-filters", new).await.body["id"].as_i64().unwrap());
    }
    let path = format!("/domains/{}/content-filters", s.world.mailbox("bob@acme.test").await.domain);
    let wanted =
        json!({ "filters": [{ "filter": ids[1], "action": "markup" }, { "filter": ids[0], "action": "block" }] });
    let set = s.call(&token, "PUT", &path, Some(&wanted)).await;
    assert_eq!(set.status, 200, "{set:?}");
    let used = s.get(&token, &path).await.body["filters"].clone();
    assert_eq!((used[0]["name"].clone(), used[0]["tag"].clone()), (json!("two"), json!("CONTENT:")));
    assert_eq!((used[1]["name"].clone(), used[1]["action"].clone()), (json!("one"), json!("block")));
    let gone = s.call(&token, "DELETE", &format!("/content-filters/{}", ids[0]), None).await;
    assert_eq!((gone.status, gone.error().0), (409, "conflict"));
    assert!(gone.message().contains("domain acme.test"), "{}", gone.message());
    let wrong = json!({ "filters": [{ "filter": ids[0], "action": "special_routing" }] });
    assert_eq!(s.call(&token, "PUT", &path, Some(&wrong)).await.error(), ("invalid", vec!["filters"]));
}

#[tokio::test]
async fn a_token_is_shown_once_and_gives_no_more_than_its_maker_has() {
    let s = Served::start().await;
    let maker = s.token(&["tokens:write", "domains:write"], Some(1)).await;
    let new = |scopes| json!({ "name": "ci", "scopes": scopes, "account": 1 });
    let made = s.post(&maker, "/tokens", new(json!(["domains:read"]))).await;
    assert_eq!((made.status, made.body["token"]["scopes"].clone()), (201, json!(["domains:read"])), "{made:?}");
    let secret = made.body["secret"].as_str().unwrap();
    assert_eq!(s.get(secret, "/domains").await.items().len(), 1);
    assert_eq!(s.get(secret, "/mailboxes").await.status, 403);
    assert!(!s.get(&maker, "/tokens").await.body.to_string().contains(secret));
    for scopes in [json!(["mailboxes:read"]), json!([]), json!(["read"]), json!(["nonsense"])] {
        assert_eq!(s.post(&maker, "/tokens", new(scopes)).await.error(), ("invalid", vec!["scopes"]));
    }
    assert_eq!(s.post(&maker, "/tokens", json!({ "name": "x", "account": 2 })).await.error().1, ["account"]);
    // An answer with a secret is not kept.
    let headers = [
        ("authorization", &*format!("Bearer {maker}")),
        ("content-type", "application/json"),
        ("idempotency-key", "one"),
    ];
    let body = new(json!(["tokens:write"])).to_string();
    let first = s.request("POST", "/tokens", &headers, body.as_bytes()).await;
    let second = s.request("POST", "/tokens", &headers, body.as_bytes()).await;
    assert_eq!((first.status, second.status, second.header("idempotency-replayed")), (201, 201, None));
    assert_ne!(first.body["secret"], second.body["secret"]);
}
