//! What policies look for in the words of a message: content filters (guide chapter 10) and data loss prevention (chapter
//! 1 "Data Loss Protection"). Done after [`crate::inspect`], and only for what at least one recipient's policy acts upon;
//! what is found is policy-free all the same, and [`crate::decide`] decides.

mod filters;
mod scan;
mod texts;

#[cfg(test)]
mod tests;

pub use filters::{ContentFilters, StoredFilter};
pub use texts::Texts;
pub(crate) use texts::{normal, whole_word};

use crate::{Policy, dlp};
use message::Parsed;
use model::finding::{Check, Step, SubjectWord};
use model::{Category, Finding, Findings};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

/// Name under which content filters are shown.
pub const CONTENT: &str = "content";

/// Whether anything is searched for under this policy.
pub fn searches(policy: &Policy) -> bool {
    let filters = policy.content.is_some() && !policy.values.content_filters().is_empty();
    !policy.unprotected && (filters || policy.values.compliance())
}

/// Adds what the content filters and the compliance categories of these policies find. What fails is reported as Not AV
/// Scanned, as an analyser is.
pub fn search<'a>(message: &Parsed, policies: impl IntoIterator<Item = &'a Policy>, findings: &mut Findings) {
    let (before, words) = (findings.list.len(), findings.subject_words.len());
    if catch_unwind(AssertUnwindSafe(|| look(message, policies, findings))).is_err() {
        tracing::error!(message_id = %message.message_id, "the search for content failed");
        findings.list.truncate(before);
        findings.subject_words.truncate(words);
        findings.list.push(crate::inspect::failed(CONTENT));
    }
}

fn look<'a>(message: &Parsed, policies: impl IntoIterator<Item = &'a Policy>, findings: &mut Findings) {
    let mut filters: Vec<(&Arc<ContentFilters>, Vec<usize>)> = Vec::new();
    let mut outbound = false;
    let mut compliance = false;
    for policy in policies.into_iter().filter(|p| !p.unprotected) {
        outbound |= policy.values.direction == model::Direction::Outbound;
        compliance |= policy.values.compliance();
        let Some(of_account) = policy.content.as_ref().filter(|_| !policy.values.content_filters().is_empty()) else {
            continue;
        };
        let wanted = policy.values.content_filters().keys().filter_map(|name| of_account.index(name));
        match filters.iter_mut().find(|(known, _)| Arc::ptr_eq(known, of_account)) {
            Some((_, all)) => all.extend(wanted),
            None => filters.push((of_account, wanted.collect())),
        }
    }
    if filters.is_empty() && !compliance {
        return;
    }
    let texts = Texts::of(message);
    let start = Instant::now();
    let ran = !filters.is_empty();
    for (of_account, mut wanted) in filters {
        wanted.sort_unstable();
        wanted.dedup();
        for hit in of_account.find(&texts, outbound, &wanted) {
            let index = u32::try_from(findings.list.len()).unwrap_or(u32::MAX);
            let words = hit.subject_words.into_iter().map(|text| SubjectWord { finding: index, text });
            findings.subject_words.extend(words);
            findings.list.push(Finding {
                analyser: CONTENT.into(),
                step: Step::OtherContentFilters,
                category: Category::Keyword,
                check: Some(Check::ContentFilter {
                    account: of_account.account,
                    filter: hit.id,
                    name: hit.name.clone(),
                }),
                rule: None,
                info: format!("content filter {}: {}", hit.name, hit.what),
                score: 0.0,
            });
        }
    }
    if ran {
        findings.ran.push((CONTENT.into(), micros(start)));
    }
    if compliance {
        let start = Instant::now();
        dlp::run(&texts, &mut findings.list);
        findings.ran.push((dlp::NAME.into(), micros(start)));
    }
}

fn micros(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_micros()).unwrap_or(u64::MAX)
}
