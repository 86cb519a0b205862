//! PDF files with JavaScript (guide chapter 6 "PDF contains Javascript").

use crate::Context;
use model::{
    Category, Finding,
    finding::{Check, Step},
};

pub fn analyse(context: &Context<'_>, out: &mut Vec<Finding>) {
    for file in context.message.attachments.iter().filter(|f| f.javascript) {
        out.push(Finding {
            analyser: "pdf".into(),
            step: Step::Attachments,
            category: Category::PdfJavascript,
            check: Some(Check::Category(Category::PdfJavascript)),
            rule: None,
            info: format!("JavaScript in {}", file.label()),
            score: 0.0,
        });
    }
}
