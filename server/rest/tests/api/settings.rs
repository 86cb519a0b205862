use crate::served::Served;
use serde_json::json;

#[tokio::test]
async fn a_setting_falls_through_until_a_level_sets_it() {
    let s = Served::start().await;
    let token = s.token(&[], None).await;
    let bob = s.world.mailbox("bob@acme.test").await;
    let (domain, mailbox) = (format!("/settings/domain/{}", bob.domain), format!("/settings/mailbox/{}", bob.id));
    let set = async |path: &str, body| s.call(&token, "PATCH", path, Some(&body)).await;
    let holds = async || s.get(&token, &mailbox).await.body["effective"]["digest.frequency"].clone();
    assert_eq!(holds().await, json!({ "value": "daily", "from": null }));
    assert_eq!(set("/settings/system/0", json!({ "digest.frequency": "never" })).await.status, 200);
    assert_eq!(holds().await, json!({ "value": "never", "from": "system" }));
    let changed = set(&domain, json!({ "digest.frequency": "weekly" })).await;
    assert_eq!(changed.body["set"], json!({ "digest.frequency": "weekly" }));
    assert_eq!(holds().await, json!({ "value": "weekly", "from": "domain" }));
    assert_eq!(set(&mailbox, json!({ "digest.frequency": "daily" })).await.status, 200);
    assert_eq!(holds().await, json!({ "value": "daily", "from": "mailbox" }));
    assert_eq!(set(&mailbox, json!({ "digest.frequency": null })).await.body["set"], json!({}));
    assert_eq!(holds().await, json!({ "value": "weekly", "from": "domain" }));
    let audit = s.get(&token, "/audit?q=settings.edit").await;
    assert_eq!(audit.items()[1]["object"], "bob@acme.test");
    assert_eq!(audit.items()[1]["detail"], "digest.frequency default → daily");
}

#[tokio::test]
async fn what_is_wrong_is_named_by_its_path_and_nothing_is_changed() {
    let s = Served::start().await;
    let token = s.token(&[], None).await;
    let path = format!("/settings/domain/{}", s.world.mailbox("bob@acme.test").await.domain);
    let body = json!({ "digest.frequency": "hourly", "digest.time_zone": "Moon/Base", "no.such": 1, "spf.softfail": "markup" });
    let wrong = s.call(&token, "PATCH", &path, Some(&body)).await;
    assert_eq!((wrong.status, wrong.error().0), (422, "invalid"));
    let fields = wrong.error().1;
    assert!(fields.contains(&"digest.frequency") && fields.contains(&"no.such"), "{fields:?}");
    let zone = s.call(&token, "PATCH", &path, Some(&json!({ "digest.time_zone": "Moon/Base" }))).await;
    assert_eq!(zone.error(), ("invalid", vec!["digest.time_zone"]));
    let certificates = s.call(&token, "PATCH", &path, Some(&json!({ "routing.encryption": "always_valid" }))).await;
    assert_eq!(certificates.error(), ("invalid", vec!["routing.encryption"]), "delivery cannot keep it");
    assert_eq!(s.get(&token, &path).await.body["set"], json!({}));
    for place in ["/settings/system/1", "/settings/group/1", "/settings/domain/x", "/settings/domain/999"] {
        assert_eq!(s.get(&token, place).await.error().0, "not_found", "{place}");
    }
    let own = s.token(&[], Some(1)).await;
    assert_eq!(s.get(&own, "/settings/system/0").await.status, 404);
    assert_eq!(s.get(&own, &path).await.status, 200);
}

/// Each default passes the schema that the catalogue gives for it, as far as types and words go.
#[tokio::test]
async fn the_catalogue_says_what_each_setting_takes() {
    let s = Served::start().await;
    let token = s.token(&["settings:read"], None).await;
    let catalogue = s.get(&token, "/settings").await;
    let items = catalogue.items();
    assert!(items.len() > 200, "{}", items.len());
    for item in items {
        let (path, default, schema) = (&item["path"], &item["default"], &item["schema"]);
        assert!(item["scopes"].as_array().is_some_and(|l| !l.is_empty()) && !item["help"].as_str().unwrap().is_empty());
        let options = schema["anyOf"].as_array().cloned().unwrap_or_else(|| vec![schema.clone()]);
        let fits = options.iter().any(|o| {
            let kind = match o["type"].as_str() {
                Some("boolean") => default.is_boolean(),
                Some("integer") => default.is_i64(),
                Some("string") => default.is_string(),
                Some("array") => default.is_array(),
                Some("object") => default.is_object(),
                _ => o["const"] == *default,
            };
            kind && o["enum"].as_array().is_none_or(|words| words.contains(default))
        });
        assert!(fits, "{path}: {default} does not fit {schema}");
    }
}

#[tokio::test]
async fn a_revoked_token_is_no_longer_accepted() {
    let s = Served::start().await;
    let (token, other) = (s.token(&[], None).await, s.token(&["read"], Some(1)).await);
    assert_eq!(s.get(&other, "/accounts").await.status, 200);
    let id = s.get(&token, "/tokens").await.items()[0]["id"].clone();
    assert_eq!(s.call(&token, "DELETE", &format!("/tokens/{id}"), None).await.status, 204);
    assert_eq!(s.get(&other, "/accounts").await.status, 401);
    let listed = s.get(&token, "/tokens").await;
    assert!(listed.items()[0]["revoked"].is_string() && !listed.body.to_string().contains("postern_"));
}
