//! Office files with macros, macro sheets or DDE (guide chapter 6 "MS Office file contains macro").

use crate::Context;
use model::{
    Category, Finding,
    finding::{Check, Step},
};

pub fn analyse(context: &Context<'_>, out: &mut Vec<Finding>) {
    for file in context.message.attachments.iter().filter(|f| !f.macros.is_empty()) {
        out.push(Finding {
            analyser: "macros".into(),
            step: Step::Attachments,
            category: Category::OfficeMacro,
            check: Some(Check::Category(Category::OfficeMacro)),
            rule: None,
            info: format!("{} in {}", file.macros[..file.macros.len().min(4)].join(", "), file.label()),
            score: 0.0,
        });
    }
}
