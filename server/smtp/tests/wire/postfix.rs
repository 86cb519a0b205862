//! Postfix as the sending server: an instance of its own, with our listener as its relay host.

use crate::tls;
use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};
use tempfile::TempDir;

const MASTER: &str = "\
pickup unix n - n 1 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
smtp unix - - n - - smtp
relay unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
";

/// A running instance; stopped when dropped.
struct Postfix {
    dir: TempDir,
}

impl Postfix {
    fn start(relay_port: u16, ca: &Path) -> Self {
        // Postfix's own user has to reach it.
        let dir = TempDir::with_prefix_in("pf", "/var/tmp").unwrap();
        let at = |name: &str| dir.path().join(name);
        fs::set_permissions(dir.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        for sub in ["etc", "spool", "data"] {
            fs::create_dir(at(sub)).unwrap();
        }
        run(Command::new("chown").arg("postfix").arg(at("data")));
        fs::copy(ca, at("etc/ca.pem")).unwrap();
        let main = format!(
            "compatibility_level = 3.6\nqueue_directory = {dir}/spool\ndata_directory = {dir}/data\nmyhostname = mx.partner.test\n\
             mydestination =\nalias_maps =\nrelayhost = [127.0.0.1]:{relay_port}\ninet_interfaces = 127.0.0.1\n\
             smtp_tls_loglevel = 1\nsmtp_tls_security_level = verify\nsmtp_tls_verify_cert_match = mx.bar.test\nsmtp_tls_CAfile = {dir}/etc/ca.pem\n\
             maillog_file = {dir}/log\nmaillog_file_prefixes = {dir}\nsmtputf8_enable = yes\nsmtp_destination_recipient_limit = 50\n\
             smtp_connection_cache_on_demand = yes\n",
            dir = dir.path().display()
        );
        fs::write(at("etc/main.cf"), main).unwrap();
        fs::write(at("etc/master.cf"), MASTER).unwrap();
        let postfix = Postfix { dir };
        run(Command::new("postfix").arg("-c").arg(postfix.etc()).arg("start"));
        postfix
    }
    fn etc(&self) -> PathBuf {
        self.dir.path().join("etc")
    }
    /// Hands a message to its sendmail.
    fn submit(&self, to: &[&str], text: &str) {
        let mut sendmail = Command::new("sendmail");
        sendmail.arg("-C").arg(self.etc()).args(["-i", "-f", "alice@partner.test", "--"]).args(to);
        let mut child = sendmail.stdin(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        assert!(child.wait().unwrap().success());
    }
    fn log(&self) -> String {
        fs::read_to_string(self.dir.path().join("log")).unwrap_or_default()
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        let _ = Command::new("postfix").arg("-c").arg(self.etc()).arg("stop").output();
    }
}

fn run(command: &mut Command) {
    let path = format!("/usr/sbin:/sbin:{}", std::env::var("PATH").unwrap_or_default());
    let done =
        command.env("PATH", path).output().unwrap_or_else(|e| panic!("{command:?}: {e}; scripts/setup.sh installs it"));
    assert!(
        done.status.success(),
        "{command:?}: {}{}",
        String::from_utf8_lossy(&done.stdout),
        String::from_utf8_lossy(&done.stderr)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postfix_delivers_over_verified_tls_and_is_told_of_unknown_recipients() {
    if !fs::metadata("/proc/self").is_ok_and(|m| std::os::unix::fs::MetadataExt::uid(&m) == 0) {
        eprintln!("not run: Postfix can be started by root only");
        return;
    }
    let (world, dir) = tls::world();
    let postfix = Postfix::start(world.server.local_addr().port(), &dir.path().join("smtp-cert.pem"));
    let text = "From: alice@partner.test\nSubject: from Postfix\n\n.dot\n..\nschöne Grüße\n";
    postfix.submit(&["bob@bar.test", "eve@bar.test", "unknown@bar.test"], text);
    let long = format!("Subject: long\n\n{}", "0123456789abcdef\n".repeat(60_000));
    postfix.submit(&["bob@bar.test"], &long);
    for _ in 0..200 {
        if world.recorder.mails().len() >= 2 && postfix.log().contains("to=<unknown@bar.test>") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let (mails, log) = (world.recorder.mails(), postfix.log());
    let first = mails.iter().find(|m| m.text().contains("from Postfix")).unwrap_or_else(|| panic!("{log}"));
    assert_eq!(first.recipients(), ["bob@bar.test", "eve@bar.test"]);
    assert!(first.text().ends_with("\r\n\r\n.dot\r\n..\r\nschöne Grüße\r\n"), "{}", first.text());
    assert!(first.envelope.session.tls.as_ref().is_some_and(|t| t.starts_with("TLSv1.3")) && first.envelope.eight_bit);
    let second = mails.iter().find(|m| m.text().contains("Subject: long")).unwrap_or_else(|| panic!("{log}"));
    assert!(second.text().ends_with(&"0123456789abcdef\r\n".repeat(60_000)));
    assert!(log.contains("550 5.1.1 Rejected") && log.contains("Verified TLS connection established"), "{log}");
}
