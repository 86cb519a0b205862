use crate::world::{World, system};
use model::*;

#[tokio::test]
async fn a_held_message_is_shown_with_its_reason_and_a_preview_that_runs_and_fetches_nothing() {
    let w = World::new().await;
    let id = w.hold(1, "bob@acme.test", false).await;
    let v = w.service.message(&system(), id).await.unwrap();
    assert_eq!(v.headline, "Held as spam: an offer");
    assert_eq!((v.filter.as_str(), v.info.as_str(), v.decided_by), ("rules", "an offer", Some(0)));
    assert_eq!((v.findings.len(), v.ran.as_slice()), (1, [("rules".to_owned(), 12)].as_slice()));
    assert_eq!(v.headers.iter().find(|(n, _)| n == "Subject").map(|(_, v)| v.as_str()), Some("Grüße"));
    assert!(v.preview_html.contains("<b>there</b>") && v.preview_text.contains("Hello"));
    assert!(!v.preview_html.contains("script") && !v.preview_html.contains("http://evil.test"), "{}", v.preview_html);
    assert_eq!(v.attachments.iter().map(|a| a.name.as_str()).collect::<Vec<_>>(), ["a.exe"]);
    assert!(v.may_release && v.may_delete);
}

#[tokio::test]
async fn a_message_whose_body_is_lost_is_still_shown_and_says_so() {
    let w = World::new().await;
    let id = w.hold(1, "bob@acme.test", false).await;
    w.bodies.0.lock().unwrap().clear();
    let v = w.service.message(&system(), id).await.unwrap();
    assert!(v.notes.iter().any(|n| n.contains("cannot be read")) && v.headers.is_empty());
    let failed = w.service.release(&system(), &[id], view::ReleaseTo::Recipient).await.unwrap();
    assert_eq!(failed.done, 0);
    assert!(failed.failed[0].1.contains("went wrong on our side") && !failed.failed[0].1.contains("no such body"));
}
