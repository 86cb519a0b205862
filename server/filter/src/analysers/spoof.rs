//! Mail from outside that claims to come from a recipient's own domain, without proof (guide chapter 6 "Protecting
//! Against Internal Domain Spoofing"). Whose domain it is, `decide` looks at for each recipient.

use crate::{Context, inspect::sender_facts, senders::vouched};
use model::finding::{Check, Step};
use model::{Category, Direction, DomainName, EmailAddress, Finding};
use std::collections::BTreeSet;

pub fn run(c: &Context<'_>, out: &mut Vec<Finding>) {
    if c.session.direction != Direction::Inbound {
        return;
    }
    let facts = sender_facts(c);
    let domains: BTreeSet<DomainName> = c.session.recipients.iter().map(EmailAddress::domain).collect();
    let claim = |a: &Option<EmailAddress>, d: &DomainName| a.clone().filter(|a| a.domain().is_within(d));
    for domain in &domains {
        let (what, address) = match (claim(&facts.header_from, domain), claim(&facts.envelope_from, domain)) {
            (Some(address), _) => ("From header", address),
            (None, Some(address)) => ("envelope sender", address),
            (None, None) => continue,
        };
        // Proof must be for the domain itself: the signature of one subdomain's owner does not speak for all.
        if vouched(&facts, &address.domain()) {
            continue;
        }
        out.push(Finding {
            analyser: "spoof".into(),
            step: Step::Authentication,
            category: Category::Spoof,
            check: Some(Check::GlobalSpoof),
            rule: None,
            info: format!("the {what} {address} claims {domain}, but {} proves nothing of it", c.session.client_ip),
            score: 0.0,
        });
    }
}
