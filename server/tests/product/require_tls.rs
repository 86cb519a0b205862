//! REQUIRETLS (RFC 8689) from a client that is not ours to a gateway that cannot keep it.

use crate::running::{CHAT, Running, message, sink, wait};
use std::process::Command;

/// Sends a message with REQUIRETLS, and one with `TLS-Required: No`, over STARTTLS.
const CLIENT: &str = r#"
import smtplib, ssl, sys
with smtplib.SMTP("127.0.0.1", int(sys.argv[1]), timeout=20) as s:
    s.ehlo("client.example.com")
    assert not s.has_extn("requiretls")
    s.starttls(context=ssl._create_unverified_context())
    s.ehlo("client.example.com")
    assert s.has_extn("requiretls")
    text = sys.stdin.buffer.read()
    s.sendmail("ann@sender.example", ["bob@acme.test"], text, mail_options=["REQUIRETLS"])
    s.sendmail("ann@sender.example", ["carol@acme.test"], b"TLS-Required: No\r\n" + text)
"#;

#[tokio::test(flavor = "multi_thread")]
async fn it_is_offered_within_tls_and_comes_back_where_the_gateway_does_not_keep_it() {
    let sink = sink().await;
    let server = Running::start("");
    server.acme(&[sink.address()]);
    let port = server.smtp.port().to_string();
    let text = message("private", CHAT);
    let sent = tokio::task::spawn_blocking(move || {
        use std::io::Write;
        let mut client = Command::new("python3")
            .args(["-c", CLIENT, &port])
            .stdin(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        client.stdin.take().unwrap().write_all(&text).unwrap();
        client.wait_with_output().unwrap()
    });
    let sent = sent.await.unwrap();
    assert!(sent.status.success(), "{}", String::from_utf8_lossy(&sent.stderr));
    let fates = || server.query("SELECT disposition FROM recipient ORDER BY disposition");
    wait("both fates", || fates() == ["bounced", "delivered"]).await;
    let reply = server.query("SELECT reply FROM recipient WHERE disposition = 'bounced'");
    assert!(reply[0].contains("REQUIRETLS cannot be met"), "{reply:?}");
    assert_eq!(sink.count(), 1);
    assert_eq!(sink.caught()[0].to, ["carol@acme.test"]);
}
