//! DMARC (RFC 9989, which found the policy by a walk up the DNS tree; before it RFC 7489).

use super::answers::Answers;
use super::dns::{Dns, Failure};
use mail_auth::dmarc::verify::DmarcParameters;
use mail_auth::dmarc::{Dmarc as Record, Policy};
use mail_auth::{
    AuthenticatedMessage, DkimOutput, DkimResult, DmarcOutput, DmarcResult, MessageAuthenticator, SpfOutput, SpfResult,
};
use model::DomainName;
use model::finding::AuthResult;

/// Author domains that are judged; a message with more is judged by the first ones.
const AUTHORS_MAX: usize = 5;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Dmarc {
    pub result: AuthResult,
    /// The domain of the From header.
    pub domain: Option<DomainName>,
    /// What the domain asks for: none, quarantine, reject.
    pub policy: Option<String>,
}

/// What SPF said, in the library's words.
pub(super) struct SpfVerdict<'a> {
    pub result: AuthResult,
    pub domain: &'a str,
}

/// Judges each author domain and returns the worst outcome, so that a second From address hides nothing.
pub(super) async fn verify(
    library: &MessageAuthenticator,
    dns: &dyn Dns,
    message: &AuthenticatedMessage<'_>,
    signatures: &[DkimOutput<'_>],
    spf: SpfVerdict<'_>,
) -> Dmarc {
    let mut authors: Vec<String> =
        message.from.iter().filter_map(|a| a.rsplit_once('@')).map(|(_, d)| ascii(d)).collect();
    authors.sort();
    authors.dedup();
    let spf_domain = ascii(spf.domain);
    let spf = SpfOutput::new(spf_domain.clone()).with_result(spf_result(spf.result));
    let mut worst: Option<(u8, Dmarc)> = None;
    for author in authors.into_iter().filter(|a| !a.is_empty()).take(AUTHORS_MAX) {
        let dmarc = verify_author(library, dns, &author, signatures, &spf, &spf_domain).await;
        let rank = rank(&dmarc);
        if worst.as_ref().is_none_or(|(w, _)| rank > *w) {
            worst = Some((rank, dmarc));
        }
    }
    worst.map(|(_, d)| d).unwrap_or_default()
}

fn rank(dmarc: &Dmarc) -> u8 {
    match (dmarc.result, dmarc.policy.as_deref()) {
        (AuthResult::Fail | AuthResult::PermError, Some("reject")) => 6,
        (AuthResult::Fail | AuthResult::PermError, Some("quarantine")) => 5,
        (AuthResult::Fail | AuthResult::PermError, _) => 4,
        (AuthResult::TempError, _) => 3,
        (AuthResult::None, _) => 2,
        _ => 1,
    }
}

async fn verify_author(
    library: &MessageAuthenticator,
    dns: &dyn Dns,
    author: &str,
    signatures: &[DkimOutput<'_>],
    spf: &SpfOutput,
    spf_domain: &str,
) -> Dmarc {
    let mut answers = Answers::default();
    answers.fetch::<Record>(dns, walk(author)).await;
    // Alignment asks for the organisational domains of what passed, where it is not the author's domain itself.
    let passed = signatures.iter().filter(|s| matches!(s.result(), DkimResult::Pass | DkimResult::TempError(_)));
    let signing = passed.filter_map(|s| s.signature()).map(|s| ascii(&s.d));
    let others: Vec<String> = signing.chain([spf_domain.to_owned()]).filter(|d| d != author).collect();
    answers.fetch::<Record>(dns, others.iter().flat_map(|d| walk(d))).await;
    // The library judges by the From addresses alone.
    let probe = AuthenticatedMessage { from: vec![format!("author@{author}")], ..AuthenticatedMessage::default() };
    let parameters = DmarcParameters::new(&probe, signatures, spf_domain, spf);
    let output = library.verify_dmarc(answers.parameters(parameters)).await;
    let result = match output.result() {
        DmarcResult::Pass => AuthResult::Pass,
        DmarcResult::Fail(_) => AuthResult::Fail,
        DmarcResult::TempError(_) => AuthResult::TempError,
        DmarcResult::PermError(_) => AuthResult::PermError,
        DmarcResult::None => AuthResult::None,
    };
    let policy = match published(dns, &answers, author, &output).await {
        Policy::None => Some("none"),
        Policy::Quarantine => Some("quarantine"),
        Policy::Reject => Some("reject"),
        Policy::Unspecified => None,
    };
    let policy = policy.filter(|_| output.dmarc_record().is_some()).map(str::to_owned);
    Dmarc { result, domain: DomainName::parse(author).ok(), policy }
}

/// The policy; np= where the author's domain does not exist (RFC 9989 §4.7), which the library cannot ask about.
async fn published(dns: &dyn Dns, answers: &Answers, author: &str, output: &DmarcOutput) -> Policy {
    let policy = output.policy();
    let Some(record) = output.dmarc_record().filter(|r| r.np != r.sp && r.np != Policy::Unspecified) else {
        return policy;
    };
    let own = answers.has(&format!("_dmarc.{author}"));
    if own || dns.a(author).await != Err(Failure::NxDomain) {
        return policy;
    }
    match record.np {
        Policy::Reject if record.t => Policy::Quarantine,
        Policy::Quarantine if record.t => Policy::None,
        np => np,
    }
}

/// `_dmarc.` under the domain and its parents: eight questions at most (RFC 9989 §4.10).
fn walk(domain: &str) -> Vec<String> {
    let labels: Vec<&str> = domain.split('.').filter(|l| !l.is_empty()).collect();
    if labels.len() < 2 {
        return Vec::new();
    }
    let mut counts = vec![labels.len()];
    counts.extend((1..labels.len().min(8)).rev());
    counts.into_iter().map(|n| format!("_dmarc.{}", labels[labels.len() - n..].join("."))).collect()
}

fn ascii(domain: &str) -> String {
    if domain.is_ascii() {
        domain.to_ascii_lowercase()
    } else {
        idna::domain_to_ascii(domain).unwrap_or_else(|_| domain.to_lowercase())
    }
}

fn spf_result(result: AuthResult) -> SpfResult {
    match result {
        AuthResult::Pass => SpfResult::Pass,
        AuthResult::Fail => SpfResult::Fail,
        AuthResult::SoftFail => SpfResult::SoftFail,
        AuthResult::Neutral => SpfResult::Neutral,
        AuthResult::TempError => SpfResult::TempError,
        AuthResult::PermError => SpfResult::PermError,
        AuthResult::None => SpfResult::None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_walk_asks_eight_times_at_most() {
        assert_eq!(
            walk("a.mail.acme.test"),
            ["_dmarc.a.mail.acme.test", "_dmarc.mail.acme.test", "_dmarc.acme.test", "_dmarc.test"]
        );
        let deep = walk("1.2.3.4.5.6.7.8.9.10.acme.test");
        assert_eq!((deep.len(), deep[1].as_str()), (8, "_dmarc.6.7.8.9.10.acme.test"));
        assert!(walk("localhost").is_empty());
    }
}
