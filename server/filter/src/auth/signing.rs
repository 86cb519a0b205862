//! Signing outbound mail (RFC 6376, RFC 8463): making keys, and the DKIM-Signature of a message as it will be sent.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mail_auth::common::crypto::{Ed25519Key, RsaKey, Sha256};
use mail_auth::common::headers::HeaderWriter;
use mail_auth::dkim::{Canonicalization, DkimSigner};
use model::DkimAlgorithm;
use rsa::pkcs8::{EncodePrivateKey, EncodePublicKey};
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// Bits of an RSA key: what every verifier takes (RFC 8301 §3.2) and what fits into a DNS answer.
const RSA_BITS: usize = 2_048;

/// What is signed where it is there; of what is not there, the absence is signed, so that it cannot be added later.
/// Fields that a relay may change or add (Received, Return-Path, our own verdict) are left out (RFC 6376 §5.4.1).
const SIGNED: &[&str] = &[
    "From",
    "Sender",
    "Reply-To",
    "To",
    "Cc",
    "Subject",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
];

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SigningError {
    #[error("the key cannot be made: {0}")]
    Make(String),
    #[error("the key cannot be read: {0}")]
    Read(String),
    #[error("the message cannot be signed: {0}")]
    Sign(String),
}

/// A new pair of keys.
pub struct NewKey {
    /// PKCS #8, to be kept sealed.
    pub private: Vec<u8>,
    /// p= of the DNS record.
    pub public: String,
}

/// Makes a key; an RSA key takes the better part of a second, so not on a thread that others wait for.
pub fn generate(algorithm: DkimAlgorithm) -> Result<NewKey, SigningError> {
    let make = |e: &dyn std::fmt::Display| SigningError::Make(e.to_string());
    match algorithm {
        DkimAlgorithm::Rsa => {
            let key = rsa::RsaPrivateKey::new(&mut rsa::rand_core::OsRng, RSA_BITS).map_err(|e| make(&e))?;
            let private = key.to_pkcs8_der().map_err(|e| make(&e))?.as_bytes().to_vec();
            let public = key.to_public_key().to_public_key_der().map_err(|e| make(&e))?;
            Ok(NewKey { private, public: STANDARD.encode(public.as_bytes()) })
        }
        DkimAlgorithm::Ed25519 => {
            let private = Ed25519Key::generate_pkcs8().map_err(|e| make(&e))?;
            let public = Ed25519Key::from_pkcs8_der(&private).map_err(|e| make(&e))?.public_key();
            Ok(NewKey { private, public: STANDARD.encode(public) })
        }
    }
}

/// A private key that can sign.
pub struct SigningKey(Kind);

enum Kind {
    Rsa(RsaKey<Sha256>),
    Ed25519(Ed25519Key),
}

impl SigningKey {
    /// From PKCS #8.
    pub fn read(algorithm: DkimAlgorithm, private: &[u8]) -> Result<SigningKey, SigningError> {
        let read = |e: mail_auth::Error| SigningError::Read(e.to_string());
        Ok(SigningKey(match algorithm {
            DkimAlgorithm::Rsa => {
                let der = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(private));
                Kind::Rsa(RsaKey::from_key_der(der).map_err(read)?)
            }
            DkimAlgorithm::Ed25519 => Kind::Ed25519(Ed25519Key::from_pkcs8_der(private).map_err(read)?),
        }))
    }

    /// The whole DKIM-Signature field with its line end, for a message as it will be on the wire: lines end in CRLF.
    /// `domain` is in ASCII.
    pub fn sign(&self, domain: &str, selector: &str, message: &[u8]) -> Result<String, SigningError> {
        // The library's keys cannot be shared by its signers, so that each signer borrows one.
        match &self.0 {
            Kind::Rsa(key) => signature(Borrowed(key), domain, selector, message),
            Kind::Ed25519(key) => signature(Borrowed(key), domain, selector, message),
        }
    }
}

struct Borrowed<'a, K>(&'a K);

impl<K: mail_auth::common::crypto::SigningKey> mail_auth::common::crypto::SigningKey for Borrowed<'_, K> {
    type Hasher = K::Hasher;
    fn sign(&self, input: impl mail_auth::common::headers::Writable) -> mail_auth::Result<Vec<u8>> {
        self.0.sign(input)
    }
    fn algorithm(&self) -> mail_auth::common::crypto::Algorithm {
        self.0.algorithm()
    }
}

fn signature<K: mail_auth::common::crypto::SigningKey>(
    key: K,
    domain: &str,
    selector: &str,
    message: &[u8],
) -> Result<String, SigningError> {
    let signer = DkimSigner::from_key(key)
        .domain(domain)
        .selector(selector)
        .headers(SIGNED.iter().copied())
        .header_canonicalization(Canonicalization::Relaxed)
        .body_canonicalization(Canonicalization::Relaxed);
    let field = signer.sign(message).map_err(|e| SigningError::Sign(e.to_string()))?.to_header();
    // The space around b= does not count (RFC 6376 §3.7), but dkimpy counts what stands before the semicolon.
    Ok(field.replace("\r\n\t;", ";"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::Session;
    use crate::auth::{Authenticator, Zone};
    use model::finding::AuthResult;
    use model::{Direction, Timestamp};
    use std::io::Write;
    use std::path::PathBuf;
    use std::process::{Command, Stdio};
    use std::sync::Arc;

    const MESSAGE: &str = "Received: from a by b\r\nFrom: Ann <ann@acme.test>\r\nTo: joe@other.test\r\n\
        Subject:  folded\r\n  subject\r\nDate: Tue, 24 Nov 2026 10:00:00 +0000\r\nMessage-ID: <1@acme.test>\r\n\r\n\
        Hello  there, \r\n\r\nbye\r\n\r\n\r\n";

    fn signed(algorithm: DkimAlgorithm) -> (String, String) {
        let new = generate(algorithm).unwrap();
        let key = SigningKey::read(algorithm, &new.private).unwrap();
        let header = key.sign("acme.test", "s1", MESSAGE.as_bytes()).unwrap();
        assert!(header.starts_with("DKIM-Signature:") && header.ends_with("\r\n"), "{header}");
        assert!(header.lines().all(|l| l.len() <= 200), "{header}");
        (format!("{header}{MESSAGE}"), format!("v=DKIM1; k={algorithm}; p={}", new.public))
    }

    async fn verified(message: &str, record: &str) -> AuthResult {
        let zone = Zone::default().with_txt("s1._domainkey.acme.test", record);
        let session = Session {
            direction: Direction::Inbound,
            client_ip: "192.0.2.1".parse().unwrap(),
            helo: "mail.test".into(),
            hostname: "mx.test".into(),
            return_path: None,
            recipients: vec![],
            received: Timestamp(0),
        };
        Authenticator::with_zone(zone, Arc::new(Timestamp::now)).verify(message.as_bytes(), &session, None).await.dkim
    }

    #[tokio::test]
    async fn a_signature_of_either_kind_verifies_and_what_is_changed_or_added_later_does_not() {
        for algorithm in [DkimAlgorithm::Rsa, DkimAlgorithm::Ed25519] {
            let (message, record) = signed(algorithm);
            assert_eq!(verified(&message, &record).await, AuthResult::Pass, "{algorithm}");
            let moved = message.replacen("Received: from a by b\r\n", "Received: from x by y\r\n", 1);
            assert_eq!(verified(&moved, &record).await, AuthResult::Pass, "{algorithm}: a relay's field");
            let body = message.replace("bye", "pay");
            let field = message.replace("joe@other.test", "eve@other.test");
            let added = message.replacen("Received:", "Reply-To: eve@evil.test\r\nReceived:", 1);
            for changed in [body, field, added] {
                assert_ne!(verified(&changed, &record).await, AuthResult::Pass, "{algorithm}: {changed}");
            }
            let other = generate(algorithm).unwrap().public;
            let other = format!("v=DKIM1; k={algorithm}; p={other}");
            assert_eq!(verified(&message, &other).await, AuthResult::Fail, "{algorithm}");
        }
    }

    #[test]
    fn a_key_of_the_other_kind_is_refused() {
        let rsa = generate(DkimAlgorithm::Rsa).unwrap().private;
        assert!(SigningKey::read(DkimAlgorithm::Ed25519, &rsa).is_err());
        assert!(SigningKey::read(DkimAlgorithm::Rsa, b"no key").is_err());
    }

    /// The interpreter that the set-up script gives tests, or the machine's own.
    fn python() -> PathBuf {
        let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache/postern"));
        let cache = std::env::var_os("POSTERN_CACHE").map(PathBuf::from).or_else(home);
        let own = cache.map(|cache| cache.join("python/bin/python3")).filter(|python| python.exists());
        own.unwrap_or_else(|| "python3".into())
    }

    /// dkimpy, where Python has it: an implementation that shares nothing with ours.
    #[test]
    fn another_implementation_verifies_it() {
        let has = |module: &str| {
            let answer =
                Command::new(python()).args(["-c", &format!("import {module}")]).stderr(Stdio::null()).status();
            answer.is_ok_and(|s| s.success())
        };
        if !has("dkim") || !has("nacl") {
            println!("skipped: Python has no dkimpy with pynacl (scripts/setup.sh test installs them)");
            return;
        }
        const SCRIPT: &str = "import sys, dkim\n\
            raw = sys.stdin.buffer.read()\n\
            print(dkim.verify(raw, dnsfunc=lambda name, timeout=5: sys.argv[1].encode()))";
        for algorithm in [DkimAlgorithm::Rsa, DkimAlgorithm::Ed25519] {
            let (message, record) = signed(algorithm);
            for (text, expected) in [(message.clone(), "True"), (message.replace("bye", "pay"), "False")] {
                let mut child = Command::new(python())
                    .args(["-c", SCRIPT, &record])
                    .stdin(Stdio::piped())
                    .stdout(Stdio::piped())
                    .spawn()
                    .unwrap();
                child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
                let out = child.wait_with_output().unwrap();
                assert_eq!(String::from_utf8_lossy(&out.stdout).trim(), expected, "{algorithm}");
            }
        }
    }
}
