//! The Authenticated Received Chain of a message (RFC 8617): what those who forwarded it say they found, sealed by each.

use super::answers::Answers;
use mail_auth::common::verify::VerifySignature;
use mail_auth::{AuthenticatedMessage, DkimResult, MessageAuthenticator};
use model::DomainName;
use model::finding::AuthResult;

/// Sets beyond these are not looked at (RFC 8617 §5.2 allows 50): each costs a lookup and a public-key operation.
const SETS_MAX: usize = 50;

/// What the chain proves.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Arc {
    /// `None`: there is no chain.
    pub result: AuthResult,
    /// Who sealed last.
    pub sealer: Option<DomainName>,
}

/// The names of the keys that the chain needs: the last message signature and every seal.
pub(super) fn key_names(message: &AuthenticatedMessage<'_>) -> Vec<String> {
    let seals = message.as_headers.iter().take(SETS_MAX).map(|h| h.header.domain_key());
    seals.chain(message.ams_headers.iter().take(SETS_MAX).map(|h| h.header.domain_key())).collect()
}

/// Evaluates the chain over keys that were fetched.
pub(super) async fn verify<'x>(
    library: &MessageAuthenticator,
    message: &'x AuthenticatedMessage<'x>,
    answers: &'x Answers,
) -> Arc {
    if message.ams_headers.is_empty() && message.as_headers.is_empty() && !message.has_arc_errors {
        return Arc::default();
    }
    let whole =
        message.as_headers.iter().map(|h| (h.value, false)).chain(message.ams_headers.iter().map(|h| (h.value, true)));
    let sound = message.ams_headers.len() == message.as_headers.len()
        && whole.into_iter().all(|(value, ams)| is_sound(value, ams));
    let sealer = message.as_headers.last().and_then(|h| DomainName::parse(h.header.domain()).ok());
    let output = library.verify_arc(answers.parameters(message)).await;
    let result = match output.result() {
        DkimResult::Pass if sound => AuthResult::Pass,
        DkimResult::TempError(_) => AuthResult::TempError,
        // A chain is whole, broken, or not there (RFC 8617 §5.2).
        _ => AuthResult::Fail,
    };
    Arc { result, sealer }
}

/// Whether a seal or message signature is written as RFC 6376 §3.2 has it: no tag twice, no empty tag but the last, an
/// algorithm that still proves something; a message signature covers no seal (RFC 8617 §4.1.2).
fn is_sound(value: &[u8], is_signature: bool) -> bool {
    let text = String::from_utf8_lossy(value);
    let mut tags: Vec<(&str, String)> = Vec::new();
    let mut parts = text.split(';').peekable();
    while let Some(part) = parts.next() {
        if part.trim().is_empty() && parts.peek().is_none() {
            break;
        }
        let Some((name, value)) = part.split_once('=') else { return false };
        let name = name.trim();
        let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        if !is_name || tags.iter().any(|(known, _)| *known == name) {
            return false;
        }
        tags.push((name, value.split_whitespace().collect()));
    }
    let tag = |name: &str| tags.iter().find(|(known, _)| *known == name).map(|(_, value)| value.to_ascii_lowercase());
    let algorithm = tag("a").is_some_and(|a| matches!(a.as_str(), "rsa-sha256" | "ed25519-sha256"));
    let covers_seal = tag("h").is_some_and(|h| h.split(':').any(|field| field == "arc-seal"));
    // Names of tags are in lower case; these are needed (RFC 8617 §4.1.2, §4.1.3).
    let needed: &[&str] = if is_signature { &["b", "bh", "d", "h", "i", "s"] } else { &["b", "cv", "d", "i", "s"] };
    let complete = needed.iter().all(|name| tag(name).is_some());
    algorithm && complete && !(is_signature && covers_seal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_held_to_their_form() {
        assert!(is_sound(b" a=rsa-sha256; b=x\r\n y; bh=z; d=a.test; h=from:subject; i=1; s=k;", true));
        let seal = "b=x; cv=none; d=a.test; i=1; s=k";
        assert!(is_sound(format!("a=rsa-sha256; {seal}").as_bytes(), false));
        for (bad, signature) in [
            (format!("a=rsa-sha1; {seal}"), false),
            (seal.to_owned(), false),
            (format!("a=rsa-sha256; a=rsa-sha256; {seal}"), false),
            (format!("A=rsa-sha256; {seal}"), false),
            (format!("a=rsa-sha256; {}", seal.replace("s=", "S=")), false),
            (format!("a=rsa-sha256;; {seal}"), false),
            (format!("a=rsa-sha256; _x=y; {seal}"), false),
            (format!("a=rsa-sha256; bh=z; h=from:ARC-Seal; {seal}"), true),
        ] {
            assert!(!is_sound(bad.as_bytes(), signature), "{bad}");
        }
    }
}
