use super::*;
use tempfile::tempdir;

#[tokio::test]
async fn what_was_accepted_is_there_after_a_restart_in_the_order_of_arrival() {
    let dir = tempdir().unwrap();
    let (spool, entries) = Spool::open(dir.path(), options()).unwrap();
    assert!(entries.is_empty());
    for n in [3, 1, 2, 4] {
        accept(&spool, n, if n == 2 { 100_000 } else { 3_000 }).await.unwrap();
    }
    spool.update(id(1), b"planned".to_vec()).await.unwrap();
    spool.finish(id(4)).await.unwrap();
    assert_eq!(spool.stats().messages, 3);
    assert_eq!(spool.stats().bytes, 106_000);
    spool.close().await;
    assert!(matches!(spool.update(id(1), vec![]).await, Err(Error::Closed)));

    let (spool, entries) = Spool::open(dir.path(), options()).unwrap();
    let found: Vec<_> = entries.iter().map(|e| (e.id, e.state.as_slice(), e.size)).collect();
    assert_eq!(found, [(id(1), &b"planned"[..], 3_000), (id(2), b"", 100_000), (id(3), b"", 3_000)]);
    assert_eq!(entries[1].envelope.size, 100_000);
    assert_eq!(*entries[0].envelope, Envelope { size: 3_000, ..envelope(id(1)) });
    for (n, len) in [(1, 3_000), (2, 100_000), (3, 3_000)] {
        assert_eq!(spool.read(id(n)).await.unwrap(), body(n, len));
    }
    assert!(matches!(spool.read(id(4)).await, Err(Error::Unknown(_))));
    assert_eq!(spool.stats().damaged, 0);
}

#[tokio::test]
async fn a_body_that_is_dropped_leaves_nothing() {
    let dir = tempdir().unwrap();
    let (spool, _) = Spool::open(dir.path(), options()).unwrap();
    let mut large = spool.body();
    large.write(&body(1, 50_000)).await.unwrap();
    assert_eq!(std::fs::read_dir(dir.path().join("large")).unwrap().count(), 1);
    drop(large);
    assert_eq!(std::fs::read_dir(dir.path().join("large")).unwrap().count(), 0);
}

#[tokio::test]
async fn a_finished_large_message_frees_its_file() {
    let dir = tempdir().unwrap();
    let (spool, _) = Spool::open(dir.path(), options()).unwrap();
    accept(&spool, 1, 1_000_000).await.unwrap();
    assert_eq!(spool.read(id(1)).await.unwrap(), body(1, 1_000_000));
    spool.finish(id(1)).await.unwrap();
    spool.close().await;
    assert_eq!(std::fs::read_dir(dir.path().join("large")).unwrap().count(), 0);
}

#[tokio::test]
async fn a_second_process_is_told_that_the_spool_is_in_use() {
    let dir = tempdir().unwrap();
    let (spool, _) = Spool::open(dir.path(), options()).unwrap();
    let error = Spool::open(dir.path(), options()).err().unwrap();
    assert!(matches!(error, Error::Locked(_)), "{error}");
    spool.close().await;
    Spool::open(dir.path(), options()).unwrap();
}

#[tokio::test]
async fn an_id_is_taken_once_and_an_unknown_one_is_refused() {
    let dir = tempdir().unwrap();
    let (spool, _) = Spool::open(dir.path(), options()).unwrap();
    accept(&spool, 1, 10).await.unwrap();
    assert!(matches!(accept(&spool, 1, 20_000).await, Err(Error::Exists(_))));
    assert!(matches!(spool.update(id(2), vec![1]).await, Err(Error::Unknown(_))));
    assert!(matches!(spool.finish(id(2)).await, Err(Error::Unknown(_))));
    assert_eq!(spool.read(id(1)).await.unwrap(), body(1, 10));
}
