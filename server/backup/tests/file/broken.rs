//! A file that is not whole, or not what it says, changes nothing.

use crate::made::{create, empty, made, restore};
use backup::{Installation, Options};
use std::io::Write;
use std::path::{Path, PathBuf};

async fn refused(directory: &Path, bytes: &[u8]) -> String {
    let file = directory.join("broken");
    std::fs::write(&file, bytes).unwrap();
    let to = empty(directory);
    let error = restore(&to, &file, Options::default()).await.expect_err("restored").to_string();
    assert!(!to.data.exists(), "nothing is made of {error}");
    error
}

async fn whole(directory: &Path) -> (Installation, Vec<u8>) {
    let data = directory.join("original");
    let from = made(data.clone(), store::Target::Sqlite(data)).await;
    let file: PathBuf = directory.join("backup");
    create(&from, &file).await;
    (from, std::fs::read(file).unwrap())
}

#[tokio::test]
async fn a_file_that_is_cut_short_or_has_a_changed_byte_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let (_, bytes) = whole(directory.path()).await;
    let content = zstd::decode_all(&*bytes).unwrap();
    for n in 0..40 {
        let at = bytes.len() * n / 40;
        refused(directory.path(), &bytes[..at]).await;
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        // A few bits of zstd mean nothing: what says the same with another byte is not broken.
        if zstd::decode_all(&*changed).is_ok_and(|found| found == content) {
            continue;
        }
        refused(directory.path(), &changed).await;
    }
    for at in [1, 4, 5, 20, 100, 512] {
        refused(directory.path(), &bytes[..bytes.len() - at]).await;
    }
    let more = [bytes.as_slice(), b"more"].concat();
    refused(directory.path(), &more).await;
    for (bytes, words) in [(&b""[..], "cut short"), (b"SQLite format 3", "no backup")] {
        let error = refused(directory.path(), bytes).await;
        assert!(error.contains(words), "{error}");
    }
}

/// Packs members as an attacker would, who can make every checksum right.
fn pack(members: &[(&str, tar::EntryType, &[u8])], manifest: impl Fn(&[serde_json::Value]) -> String) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    let mut add = |name: &str, kind: tar::EntryType, bytes: &[u8]| {
        let mut header = tar::Header::new_ustar();
        header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
        header.set_entry_type(kind);
        header.set_size(bytes.len() as u64);
        header.set_mode(0o600);
        if kind == tar::EntryType::Symlink {
            header.set_link_name("/etc").unwrap();
        }
        header.set_cksum();
        tar.append(&header, bytes).unwrap();
    };
    let mut list = Vec::new();
    for (name, kind, bytes) in members {
        add(name, *kind, bytes);
        let digest = <sha2::Sha256 as sha2::Digest>::digest(bytes);
        list.push(serde_json::json!({ "name": name, "size": bytes.len(), "sha256": hex::encode(digest) }));
    }
    add("manifest.json", tar::EntryType::Regular, manifest(&list).as_bytes());
    let tar = tar.into_inner().unwrap();
    let mut zstd = zstd::Encoder::new(Vec::new(), 1).unwrap();
    zstd.write_all(&tar).unwrap();
    zstd.finish().unwrap()
}

fn manifest(format: u32, schema: i64, members: &[serde_json::Value]) -> String {
    serde_json::json!({
        "format": format, "version": "1", "created": 1, "hostname": "h", "node": "a", "database": "sqlite", "schema": schema,
        "tables": [], "sequences": [], "queued": 0, "members": members,
    })
    .to_string()
}

#[tokio::test]
async fn members_that_lead_out_of_the_directory_and_links_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    let file = tar::EntryType::Regular;
    for (name, kind, words) in [
        ("files/../escaped", file, "no place"),
        ("/tmp/escaped", file, "no place"),
        ("files//tmp/escaped", file, "no place"),
        ("../escaped", file, "no place"),
        ("files/postern.db", file, "no place"),
        ("files/restore-unfinished", file, "no place"),
        ("files/link", tar::EntryType::Symlink, "not a plain file"),
        ("files/link", tar::EntryType::Link, "not a plain file"),
        ("files/long", tar::EntryType::GNULongName, "not a plain file"),
        ("files/fifo", tar::EntryType::Fifo, "not a plain file"),
    ] {
        let bytes: &[u8] = if kind == file { b"x" } else { b"" };
        let error = refused(directory.path(), &pack(&[(name, kind, bytes)], |m| manifest(1, 1, m))).await;
        assert!(error.contains(words), "{name}: {error}");
    }
    assert!(!directory.path().join("escaped").exists() && !Path::new("/tmp/escaped").exists());
}

#[tokio::test]
async fn a_manifest_that_does_not_fit_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let file = tar::EntryType::Regular;
    let one = [("files/a", file, &b"x"[..])];
    let twice = [one[0], one[0]];
    let newest = store::dump::newest();
    for (bytes, words) in [
        (pack(&one, |m| manifest(2, 1, m)), "format 2"),
        (pack(&one, |m| manifest(1, newest + 1, m)), "newer version"),
        (pack(&one, |_| manifest(1, 1, &[])), "not in its place"),
        (pack(&one, |m| manifest(1, 1, &[m, m].concat())), "is missing"),
        (pack(&twice, |m| manifest(1, 1, m)), "there twice"),
        (pack(&one, |m| manifest(1, 1, m).replace("\"size\":1", "\"size\":2")), "it was changed"),
        (pack(&one, |_| "{}".into()), "manifest cannot be read"),
    ] {
        let file = directory.path().join("broken");
        std::fs::write(&file, bytes).unwrap();
        let to = empty(directory.path());
        let error = restore(&to, &file, Options::default()).await.unwrap_err().to_string();
        assert!(error.contains(words), "{words}: {error}");
        let made = std::fs::read_dir(&to.data).map_or(0, |d| d.count());
        assert_eq!(made, 0, "{error}");
    }
}
