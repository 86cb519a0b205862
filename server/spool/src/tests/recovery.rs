use super::*;
use crate::{disk::Real, recover::recover, segment::Name};
use proptest::{collection::vec, prelude::*};
use std::{collections::BTreeMap, path::Path, sync::Arc, sync::OnceLock};
use tempfile::tempdir;

/// What a step does to the model: message, its state; none: its end.
#[derive(Debug, Clone)]
enum Step {
    Accept(u64),
    State(u64, Vec<u8>),
    Done(u64),
}

/// A log of one segment, and which bytes each step has in it.
struct Log {
    name: Name,
    bytes: Vec<u8>,
    steps: Vec<(std::ops::Range<usize>, Step)>,
}

fn log() -> &'static Log {
    static LOG: OnceLock<Log> = OnceLock::new();
    LOG.get_or_init(|| {
        let dir = tempdir().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (spool, _) = Spool::open(dir.path(), options()).unwrap();
            let mut steps: Vec<(std::ops::Range<usize>, Step)> = Vec::new();
            for n in 1..=30u64 {
                let mut todo = vec![Step::Accept(n)];
                if n % 2 == 0 {
                    todo.push(Step::State(n - 1, vec![n as u8; n as usize]));
                }
                if n % 5 == 0 {
                    todo.push(Step::State(n - 1, b"later".to_vec()));
                    todo.push(Step::Done(n - 2));
                }
                for step in todo {
                    match &step {
                        Step::Accept(n) => drop(accept(&spool, *n, 50 + 10 * *n as usize).await.unwrap()),
                        Step::State(n, state) => spool.update(id(*n), state.clone()).await.unwrap(),
                        Step::Done(n) => spool.finish(id(*n)).await.unwrap(),
                    }
                    let start = steps.last().map_or(0, |(range, _)| range.end);
                    steps.push((start..spool.stats().log_bytes as usize, step));
                }
            }
            spool.close().await;
            let names = Name::list(dir.path()).unwrap();
            assert_eq!(names.len(), 1);
            let bytes = std::fs::read(names[0].path(dir.path())).unwrap();
            assert_eq!(bytes.len(), steps.last().unwrap().0.end);
            Log { name: names[0], bytes, steps }
        })
    })
}

/// The messages that are there after the steps that `counts` lets through.
fn expected(counts: impl Fn(&std::ops::Range<usize>) -> bool) -> BTreeMap<MessageId, (Vec<u8>, u64)> {
    let mut model = BTreeMap::new();
    for (_, step) in log().steps.iter().filter(|(range, _)| counts(range)) {
        match step {
            Step::Accept(n) => drop(model.insert(id(*n), (vec![], 50 + 10 * n))),
            Step::State(n, state) => drop(model.get_mut(&id(*n)).map(|m: &mut (Vec<u8>, u64)| m.0 = state.clone())),
            Step::Done(n) => drop(model.remove(&id(*n))),
        }
    }
    model
}

fn recovered(dir: &Path) -> (BTreeMap<MessageId, (Vec<u8>, u64)>, crate::index::Index) {
    let found = recover(dir, Arc::new(Real), 1 << 20).unwrap();
    let live: u64 = found.index.segments.values().map(|s| s.live).sum();
    let places = found.index.live.values().map(|l| l.at.len + l.state.map_or(0, |s| s.len)).sum::<u64>();
    assert_eq!(live, places, "what the segments are needed for adds up");
    (found.entries.into_iter().map(|e| (e.id, (e.state, e.size))).collect(), found.index)
}

fn write(dir: &Path, number: u64, bytes: &[u8]) {
    std::fs::create_dir_all(dir.join("large")).unwrap();
    std::fs::write(Name { number, ..log().name }.path(dir), bytes).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_log_that_is_cut_anywhere_has_all_that_was_before_the_cut(part in 0.0..=1.0f64) {
        let dir = tempdir().unwrap();
        let cut = (log().bytes.len() as f64 * part) as usize;
        write(dir.path(), 1, &log().bytes[..cut]);
        let (found, index) = recovered(dir.path());
        prop_assert_eq!(&found, &expected(|range| range.end <= cut));
        prop_assert_eq!(index.damaged, 0);
        // The second time there is nothing left to cut off.
        let end = log().steps.iter().map(|(r, _)| r.end).filter(|end| *end <= cut).max().unwrap_or(0);
        prop_assert_eq!(std::fs::metadata(log().name.path(dir.path())).unwrap().len(), end as u64);
        prop_assert_eq!(recovered(dir.path()).0, found);
    }

    #[test]
    fn flipped_bits_cost_the_records_that_they_are_in_and_no_other(flips in vec((0.0..1.0f64, 0u8..8), 1..4), last in any::<bool>()) {
        let dir = tempdir().unwrap();
        let mut bytes = log().bytes.clone();
        let mut hit = Vec::new();
        for (part, bit) in flips {
            let at = (bytes.len() as f64 * part) as usize;
            bytes[at] ^= 1 << bit;
            hit.push(at);
        }
        // The same bit twice is no flip.
        hit.retain(|at| bytes[*at] != log().bytes[*at]);
        write(dir.path(), 1, &bytes);
        if !last {
            write(dir.path(), 2, &[]);
        }
        let (found, index) = recovered(dir.path());
        let good = |range: &std::ops::Range<usize>| !hit.iter().any(|at| range.contains(at));
        prop_assert_eq!(found, expected(good));
        // Each stretch of bad records counts once, but for a torn end.
        let goods: Vec<bool> = log().steps.iter().map(|(range, _)| good(range)).collect();
        let stretches = goods.iter().enumerate().filter(|(i, good)| !**good && (*i == 0 || goods[i - 1])).count();
        let torn = last && goods.last() == Some(&false);
        prop_assert_eq!(index.damaged, (stretches - usize::from(torn)) as u64);
    }

    #[test]
    fn any_bytes_in_a_segment_are_recovered_from(bytes in vec(any::<u8>(), 0..500), number in 1u64..3) {
        let dir = tempdir().unwrap();
        write(dir.path(), 1, &[]);
        write(dir.path(), number, &bytes);
        prop_assert!(recovered(dir.path()).0.is_empty());
    }
}

#[test]
fn a_later_version_stops_the_start_and_nothing_is_changed() {
    let dir = tempdir().unwrap();
    let mut bytes = log().bytes.clone();
    let first = log().steps[0].0.clone();
    bytes[first.start + 12] = 9;
    let crc = crc32fast::hash(&bytes[first.start + 12..first.end]).to_le_bytes();
    bytes[first.start + 8..first.start + 12].copy_from_slice(&crc);
    bytes.extend_from_slice(b"torn");
    write(dir.path(), 1, &bytes);
    std::fs::write(dir.path().join("large/x.part"), b"").unwrap();
    let error = Spool::open(dir.path(), options()).err().unwrap();
    assert!(matches!(error, Error::Newer { version: 9, .. }), "{error}");
    assert_eq!(std::fs::read(log().name.path(dir.path())).unwrap(), bytes);
    assert!(dir.path().join("large/x.part").exists());
}

#[tokio::test]
async fn a_large_body_that_is_missing_short_or_rotten_is_reported() {
    let dir = tempdir().unwrap();
    let (spool, _) = Spool::open(dir.path(), options()).unwrap();
    for n in 1..=4 {
        accept(&spool, n, 40_000).await.unwrap();
    }
    spool.close().await;
    let file = |n| dir.path().join("large").join(id(n).to_string());
    std::fs::remove_file(file(1)).unwrap();
    std::fs::write(file(2), b"short").unwrap();
    std::fs::write(file(3), body(99, 40_000)).unwrap();
    let (spool, entries) = Spool::open(dir.path(), options()).unwrap();
    assert_eq!(entries.iter().map(|e| e.id).collect::<Vec<_>>(), [id(3), id(4)]);
    assert_eq!(spool.stats().damaged, 2);
    assert!(matches!(spool.read(id(3)).await, Err(Error::Damaged { .. })));
    assert_eq!(spool.read(id(4)).await.unwrap(), body(4, 40_000));
}

#[tokio::test]
async fn a_small_body_that_rotted_is_reported_when_it_is_read() {
    let dir = tempdir().unwrap();
    let (spool, _) = Spool::open(dir.path(), options()).unwrap();
    accept(&spool, 1, 4_000).await.unwrap();
    spool.close().await;
    let (spool, _) = Spool::open(dir.path(), options()).unwrap();
    let path = Name::list(dir.path()).unwrap()[0].path(dir.path());
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[1_000] ^= 1;
    std::fs::write(&path, &bytes).unwrap();
    let error = spool.read(id(1)).await.unwrap_err();
    assert!(matches!(error, Error::Damaged { .. }) && error.to_string().contains(".seg"), "{error}");
}
