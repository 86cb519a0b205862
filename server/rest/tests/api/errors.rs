use crate::served::Served;
use serde_json::json;

#[tokio::test]
async fn without_a_good_token_one_is_challenged() {
    let s = Served::start().await;
    let good = s.token(&[], None).await;
    for (authorization, hint) in [
        (None, "Bearer realm=\"postern\""),
        (Some("Basic cm9vdDpyb290".to_owned()), "Bearer realm=\"postern\""),
        (Some("Bearer ".to_owned()), "Bearer realm=\"postern\""),
        (Some("Bearer postern_x".to_owned()), "error=\"invalid_token\""),
        (Some(format!("Bearer {good}x")), "error=\"invalid_token\""),
    ] {
        let headers: Vec<_> = authorization.iter().map(|a| ("authorization", a.as_str())).collect();
        let answer = s.request("GET", "/domains", &headers, b"").await;
        assert_eq!((answer.status, answer.error().0), (401, "unauthenticated"), "{authorization:?}");
        assert!(answer.header("www-authenticate").unwrap().contains(hint), "{answer:?}");
    }
    let lower = format!("bearer {good}");
    assert_eq!(s.request("GET", "/domains", &[("authorization", &lower)], b"").await.status, 200);
}

#[tokio::test]
async fn what_is_no_json_is_refused_with_the_place() {
    let s = Served::start().await;
    let authorization = format!("Bearer {}", s.token(&[], None).await);
    let headers = [("authorization", authorization.as_str()), ("content-type", "application/json; charset=utf-8")];
    for (body, place) in [
        ("{\"name\": \"a\",\n nonsense}", "line 2 column"),
        ("", "line 1 column 0"),
        ("{\"name\": \"a\"", "line 1 column"),
        ("{\"name\": \"a\"} {}", "line 1 column"),
    ] {
        let answer = s.request("POST", "/accounts", &headers, body.as_bytes()).await;
        assert_eq!((answer.status, answer.error().0), (400, "malformed"), "{body}");
        assert!(answer.message().contains(place), "{}", answer.message());
    }
    let deep = format!("{{\"name\": {}", "[".repeat(100_000));
    assert!((400..500).contains(&s.request("POST", "/accounts", &headers, deep.as_bytes()).await.status));
}

#[tokio::test]
async fn unknown_missing_and_wrong_fields_are_named() {
    let s = Served::start().await;
    let token = s.token(&[], None).await;
    let domain = s.world.mailbox("bob@acme.test").await.domain.0;
    for (path, body, fields) in [
        ("/accounts", json!({ "name": "a", "nmae": "b" }), vec!["nmae"]),
        ("/accounts", json!({}), vec!["name"]),
        ("/accounts", json!({ "name": 7 }), vec!["name"]),
        ("/accounts", json!([]), vec!["body"]),
        ("/accounts", json!({ "name": "a\u{0}b" }), vec!["name"]),
        ("/domains", json!({ "account": 1, "name": "x y", "gateways": ["mx"] }), vec!["name"]),
        ("/domains", json!({ "account": 1, "name": "x.test", "gateways": ["mx", "a b"] }), vec!["gateways[1]"]),
        ("/domains", json!({ "account": 1, "name": "x.test", "gateways": [3] }), vec!["gateways[0]"]),
        ("/domains", json!({ "account": 1, "name": "x.test", "gateways": [] }), vec!["gateways"]),
        (
            "/domains",
            json!({ "account": 1, "name": "x.test", "gateways": ["mx"], "unrecognized": "eat" }),
            vec!["unrecognized"],
        ),
        (
            "/mailboxes",
            json!({ "domain": domain, "name": "a b", "aliases": ["x@other.test"], "password": "x" }),
            vec!["name", "aliases", "password"],
        ),
        ("/mailboxes", json!({ "domain": domain, "name": "a", "aliases": ["x", "y,z"] }), vec!["aliases[1]"]),
        (
            "/administrators",
            json!({ "email": "x", "role": "operator", "password": "x" }),
            vec!["email", "password", "account"],
        ),
    ] {
        let answer = s.post(&token, path, body.clone()).await;
        assert_eq!((answer.status, answer.error()), (422, ("invalid", fields)), "{path} {body}: {answer:?}");
    }
    let unknown = s.post(&token, "/accounts", json!({ "name": "a", "nmae": "b" })).await;
    assert_eq!(unknown.message(), "There is no such field; known are name.");
    let null = s.call(&token, "PATCH", &format!("/domains/{domain}"), Some(&json!({ "gateways": null }))).await;
    assert_eq!(null.error(), ("invalid", vec!["gateways"]));
}

#[tokio::test]
async fn wrong_parameters_are_named() {
    let s = Served::start().await;
    let token = s.token(&[], None).await;
    let long = "x".repeat(501);
    for (path, field) in [
        (format!("/domains?q={long}").as_str(), "q"),
        (format!("/quarantine?q={long}").as_str(), "q"),
        ("/domains?limit=0", "limit"),
        ("/domains?limit=501", "limit"),
        ("/domains?limit=many", "limit"),
        ("/domains?after=nonsense", "after"),
        ("/domains?sort=colour", "sort"),
        ("/domains?page=2", "page"),
        ("/domains?q=a&q=b", "q"),
        ("/quarantine?category=BACON", "category"),
        ("/quarantine?from=yesterday", "from"),
        ("/reports/traffic?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", "from"),
        ("/reports/traffic?from=2020-01-01T00:00:00Z&to=2026-01-01T00:00:00Z", "from"),
    ] {
        let answer = s.get(&token, path).await;
        assert_eq!((answer.status, answer.error()), (422, ("invalid", vec![field])), "{path}: {answer:?}");
    }
}

#[tokio::test]
async fn everything_that_is_refused_has_the_one_form() {
    let s = Served::start().await;
    let token = s.token(&[], None).await;
    let authorization = format!("Bearer {token}");
    for (method, path, status, code) in [
        ("GET", "/nonsense", 404, "not_found"),
        ("GET", "/domains/999999", 404, "not_found"),
        ("GET", "/domains/abc", 404, "not_found"),
        ("GET", "/domains/99999999999999999999", 404, "not_found"),
        ("GET", "/reports/nonsense", 404, "not_found"),
        ("DELETE", "/domains", 405, "method_not_allowed"),
        ("PUT", "/audit", 405, "method_not_allowed"),
        ("POST", "/accounts", 415, "unsupported_media_type"),
    ] {
        let answer = s.request(method, path, &[("authorization", &authorization)], b"").await;
        assert_eq!((answer.status, answer.error().0), (status, code), "{method} {path}");
        assert_eq!(answer.header("content-type"), Some("application/json"), "{method} {path}");
        if status == 405 {
            assert!(answer.header("allow").unwrap().contains("GET"), "{answer:?}");
        }
    }
    let headers = [("authorization", authorization.as_str()), ("content-type", "application/json")];
    let large = format!("{{\"name\": \"{}\"}}", "x".repeat(1 << 20));
    let answer = s.request("POST", "/accounts", &headers, large.as_bytes()).await;
    assert_eq!((answer.status, answer.error().0), (413, "too_large"));
}

#[tokio::test]
async fn what_exists_already_is_a_conflict_that_names_the_field() {
    let s = Served::start().await;
    let token = s.token(&[], None).await;
    let domain = s.world.mailbox("bob@acme.test").await.domain.0;
    for (path, body, field) in [
        ("/accounts", json!({ "name": "ACME" }), "name"),
        ("/domains", json!({ "account": 2, "name": "acme.test", "gateways": ["mx.test"] }), "name"),
        ("/mailboxes", json!({ "domain": domain, "name": "Bob" }), "name"),
        ("/mailboxes", json!({ "domain": domain, "name": "new", "aliases": ["robert"] }), "aliases"),
    ] {
        let answer = s.post(&token, path, body).await;
        assert_eq!((answer.status, answer.error()), (409, ("conflict", vec![field])), "{path}: {answer:?}");
    }
    let held = s.world.hold(1, "bob@acme.test", false).await;
    let path = format!("/quarantine/{held}/delete");
    assert_eq!(s.call(&token, "POST", &path, None).await.body["disposition"], "deleted");
    let again = s.call(&token, "POST", &path, None).await;
    assert_eq!((again.status, again.error().0), (409, "conflict"));
    assert!(again.message().contains("already deleted by token test"), "{}", again.message());
}

#[tokio::test]
async fn an_error_of_ours_shows_only_the_id_under_which_the_log_has_it() {
    let s = Served::start().await;
    let token = s.token(&[], None).await;
    let held = s.world.hold(1, "bob@acme.test", false).await;
    s.world.bodies.0.lock().unwrap().clear();
    let answer = s.get(&token, &format!("/quarantine/{held}/raw")).await;
    assert_eq!((answer.status, answer.error().0), (500, "internal"));
    let id = answer.body["error"]["id"].as_str().unwrap();
    assert!(answer.message().contains(id) && !answer.message().contains("no such body"), "{}", answer.message());
}
