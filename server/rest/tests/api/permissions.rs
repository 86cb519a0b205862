//! No door is more open than another: what the table of roles and the table of scopes say, this door does.

use crate::operations::{all, reached};
use crate::served::Served;
use model::Role;
use service::{TOKEN_SCOPES, UseCase, permits, token_scope};

#[tokio::test]
async fn each_use_case_is_reached_or_left_out_with_a_reason() {
    let s = Served::start().await;
    let operations = all(&s, 1).await;
    for what in UseCase::ALL {
        assert_eq!(operations.iter().any(|o| o.what == *what), reached(*what), "{what:?}");
    }
}

#[tokio::test]
async fn a_token_may_exactly_what_its_role_may() {
    let s = Served::start().await;
    let tokens = [(Role::System, s.token(&[], None).await), (Role::Account, s.token(&[], Some(1)).await)];
    for (n, (role, token)) in (1..).zip(tokens) {
        for o in all(&s, n).await {
            let answer = s.call(&token, o.method, &o.path, o.body.as_ref()).await;
            let expected = if permits(role, o.what) { o.status } else { 403 };
            assert_eq!(answer.status, expected, "{} as {role:?}: {answer:?}", o.id);
        }
    }
}

#[tokio::test]
async fn each_operation_asks_for_the_scope_that_the_document_names_and_no_other_gives_it() {
    let s = Served::start().await;
    let document = rest::document();
    let words: Vec<&str> = TOKEN_SCOPES.iter().map(|(word, _)| *word).collect();
    for (n, o) in (10..).zip(all(&s, 1).await) {
        let (template, operation) = find(&document, o.id);
        let declared = operation["security"][0]["token"][0].as_str().unwrap_or_default();
        assert_eq!(Some(declared), token_scope(o.what), "{} at {template}", o.id);
        let area = declared.split(':').next().unwrap();
        let gives = |w: &str| {
            w == "*" || w == declared || (declared.ends_with(":read") && (w == "read" || w == format!("{area}:write")))
        };
        let others: Vec<&str> = words.iter().copied().filter(|w| !gives(w)).collect();
        let refused = s.call(&s.token(&others, None).await, o.method, &o.path, o.body.as_ref()).await;
        assert_eq!((refused.status, refused.error().0), (403, "forbidden"), "{} with {others:?}", o.id);
        assert!(refused.message().contains(declared), "{}", refused.message());
        let fresh = all(&s, n).await.into_iter().find(|f| f.id == o.id).unwrap();
        let allowed = s.call(&s.token(&[declared], None).await, fresh.method, &fresh.path, fresh.body.as_ref()).await;
        assert_eq!(allowed.status, fresh.status, "{} with {declared}: {allowed:?}", o.id);
    }
}

/// Path and description of an operation of the document.
pub fn find<'a>(document: &'a serde_json::Value, id: &str) -> (&'a str, &'a serde_json::Value) {
    let paths = document["paths"].as_object().unwrap();
    let mut found = paths.iter().flat_map(|(path, item)| item.as_object().unwrap().values().map(move |o| (path, o)));
    let (path, operation) = found.find(|(_, o)| o["operationId"] == id).unwrap_or_else(|| panic!("no operation {id}"));
    (path, operation)
}
