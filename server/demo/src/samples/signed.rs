//! A DKIM-signed sample, and the DNS records by which it verifies.

use super::{Draft, Sample};
use crate::dns::Zone;
use base64::Engine;
use mail_auth::common::crypto::Ed25519Key;
use mail_auth::common::headers::HeaderWriter;
use mail_auth::dkim::DkimSigner;
use model::Timestamp;

/// The demo's own signing key: it signs nothing but this sample of a reserved domain.
const SEED: [u8; 32] = *b"postern demo key, not a secret!!";
/// PKCS #8 version 1 header of an Ed25519 seed (RFC 8410 §7).
const PKCS8: [u8; 16] = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
const DOMAIN: &str = "signed.test";
const SELECTOR: &str = "demo";

/// Records of the sample domains: SPF for all who send from loopback, DKIM and DMARC for the signed one.
pub fn zone() -> Zone {
    let loopback = "v=spf1 ip4:127.0.0.0/8 -all";
    let mut zone: Zone = ["partner.test", "builders.test", "printworks.test", DOMAIN]
        .into_iter()
        .map(|d| (d.to_owned(), vec![loopback.to_owned()]))
        .collect();
    zone.insert("bank-example-login.example".into(), vec!["v=spf1 -all".into()]);
    zone.insert(format!("_dmarc.{DOMAIN}"), vec!["v=DMARC1; p=reject".into()]);
    if let Some(record) = public_key() {
        zone.insert(format!("{SELECTOR}._domainkey.{DOMAIN}"), vec![record]);
    }
    zone
}

fn key() -> Option<Ed25519Key> {
    Ed25519Key::from_pkcs8_maybe_unchecked_der(&[&PKCS8[..], &SEED].concat()).ok()
}

/// The TXT record of the selector (RFC 8463 §4).
fn public_key() -> Option<String> {
    Some(format!("v=DKIM1; k=ed25519; p={}", base64::engine::general_purpose::STANDARD.encode(key()?.public_key())))
}

pub(super) fn sample(to: &str, now: Timestamp) -> Option<Sample> {
    let draft = Draft {
        name: "dkim-signed",
        from: "Signed Mail <mara@signed.test>",
        envelope: "mara@signed.test",
        to,
        subject: "The contract, signed",
        extra: "",
        passes: true,
    };
    let mut sample = draft.text(
        now,
        "Hello,\n\nthe contract is signed on our side, the original is in the post and should be with you by Monday.\n\nMara\n",
    );
    let signer = DkimSigner::from_key(key()?).domain(DOMAIN).selector(SELECTOR).headers([
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
    ]);
    let signature = signer.sign(&sample.body).ok()?.to_header();
    sample.body.splice(0..0, signature.into_bytes());
    Some(sample)
}
