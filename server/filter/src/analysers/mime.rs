//! Mail that departs from the standards in a way that could hide content from a filter (guide chapter 6 "Non-compliant MIME").

use crate::Context;
use model::{
    Category, Finding,
    finding::{Check, Step},
};

pub fn analyse(context: &Context<'_>, out: &mut Vec<Finding>) {
    let mut kinds = Vec::new();
    for anomaly in context.message.anomalies.iter().filter(|a| a.kind.is_severe()) {
        if kinds.contains(&anomaly.kind) {
            continue;
        }
        kinds.push(anomaly.kind);
        out.push(Finding {
            analyser: "mime".into(),
            step: Step::Attachments,
            category: Category::NonCompliantMime,
            check: Some(Check::Category(Category::NonCompliantMime)),
            rule: None,
            info: anomaly.info.clone(),
            score: 0.0,
        });
    }
}
