//! Senders whose name says somebody else.

use super::{brands, is_list, lures};
use crate::{
    Context,
    finding::{decisive, evidence},
    hosts::{address_host, same_organisation},
};
use model::{Category, Finding};

pub(super) fn run(context: &Context<'_>, out: &mut Vec<Finding>) {
    let m = context.message;
    if is_list(m) {
        return;
    }
    let Some(from) = &m.from else { return };
    let Some(address) = &from.address else { return };
    let domain = address.domain_str();
    if let Some(host) = address_host(&from.name) {
        let via = from.name.to_lowercase().contains(" via ");
        if !via && !same_organisation(host, domain) {
            let info = format!("the sender's name holds an address at {host}, the message is from {domain}");
            out.push(match brands::owner(host) {
                Some(brand) if !brand.owns(domain) && brand.labels.iter().any(|l| host.starts_with(l)) && lures(m) => {
                    decisive("phish", Category::Phish, info)
                }
                _ => evidence("phish", Category::Phish, 1.5, info),
            });
            return;
        }
    }
    let Some(brand) = brands::claimed(&from.name) else { return };
    if brand.owns(domain) {
        return;
    }
    let info = format!("calls itself {} and is from {domain}", from.name.trim());
    // Its own people's and partners' mail leads to the brand's pages.
    let leads_home = m.links.iter().any(|l| brand.owns(&l.host));
    let leads_away = m.links.iter().any(|l| !l.host.is_empty() && !brand.owns(&l.host));
    if lures(m) && leads_away && !leads_home {
        out.push(decisive("phish", Category::Phish, info));
    } else {
        out.push(evidence("phish", Category::Phish, if lures(m) { 2.5 } else { 1.5 }, info));
    }
}
