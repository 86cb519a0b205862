use crate::served::{Answer, Served};
use serde_json::{Value, json};

async fn add(s: &Served, token: &str, key: &str, body: &Value) -> Answer {
    let authorization = format!("Bearer {token}");
    let headers =
        [("authorization", authorization.as_str()), ("content-type", "application/json"), ("idempotency-key", key)];
    s.request("POST", "/accounts", &headers, body.to_string().as_bytes()).await
}

async fn accounts(s: &Served, token: &str) -> usize {
    s.get(token, "/accounts").await.items().len()
}

#[tokio::test]
async fn a_retry_is_answered_as_the_first_time_and_does_nothing() {
    let s = Served::start().await;
    let token = s.token(&[], None).await;
    let body = json!({ "name": "once" });
    let first = add(&s, &token, "k1", &body).await;
    let again = add(&s, &token, "k1", &body).await;
    assert_eq!((first.status, again.status), (201, 201));
    assert_eq!((&first.body, first.header("location")), (&again.body, again.header("location")));
    assert_eq!((first.header("idempotency-replayed"), again.header("idempotency-replayed")), (None, Some("true")));
    assert_eq!(accounts(&s, &token).await, 3);
    assert_eq!(add(&s, &token, "k2", &body).await.status, 409, "another key is another request");
}

#[tokio::test]
async fn a_key_stands_for_one_request_of_one_token() {
    let s = Served::start().await;
    let (token, other) = (s.token(&[], None).await, s.token(&[], None).await);
    assert_eq!(add(&s, &token, "k", &json!({ "name": "a" })).await.status, 201);
    let different = add(&s, &token, "k", &json!({ "name": "b" })).await;
    assert_eq!((different.status, different.error()), (422, ("invalid", vec!["Idempotency-Key"])));
    assert_eq!(add(&s, &other, "k", &json!({ "name": "b" })).await.status, 201);
    for bad in ["", "a b", &"x".repeat(256)] {
        assert_eq!(add(&s, &token, bad, &json!({ "name": "c" })).await.error().1, ["Idempotency-Key"], "{bad:?}");
    }
}

#[tokio::test]
async fn what_failed_may_be_tried_again_with_the_same_key() {
    let s = Served::start().await;
    let token = s.token(&[], None).await;
    assert_eq!(add(&s, &token, "k", &json!({ "nmae": "a" })).await.status, 422);
    assert_eq!(add(&s, &token, "k", &json!({ "name": "a" })).await.status, 201);
}

#[tokio::test]
async fn of_many_at_once_one_is_done() {
    let s = std::sync::Arc::new(Served::start().await);
    let token = s.token(&[], None).await;
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let (s, token) = (s.clone(), token.clone());
            tokio::spawn(async move { add(&s, &token, "k", &json!({ "name": "one" })).await })
        })
        .collect();
    let mut done = 0;
    for task in tasks {
        let answer = task.await.unwrap();
        match answer.status {
            201 => done += usize::from(answer.header("idempotency-replayed").is_none()),
            409 => assert_eq!((answer.error().0, answer.header("retry-after")), ("conflict", Some("1"))),
            other => panic!("{other}: {answer:?}"),
        }
    }
    assert_eq!((done, accounts(&s, &token).await), (1, 3));
}

#[tokio::test]
async fn a_key_that_a_dead_server_left_taken_is_free_after_a_minute() {
    let s = Served::start().await;
    let token = s.token(&[], None).await;
    let actor = s.world.service.check_token(&token, "::1").await.unwrap().unwrap();
    assert_eq!(s.world.service.begin_once(&actor, "k", "somebody").await.unwrap(), service::KnownRequest::New);
    assert_eq!(add(&s, &token, "k", &json!({ "name": "a" })).await.error().1, ["Idempotency-Key"]);
    s.world.pass(61_000);
    assert_eq!(add(&s, &token, "k", &json!({ "name": "a" })).await.status, 201);
}
