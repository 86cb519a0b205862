use crate::served::Served;
use crate::world::system;
use std::collections::BTreeSet;

#[tokio::test]
async fn pages_follow_one_another_to_the_end() {
    let s = Served::start().await;
    let token = s.token(&["mailboxes:read"], None).await;
    let names: Vec<String> = (0..1_000).map(|n| format!("{{ name: user{n:04} }}")).collect();
    let document = format!(
        "accounts: [{{ name: acme, domains: [{{ name: many.test, gateways: ['127.0.0.1:1'], mailboxes: [{}] }}] }}]",
        names.join(", ")
    );
    s.world.service.apply(&system(), &document, false).await.unwrap();
    let (mut seen, mut path) = (Vec::new(), "/mailboxes?q=many.test&limit=300".to_owned());
    loop {
        let answer = s.get(&token, &path).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        seen.extend(answer.items().iter().map(|m| m["address"].as_str().unwrap().to_owned()));
        match answer.body["next"].as_str() {
            Some(next) => path = format!("/mailboxes?q=many.test&limit=300&after={next}"),
            None => break,
        }
    }
    assert_eq!(seen.len(), 1_000);
    assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), 1_000);
    assert!(seen.is_sorted());
}

#[tokio::test]
async fn the_order_is_the_one_asked_for() {
    let s = Served::start().await;
    let token = s.token(&[], None).await;
    let names = async |path: &str| {
        let answer = s.get(&token, path).await;
        answer.items().iter().map(|a| a["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names("/accounts?sort=name").await, ["acme", "other"]);
    assert_eq!(names("/accounts?sort=-name").await, ["other", "acme"]);
    assert_eq!(names("/accounts?sort=-mailboxes&limit=1").await, ["acme"]);
    assert_eq!(names("/domains?q=OTHER").await, ["other.test"]);
}
