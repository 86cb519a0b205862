use crate::served::Served;
use serde_json::json;

#[tokio::test]
async fn a_group_is_filled_ordered_and_says_what_holds_for_its_members() {
    let s = Served::start().await;
    let token = s.token(&[], None).await;
    let bob = s.world.mailbox("bob@acme.test").await;
    let add = async |name: &str| {
        let made = s.post(&token, "/groups", json!({ "domain": bob.domain, "name": name })).await;
        assert_eq!(made.status, 201, "{}", made.body);
        made.body["id"].as_i64().unwrap()
    };
    let (sales, staff) = (add("sales").await, add("staff").await);
    for group in [sales, staff] {
        let members = json!({ "members": [bob.id, "ann", "robert@acme.test"] });
        let set = s.call(&token, "PUT", &format!("/groups/{group}/members"), Some(&members)).await;
        assert_eq!(set.body, json!({ "added": 2, "removed": 0 }));
    }
    let first = s.get(&token, &format!("/groups/{sales}/members?limit=1")).await;
    assert_eq!(first.items()[0]["address"], "ann@acme.test");
    let next = first.body["next"].as_str().unwrap();
    let rest = s.get(&token, &format!("/groups/{sales}/members?limit=1&after={next}")).await;
    assert_eq!((rest.items()[0]["address"].clone(), rest.body["next"].clone()), (json!("bob@acme.test"), json!(null)));

    for (group, action) in [(sales, "quarantine"), (staff, "allow")] {
        let path = format!("/settings/group/{group}");
        assert_eq!(s.call(&token, "PATCH", &path, Some(&json!({ "filtering.junk": action }))).await.status, 200);
    }
    let junk = async || {
        s.get(&token, &format!("/settings/mailbox/{}", bob.id)).await.body["effective"]["filtering.junk"].clone()
    };
    assert_eq!(junk().await, json!({ "value": "quarantine", "from": "group" }));
    let order = json!({ "domain": bob.domain, "groups": [staff, sales] });
    assert_eq!(s.post(&token, "/groups/order", order).await.status, 204);
    assert_eq!(junk().await, json!({ "value": "allow", "from": "group" }));
    let of_bob = s.get(&token, &format!("/mailboxes/{}/groups", bob.id)).await;
    assert_eq!(of_bob.items().iter().map(|g| g["name"].clone()).collect::<Vec<_>>(), ["staff", "sales"]);

    let wrong = json!({ "members": ["nobody", 999, bob.id] });
    let refused = s.post(&token, &format!("/groups/{sales}/members/add"), wrong).await;
    assert_eq!(refused.error(), ("invalid", vec!["members[0]", "members[1]"]));
    let no_name = s.post(&token, &format!("/groups/{sales}/members/add"), json!({ "members": [{}] })).await;
    assert_eq!(no_name.error(), ("invalid", vec!["members[0]"]));
    let half = s.post(&token, "/groups/order", json!({ "domain": bob.domain, "groups": [staff] })).await;
    assert_eq!(half.error(), ("invalid", vec!["groups"]));
    let nowhere = s.post(&token, "/groups/order", json!({ "domain": 0, "groups": [] })).await;
    assert_eq!((nowhere.status, nowhere.error()), (422, ("invalid", vec!["domain"])));
    let stranger = s.token(&[], Some(2)).await;
    assert_eq!(s.get(&stranger, &format!("/groups/{sales}")).await.status, 404);
    assert!(s.get(&stranger, "/groups").await.items().is_empty());
}

#[tokio::test]
async fn every_place_below_a_domain_is_read_and_written_and_named_as_the_source() {
    let s = Served::start().await;
    let token = s.token(&[], None).await;
    let brand = s.post(&token, "/brands", json!({ "name": "house" })).await.body["id"].clone();
    let changed =
        s.call(&token, "PATCH", "/accounts/1", Some(&json!({ "brand": brand, "time_zone": "Europe/Berlin" }))).await;
    assert_eq!((changed.status, changed.body["brand"].clone()), (200, brand.clone()));
    let domain = format!("/settings/domain/{}", s.world.mailbox("bob@acme.test").await.domain);
    let steps = [
        ("system/0".to_owned(), "system"),
        (format!("brand/{brand}"), "system"),
        ("account/1".to_owned(), "account"),
        ("default-inbound/0".to_owned(), "default-inbound"),
        ("default-inbound/1".to_owned(), "default-inbound"),
    ];
    for (n, (place, from)) in steps.iter().enumerate() {
        let value = json!(10 + n);
        let body = json!({ "routing.max_size_mb": value });
        let set = s.call(&token, "PATCH", &format!("/settings/{place}"), Some(&body)).await;
        assert_eq!((set.status, set.body["set"].clone()), (200, body), "{place}");
        let holds = s.get(&token, &domain).await.body["effective"]["routing.max_size_mb"].clone();
        assert_eq!(holds, json!({ "value": value, "from": from }), "{place}");
    }
    for place in ["default-outbound/0", "default-outbound/1", "default-relay/0", "default-relay/1"] {
        let body = json!({ "outbound_routing.max_size_mb": 33 });
        let set = s.call(&token, "PATCH", &format!("/settings/{place}"), Some(&body)).await;
        assert_eq!((set.status, set.body["set"].clone()), (200, body.clone()), "{place}");
        assert_eq!(s.get(&token, &format!("/settings/{place}")).await.body["set"], body, "{place}");
    }
    let own = s.token(&[], Some(1)).await;
    assert_eq!(s.get(&own, "/settings/account/1").await.status, 200);
    for place in ["system/0", "default-inbound/0", "account/2", "default-relay/2"] {
        assert_eq!(s.get(&own, &format!("/settings/{place}")).await.status, 404, "{place}");
    }
    assert_eq!(s.call(&own, "PATCH", "/accounts/1", Some(&json!({ "features": [] }))).await.status, 403);
    assert_eq!(s.call(&own, "PATCH", "/accounts/1", Some(&json!({ "email": "it@acme.test" }))).await.status, 200);
    let wrong = s.call(&token, "PATCH", "/accounts/1", Some(&json!({ "features": ["flying"] }))).await;
    assert_eq!(wrong.error(), ("invalid", vec!["features[0]"]));
}

#[tokio::test]
async fn a_mailbox_with_aliases_goes_only_with_their_names_said() {
    let s = Served::start().await;
    let token = s.token(&[], None).await;
    let bob = format!("/mailboxes/{}", s.world.mailbox("bob@acme.test").await.id);
    let refused = s.call(&token, "DELETE", &bob, None).await;
    assert_eq!((refused.status, refused.error().0), (409, "conflict"));
    assert!(refused.message().contains("robert@acme.test"), "{}", refused.message());
    assert_eq!(s.call(&token, "DELETE", &format!("{bob}?with_aliases=true"), None).await.status, 204);
    let ann = format!("/mailboxes/{}", s.world.mailbox("ann@acme.test").await.id);
    assert_eq!(s.call(&token, "DELETE", &ann, None).await.status, 204);
}

#[tokio::test]
async fn access_name_and_aliases_in_other_domains_are_added_changed_and_shown() {
    let s = Served::start().await;
    let token = s.token(&[], None).await;
    let domain = s.world.mailbox("bob@acme.test").await.domain;
    s.post(&token, "/domains", json!({ "account": 1, "name": "acme.example", "gateways": ["mx.test"] })).await;
    let new = json!({
        "domain": domain, "name": "zoe", "aliases": ["zo", "zoe@acme.example"],
        "access": "none", "full_name": "Zoë Zander", "keep": true,
    });
    let made = s.post(&token, "/mailboxes", new).await;
    assert_eq!(made.status, 201, "{}", made.body);
    assert_eq!(made.body["aliases"], json!(["zo@acme.test", "zoe@acme.example"]));
    let path = format!("/mailboxes/{}", made.body["id"]);
    let change = json!({ "access": "full", "aliases": ["zoe@acme.example"] });
    let changed = s.call(&token, "PATCH", &path, Some(&change)).await;
    let shown = ["access", "full_name", "keep", "aliases"].map(|k| changed.body[k].clone());
    assert_eq!(shown, [json!("full"), json!("Zoë Zander"), json!(true), json!(["zoe@acme.example"])]);
    let stolen = s.call(&token, "PATCH", &path, Some(&json!({ "aliases": ["zoe@other.test"] }))).await;
    assert_eq!(stolen.error(), ("invalid", vec!["aliases"]));
    let wrong = s.call(&token, "PATCH", &path, Some(&json!({ "access": "half" }))).await;
    assert_eq!(wrong.error(), ("invalid", vec!["access"]));
}
