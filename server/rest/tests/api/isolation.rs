use crate::operations::all;
use crate::served::Served;
use serde_json::json;

#[tokio::test]
async fn what_belongs_to_others_is_not_found_and_stays_as_it_is() {
    let s = Served::start().await;
    let stranger = s.token(&[], Some(2)).await;
    let operations = all(&s, 1).await;
    let before = s.world.sent().len();
    for o in operations {
        let named = o.path.split('/').skip(2).any(|p| p.parse::<i64>().is_ok());
        let names_one = named || o.id == "get_message";
        // Accounts are the system's to move and delete, and brands altogether; whether there is one is not said either.
        let systems_own =
            matches!(o.id, "delete_account" | "move_domain" | "move_outbound_ip") || o.path.starts_with("/brands/");
        if names_one && !systems_own {
            let answer = s.call(&stranger, o.method, &o.path, o.body.as_ref()).await;
            assert_eq!((answer.status, answer.error().0), (404, "not_found"), "{}", o.id);
        }
    }
    assert_eq!(s.world.sent().len(), before);
    let held = s.world.hold(99, "bob@acme.test", false).await;
    for act in ["release", "delete"] {
        let answer = s.post(&stranger, &format!("/quarantine/{act}"), json!({ "ids": [held] })).await;
        assert_eq!((answer.status, answer.body["done"].as_u64()), (200, Some(0)), "{answer:?}");
    }
    let own = s.token(&[], Some(1)).await;
    assert_eq!(s.get(&own, &format!("/quarantine/{held}")).await.body["disposition"], "quarantined");
}

#[tokio::test]
async fn lists_of_a_token_with_an_account_show_only_that_account() {
    let s = Served::start().await;
    s.world.hold(1, "bob@acme.test", false).await;
    let (own, stranger) = (s.token(&[], Some(1)).await, s.token(&[], Some(2)).await);
    for (path, of_own, of_stranger) in [
        ("/accounts", vec!["acme"], vec!["other"]),
        ("/domains", vec!["acme.test"], vec!["other.test"]),
        ("/mailboxes", vec!["ann@acme.test", "bob@acme.test"], vec!["joe@other.test"]),
        ("/quarantine", vec!["bob@acme.test"], vec![]),
    ] {
        for (token, expected) in [(&own, of_own), (&stranger, of_stranger)] {
            let answer = s.get(token, path).await;
            let name = |v: &serde_json::Value| {
                ["name", "address", "recipient"].iter().find_map(|k| v[k].as_str()).unwrap_or_default().to_owned()
            };
            assert_eq!(answer.items().iter().map(name).collect::<Vec<_>>(), expected, "{path}");
        }
    }
    let domain = s.world.mailbox("bob@acme.test").await.domain.0;
    assert!(s.get(&stranger, &format!("/mailboxes?domain={domain}")).await.items().is_empty());
}

#[tokio::test]
async fn nothing_is_made_in_the_account_of_others() {
    let s = Served::start().await;
    let stranger = s.token(&[], Some(2)).await;
    let domain = s.world.mailbox("bob@acme.test").await.domain.0;
    for (path, body, field) in [
        ("/domains", json!({ "account": 1, "name": "spy.test", "gateways": ["mx.spy.test"] }), "account"),
        ("/mailboxes", json!({ "domain": domain, "name": "spy" }), "domain"),
        (
            "/administrators",
            json!({ "email": "spy@x.test", "role": "account", "account": 1, "password": "long enough" }),
            "account",
        ),
        ("/administrators", json!({ "email": "spy@x.test", "role": "system", "password": "long enough" }), "role"),
    ] {
        let answer = s.post(&stranger, path, body).await;
        assert_eq!((answer.status, answer.error()), (422, ("invalid", vec![field])), "{path}: {answer:?}");
    }
}
