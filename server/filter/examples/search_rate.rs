//! What searching for content costs and finds: `cargo run --release -p postern-filter --example search_rate -- FOLDER`.
//!
//! Every file of the folder is taken for a message of outbound mail under a policy that acts upon all compliance categories,
//! with 1,000 keywords and 50 regular expressions in content filters.
#![allow(clippy::unwrap_used)]

use filter::content::{ContentFilters, StoredFilter};
use filter::{Policy, search};
use message::{Limits, Parsed};
use model::definition::{ContentFilter, ContentFilterRule};
use model::{AccountId, Action, ActionSetting, Category, Direction, Findings, Values};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

fn files(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() { files(&path, out) } else { out.push(path) }
    }
}

fn policy() -> Policy {
    let hold = || ActionSetting::of(Action::Quarantine);
    let mut values = Values { direction: Direction::Outbound, ..Values::default() };
    let o = &mut values.outbound_filtering;
    o.credit_card = hold();
    o.social_security = hold();
    o.health = hold();
    o.finance = hold();
    o.profanity = hold();
    let words = (0..1_000).map(|n| format!("codename {n} blue")).collect();
    let patterns = (0..50).map(|n| format!("project-{n}[0-9]{{3}}")).collect();
    let rule = |expressions| ContentFilterRule { expressions, apply_to_text: true, ..Default::default() };
    let definition = ContentFilter { rules: vec![rule(words), rule(patterns)], ..Default::default() };
    o.content_filters.insert("all".into(), hold());
    let mut policy = Policy::new(values, "acme.test".parse().unwrap());
    let stored = StoredFilter { id: 1, name: "all".into(), definition };
    policy.content = Some(Arc::new(ContentFilters::compile(AccountId(1), &[stored])));
    policy
}

fn main() {
    let folder = std::env::args().nth(1).expect("a folder of messages");
    let mut all = Vec::new();
    files(Path::new(&folder), &mut all);
    all.sort();
    let policy = policy();
    let mut found: BTreeMap<(Category, &str), usize> = BTreeMap::new();
    let (mut parsing, mut searching, mut slowest) = (Duration::ZERO, Duration::ZERO, Duration::ZERO);
    for path in &all {
        let raw = std::fs::read(path).unwrap();
        let start = Instant::now();
        let message = Parsed::parse(raw.into(), &Limits::default());
        parsing += start.elapsed();
        let mut findings = Findings::default();
        let start = Instant::now();
        search(&message, [&policy], &mut findings);
        let took = start.elapsed();
        searching += took;
        slowest = slowest.max(took);
        for f in &findings.list {
            let kind = if f.info.starts_with("health") {
                "health"
            } else if f.info.starts_with("finance") {
                "finance"
            } else {
                ""
            };
            *found.entry((f.category, kind)).or_default() += 1;
            if std::env::args().nth(2).is_some() {
                println!("{} {}: {}", path.display(), f.category, f.info);
            }
        }
    }
    let each = |d: Duration| d.as_micros() / all.len().max(1) as u128;
    println!(
        "{} messages: parsing {} µs, searching {} µs each, slowest {slowest:?}",
        all.len(),
        each(parsing),
        each(searching)
    );
    println!("{found:?}");
}
