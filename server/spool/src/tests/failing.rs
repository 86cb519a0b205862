use super::{disk::TestDisk, *};
use std::{sync::Arc, time::Duration};
use tempfile::tempdir;

fn open(disk: &TestDisk, dir: &std::path::Path, options: Options) -> (Spool, Vec<crate::Entry>) {
    Spool::open_on(Arc::new(disk.clone()), dir, options).unwrap()
}

#[tokio::test]
async fn a_full_disk_refuses_with_its_reason_keeps_all_and_works_again_with_space() {
    let dir = tempdir().unwrap();
    let disk = TestDisk::default();
    let (spool, _) = open(&disk, dir.path(), options());
    disk.0.lock().room = Some(100_000);
    let mut kept = Vec::new();
    let error = loop {
        let n = kept.len() as u64 + 1;
        match accept(&spool, n, 4_000).await {
            Ok(entry) => kept.push(entry.id),
            Err(error) => break error,
        }
        assert!(n < 50);
    };
    assert!(error.is_full() && error.to_string().contains("free space"), "{error}");
    assert_eq!(spool.stats().messages, kept.len() as u64);
    // Not even a state fits when nothing is free; the old one stays.
    disk.0.lock().room = Some(0);
    assert!(spool.update(kept[1], b"plan".to_vec()).await.unwrap_err().is_full());
    // Mail leaves a full disk all the same.
    spool.finish(kept.remove(0)).await.unwrap();
    assert!(spool.finish(id(1)).await.is_err());
    assert!(accept(&spool, 90, 4_000).await.unwrap_err().is_full());
    disk.0.lock().room = None;
    kept.push(accept(&spool, 91, 4_000).await.unwrap().id);
    spool.update(kept[1], b"plan".to_vec()).await.unwrap();
    spool.close().await;

    let (spool, entries) = Spool::open(dir.path(), options()).unwrap();
    assert_eq!(entries.iter().map(|e| e.id).collect::<Vec<_>>(), kept);
    assert_eq!(entries[1].state, b"plan");
    assert_eq!(spool.stats().damaged, 0);
    assert_eq!(spool.read(id(91)).await.unwrap(), body(91, 4_000));
}

#[tokio::test]
async fn ends_that_found_the_disk_full_are_logged_when_there_is_space() {
    let dir = tempdir().unwrap();
    let disk = TestDisk::default();
    let (spool, _) = open(&disk, dir.path(), options());
    for n in 1..=3 {
        accept(&spool, n, if n == 3 { 50_000 } else { 100 }).await.unwrap();
    }
    disk.0.lock().room = Some(10);
    for n in [1, 3] {
        spool.finish(id(n)).await.unwrap();
    }
    assert_eq!(spool.stats().messages, 1);
    disk.0.lock().room = None;
    // No other command comes; the writer looks again by itself.
    for _ in 0..60 {
        tokio::time::sleep(Duration::from_millis(50)).await;
        if std::fs::read_dir(dir.path().join("large")).unwrap().count() == 0 {
            break;
        }
    }
    spool.close().await;
    let (_, entries) = Spool::open(dir.path(), options()).unwrap();
    assert_eq!(entries.iter().map(|e| e.id).collect::<Vec<_>>(), [id(2)]);
    assert_eq!(std::fs::read_dir(dir.path().join("large")).unwrap().count(), 0);
}

#[tokio::test]
async fn nothing_is_accepted_below_the_free_space_that_must_stay() {
    let dir = tempdir().unwrap();
    let (spool, _) = Spool::open(dir.path(), Options { min_free_bytes: u64::MAX, ..options() }).unwrap();
    let error = accept(&spool, 1, 100).await.unwrap_err();
    assert!(error.is_full() && error.to_string().contains("must stay free"), "{error}");
    let mut large = spool.body();
    assert!(large.write(&body(1, 20_000)).await.unwrap_err().is_full());
    assert!(matches!(large.write(b"more").await, Err(Error::Incomplete)));
    assert!(spool.accept(envelope(id(1)), large, vec![]).await.is_err());
    assert_eq!(std::fs::read_dir(dir.path().join("large")).unwrap().count(), 0);
}

#[tokio::test]
async fn a_message_whose_sync_failed_is_refused_and_does_not_come_back() {
    let dir = tempdir().unwrap();
    let disk = TestDisk::default();
    let (spool, _) = open(&disk, dir.path(), options());
    accept(&spool, 1, 100).await.unwrap();
    disk.0.lock().sync_fails = true;
    let error = accept(&spool, 2, 100).await.unwrap_err();
    assert!(error.to_string().contains("a bad sector"), "{error}");
    assert!(accept(&spool, 3, 50_000).await.is_err());
    assert!(spool.update(id(1), b"plan".to_vec()).await.is_err());
    disk.0.lock().sync_fails = false;
    accept(&spool, 4, 100).await.unwrap();
    spool.close().await;
    let (spool, entries) = Spool::open(dir.path(), options()).unwrap();
    let found: Vec<_> = entries.iter().map(|e| (e.id, e.state.len())).collect();
    assert_eq!(found, [(id(1), 0), (id(4), 0)]);
    assert_eq!(spool.stats().damaged, 0);
    assert_eq!(std::fs::read_dir(dir.path().join("large")).unwrap().count(), 0);
}

#[tokio::test]
async fn a_message_whose_session_was_given_up_while_it_was_synced_is_taken_out_again() {
    let dir = tempdir().unwrap();
    let disk = TestDisk::default();
    let (spool, _) = open(&disk, dir.path(), options());
    disk.0.lock().sync_takes = Duration::from_millis(60);
    for (n, len) in [(1, 100), (2, 50_000)] {
        let given_up = tokio::time::timeout(Duration::from_millis(20), accept(&spool, n, len)).await;
        assert!(given_up.is_err());
    }
    accept(&spool, 3, 100).await.unwrap();
    spool.close().await;
    let (_, entries) = Spool::open(dir.path(), options()).unwrap();
    assert_eq!(entries.iter().map(|e| e.id).collect::<Vec<_>>(), [id(3)]);
    assert_eq!(std::fs::read_dir(dir.path().join("large")).unwrap().count(), 0);
}

#[tokio::test]
async fn many_sessions_share_a_sync() {
    let dir = tempdir().unwrap();
    let disk = TestDisk::default();
    let (spool, _) = open(&disk, dir.path(), Options { segment_bytes: 64 << 20, ..options() });
    disk.0.lock().sync_takes = Duration::from_millis(10);
    let began = std::time::Instant::now();
    let all: Vec<_> = (1..=200)
        .map(|n| {
            tokio::spawn({
                let spool = spool.clone();
                async move { accept(&spool, n, 4_000).await.unwrap() }
            })
        })
        .collect();
    for one in all {
        one.await.unwrap();
    }
    // One by one it would take 2 s.
    assert!(began.elapsed() < Duration::from_millis(1_000), "{:?}", began.elapsed());
    for n in 1..=200 {
        assert_eq!(spool.read(id(n)).await.unwrap(), body(n, 4_000));
    }
}
