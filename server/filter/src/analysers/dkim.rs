//! DKIM: what is wrong with the signatures, as evidence. A broken signature alone is no reason to act (RFC 6376 §6.3).

use crate::Context;
use model::finding::{AuthResult, Step};
use model::{Category, Finding};

pub fn run(c: &Context<'_>, out: &mut Vec<Finding>) {
    for signature in c.evidence.auth.signatures.iter().filter(|s| s.result != AuthResult::Pass) {
        let whose =
            signature.domain.as_ref().map_or_else(|| "a domain that cannot be read".to_owned(), ToString::to_string);
        out.push(Finding {
            analyser: "dkim".into(),
            step: Step::Authentication,
            category: Category::Spoof,
            check: None,
            rule: None,
            info: format!(
                "the signature of {whose} does not verify ({}): {}",
                signature.result.as_str(),
                signature.reason
            ),
            score: 0.0,
        });
    }
}
