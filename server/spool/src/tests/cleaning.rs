use super::*;
use crate::segment::Name;
use std::{collections::BTreeMap, time::Duration};
use tempfile::tempdir;

/// Waits for the writer to have cleaned up.
async fn settles(spool: &Spool, what: impl Fn(&crate::Stats) -> bool) {
    for _ in 0..200 {
        if what(&spool.stats()) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{:?}", spool.stats());
}

#[tokio::test]
async fn segments_without_live_messages_leave() {
    let dir = tempdir().unwrap();
    let (spool, _) = Spool::open(dir.path(), options()).unwrap();
    for n in 0..100 {
        accept(&spool, n, 4_000).await.unwrap();
        spool.finish(id(n)).await.unwrap();
    }
    settles(&spool, |s| s.segments == 1).await;
    assert_eq!(Name::list(dir.path()).unwrap().len(), 1);
    spool.close().await;
    assert!(Spool::open(dir.path(), options()).unwrap().1.is_empty());
}

#[tokio::test]
async fn a_message_that_stays_long_moves_on_with_its_latest_state() {
    let dir = tempdir().unwrap();
    let (spool, _) = Spool::open(dir.path(), options()).unwrap();
    accept(&spool, 1, 3_000).await.unwrap();
    accept(&spool, 2, 90_000).await.unwrap();
    for n in 10..200 {
        accept(&spool, n, 4_000).await.unwrap();
        spool.update(id(1), vec![n as u8; 100]).await.unwrap();
        spool.finish(id(n)).await.unwrap();
    }
    settles(&spool, |s| s.segments <= 3).await;
    spool.update(id(2), b"plan".to_vec()).await.unwrap();
    spool.close().await;
    let (spool, entries) = Spool::open(dir.path(), options()).unwrap();
    let found: Vec<_> = entries.into_iter().map(|e| (e.id, e.state)).collect();
    assert_eq!(found, [(id(1), vec![199; 100]), (id(2), b"plan".to_vec())]);
    assert_eq!(spool.read(id(1)).await.unwrap(), body(1, 3_000));
    assert_eq!(spool.read(id(2)).await.unwrap(), body(2, 90_000));
}

/// A long life with restarts against a model: nothing is lost, nothing comes back, and the log stays in proportion.
#[tokio::test]
async fn a_long_life_loses_nothing_and_keeps_the_log_in_proportion() {
    let dir = tempdir().unwrap();
    let mut model: BTreeMap<MessageId, (u64, usize, Vec<u8>)> = BTreeMap::new();
    let mut x = 7u64;
    let mut dice = move |n: u64| {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        x % n
    };
    let mut next = 0;
    for _ in 0..6 {
        let (spool, entries) = Spool::open(dir.path(), options()).unwrap();
        let found: Vec<_> = entries.into_iter().map(|e| (e.id, e.size as usize, e.state)).collect();
        let wanted: Vec<_> = model.iter().map(|(id, (_, len, state))| (*id, *len, state.clone())).collect();
        assert_eq!(found, wanted);
        for _ in 0..150 {
            next += 1;
            let len = if dice(40) == 0 { 30_000 } else { dice(6_000) as usize };
            accept(&spool, next, len).await.unwrap();
            model.insert(id(next), (next, len, vec![]));
            let picked = *model.keys().nth(dice(model.len() as u64) as usize).unwrap();
            let state = vec![dice(256) as u8; dice(300) as usize];
            spool.update(picked, state.clone()).await.unwrap();
            model.get_mut(&picked).unwrap().2 = state;
            // Most leave soon, some never.
            while model.len() > 40 {
                let leaves = *model.keys().nth(dice(model.len() as u64 * 3 / 4) as usize + model.len() / 4).unwrap();
                model.remove(&leaves);
                spool.finish(leaves).await.unwrap();
            }
        }
        for (id, (n, len, _)) in &model {
            assert_eq!(spool.read(*id).await.unwrap(), body(*n, *len));
        }
        // At most twice what lives, and the few segments that are not worth thinning.
        let live: usize = model.values().map(|(_, len, state)| len + state.len() + 300).sum();
        settles(&spool, |s| s.log_bytes <= 2 * live as u64 + 6 * (64 << 10)).await;
        spool.close().await;
    }
}

#[tokio::test]
async fn a_segment_with_a_damaged_stretch_is_put_aside_not_deleted() {
    let dir = tempdir().unwrap();
    let (spool, _) = Spool::open(dir.path(), options()).unwrap();
    for n in 0..30 {
        accept(&spool, n, 4_000).await.unwrap();
    }
    spool.close().await;
    let first = Name::list(dir.path()).unwrap()[0];
    let mut bytes = std::fs::read(first.path(dir.path())).unwrap();
    bytes[6_000] ^= 1;
    std::fs::write(first.path(dir.path()), &bytes).unwrap();
    let (spool, entries) = Spool::open(dir.path(), options()).unwrap();
    assert_eq!((entries.len(), spool.stats().damaged), (29, 1));
    for entry in entries {
        spool.finish(entry.id).await.unwrap();
    }
    settles(&spool, |s| s.segments == 1).await;
    assert_eq!(std::fs::read(first.path(&dir.path().join("damaged"))).unwrap(), bytes);
}

#[tokio::test]
async fn a_message_that_rotted_is_given_up_aloud_and_holds_nothing_up() {
    let dir = tempdir().unwrap();
    let (spool, _) = Spool::open(dir.path(), options()).unwrap();
    accept(&spool, 0, 4_000).await.unwrap();
    let first = Name::list(dir.path()).unwrap()[0].path(dir.path());
    let mut bytes = std::fs::read(&first).unwrap();
    bytes[2_000] ^= 1;
    std::fs::write(&first, &bytes).unwrap();
    for n in 1..60 {
        accept(&spool, n, 4_000).await.unwrap();
        spool.finish(id(n)).await.unwrap();
    }
    settles(&spool, |s| s.segments == 1).await;
    assert_eq!((spool.stats().messages, spool.stats().damaged), (0, 1));
    assert_eq!(std::fs::read_dir(dir.path().join("damaged")).unwrap().count(), 1);
}

#[tokio::test]
async fn the_end_of_a_message_does_not_leave_before_the_message() {
    let dir = tempdir().unwrap();
    let (spool, _) = Spool::open(dir.path(), options()).unwrap();
    for n in 1..=14 {
        accept(&spool, n, 4_000).await.unwrap();
    }
    // The second segment: the end of a message of the first one, and mail that has gone. Then a third.
    for n in 100..125 {
        accept(&spool, n, 4_000).await.unwrap();
        spool.finish(id(n)).await.unwrap();
        if n == 105 {
            assert_eq!(spool.stats().segments, 2);
            spool.finish(id(1)).await.unwrap();
        }
    }
    spool.close().await;
    let (_, entries) = Spool::open(dir.path(), options()).unwrap();
    assert_eq!(entries.iter().map(|e| e.id).collect::<Vec<_>>(), (2..=14).map(id).collect::<Vec<_>>());
}
