//! DKIM signatures of a message (RFC 6376, RFC 8463), verified by the library over answers that we fetch.

use super::answers::Answers;
use super::dns::Dns;
use mail_auth::common::crypto::Algorithm;
use mail_auth::common::verify::{DomainKey, VerifySignature};
use mail_auth::{AuthenticatedMessage, DkimOutput, DkimResult, MessageAuthenticator};
use model::finding::AuthResult;
use model::{DomainName, Timestamp};

/// Signatures beyond these are not looked at: each costs a lookup and a public-key operation.
const SIGNATURES_MAX: usize = 10;

/// One DKIM-Signature header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// d=; none where the header could not be read.
    pub domain: Option<DomainName>,
    /// s=
    pub selector: String,
    pub result: AuthResult,
    /// Why it does not pass.
    pub reason: String,
}

/// Takes out of the parsed message what must not steer the library: extra signatures, wishes for reports and third-party
/// lookups, and expiry, which is judged by our clock. Returns which signatures have expired (RFC 6376 §3.5, x=).
pub(super) fn prepare(message: &mut AuthenticatedMessage<'_>, now: Timestamp) -> Vec<bool> {
    let now = u64::try_from(now.secs()).unwrap_or(0);
    message.dkim_headers.truncate(SIGNATURES_MAX);
    let judge = |s: &mut mail_auth::dkim::Signature| {
        let expired = s.x != 0 && (s.x <= s.t || s.x < now);
        s.x = 0;
        s.r = false;
        s.atps = None;
        expired
    };
    message.dkim_headers.iter_mut().map(|h| judge(&mut h.header)).collect()
}

/// The names of the keys.
pub(super) fn key_names(message: &AuthenticatedMessage<'_>) -> Vec<String> {
    message.dkim_headers.iter().map(|h| h.header.domain_key()).collect()
}

/// Verifies the signatures; those that have expired or use SHA-1 are reported but left out of what counts for DMARC.
pub(super) async fn verify<'x>(
    library: &MessageAuthenticator,
    message: &'x AuthenticatedMessage<'x>,
    expired: &[bool],
    answers: &'x Answers,
) -> (Vec<Signature>, Vec<DkimOutput<'x>>) {
    let outputs = library.verify_dkim(answers.parameters(message)).await;
    let mut signatures = Vec::with_capacity(outputs.len());
    let mut counting = Vec::with_capacity(outputs.len());
    for output in outputs.into_iter().take(2 * SIGNATURES_MAX) {
        let signed = output.signature();
        let position = signed.and_then(|s| message.dkim_headers.iter().position(|h| std::ptr::eq(&h.header, s)));
        let is_expired = position.is_some_and(|p| expired.get(p).copied().unwrap_or(false));
        let is_sha1 = signed.is_some_and(|s| s.a == Algorithm::RsaSha1);
        let (result, reason) = match output.result() {
            _ if is_expired => (AuthResult::Fail, "the signature has expired".to_owned()),
            // RFC 8301 §3.1: SHA-1 proves nothing any more.
            DkimResult::Pass if is_sha1 => (AuthResult::PermError, "rsa-sha1 is no longer accepted".to_owned()),
            DkimResult::Pass => (AuthResult::Pass, String::new()),
            DkimResult::Neutral(e) => (AuthResult::Neutral, e.to_string()),
            DkimResult::Fail(e) => (AuthResult::Fail, e.to_string()),
            DkimResult::PermError(e) => (AuthResult::PermError, e.to_string()),
            DkimResult::TempError(e) => (AuthResult::TempError, e.to_string()),
            DkimResult::None => (AuthResult::None, String::new()),
        };
        signatures.push(Signature {
            domain: signed.and_then(|s| DomainName::parse(&s.d).ok()),
            selector: signed.map(|s| s.s.clone()).unwrap_or_default(),
            result,
            reason,
        });
        if !is_expired && !is_sha1 {
            counting.push(output);
        }
    }
    (signatures, counting)
}

/// Fetches the keys of the message's signatures, and of its chain of forwarders.
pub(super) async fn fetch_keys(dns: &dyn Dns, message: &AuthenticatedMessage<'_>) -> Answers {
    let mut answers = Answers::default();
    let names = key_names(message).into_iter().chain(super::arc::key_names(message));
    answers.fetch::<DomainKey>(dns, names).await;
    answers
}

/// The best that can be said of all signatures together: one that passes is enough.
pub(super) fn summary(signatures: &[Signature]) -> AuthResult {
    use AuthResult::*;
    let order = [Pass, TempError, Fail, PermError, Neutral];
    order.into_iter().find(|r| signatures.iter().any(|s| s.result == *r)).unwrap_or(None)
}
