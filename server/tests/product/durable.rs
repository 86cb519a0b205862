//! What a machine can do to a server under load, other than kill it: no accepted message is lost, none is delivered twice.

use crate::load::{Load, document};
use crate::running::{Running, sink, wait};
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};

const PAUSE: Duration = Duration::from_millis(5);

async fn seconds(n: u64) {
    tokio::time::sleep(Duration::from_secs(n)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_database_delays_and_loses_nothing() {
    let sink = sink().await;
    let server = Running::with_outbound("");
    server.apply(&document(sink.address(), &sink.address().to_string()));
    let load = Load::start(&server, PAUSE);
    seconds(1).await;
    let mut lock = Command::new("sqlite3")
        .arg(server.dir.path().join("data/postern.db"))
        .args([".timeout 5000", "BEGIN IMMEDIATE; SELECT 'locked';", ".shell sleep 8", "COMMIT;"])
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    seconds(2).await;
    let before = load.accepted();
    seconds(3).await;
    assert!(load.accepted() > before, "mail is taken while the database is locked");
    assert!(lock.wait().unwrap().success());
    seconds(1).await;
    load.stop(&server, &sink).await.check(0);
}

/// Between the server and its database: connections that can be cut and refused.
async fn breakable(to: SocketAddr) -> (SocketAddr, Arc<AtomicBool>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    let gone = Arc::new(AtomicBool::new(false));
    let broken = gone.clone();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let gone = broken.clone();
            tokio::spawn(async move {
                if gone.load(Ordering::Relaxed) {
                    return;
                }
                let Ok(mut server) = TcpStream::connect(to).await else { return };
                let cut = async {
                    while !gone.load(Ordering::Relaxed) {
                        tokio::time::sleep(Duration::from_millis(10)).await;
                    }
                };
                tokio::select! {
                    _ = tokio::io::copy_bidirectional(&mut client, &mut server) => {}
                    () = cut => {}
                }
            });
        }
    });
    (at, gone)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_gone_for_a_while_delays_and_loses_nothing() {
    let Some(database) = testdb::postgres() else { return };
    let address = database.tcp_url.split('@').nth(1).unwrap().split('/').next().unwrap().to_owned();
    let (at, gone) = breakable(address.parse().unwrap()).await;
    let sink = sink().await;
    let url = database.tcp_url.replace(&address, &at.to_string());
    let server = Running::with_outbound_on(&url);
    server.apply(&document(sink.address(), &sink.address().to_string()));
    let load = Load::start(&server, PAUSE);
    for _ in 0..2 {
        seconds(1).await;
        gone.store(true, Ordering::Relaxed);
        seconds(1).await;
        let before = load.accepted();
        seconds(3).await;
        assert!(load.accepted() > before, "mail is taken while the database is gone");
        gone.store(false, Ordering::Relaxed);
    }
    seconds(1).await;
    load.stop(&server, &sink).await.check(0);
}

/// A file system of its own, that goes with this.
struct Mounted(PathBuf);

impl Mounted {
    /// In memory. None where there is no right to mount.
    fn memory(at: &Path) -> Option<Mounted> {
        Self::mount(at, &["-t", "tmpfs", "-o", "size=256m", "tmpfs"])
    }

    /// In a file; it turns read-only by [`Mounted::fail`]. None where there is no right to mount.
    fn image(at: &Path, file: &Path) -> Option<Mounted> {
        if !file.exists() {
            std::fs::File::create(file).unwrap().set_len(192 << 20).unwrap();
            let made = Command::new("/usr/sbin/mkfs.ext4").args(["-q", "-F"]).arg(file).output();
            if !made.as_ref().is_ok_and(|m| m.status.success()) {
                eprintln!("skipped: cannot make a file system: {made:?}");
                return None;
            }
        }
        Self::mount(at, &["-o", "loop", file.to_str().unwrap()])
    }

    fn mount(at: &Path, how: &[&str]) -> Option<Mounted> {
        std::fs::create_dir_all(at).unwrap();
        let done = Command::new("mount").args(how).arg(at).output();
        if !done.as_ref().is_ok_and(|m| m.status.success()) {
            eprintln!("skipped: no right to mount: {done:?}");
            return None;
        }
        Some(Mounted(at.to_owned()))
    }

    /// What the kernel does after an error of the disk: the file system is read-only from now on.
    fn fail(&self) -> bool {
        let done = Command::new("mount").args(["-o", "remount,abort"]).arg(&self.0).output();
        let failed = done.as_ref().is_ok_and(|m| m.status.success());
        if !failed {
            eprintln!("skipped: this system does not fail a file system on demand: {done:?}");
        }
        failed
    }

    fn unmount(self) {
        let done = Command::new("umount").arg(&self.0).status();
        assert!(done.is_ok_and(|status| status.success()), "the file system is in use");
        std::mem::forget(self);
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_refuses_and_loses_nothing() {
    let sink = sink().await;
    let mut server = Running::prepared_with_outbound();
    server.extra_lines("[spool]\nmin_free_mb = 16\n");
    let Some(_mounted) = Mounted::memory(&server.dir.path().join("data")) else { return };
    server.launch();
    server.apply(&document(sink.address(), &sink.address().to_string()));
    let load = Load::start(&server, PAUSE);
    seconds(1).await;
    let ballast = server.dir.path().join("data/ballast");
    let filled = Command::new("dd")
        .args(["if=/dev/zero", &format!("of={}", ballast.display()), "bs=1M"])
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert!(!filled.success(), "dd goes on until the disk is full");
    seconds(1).await;
    let (accepted, refused) = (load.accepted(), load.refused());
    seconds(2).await;
    assert!(load.refused() > refused, "a full disk is said");
    assert_eq!(load.accepted(), accepted, "nothing is taken that has no room");
    std::fs::remove_file(&ballast).unwrap();
    seconds(3).await;
    assert!(load.accepted() > accepted, "with room again it goes on by itself");
    load.stop(&server, &sink).await.check(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_turns_read_only_refuses_and_has_all_that_was_accepted() {
    let sink = sink().await;
    let mut server = Running::prepared_with_outbound();
    server.extra_lines("[spool]\nmin_free_mb = 16\n");
    let (data, image) = (server.dir.path().join("data"), server.dir.path().join("image"));
    let Some(mounted) = Mounted::image(&data, &image) else { return };
    server.launch();
    server.apply(&document(sink.address(), &sink.address().to_string()));
    let load = Load::start(&server, PAUSE);
    seconds(1).await;
    // What is being synced in the very moment of the failure is between the kernel and its journal.
    load.hold(true).await;
    if !mounted.fail() {
        return;
    }
    load.hold(false).await;
    seconds(1).await;
    let accepted = load.accepted();
    seconds(2).await;
    assert_eq!(load.accepted(), accepted, "nothing is taken that cannot be written");
    server.kill();
    mounted.unmount();
    let _mounted = Mounted::image(&data, &image).unwrap();
    server.launch();
    seconds(1).await;
    assert!(load.accepted() > accepted, "it goes on where it was");
    // What was delivered in the last moments could not be noted.
    let deliveries = load.accepted() as u64;
    load.stop(&server, &sink).await.check(deliveries);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_jumps_delays_nothing_and_loses_nothing() {
    let Some(library) = ["x86_64", "aarch64"]
        .map(|cpu| format!("/usr/lib/{cpu}-linux-gnu/faketime/libfaketimeMT.so.1"))
        .into_iter()
        .find(|path| Path::new(path).exists())
    else {
        eprintln!("skipped: needs Debian's faketime");
        return;
    };
    let sink = sink().await;
    let mut server = Running::prepared_with_outbound();
    let clock = server.dir.path().join("clock");
    // Written beside and moved: the program reads it at any moment.
    let set = |offset: &str| {
        let new = clock.with_extension("new");
        std::fs::write(&new, offset).unwrap();
        std::fs::rename(&new, &clock).unwrap();
    };
    set("+0");
    for (name, value) in [
        ("LD_PRELOAD", library.as_str()),
        ("FAKETIME_TIMESTAMP_FILE", clock.to_str().unwrap()),
        ("FAKETIME_NO_CACHE", "1"),
        ("DONT_FAKE_MONOTONIC", "1"),
    ] {
        server.environment(name, value);
    }
    server.launch();
    server.apply(&document(sink.address(), &sink.address().to_string()));
    let load = Load::start(&server, PAUSE);
    for offset in ["+2h", "-3h", "+400d", "+0"] {
        seconds(1).await;
        let (accepted, delivered) = (load.accepted(), sink.count());
        set(offset);
        seconds(2).await;
        assert!(load.accepted() > accepted, "mail is taken with the clock at {offset}");
        assert!(sink.count() > delivered, "mail is delivered with the clock at {offset}");
    }
    load.stop(&server, &sink).await.check(0);
}

/// Answers each question for an address with 127.0.0.1, as long as it lives.
fn name_server(at: SocketAddr) {
    let socket = UdpSocket::bind(at).unwrap();
    std::thread::spawn(move || {
        let mut packet = [0; 1_500];
        while let Ok((n, from)) = socket.recv_from(&mut packet) {
            // The header (RFC 1035 §4.1.1), the question, and for type A one answer that points to its name.
            let Some(end) = packet[12..n].iter().position(|b| *b == 0).map(|i| 12 + i + 5).filter(|e| *e <= n) else {
                continue;
            };
            let is_a = packet[end - 4..end - 2] == [0, 1];
            let mut reply = packet[..end].to_vec();
            reply[2..4].copy_from_slice(&[0x85, 0x80]);
            reply[6..12].copy_from_slice(&[0, u8::from(is_a), 0, 0, 0, 0]);
            if is_a {
                reply.extend_from_slice(&[0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4]);
                reply.extend_from_slice(&Ipv4Addr::LOCALHOST.octets());
            }
            let _ = socket.send_to(&reply, from);
        }
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn while_dns_is_gone_mail_waits_and_nothing_bounces() {
    let sink = sink().await;
    let dns = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let server = Running::with_outbound(&format!("[dns]\nservers = [\"{dns}\"]\n"));
    server.apply(&document(sink.address(), &format!("relay.partner.test:{}", sink.address().port())));
    let load = Load::start(&server, Duration::from_millis(30));
    seconds(4).await;
    assert!(load.accepted() > 20, "mail is taken without DNS");
    let outbound = || sink.caught().iter().filter(|c| c.to.iter().any(|to| to.contains("partner.test"))).count();
    assert_eq!(outbound(), 0, "outbound mail waits, and no sender gets a notice");
    name_server(dns);
    wait("outbound mail", || outbound() > 5).await;
    load.stop(&server, &sink).await.check(0);
}
