//! What the database knows to be delivered is not queued again.

use crate::made::{address, create, empty, id, logged, options, restore, spooled};
use backup::{Installation, Options};
use delivery::{Delivery, Plan, Route, Target};
use model::{Disposition, DomainName, Notify, Recipient, Timestamp};
use spool::Spool;
use store::{OutcomeRecord, Store};

fn plan() -> Vec<u8> {
    let target = |to: &str| Target::new(Recipient { address: address(to), orcpt: None, notify: Notify::default() });
    let recipients = vec![target("bob@acme.test"), target("carol@acme.test")];
    let route = Route::Gateway(DomainName::parse("acme.test").unwrap());
    Plan::new(vec![Delivery::new(route, None, recipients, Timestamp(1), Timestamp(i64::MAX))]).encode()
}

#[tokio::test]
async fn a_message_that_left_the_spool_while_it_was_backed_up_is_not_delivered_twice() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("original");
    let from = Installation { database: store::Target::Sqlite(data.clone()), data, configuration: None };
    let (spool, _) = Spool::open(&from.data.join("spool"), options()).unwrap();
    // Not filtered: 1 held meanwhile, 2 still pending, 3 unknown. Planned: 4 delivered to bob only.
    for n in 1..=3 {
        spooled(&spool, n, &["bob@acme.test"], b"x", Vec::new()).await;
    }
    spooled(&spool, 4, &["bob@acme.test", "carol@acme.test"], b"x", plan()).await;
    spool.close().await;
    let store = Store::connect(&from.database).await.unwrap();
    let records = [
        logged(1, Disposition::Quarantined, Some("0".repeat(64))),
        logged(2, Disposition::Pending, None),
        logged(4, Disposition::Pending, None),
    ];
    store.record_messages(&records).await.unwrap();
    let delivered = OutcomeRecord {
        id: id(4),
        recipient: address("bob@acme.test"),
        disposition: Disposition::Delivered,
        host: String::new(),
        reply: String::new(),
        at: id(5).time(),
    };
    store.record_outcomes(&[delivered]).await.unwrap();
    store.close().await;

    let file = directory.path().join("backup");
    let created = create(&from, &file).await;
    assert_eq!(created.missing.len(), 1, "a body that is not there is named");
    let to = empty(directory.path());
    let restored = restore(&to, &file, Options::default()).await.unwrap();
    assert_eq!((restored.queued, restored.settled), (3, 1));
    let (_, entries) = Spool::open(&to.data.join("spool"), options()).unwrap();
    assert_eq!(entries.iter().map(|e| e.id).collect::<Vec<_>>(), [id(2), id(3), id(4)]);
    let plan = Plan::decode(&entries[2].state).unwrap();
    let done: Vec<bool> = plan.deliveries[0].recipients.iter().map(|t| t.done).collect();
    assert_eq!(done, [true, false]);
}
