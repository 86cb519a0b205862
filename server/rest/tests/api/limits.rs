use crate::served::Served;

#[tokio::test]
async fn a_token_that_asks_too_often_must_wait_and_others_need_not() {
    let s = Served::with(rest::Options { per_second: 0.5, burst: 3 }).await;
    let (busy, calm) = (s.token(&[], None).await, s.token(&[], None).await);
    for left in [2, 1, 0] {
        let answer = s.get(&busy, "/accounts").await;
        assert_eq!((answer.status, answer.header("ratelimit-remaining")), (200, Some(left.to_string().as_str())));
        assert_eq!(answer.header("ratelimit-limit"), Some("3"));
    }
    let refused = s.get(&busy, "/accounts").await;
    assert_eq!((refused.status, refused.error().0, refused.header("retry-after")), (429, "throttled", Some("2")));
    assert_eq!(s.get(&calm, "/accounts").await.status, 200);
}

#[tokio::test]
async fn an_address_with_many_wrong_tokens_must_wait_and_its_good_ones_need_not() {
    let s = Served::with(rest::Options::default()).await;
    let (known, fresh) = (s.token(&[], None).await, s.token(&[], None).await);
    assert_eq!(s.get(&known, "/accounts").await.status, 200);
    let mut answers = Vec::new();
    for n in 0..25 {
        answers.push(s.get(&format!("postern_{n}"), "/accounts").await.status);
    }
    assert_eq!((answers[0], answers[19], answers[24]), (401, 401, 429), "{answers:?}");
    assert_eq!(s.get(&known, "/accounts").await.status, 200);
    let refused = s.get(&fresh, "/accounts").await;
    assert_eq!(refused.status, 429);
    assert!(refused.header("retry-after").is_some());
}
