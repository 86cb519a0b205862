//! Real mail, where it is at hand: `../shared/corpora` beside the repository, or the directory named by
//! `POSTERN_CORPORA`, unpacked. The figures of docs/classifier.md are made by `examples/train`; this test only keeps
//! the filter from getting worse unseen, on a sample, with rules alone (the shipped model knows these messages).
#![allow(clippy::unwrap_used)]

mod common;

use common::{decided, findings};
use filter::Knowledge;
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

/// A sample of the messages of an archive: every `step`th file.
fn sample(archive: &str, inside: &str, step: usize) -> Option<Vec<Vec<u8>>> {
    let root = env::var_os("POSTERN_CORPORA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpora"), PathBuf::from);
    let file = root.join(format!("{archive}.tar.zst"));
    if !file.exists() {
        println!("skipped: {} is not there", file.display());
        return None;
    }
    let dir = tempfile::tempdir().unwrap();
    let done = Command::new("tar").args(["--zstd", "-xf"]).arg(&file).arg("-C").arg(dir.path()).status();
    if !done.is_ok_and(|s| s.success()) {
        println!("skipped: tar cannot unpack {}", file.display());
        return None;
    }
    let mut files = Vec::new();
    collect(&dir.path().join(inside), &mut files);
    files.sort();
    Some(files.iter().step_by(step).map(|f| fs::read(f).unwrap()).collect())
}

fn collect(dir: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { collect(&path, out) } else { out.push(path) }
    }
}

fn rules_only() -> Knowledge {
    Knowledge { model: Default::default(), ..Knowledge::embedded() }
}

#[test]
fn discussions_on_lists_are_left_alone() {
    let Some(mails) = sample("ham-usrp-users", "", 10) else { return };
    let knowledge = rules_only();
    let wrong: Vec<_> =
        mails.iter().map(|m| decided(&findings(m, false, &knowledge))).filter(|d| !d.is_empty()).collect();
    println!("{} of {} messages of a discussion list are stopped or tagged: {wrong:?}", wrong.len(), mails.len());
    assert!(wrong.len() * 100 <= mails.len(), "{wrong:?}");
}
#[test]
fn bounces_of_many_servers_are_known() {
    let Some(mails) = sample("bounces-sisimai", "maildir/bsd", 4) else { return };
    let knowledge = rules_only();
    let found = mails.iter().filter(|m| decided(&findings(m, false, &knowledge)).contains("NDR")).count();
    println!("{found} of {} bounces are known", mails.len());
    assert!(found * 100 >= mails.len() * 85, "{found} of {}", mails.len());
    // The shipped model has not seen bounces.
    let knowledge = Knowledge::embedded();
    let spam = mails.iter().filter(|m| decided(&findings(m, false, &knowledge)).contains("SPAM")).count();
    println!("{spam} of {} bounces are taken for spam", mails.len());
    assert!(spam * 100 <= mails.len() * 5, "{spam} of {}", mails.len());
}
