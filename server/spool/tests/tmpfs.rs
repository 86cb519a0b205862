#![allow(clippy::unwrap_used)]
//! A real full disk: a tmpfs of 2 MiB. Needs the right to mount; without it the test says so and passes.

use model::{Direction, Envelope, MessageId, SessionInfo, Timestamp};
use spool::{Options, Spool};
use std::{path::PathBuf, process::Command, time::Duration};

struct Mounted(PathBuf);

impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

async fn accept(spool: &Spool, n: u64, len: usize) -> Result<MessageId, spool::Error> {
    let id = MessageId::new(Timestamp(1_700_000_000_000 + n as i64), 0);
    let envelope = Envelope {
        id,
        received: id.time(),
        direction: Direction::Inbound,
        session: SessionInfo {
            client_ip: [192, 0, 2, 1].into(),
            client_port: 4_000,
            helo: "example.test".into(),
            esmtp: true,
            tls: None,
            authenticated: None,
        },
        return_path: None,
        recipients: vec![],
        eight_bit: false,
        smtputf8: false,
        return_headers_only: false,
        envid: None,
        size: 0,
        tls_wish: model::TlsWish::Usual,
        sending: None,
    };
    let mut body = spool.body();
    for chunk in vec![n as u8; len].chunks(10_000) {
        body.write(chunk).await?;
    }
    spool.accept(envelope, body, vec![]).await.map(|entry| entry.id)
}

#[tokio::test]
async fn a_real_full_disk_refuses_keeps_and_recovers() {
    let dir = tempfile::tempdir().unwrap();
    let mount = Command::new("mount").args(["-t", "tmpfs", "-o", "size=2m", "tmpfs"]).arg(dir.path()).output();
    if !mount.as_ref().is_ok_and(|m| m.status.success()) {
        eprintln!("skipped: no right to mount a tmpfs: {mount:?}");
        return;
    }
    let _mounted = Mounted(dir.path().to_owned());
    let options = Options { segment_bytes: 256 << 10, memory_body: 50_000, min_free_bytes: 0 };
    let (spool, _) = Spool::open(dir.path(), options.clone()).unwrap();
    let mut kept = Vec::new();
    let mut refused = 0;
    for n in 0..80 {
        match accept(&spool, n, if n % 4 == 0 { 90_000 } else { 20_000 }).await {
            Ok(id) => kept.push((id, n)),
            Err(error) => {
                assert!(error.is_full(), "{error}");
                refused += 1;
            }
        }
    }
    assert!(kept.len() > 20 && refused > 10, "{} kept, {refused} refused", kept.len());
    // Half of it leaves, though not a byte is free; then there is room again.
    for (id, _) in kept.drain(..kept.len() / 2) {
        spool.finish(id).await.unwrap();
    }
    let mut accepted = None;
    for _ in 0..50 {
        accepted = accept(&spool, 1_000, 20_000).await.ok();
        if accepted.is_some() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    kept.push((accepted.unwrap(), 1_000));
    spool.close().await;

    let (spool, entries) = Spool::open(dir.path(), options).unwrap();
    assert_eq!(spool.stats().damaged, 0);
    assert_eq!(entries.iter().map(|e| e.id).collect::<Vec<_>>(), kept.iter().map(|(id, _)| *id).collect::<Vec<_>>());
    for (id, n) in &kept {
        assert!(spool.read(*id).await.unwrap().iter().all(|b| *b == *n as u8));
    }
    spool.close().await;
}
