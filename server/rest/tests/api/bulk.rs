//! Bulk operations by REST: begun, worked off by the server, looked at to the end.

use crate::served::Served;
use crate::world::system;
use serde_json::{Value, json};

#[tokio::test]
async fn a_paste_is_looked_at_added_and_its_wrong_lines_are_paged() {
    let s = Served::start().await;
    let token = s.token(&[], Some(1)).await;
    let domain = s.world.mailbox("bob@acme.test").await.domain;
    let text = Value::String("eve, evi\nbob\nno name\n\nmax\n".into());
    let check = s.post(&token, &format!("/mailboxes/import/check?domain={domain}"), text.clone()).await;
    assert_eq!((check.status, &check.body["lines"], &check.body["failed"]), (200, &json!(4), &json!(2)), "{check:?}");
    assert_eq!(check.body["failures"][0]["object"], "line 2");

    let begun = s.post(&token, &format!("/mailboxes/import?domain={domain}"), text).await;
    assert_eq!(
        (begun.status, &begun.body["state"], &begun.body["total"]),
        (202, &json!("waiting"), &json!(4)),
        "{begun:?}"
    );
    let place = begun.header("location").unwrap().trim_start_matches("/api/v1").to_owned();
    s.world.service.run_bulk(&system()).await.unwrap();
    let done = s.get(&token, &place).await;
    assert_eq!((&done.body["state"], &done.body["done"], &done.body["failed"]), (&json!("done"), &json!(4), &json!(2)));
    let first = s.get(&token, &format!("{place}/failures?limit=1")).await;
    assert_eq!(first.items()[0]["object"], "line 2");
    let next = first.body["next"].as_str().unwrap();
    let second = s.get(&token, &format!("{place}/failures?limit=1&after={next}")).await;
    assert_eq!(second.items()[0]["object"], "line 3");
    assert_eq!(s.world.mailbox("evi@acme.test").await.address.as_str(), "eve@acme.test");
}

#[tokio::test]
async fn what_is_no_text_or_too_long_is_refused_and_long_text_is_taken_with_a_key_too() {
    let s = Served::start().await;
    let token = s.token(&[], None).await;
    let domain = s.world.mailbox("bob@acme.test").await.domain;
    let path = format!("/mailboxes/import/check?domain={domain}");
    let bearer = format!("Bearer {token}");
    let head = |kind| vec![("authorization", bearer.as_str()), ("content-type", kind)];
    assert_eq!(s.request("POST", &path, &head("application/json"), b"{}").await.status, 415);
    assert_eq!(s.request("POST", &path, &head("text/plain"), b"b\xffb\n").await.status, 400);
    // Longer than any other body may be.
    let text: String = (0..60_000).map(|n| format!("user{n}, first.last{n}, {n}.x\n")).collect();
    assert!(text.len() > 1024 * 1024);
    let mut with_key = head("text/csv; charset=utf-8");
    with_key.push(("idempotency-key", "k1"));
    for headers in [head("text/csv"), with_key] {
        let answer = s.request("POST", &path, &headers, text.as_bytes()).await;
        assert_eq!((answer.status, &answer.body["lines"], &answer.body["failed"]), (200, &json!(60_000), &json!(0)));
    }
    let mut too_long = head("text/plain");
    let length = (32 * 1024 * 1024 + 1).to_string();
    too_long.push(("content-length", &length));
    assert_eq!(s.request("POST", &path, &too_long, b"").await.status, 413);
    let many = "x\n".repeat(100_001);
    let answer = s.request("POST", &path, &head("text/plain"), many.as_bytes()).await;
    assert_eq!((answer.status, answer.error().1), (422, vec!["body"]));
}
