//! Each target with its seeds, and with some mutations of them that are the same each time.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use fuzz::{Mutator, TARGETS, seeds};

/// Mutations of each target; of messages fewer, as each is work.
fn mutations(name: &str) -> usize {
    if name == "message" { 300 } else { 5_000 }
}

#[test]
fn no_target_breaks() {
    for target in TARGETS {
        let seeds = seeds(target.name);
        assert!(seeds.iter().any(|s| !s.is_empty()), "{} has seeds", target.name);
        let mut mutator = Mutator::new(0x5EED);
        let mutated = (0..mutations(target.name)).map(|_| mutator.next(&seeds));
        for input in seeds.iter().cloned().chain(mutated.collect::<Vec<_>>()) {
            let outcome = std::panic::catch_unwind(|| (target.run)(&input));
            assert!(outcome.is_ok(), "{} breaks at {:?}", target.name, String::from_utf8_lossy(&input));
        }
    }
}

#[test]
fn the_same_seed_makes_the_same_inputs_and_a_target_that_breaks_is_found() {
    let inputs = |seed| {
        let mut mutator = Mutator::new(seed);
        (0..50).map(|_| mutator.next(&[b"abc".to_vec()])).collect::<Vec<_>>()
    };
    assert_eq!(inputs(7), inputs(7));
    assert_ne!(inputs(7), inputs(8));
    let mut mutator = Mutator::new(1);
    assert!((0..5_000).any(|_| mutator.next(&[b"abc".to_vec()]).windows(5).any(|w| w == b"\r\n.\r\n")));
}

#[test]
fn every_target_has_its_entry_for_libfuzzer() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz");
    let manifest = std::fs::read_to_string(root.join("Cargo.toml")).unwrap();
    for target in TARGETS {
        assert!(manifest.contains(&format!("name = \"{}\"", target.name)), "{}", target.name);
        assert!(root.join("fuzz_targets").join(format!("{}.rs", target.name)).exists(), "{}", target.name);
    }
}
