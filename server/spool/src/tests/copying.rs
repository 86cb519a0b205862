use super::*;
use crate::{copy, in_use};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tempfile::tempdir;

fn packed(dir: &std::path::Path) -> HashMap<MessageId, Vec<u8>> {
    let mut out = HashMap::new();
    let copied = copy(dir, |message| {
        out.insert(message.id, message.packed.to_vec());
        Ok::<_, Error>(())
    });
    let copied = copied.unwrap();
    assert_eq!((copied.damaged, copied.messages), (0, out.len() as u64));
    out
}

#[tokio::test]
async fn what_was_copied_beside_an_open_spool_is_the_same_in_another() {
    let (dir, other) = (tempdir().unwrap(), tempdir().unwrap());
    let (spool, _) = Spool::open(dir.path(), options()).unwrap();
    for n in 1..=5 {
        accept(&spool, n, if n == 2 { 100_000 } else { 3_000 }).await.unwrap();
    }
    spool.update(id(1), b"planned".to_vec()).await.unwrap();
    spool.update(id(2), b"planned too".to_vec()).await.unwrap();
    spool.finish(id(4)).await.unwrap();
    assert!(in_use(dir.path()).unwrap());
    assert!(!in_use(other.path()).unwrap());

    let (second, _) = Spool::open(other.path(), options()).unwrap();
    for bytes in packed(dir.path()).values() {
        second.accept_packed(bytes).await.unwrap();
    }
    second.close().await;
    assert!(!in_use(other.path()).unwrap());
    let (second, entries) = Spool::open(other.path(), options()).unwrap();
    let found: Vec<_> = entries.iter().map(|e| (e.id, e.state.as_slice(), e.size)).collect();
    let expected =
        [(id(1), &b"planned"[..], 3_000), (id(2), b"planned too", 100_000), (id(3), b"", 3_000), (id(5), b"", 3_000)];
    assert_eq!(found, expected);
    assert_eq!(*entries[0].envelope, Envelope { size: 3_000, ..envelope(id(1)) });
    for (n, len) in [(1, 3_000), (2, 100_000), (5, 3_000)] {
        assert_eq!(second.read(id(n)).await.unwrap(), body(n, len));
    }
}

#[tokio::test]
async fn bytes_that_are_no_packed_message_are_refused() {
    let dir = tempdir().unwrap();
    let (spool, _) = Spool::open(dir.path(), options()).unwrap();
    accept(&spool, 1, 3_000).await.unwrap();
    let mut bytes = packed(dir.path()).remove(&id(1)).unwrap();
    assert!(matches!(spool.accept_packed(&bytes).await, Err(Error::Exists(_))));
    spool.finish(id(1)).await.unwrap();
    for n in [20, 60, bytes.len() - 1] {
        bytes[n] ^= 1;
        assert!(matches!(spool.accept_packed(&bytes).await, Err(Error::Damaged { .. })));
        bytes[n] ^= 1;
    }
    assert!(spool.accept_packed(&bytes[..100]).await.is_err());
    assert!(spool.accept_packed(&[]).await.is_err());
    spool.accept_packed(&bytes).await.unwrap();
}

/// Segments are begun, thinned and removed all the time while copies are taken.
#[tokio::test(flavor = "multi_thread")]
async fn a_copy_under_load_has_every_message_that_lived_while_it_was_taken() {
    let dir = tempdir().unwrap();
    let (spool, _) = Spool::open(dir.path(), options()).unwrap();
    let stop = Arc::new(AtomicBool::new(false));
    // Messages that stay to the end, a few a segment, so that the cleaner moves them.
    let stays = Arc::new(parking_lot::Mutex::new(Vec::new()));
    let load = {
        let (spool, stop, stays) = (spool.clone(), stop.clone(), stays.clone());
        tokio::spawn(async move {
            let mut n = 0;
            while !stop.load(Ordering::Relaxed) {
                n += 1;
                let size = if n % 50 == 0 { 40_000 } else { 5_000 };
                accept(&spool, n, size).await.unwrap();
                if n % 20 == 0 {
                    stays.lock().push(id(n));
                } else {
                    spool.finish(id(n)).await.unwrap();
                }
            }
        })
    };
    for round in 0.. {
        let known = stays.lock().clone();
        if round >= 40 && known.len() > 60 {
            break;
        }
        let path = dir.path().to_owned();
        let copied = tokio::task::spawn_blocking(move || packed(&path)).await.unwrap();
        let lost: Vec<_> = known.iter().filter(|id| !copied.contains_key(id)).collect();
        assert!(lost.is_empty(), "{lost:?} of {}", known.len());
    }
    stop.store(true, Ordering::Relaxed);
    load.await.unwrap();
}
