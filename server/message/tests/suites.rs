//! Public collections of odd mail and of documents with active content, where they are at hand: in the folder that
//! `POSTERN_SUITES` names, or `../shared/suites` beside the repository, unpacked or as `*.tar.zst`.

#![allow(clippy::unwrap_used)]

mod support;
use message::{Attachment, Parsed};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};
use support::*;

/// The unpacked suite that has the folder `mark`, and what keeps it on disk.
fn suite(archive: &str, mark: &str) -> Option<(PathBuf, Option<tempfile::TempDir>)> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/suites");
    let root = std::env::var_os("POSTERN_SUITES").map_or(beside, PathBuf::from);
    if root.join(mark).is_dir() {
        return Some((root, None));
    }
    let packed = root.join(archive);
    if !packed.is_file() {
        eprintln!("skipped: neither {} nor {} is there", root.join(mark).display(), packed.display());
        return None;
    }
    let dir = tempfile::tempdir().unwrap();
    let done = Command::new("tar").arg("-I").arg("zstd").arg("-xf").arg(&packed).arg("-C").arg(dir.path()).status();
    if !done.is_ok_and(|s| s.success()) {
        eprintln!("skipped: {} cannot be unpacked (tar and zstd are needed)", packed.display());
        return None;
    }
    Some((dir.path().to_owned(), Some(dir)))
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let mut out = Vec::new();
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            out.extend(files(&path));
        } else if path.extension().is_none_or(|e| e != "exp") {
            // Those are listings that go with the archives.
            out.push(path);
        }
    }
    out.sort();
    out
}

/// Parses within the time that even the oddest file may take in a debug build.
fn timed(raw: Vec<u8>, path: &Path) -> Parsed {
    let start = spent();
    let p = parse(raw);
    let took = spent() - start;
    assert!(took < Duration::from_secs(2), "{} took {took:?}", path.display());
    p
}

#[test]
fn collections_of_odd_mail_are_parsed() {
    let Some((root, _keep)) = suite("protocol-suites.tar.zst", "mime") else { return };
    let mut counts: BTreeMap<String, (usize, usize, usize, usize)> = BTreeMap::new();
    for path in files(&root.join("mime")) {
        let p = timed(std::fs::read(&path).unwrap(), &path);
        let folder = path.strip_prefix(root.join("mime")).unwrap().components().next().unwrap();
        let count = counts.entry(folder.as_os_str().to_string_lossy().into_owned()).or_default();
        count.0 += 1;
        count.1 += usize::from(!p.text.trim().is_empty());
        count.2 += usize::from(!p.attachments.is_empty());
        count.3 += usize::from(!p.anomalies.is_empty());
        let _ = p.sanitized_html();
    }
    for (folder, (all, text, files, odd)) in &counts {
        println!("{folder}: {all} files, {text} with text, {files} with attachments, {odd} with anomalies");
    }
    assert!(counts.values().map(|c| c.0).sum::<usize>() > 100);
}

/// Files of a folder in which `found` is true, of all; and those in which it is not.
fn detect(folder: &Path, found: impl Fn(&Attachment) -> bool) -> (usize, usize, Vec<String>) {
    let (mut hits, mut all, mut missed) = (0, 0, Vec::new());
    for path in files(folder) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let p = timed(with_file(&name, &std::fs::read(&path).unwrap()), &path);
        all += 1;
        if p.attachments.iter().any(&found) {
            hits += 1;
        } else {
            let kinds: Vec<_> = p.attachments.iter().take(3).map(|a| a.kind.as_str()).collect();
            missed.push(format!("{name} {kinds:?}"));
        }
    }
    (hits, all, missed)
}

#[test]
fn active_content_of_documents_is_found() {
    let Some((root, _keep)) = suite("attachment-samples.tar.zst", "office-oletools") else { return };
    let macros = |a: &Attachment| !a.macros.is_empty();
    type Test = fn(&Attachment) -> bool;
    let told: Test = |a| !a.macros.is_empty() || a.encrypted;
    // Folder, what to look for, and how many at least are found.
    let folders: [(&str, Test, usize); 10] = [
        ("office-oletools/olevba", macros as fn(&Attachment) -> bool, 1),
        ("office-oletools/excel4-macros", macros as fn(&Attachment) -> bool, 7),
        ("office-oletools/msodde", macros as fn(&Attachment) -> bool, 8),
        ("office-oletools/encrypted", |a| a.encrypted, 17),
        ("office-oletools/oleobj", |a| a.path.len() > 1, 33),
        ("office-oletools/rtfobj", |a| a.path.len() > 1, 2),
        ("office-oletools", told, 56),
        ("pdf-payloads", |a| a.javascript, 9),
        ("rar", |a| a.path.len() > 1 || a.encrypted, 74),
        ("zip-slip", |a| a.path.len() > 1, 1),
    ];
    for (folder, found, least) in folders {
        let (hits, all, missed) = detect(&root.join(folder), found);
        println!("{folder}: {hits} of {all}; not: {missed:?}");
        assert!(hits >= least, "{folder}: {hits} of {all}");
    }
    for path in files(&root.join("office-oletools")) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name.starts_with("harmless-clean") {
            let p = timed(with_file(&name, &std::fs::read(&path).unwrap()), &path);
            assert!(p.attachments.iter().all(|a| a.macros.is_empty()), "{name}: {:?}", p.attachments[0].macros);
        }
    }
}
