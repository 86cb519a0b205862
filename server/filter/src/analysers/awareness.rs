//! Test messages of security-awareness vendors.

use crate::Context;
use model::{
    Category, Direction, Finding,
    finding::{Check, Step},
};

pub fn run(context: &Context<'_>, out: &mut Vec<Finding>) {
    if context.session.direction != Direction::Inbound {
        return;
    }
    let has = |name: &str| context.message.headers_named(name).next().is_some();
    if let Some(vendor) = context.knowledge.awareness.find(context.session.client_ip, has) {
        out.push(Finding {
            analyser: "awareness".into(),
            step: Step::SenderLists,
            category: Category::SecurityAwareness,
            check: Some(Check::SecurityAwareness),
            rule: None,
            info: format!("a test message of {vendor}"),
            score: 0.0,
        });
    }
}
