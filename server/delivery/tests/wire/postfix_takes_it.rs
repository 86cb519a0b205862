use crate::common::peer::Peer;
use crate::common::{Fixture, Letter, eventually};
use std::path::Path;
use std::process::{Child, Command, Stdio};

struct Sink(Child);
impl Drop for Sink {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A host that others wrote: Postfix's smtp-sink, which keeps what it takes in files. Skipped where it is not installed.
#[tokio::test]
async fn mail_arrives_at_postfix_s_own_test_server() {
    let Some(program) = ["/usr/sbin/smtp-sink", "/usr/bin/smtp-sink"].into_iter().find(|p| Path::new(p).exists())
    else {
        println!("smtp-sink is not installed: skipped");
        return;
    };
    let (f, at) = (Fixture::new(), Peer::nowhere());
    let kept = tempfile::tempdir().unwrap();
    // Started by root it wants another user; as root itself it may write to our directory.
    let root = Command::new("id").arg("-u").output().is_ok_and(|o| o.stdout == b"0\n");
    let mut command = Command::new(program);
    command.args(if root { &["-u", "root"][..] } else { &[] }).args(["-d", "m."]).arg(at.to_string()).arg("100");
    let _sink = Sink(command.current_dir(kept.path()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
    f.gateway("acme.test", &[at]);
    for _ in 0..20 {
        f.post(Letter::to(&["bob@acme.test", "eve@acme.test"])).await;
    }
    f.empty().await;
    assert_eq!(f.outcomes.delivered(), 40);
    let files = || std::fs::read_dir(kept.path()).unwrap().filter_map(Result::ok).collect::<Vec<_>>();
    eventually("all are kept", || files().len() == 20).await;
    let text = std::fs::read_to_string(files()[0].path()).unwrap();
    assert!(text.contains("X-Mail-Args: <ann@sender.test>") && text.contains("X-Rcpt-Args: <eve@acme.test>"), "{text}");
    assert!(text.replace("\r\n", "\n").contains("Subject: hello\n\nA line.\n.A line with a dot.\n"), "{text}");
}
