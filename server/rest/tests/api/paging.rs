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

#[tokio::test]
async fn rows_that_come_while_one_pages_hide_and_repeat_none() {
    let s = Served::start().await;
    let token = s.token(&[], None).await;
    let names: Vec<String> = (0..1_000).map(|n| format!("{{ name: user{n:04} }}")).collect();
    let document = format!(
        "accounts: [{{ name: acme, domains: [{{ name: many.test, gateways: ['127.0.0.1:1'], mailboxes: [{}] }}] }}]",
        names.join(", ")
    );
    s.world.service.apply(&system(), &document, false).await.unwrap();
    let domains = s.get(&token, "/domains?q=many.test").await;
    let domain = domains.items()[0]["id"].clone();
    let (mut seen, mut next, mut n) = (Vec::new(), None::<String>, 0);
    loop {
        let after = next.map_or(String::new(), |c| format!("&after={c}"));
        let answer = s.get(&token, &format!("/mailboxes?domain={domain}&limit=90{after}")).await;
        seen.extend(answer.items().iter().map(|m| m["address"].as_str().unwrap().to_owned()));
        // One before everything that was seen, one among it, one after everything.
        for name in [format!("a{n}"), format!("user0000x{n}"), format!("z{n}")] {
            let made = s.post(&token, "/mailboxes", serde_json::json!({ "domain": domain, "name": name })).await;
            assert_eq!(made.status, 201, "{made:?}");
        }
        n += 1;
        match answer.body["next"].as_str() {
            Some(c) => next = Some(c.to_owned()),
            None => break,
        }
    }
    let unique: BTreeSet<_> = seen.iter().collect();
    assert_eq!(unique.len(), seen.len(), "none twice");
    assert!(
        names.len() == 1_000 && (0..1_000).all(|n| unique.contains(&format!("user{n:04}@many.test"))),
        "none hidden"
    );
}

#[tokio::test]
async fn a_cursor_of_another_list_is_refused() {
    let s = Served::start().await;
    let token = s.token(&[], None).await;
    let next = s.get(&token, "/mailboxes?limit=1").await.body["next"].as_str().unwrap().to_owned();
    for path in [format!("/audit?after={next}"), format!("/mailboxes?sort=state&after={next}")] {
        assert_eq!(s.get(&token, &path).await.error(), ("invalid", vec!["after"]), "{path}");
    }
    let sorted = s.get(&token, "/mailboxes?sort=state&limit=1").await.body["next"].as_str().unwrap().to_owned();
    assert_eq!(s.get(&token, &format!("/mailboxes?after={sorted}")).await.error(), ("invalid", vec!["after"]));
    assert_eq!(s.get(&token, &format!("/mailboxes?sort=state&after={sorted}")).await.items().len(), 1);
}
