//! DMARC: the From domain disowns the message.

use crate::Context;
use model::finding::{AuthResult, Check, Step};
use model::{Category, Direction, Finding};

pub fn run(c: &Context<'_>, out: &mut Vec<Finding>) {
    let dmarc = &c.evidence.auth.dmarc;
    if c.session.direction != Direction::Inbound || dmarc.result != AuthResult::Fail {
        return;
    }
    let domain = dmarc.domain.as_ref().map_or("the From domain", |d| d.as_str());
    let policy = dmarc.policy.as_deref().unwrap_or("none");
    out.push(Finding {
        analyser: "dmarc".into(),
        step: Step::Authentication,
        category: Category::Spoof,
        check: Some(Check::DmarcFail),
        rule: None,
        info: format!("neither SPF nor DKIM prove {domain}; policy: {policy}"),
        score: 0.0,
    });
}
