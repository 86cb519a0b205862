use crate::world::{World, system};
use model::*;

#[tokio::test]
async fn what_waits_for_a_domain_is_tried_again_by_those_whose_domain_it_is() {
    let w = World::new().await;
    let domain = w.mailbox("bob@acme.test").await.domain;
    let stranger = World::administrator(Role::Account, 2);
    let refused = w.service.redeliver_domain(&stranger, domain).await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::NotFound);
    assert!(w.outbox.retried.lock().unwrap().is_empty());
    w.service.redeliver_domain(&World::administrator(Role::Operator, 1), domain).await.unwrap();
    w.service.retry_queue(&system()).await.unwrap();
    assert_eq!(*w.outbox.retried.lock().unwrap(), [Some("acme.test".to_owned()), None]);
}
