//! SPF: findings for what the sender's domain says about the client.

use crate::Context;
use model::finding::{AuthResult, Check, Step};
use model::{Category, Direction, Finding};

pub fn run(c: &Context<'_>, out: &mut Vec<Finding>) {
    if c.session.direction != Direction::Inbound {
        return;
    }
    let ip = c.session.client_ip;
    let spf = &c.evidence.auth.spf;
    let domain = c.evidence.auth.spf_domain.as_ref().map_or("the sender's domain", |d| d.as_str());
    let (check, info) = match spf.result {
        AuthResult::Fail => {
            let says = spf.explanation.as_deref().map(|e| format!(", {e}")).unwrap_or_default();
            (Some(Check::SpfFail), format!("{domain} does not allow {ip} to send{says}"))
        }
        AuthResult::SoftFail => (Some(Check::SpfSoftFail), format!("{domain} probably does not allow {ip} to send")),
        AuthResult::PermError => {
            let problem = spf.problem.as_deref().unwrap_or("it cannot be read");
            (Some(Check::SpfPermError), format!("the SPF record is broken: {problem}"))
        }
        // A domain that the DNS was asked about and that has no record; nothing was asked where there is no evidence.
        AuthResult::None if c.evidence.auth.spf_domain.is_some() => {
            (Some(Check::SpfNone), format!("{domain} has no SPF record"))
        }
        _ => (None, String::new()),
    };
    out.extend(check.map(|check| finding(check, info)));
    if c.evidence.auth.mime.as_ref().is_some_and(|m| m.result == AuthResult::Fail) {
        let from = c.message.from.as_ref().and_then(|m| m.address.as_ref()).map_or("", |a| a.domain_str());
        out.push(finding(Check::SpfMimeFail, format!("{from} in the From header does not allow {ip} to send")));
    }
}

fn finding(check: Check, info: String) -> Finding {
    Finding {
        analyser: "spf".into(),
        step: Step::Authentication,
        category: Category::Spoof,
        check: Some(check),
        rule: None,
        info,
        score: 0.0,
    }
}
