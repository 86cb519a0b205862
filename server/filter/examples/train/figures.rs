//! Figures on messages of corpora that the model was not trained on.

use crate::corpora::{self, Mail};
use filter::{
    Context, Evidence, Knowledge, Session, analysers,
    classifier::train::{Options, calibrate, train},
    rules,
};
use message::Parsed;
use model::{Category, Direction, EmailAddress, Finding, Timestamp, finding::Check};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

pub const OPTIONS: Options =
    Options { epochs: 8, rate: 0.5, decay: 1e-5, min_messages: 4, min_corpora: 2, group: 3_000.0, most: 3.0 };

/// What is held out together: spam and ham of one time where there are both.
const ROTATIONS: &[&[&str]] = &[
    &["cw-l-spam-2026", "ham-usrp-users"],
    &["glitchy-spam-2023-2025", "ham-openbmc"],
    &["spamassassin"],
    &["enron-spam-preprocessed"],
];

fn is_held(mail: &Mail, held: &[&str]) -> bool {
    held.contains(&mail.corpus.as_str())
}

type Sums = Vec<Vec<(f32, bool)>>;

fn trained_without(all: &[Mail], held: &[&str]) -> filter::classifier::Model {
    let samples: Vec<_> = all.iter().filter(|m| !is_held(m, held)).map(|m| m.sample.clone()).collect();
    train(&samples, &OPTIONS)
}

/// Sums of held-out messages, a list a rotation.
pub fn held_out_sums(all: &[Mail]) -> Sums {
    ROTATIONS
        .iter()
        .map(|held| {
            let model = trained_without(all, held);
            all.iter().filter(|m| is_held(m, held)).map(|m| (model.raw(&m.sample.features), m.sample.spam)).collect()
        })
        .collect()
}

/// One calibration for all rotations, each weighing the same.
pub fn calibration(sums: &[Vec<(f32, bool)>]) -> (f32, f32) {
    const EACH: usize = 1_000;
    let mut all = Vec::new();
    for list in sums {
        for label in [true, false] {
            let of: Vec<_> = list.iter().filter(|s| s.1 == label).collect();
            // The same number of each, evenly spread.
            all.extend((0..EACH.min(of.len() * EACH)).map(|n| *of[n * of.len() / EACH]));
        }
    }
    calibrate(&all)
}

fn share(part: usize, whole: usize) -> String {
    #[allow(clippy::cast_precision_loss)]
    let percent = 100.0 * part as f64 / whole.max(1) as f64;
    format!("{part}/{whole} ({percent:.2} %)")
}

pub fn session(m: &Parsed) -> Session {
    let path = m.header("return-path").unwrap_or_default().trim().trim_matches(['<', '>']).to_owned();
    Session {
        direction: Direction::Inbound,
        client_ip: std::net::IpAddr::from([198, 51, 100, 25]),
        helo: "mail.sender.example".into(),
        hostname: "gateway.example".into(),
        return_path: EmailAddress::parse(&path).ok().or_else(|| EmailAddress::parse("unknown@sender.example").ok()),
        recipients: EmailAddress::parse("recipient@gateway.example").into_iter().collect(),
        received: m.date.unwrap_or(Timestamp(0)),
    }
}

pub fn inspect(m: &Parsed, knowledge: &Knowledge) -> Vec<Finding> {
    let (session, evidence) = (session(m), Evidence::default());
    let context = Context { message: m, session: &session, evidence: &evidence, knowledge };
    let mut out = Vec::new();
    for (_, analyser) in analysers::ALL {
        analyser(&context, &mut out);
    }
    out
}

fn decided(list: &[Finding]) -> BTreeSet<&'static str> {
    let of = |f: &Finding| match &f.check {
        Some(Check::Category(c)) => Some(c.code()),
        Some(Check::Language(_)) => Some(Category::Foreign.code()),
        _ => None,
    };
    list.iter().filter_map(of).collect()
}

pub fn figures(dir: &Path) -> Result<(), String> {
    let all = corpora::load(dir)?;
    let sums = held_out_sums(&all);
    let verbose = std::env::var_os("WHICH").is_some();
    for (at, held) in ROTATIONS.iter().enumerate() {
        // Calibrated on the other rotations' held-out messages: nothing of this corpus is known.
        let others: Vec<_> = sums.iter().enumerate().filter(|(n, _)| *n != at).map(|(_, s)| s.clone()).collect();
        let (slope, offset) = calibration(&others);
        let of = |spam: bool| sums[at].iter().filter(move |s| s.1 == spam);
        println!("\nheld out: {} (slope {slope:.2}, offset {offset:.2})", held.join(", "));
        for threshold in [0.5f32, 0.9, 0.99] {
            let above = |s: &&(f32, bool)| filter::classifier::probability(slope * s.0 + offset) >= threshold;
            let (found, wrong) = (of(true).filter(above).count(), of(false).filter(above).count());
            println!(
                "  classifier at {threshold:.2}: recall {}, false positives {}, precision {}",
                share(found, of(true).count()),
                share(wrong, of(false).count()),
                share(found, found + wrong)
            );
        }
        let mut knowledge = Knowledge::embedded();
        knowledge.model = trained_without(&all, held).calibrated(slope, offset);
        whole(&all, held, &knowledge, verbose);
    }
    Ok(())
}

/// Every analyser that needs no network.
fn whole(all: &[Mail], held: &[&str], knowledge: &Knowledge, verbose: bool) {
    for name in held.iter() {
        for spam in [true, false] {
            let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
            let (mut messages, mut stopped) = (0, 0);
            for mail in all.iter().filter(|m| m.corpus == *name && m.sample.spam == spam) {
                let Some(parsed) = &mail.parsed else { continue };
                messages += 1;
                let list = inspect(parsed, knowledge);
                let set = decided(&list);
                let bad = ["SPAM", "PHISH", "ADULT", "BOT", "VIRUS"].iter().any(|c| set.contains(c));
                stopped += usize::from(bad);
                set.iter().for_each(|c| *counts.entry(c).or_default() += 1);
                if verbose && bad != spam {
                    let sum: f32 = list.iter().map(|f| f.score).sum();
                    let why: Vec<String> = list
                        .iter()
                        .filter(|f| f.score != 0.0 || f.check.is_some())
                        .map(|f| format!("{:?} {} {:.1}", f.rule, f.info, f.score))
                        .collect();
                    eprintln!("{} {sum:.1} {:?} {}", mail.path.display(), parsed.subject, why.join(" | "));
                }
            }
            if messages > 0 {
                let label = if spam { "spam" } else { "ham" };
                let named: Vec<String> = counts.iter().map(|(c, n)| format!("{c} {n}")).collect();
                println!(
                    "  filter, {name} {label}: held as spam, phishing, adult or bot {}; {}",
                    share(stopped, messages),
                    named.join(", ")
                );
            }
        }
    }
}

pub fn rules(dir: &Path) -> Result<(), String> {
    let all = corpora::load(dir)?;
    let knowledge = Knowledge::embedded();
    let mut seen: BTreeMap<u32, BTreeMap<(String, bool), usize>> = BTreeMap::new();
    let mut totals: BTreeMap<(String, bool), usize> = BTreeMap::new();
    for mail in &all {
        let Some(parsed) = &mail.parsed else { continue };
        let key = (mail.corpus.clone(), mail.sample.spam);
        *totals.entry(key.clone()).or_default() += 1;
        let (session, evidence) = (session(parsed), Evidence::default());
        let context = Context { message: parsed, session: &session, evidence: &evidence, knowledge: &knowledge };
        for rule in knowledge.rules.run(&rules::view(&context, &knowledge.rules)) {
            *seen.entry(rule.id).or_default().entry(key.clone()).or_default() += 1;
        }
    }
    let keys: Vec<_> = totals.keys().cloned().collect();
    for (name, spam) in &keys {
        println!("{name} {} {}", if *spam { "spam" } else { "ham" }, totals[&(name.clone(), *spam)]);
    }
    for rule in knowledge.rules.rules() {
        let row: Vec<String> = keys
            .iter()
            .map(|k| {
                let n = seen.get(&rule.id).and_then(|s| s.get(k)).copied().unwrap_or(0);
                #[allow(clippy::cast_precision_loss)]
                let percent = 100.0 * n as f64 / totals[k] as f64;
                format!("{}{percent:5.1}", if k.1 { "S" } else { "h" })
            })
            .collect();
        println!(
            "{:5} {:4} {} {}",
            rule.id,
            format!("{:?}", rule.weight).trim_start_matches("Score(").trim_end_matches(')'),
            row.join(" "),
            rule.description
        );
    }
    Ok(())
}

pub fn bounces(dir: &Path) -> Result<(), String> {
    let mut paths = Vec::new();
    corpora::files(dir, &mut paths)?;
    let knowledge = Knowledge::embedded();
    let (mut messages, mut found) = (0, 0);
    for path in paths {
        let parsed = corpora::parse(&path)?;
        if parsed.headers.len() < 3 {
            continue;
        }
        messages += 1;
        if decided(&inspect(&parsed, &knowledge)).contains("NDR") {
            found += 1;
        } else {
            let from = parsed.from.as_ref().map(|f| f.raw.clone()).unwrap_or_default();
            eprintln!("not found: {} from {from} subject {:?}", path.display(), parsed.subject);
        }
    }
    println!("bounces found: {}", share(found, messages));
    Ok(())
}
