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
    let sealer = message.as_headers.last().and_then(|h| DomainName::parse(h.header.domain()).ok());
    let output = library.verify_arc(answers.parameters(message)).await;
    let result = match output.result() {
        DkimResult::Pass => AuthResult::Pass,
        DkimResult::TempError(_) => AuthResult::TempError,
        // A chain is whole, broken, or not there (RFC 8617 §5.2).
        DkimResult::None if message.ams_headers.is_empty() && !message.has_arc_errors => AuthResult::None,
        _ => AuthResult::Fail,
    };
    Arc { result, sealer }
}
