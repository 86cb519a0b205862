use crate::operations::all;
use crate::permissions::find;
use crate::served::Served;
use std::collections::BTreeSet;

#[tokio::test]
async fn the_document_is_served_without_a_token_and_lists_exactly_what_is_tested() {
    let s = Served::start().await;
    let answer = s.request("GET", "/openapi.json", &[], b"").await;
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/json")));
    assert_eq!(answer.body, rest::document());
    assert!(answer.body["openapi"].as_str().unwrap().starts_with("3.1"));
    let mut described = BTreeSet::new();
    for item in answer.body["paths"].as_object().unwrap().values() {
        for operation in item.as_object().unwrap().values() {
            described.insert(operation["operationId"].as_str().unwrap().to_owned());
        }
    }
    let tested: BTreeSet<String> = all(&s, 1).await.iter().map(|o| o.id.to_owned()).collect();
    assert_eq!(described, tested);
}

#[tokio::test]
async fn each_operation_describes_its_answers() {
    let s = Served::start().await;
    let document = rest::document();
    for o in all(&s, 1).await {
        let (path, operation) = find(&document, o.id);
        assert!(operation["summary"].as_str().is_some_and(|t| !t.is_empty()), "{path} has no summary");
        assert!(operation["tags"][0].is_string(), "{path} has no tag");
        let responses = operation["responses"].as_object().unwrap();
        assert!(responses.contains_key(&o.status.to_string()), "{} does not describe {}", o.id, o.status);
        for status in ["401", "403", "429", "500"] {
            let body = &responses[status]["content"]["application/json"]["schema"]["$ref"];
            assert_eq!(body, "#/components/schemas/Error", "{} {status}", o.id);
        }
    }
}

/// `UPDATE_DOCUMENT=1 cargo nextest run -p postern-rest` writes it anew.
#[test]
fn the_committed_document_is_current() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json");
    let current = format!("{}\n", serde_json::to_string_pretty(&rest::document()).unwrap());
    if std::env::var_os("UPDATE_DOCUMENT").is_some() {
        std::fs::write(path, &current).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(committed == current, "docs/openapi.json is old: run the test with UPDATE_DOCUMENT=1");
}
