use crate::world::{World, code, system};
use model::*;

#[tokio::test]
async fn a_kept_copy_is_seen_and_sent_again_by_whose_it_is() {
    let w = World::new().await;
    let id = w.keep(1, "bob@acme.test").await;
    let stranger = World::administrator(Role::Account, 2);
    assert_eq!(code(&w.service.kept_message(&stranger, id).await), Some(ErrorCode::NotFound));
    assert_eq!(code(&w.service.release_kept(&stranger, id).await), Some(ErrorCode::NotFound));
    let looks = World::administrator(Role::Dashboard, 1);
    assert!(!w.service.kept_message(&looks, id).await.unwrap().may_release);
    assert_eq!(code(&w.service.release_kept(&looks, id).await), Some(ErrorCode::Forbidden));
    let eve = w.owner("joe@other.test").await;
    assert_eq!(code(&w.service.kept_message(&eve, id).await), Some(ErrorCode::NotFound));
    assert!(w.sent().is_empty());

    let bob = w.owner("bob@acme.test").await;
    assert_eq!(w.service.release_kept(&bob, id).await.unwrap(), "bob@acme.test");
    assert_eq!(code(&w.service.release_kept(&system(), id).await), Some(ErrorCode::Conflict));
    assert_eq!(w.sent().len(), 1);
}

#[tokio::test]
async fn a_copy_that_could_not_be_sent_can_be_sent_at_once() {
    let w = World::new().await;
    let id = w.keep(1, "bob@acme.test").await;
    w.outbox.broken.store(true, std::sync::atomic::Ordering::SeqCst);
    assert_eq!(code(&w.service.release_kept(&system(), id).await), Some(ErrorCode::Unavailable));
    w.outbox.broken.store(false, std::sync::atomic::Ordering::SeqCst);
    assert!(w.service.release_kept(&system(), id).await.is_ok());
}
