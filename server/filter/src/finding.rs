//! Short forms of the findings that content analysers add.

use model::{
    Category, Finding,
    finding::{Check, Step},
};

/// Points only: evidence that decides nothing alone.
pub(crate) fn evidence(analyser: &'static str, category: Category, score: f32, info: impl Into<String>) -> Finding {
    Finding {
        analyser: analyser.into(),
        step: Step::Rules,
        category,
        check: None,
        rule: None,
        info: info.into(),
        score,
    }
}

/// Decides its category.
pub(crate) fn decisive(analyser: &'static str, category: Category, info: impl Into<String>) -> Finding {
    Finding { check: Some(Check::Category(category)), ..evidence(analyser, category, 0.0, info) }
}
