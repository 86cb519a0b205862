//! The client against Debian's clamd, with a database of one signature. Skips where clamd is not installed.

#![allow(clippy::unwrap_used)]

use filter::av::{Clamd, ClamdResult};
use std::{
    io::{Read as _, Write as _},
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

struct Daemon {
    child: Child,
    socket: PathBuf,
    // Removed after the daemon is gone.
    dir: tempfile::TempDir,
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn eicar() -> Vec<u8> {
    [r"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-", "ANTIVIRUS-TEST-FILE!$H+H*"].concat().into_bytes()
}

/// Starts a clamd and waits until it answers; none where it is not installed.
fn start() -> Option<Daemon> {
    let program = ["/usr/sbin/clamd", "/usr/local/sbin/clamd"].into_iter().find(|p| Path::new(p).exists());
    let Some(program) = program else {
        eprintln!("skipped: clamd is not installed (Debian: clamav-daemon)");
        return None;
    };
    let dir = tempfile::tempdir().unwrap();
    let (db, socket) = (dir.path().join("db"), dir.path().join("clamd.sock"));
    std::fs::create_dir(&db).unwrap();
    std::fs::write(db.join("test.ndb"), format!("Eicar-Test-Signature:0:*:{}\n", hex::encode(eicar()))).unwrap();
    let config = dir.path().join("clamd.conf");
    let text = format!(
        "LocalSocket {}\nDatabaseDirectory {}\nTemporaryDirectory {}\nLogFile {}\nForeground yes\nStreamMaxLength 1M\nMaxThreads 2\n",
        socket.display(),
        db.display(),
        dir.path().display(),
        dir.path().join("clamd.log").display()
    );
    std::fs::write(&config, text).unwrap();
    let child = Command::new(program)
        .arg(format!("--config-file={}", config.display()))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut daemon = Daemon { child, socket, dir };
    let deadline = Instant::now() + Duration::from_secs(30);
    while !answers(&daemon.socket) {
        let log = || std::fs::read_to_string(daemon.dir.path().join("clamd.log")).unwrap_or_default();
        assert!(daemon.child.try_wait().unwrap().is_none(), "clamd ended: {}", log());
        assert!(Instant::now() < deadline, "clamd does not answer: {}", log());
        std::thread::sleep(Duration::from_millis(50));
    }
    Some(daemon)
}

fn answers(socket: &Path) -> bool {
    let ask = || -> std::io::Result<bool> {
        let mut stream = UnixStream::connect(socket)?;
        stream.write_all(b"zPING\0")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer.starts_with("PONG"))
    };
    ask().unwrap_or(false)
}

#[tokio::test]
async fn a_real_clamd_finds_the_test_virus_and_its_end_is_an_error() {
    let Some(daemon) = start() else { return };
    let client = Clamd::new(format!("unix:{}", daemon.socket.display()).parse().unwrap());

    let mail = |body: &[u8]| [b"From: a@x.test\r\nSubject: x\r\n\r\n".as_slice(), body, b"\r\n"].concat();
    assert_eq!(client.scan(&mail(b"hello")).await, ClamdResult::Clean);
    let ClamdResult::Infected(name) = client.scan(&mail(&eicar())).await else { panic!("not found") };
    assert!(name.starts_with("Eicar-Test-Signature"), "{name}");

    // Many at once, as the filter's pool asks.
    let scans = (0..20).map(|i| {
        let (client, body) = (client.clone(), if i % 2 == 0 { b"hello".to_vec() } else { eicar() });
        tokio::spawn(async move { client.scan(&mail(&body)).await })
    });
    for (i, scan) in scans.collect::<Vec<_>>().into_iter().enumerate() {
        assert_eq!(matches!(scan.await.unwrap(), ClamdResult::Clean), i % 2 == 0);
    }

    // Past StreamMaxLength it says so and closes.
    let large = client.scan(&vec![b'x'; 3 << 20]).await;
    assert!(matches!(&large, ClamdResult::Error(why) if why.contains("size limit")), "{large:?}");

    drop(daemon);
    let gone = client.scan(&mail(b"hello")).await;
    assert!(matches!(&gone, ClamdResult::Error(why) if why.contains("not reached")), "{gone:?}");
}
