//! The power goes while eight sessions are busy: what was not synced is lost in part or in whole, and what was
//! acknowledged must be there.

use super::{disk::TestDisk, *};
use parking_lot::Mutex;
use std::{collections::HashMap, os::unix::fs::FileExt, sync::Arc};
use tempfile::tempdir;

/// What the sessions know of a message.
#[derive(Default, Clone)]
struct Known {
    len: usize,
    accepted: bool,
    /// States that were acknowledged or, the last of them, under way.
    state: Vec<u8>,
    next: Option<Vec<u8>>,
    finish_begun: bool,
}

type Ledger = Arc<Mutex<HashMap<u64, Known>>>;

/// Accepts, updates and finishes until the disk is gone.
async fn session(spool: Spool, ledger: Ledger, first: u64) {
    let mut open: Vec<u64> = Vec::new();
    for i in 0.. {
        let n = first + i;
        let len = if i % 17 == 5 { 20_000 } else { 300 + (n * 37 % 4_000) as usize };
        ledger.lock().insert(n, Known { len, ..Known::default() });
        if accept(&spool, n, len).await.is_err() {
            return;
        }
        ledger.lock().get_mut(&n).unwrap().accepted = true;
        open.push(n);
        let picked = open[(n * 13 % open.len() as u64) as usize];
        let state = n.to_le_bytes().to_vec();
        ledger.lock().get_mut(&picked).unwrap().next = Some(state.clone());
        if spool.update(id(picked), state.clone()).await.is_err() {
            return;
        }
        if let Some(known) = ledger.lock().get_mut(&picked) {
            (known.state, known.next) = (state, None);
        }
        if open.len() > 5 {
            let leaves = open.remove((n * 7 % open.len() as u64) as usize);
            ledger.lock().get_mut(&leaves).unwrap().finish_begun = true;
            if spool.finish(id(leaves)).await.is_err() {
                return;
            }
        }
    }
}

#[test]
fn what_was_acknowledged_survives_a_power_cut() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let mut accounted = 0;
    for round in 0..40u64 {
        let dir = tempdir().unwrap();
        let disk = TestDisk::default();
        let options = Options { segment_bytes: 24 << 10, memory_body: 10_000, min_free_bytes: 0 };
        disk.0.lock().power_goes = Some((1 + round * 5, round % 3 == 0));
        let ledger = Ledger::default();
        runtime.block_on(async {
            let (spool, _) = Spool::open_on(Arc::new(disk.clone()), dir.path(), options.clone()).unwrap();
            let sessions = (0..8).map(|s| tokio::spawn(session(spool.clone(), ledger.clone(), (s + 1) * 100_000)));
            for session in sessions.collect::<Vec<_>>() {
                session.await.unwrap();
            }
            spool.close().await;
        });
        lose_what_was_not_synced(&disk, round);

        let (spool, entries) = Spool::open(dir.path(), options).unwrap();
        // A clean cut is no damage. A hole in a write that was under way cannot be told from one: it is reported.
        assert!(spool.stats().damaged == 0 || round % 4 != 0 || round % 3 == 0, "round {round}");
        let mut found: HashMap<MessageId, Vec<u8>> = entries.into_iter().map(|e| (e.id, e.state)).collect();
        for (n, known) in ledger.lock().iter() {
            let state = found.remove(&id(*n));
            accounted += u64::from(known.accepted);
            match state {
                Some(state) => {
                    assert!(state == known.state || Some(state) == known.next, "round {round}: state of {n}");
                    let read = runtime.block_on(spool.read(id(*n))).unwrap();
                    assert!(read == body(*n, known.len), "round {round}: body of {n}");
                }
                None => assert!(!known.accepted || known.finish_begun, "round {round}: {n} is lost"),
            }
        }
        assert!(found.is_empty());
        runtime.block_on(spool.close());
    }
    assert!(accounted > 1_000, "{accounted} messages say little");
}

fn lose_what_was_not_synced(disk: &TestDisk, round: u64) {
    for (path, synced) in &disk.0.lock().synced {
        let Ok(file) = std::fs::File::options().read(true).write(true).open(path) else { continue };
        let len = file.metadata().unwrap().len();
        if len > *synced {
            // Some of it may have reached the disk, with a hole of zeros in it.
            let kept = synced + (len - synced) * (round % 4) / 3;
            file.set_len(kept).unwrap();
            if kept > *synced {
                let hole = synced + (kept - synced) / 2;
                let zeros = vec![0; ((kept - hole) / 2) as usize];
                file.write_all_at(&zeros, hole).unwrap();
            }
        }
    }
}
