//! STARTTLS (RFC 3207).

use crate::world::{Client, World, options};
use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion, crypto::ring, version};
use rustls_pki_types::{CertificateDer, ServerName, pem::PemObject};
use std::sync::Arc;
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio_rustls::{TlsConnector, client::TlsStream};

pub fn world() -> (World, TempDir) {
    let dir = TempDir::new().unwrap();
    let config = smtp::self_signed(dir.path(), "mx.bar.test", &smtp::TlsChoice::default()).unwrap();
    let mut o = options().with_tls(config);
    o.require_tls = true;
    (World::with(o), dir)
}

/// Does the handshake, trusting our certificate alone.
pub async fn handshake(
    c: Client<TcpStream>,
    dir: &TempDir,
    v: &'static SupportedProtocolVersion,
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(dir.path().join("smtp-cert.pem")).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[v])
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("mx.bar.test").unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, c.into_inner()).await
}

#[tokio::test]
async fn both_versions_of_tls_carry_a_message_and_show_in_it() {
    let (world, dir) = world();
    for (v, name) in [(&version::TLS12, "TLSv1.2 TLS_ECDHE_"), (&version::TLS13, "TLSv1.3 TLS13_AES_")] {
        let mut c = world.client().await;
        assert!(c.say("EHLO client.test").await.contains("\n250-STARTTLS\n"));
        assert_eq!(c.say("STARTTLS").await, "220 2.0.0 Ready to start TLS");
        let mut c = Client::new(handshake(c, &dir, v).await.unwrap());
        c.script(&[("MAIL FROM:<a@partner.test>", "503 5.5.1 Sequence")]).await;
        let ehlo = c.say("EHLO client.test").await;
        assert!(ehlo.contains("PIPELINING") && !ehlo.contains("STARTTLS"), "{ehlo}");
        c.script(&[
            ("STARTTLS", "503"),
            ("MAIL FROM:<a@partner.test>", "250"),
            ("RCPT TO:<bob@bar.test>", "250"),
            ("DATA", "354"),
        ])
        .await;
        let text = "0123456789\r\n".repeat(20_000);
        c.script(&[(&format!("{text}."), "250 2.0.0"), ("QUIT", "221")]).await;
        let mail = world.recorder.mails.lock().pop().unwrap();
        assert!(mail.envelope.session.tls.as_ref().unwrap().starts_with(name), "{:?}", mail.envelope.session.tls);
        assert!(mail.text() == text);
        let header = String::from_utf8_lossy(&mail.body[..300]).into_owned();
        assert!(header.contains(&format!("(using {name}")) && header.contains("with ESMTPS id"), "{header}");
    }
}

#[tokio::test]
async fn commands_injected_before_the_handshake_are_forgotten() {
    let (world, dir) = world();
    let mut c = world.client().await;
    assert!(c.say("EHLO client.test").await.starts_with("250"));
    c.send("STARTTLS\r\nEHLO evil.test\r\nMAIL FROM:<evil@partner.test>\r\nRCPT TO:<bob@bar.test>\r\n").await;
    assert_eq!(c.reply().await, "220 2.0.0 Ready to start TLS");
    let mut c = Client::new(handshake(c, &dir, &version::TLS13).await.unwrap());
    c.script(&[("NOOP", "250 2.0.0 Ok"), ("DATA", "503 5.5.1 Sequence")]).await;
}

#[tokio::test]
async fn what_was_said_in_clear_text_does_not_count_after_the_handshake() {
    let (world, dir) = world();
    let mut c = world.ready().await;
    assert!(c.say("STARTTLS now").await.starts_with("501"));
    assert!(c.say("STARTTLS").await.starts_with("220"));
    let mut c = Client::new(handshake(c, &dir, &version::TLS13).await.unwrap());
    c.script(&[("RCPT TO:<bob@bar.test>", "503"), ("DATA", "503"), ("MAIL FROM:<>", "503")]).await;
}

#[tokio::test]
async fn a_failed_handshake_ends_the_session_and_hurts_nobody_else() {
    let (world, _dir) = world();
    let mut other = world.greeted().await;
    let mut c = world.greeted().await;
    assert!(c.say("STARTTLS").await.starts_with("220"));
    c.send("MAIL FROM:<a@partner.test>\r\nthis is no client hello\r\n").await;
    let mut rest = Vec::new();
    let _ = tokio::io::AsyncReadExt::read_to_end(&mut c.into_inner(), &mut rest).await;
    assert!(!rest.starts_with(b"250"));
    assert_eq!(other.say("NOOP").await, "250 2.0.0 Ok");
}
