#![allow(clippy::unwrap_used)]
use super::*;
use proptest::prelude::*;
use std::{os::unix::fs::PermissionsExt, path::Path, path::PathBuf};
use tempfile::{TempDir, tempdir};

fn vault() -> (TempDir, Vault) {
    let dir = tempdir().unwrap();
    let vault = Vault::open(dir.path()).unwrap();
    (dir, vault)
}

fn file(dir: &Path, id: &BlobId) -> PathBuf {
    let name = id.to_string();
    dir.join(&name[..2]).join(&name[2..])
}

#[tokio::test]
async fn a_body_comes_back_after_a_restart_and_goes_when_removed() {
    let (dir, vault) = vault();
    let body = b"Subject: held\r\n\r\n".repeat(1_000);
    let id = vault.put(&body).await.unwrap();
    assert_eq!(id.to_string().parse::<BlobId>().unwrap(), id);
    assert_eq!(id, BlobId::of(&body));
    let vault = Vault::open(dir.path()).unwrap();
    assert_eq!(vault.get(&id).await.unwrap(), body);
    vault.remove(&id).await.unwrap();
    vault.remove(&id).await.unwrap();
    let error = vault.get(&id).await.unwrap_err();
    assert!(matches!(error, Error::Missing(_)) && error.to_string().contains(&id.to_string()));
}

#[tokio::test]
async fn what_lies_on_the_disk_is_small_and_not_readable() {
    let (dir, vault) = vault();
    let body = b"a secret sentence ".repeat(1_000);
    let id = vault.put(&body).await.unwrap();
    let blob = std::fs::read(file(dir.path(), &id)).unwrap();
    assert!(blob.len() < body.len() / 10, "{} bytes", blob.len());
    assert!(!blob.windows(6).any(|w| w == b"secret"));
}

#[tokio::test]
async fn the_key_is_made_once_for_its_owner_only() {
    let (dir, _vault) = vault();
    let path = dir.path().join("vault.key");
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let key = std::fs::read(&path).unwrap();
    Vault::open(dir.path()).unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), key);
    let left = std::fs::read_dir(dir.path()).unwrap().map(|f| f.unwrap().file_name().into_string().unwrap());
    let mut left: Vec<_> = left.collect();
    left.retain(|name| name.len() > 2);
    left.sort();
    assert_eq!(left, ["new", "vault.key"]);
}

#[test]
fn processes_that_start_at_once_get_the_same_key() {
    let dir = tempdir().unwrap();
    let threads: Vec<_> = (0..8u8)
        .map(|n| {
            let dir = dir.path().to_owned();
            std::thread::spawn(move || {
                let vault = Vault::open(&dir).unwrap();
                let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
                runtime.block_on(vault.put(&[n])).unwrap()
            })
        })
        .collect();
    let ids: Vec<_> = threads.into_iter().map(|t| t.join().unwrap()).collect();
    let vault = Vault::open(dir.path()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    for (n, id) in ids.iter().enumerate() {
        assert_eq!(runtime.block_on(vault.get(id)).unwrap(), [n as u8][..]);
    }
}

#[tokio::test]
async fn a_lost_key_is_not_replaced_while_there_are_blobs() {
    let (dir, vault) = vault();
    vault.put(b"held").await.unwrap();
    std::fs::remove_file(dir.path().join("vault.key")).unwrap();
    let error = Vault::open(dir.path()).err().unwrap();
    assert!(matches!(error, Error::KeyMissing(_)), "{error}");
    std::fs::write(dir.path().join("vault.key"), "no key").unwrap();
    let error = Vault::open(dir.path()).err().unwrap();
    assert!(matches!(error, Error::KeyFile(_)), "{error}");
}

#[tokio::test]
async fn a_wrong_key_is_named_with_the_blob() {
    let (dir, vault) = vault();
    let id = vault.put(b"held").await.unwrap();
    std::fs::write(dir.path().join("vault.key"), "5".repeat(64)).unwrap();
    let error = Vault::open(dir.path()).unwrap().get(&id).await.unwrap_err();
    assert!(matches!(error, Error::WrongKey { .. }), "{error}");
    assert!(error.to_string().contains(&id.to_string()), "{error}");
}

#[tokio::test]
async fn any_flipped_byte_is_noticed_and_the_blob_is_named() {
    let (dir, vault) = vault();
    let body = b"Subject: held\r\n\r\nand some more";
    let id = vault.put(body).await.unwrap();
    let path = file(dir.path(), &id);
    let whole = std::fs::read(&path).unwrap();
    for at in 0..whole.len() {
        let mut blob = whole.clone();
        blob[at] ^= 1;
        std::fs::write(&path, &blob).unwrap();
        let error = vault.get(&id).await.unwrap_err();
        assert!(error.to_string().contains(&id.to_string()), "byte {at}: {error}");
    }
    for len in 0..whole.len() {
        std::fs::write(&path, &whole[..len]).unwrap();
        assert!(matches!(vault.get(&id).await, Err(Error::Damaged { .. })), "cut to {len}");
    }
    // A put of the same body mends it.
    assert_eq!(vault.put(body).await.unwrap(), id);
    assert_eq!(vault.get(&id).await.unwrap(), body[..]);
}

#[tokio::test]
async fn a_blob_under_the_name_of_another_is_refused() {
    let (dir, vault) = vault();
    let (a, b) = (vault.put(b"one").await.unwrap(), vault.put(b"two").await.unwrap());
    std::fs::copy(file(dir.path(), &a), file(dir.path(), &b)).unwrap();
    assert!(matches!(vault.get(&b).await, Err(Error::Damaged { .. })));
}

#[tokio::test]
async fn a_body_that_is_there_is_not_written_again_but_refreshed() {
    let (dir, vault) = vault();
    let id = vault.put(b"held").await.unwrap();
    let path = file(dir.path(), &id);
    let old = std::time::SystemTime::now() - std::time::Duration::from_secs(86_400);
    std::fs::File::options().append(true).open(&path).unwrap().set_modified(old).unwrap();
    let before = std::fs::read(&path).unwrap();
    assert_eq!(vault.put(b"held").await.unwrap(), id);
    assert_eq!(std::fs::read(&path).unwrap(), before, "the nonce would differ");
    assert!(std::fs::metadata(&path).unwrap().modified().unwrap() > old + std::time::Duration::from_secs(86_000));
}

#[tokio::test(flavor = "multi_thread")]
async fn many_at_once_also_of_the_same_content_are_all_kept() {
    let (dir, vault) = vault();
    let puts: Vec<_> = (0..200u32)
        .map(|n| {
            let vault = vault.clone();
            tokio::spawn(async move { vault.put(format!("body {}", n % 40).repeat(200).as_bytes()).await.unwrap() })
        })
        .collect();
    for (n, put) in puts.into_iter().enumerate() {
        let id = put.await.unwrap();
        assert_eq!(vault.get(&id).await.unwrap(), format!("body {}", n % 40).repeat(200));
    }
    assert_eq!(std::fs::read_dir(dir.path().join("new")).unwrap().count(), 0);
}

#[tokio::test]
async fn what_a_crash_left_half_written_is_swept_at_a_later_start() {
    let (dir, vault) = vault();
    let id = vault.put(b"held").await.unwrap();
    let old = std::time::SystemTime::now() - std::time::Duration::from_secs(7_200);
    for name in ["new/0123", "new/4567"] {
        std::fs::write(dir.path().join(name), b"half").unwrap();
    }
    let left = std::fs::File::options().append(true).open(dir.path().join("new/0123")).unwrap();
    left.set_modified(old).unwrap();
    let vault = Vault::open(dir.path()).unwrap();
    assert!(!dir.path().join("new/0123").exists());
    assert!(dir.path().join("new/4567").exists(), "another process may be at it");
    assert_eq!(vault.get(&id).await.unwrap(), b"held"[..]);
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_refused() {
    let (_dir, vault) = vault();
    let body = bytes::Bytes::from(vec![0; MAX_PLAIN as usize + 1]);
    assert!(matches!(vault.put_bytes(body).await, Err(Error::TooLarge(n)) if n == MAX_PLAIN + 1));
}

#[test]
fn a_secret_opens_for_its_purpose_with_its_key_and_not_otherwise() {
    let (_dir, vault) = vault();
    let sealed = vault.seal_secret("key of acme.test", b"secret").unwrap();
    assert!(!sealed.windows(6).any(|w| w == b"secret"));
    assert_eq!(vault.open_secret("key of acme.test", &sealed).unwrap(), b"secret");
    assert!(vault.open_secret("key of other.test", &sealed).is_err());
    for at in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[at] ^= 1;
        assert!(vault.open_secret("key of acme.test", &changed).is_err(), "byte {at}");
        assert!(vault.open_secret("key of acme.test", &sealed[..at]).is_err(), "cut at {at}");
    }
    let (_other_dir, other) = self::vault();
    let error = other.open_secret("key of acme.test", &sealed).unwrap_err().to_string();
    assert!(error.contains("another key file"), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn any_body_round_trips_and_any_blob_is_answered(body in proptest::collection::vec(any::<u8>(), 0..4_000), junk in proptest::collection::vec(any::<u8>(), 0..200)) {
        let dir = tempdir().unwrap();
        let key = crate::key::Key::open(dir.path(), false).unwrap();
        let id = BlobId::of(&body);
        let sealed = blob::seal(&key, &id, &body).unwrap();
        prop_assert_eq!(blob::unseal(&key, &id, &sealed).unwrap(), body);
        prop_assert!(blob::unseal(&key, &id, &junk).is_err());
        // Behind a good header too.
        prop_assert!(blob::unseal(&key, &id, &[&sealed[..36], &junk[..]].concat()).is_err());
    }

    #[test]
    fn any_text_is_a_name_or_an_error(text in ".{0,70}") { let _ = text.parse::<BlobId>(); }
}
