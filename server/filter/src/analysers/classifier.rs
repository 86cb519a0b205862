//! The statistical classifier's opinion as points.

use crate::{
    Context,
    classifier::{features, points, probability},
    finding::evidence,
};
use model::{Category, Finding};

/// Fewer features say nothing reliable.
const FEWEST: usize = 6;
/// Points that words may add to a report about mail.
const REPORT: f32 = 1.0;

pub fn run(context: &Context<'_>, out: &mut Vec<Finding>) {
    let features = features(context.message);
    if features.len() < FEWEST {
        return;
    }
    let shipped = context.knowledge.model.log_odds(&features);
    let learned = context.knowledge.local.log_odds(&features);
    let mut score = points(shipped + learned);
    // Reports and automatic replies are written by programs, of which the model has hardly seen any.
    if out.iter().any(|f| f.category == Category::Ndr) {
        score = score.min(REPORT);
    }
    if score.abs() < 0.05 {
        return;
    }
    let mut info = format!("{:.0} % likely spam by its words", 100.0 * probability(shipped + learned));
    if learned.abs() >= 0.5 {
        info.push_str(if learned > 0.0 {
            ", more so by what was learned here"
        } else {
            ", less so by what was learned here"
        });
    }
    out.push(evidence("classifier", Category::Spam, score, info));
}
