//! Links that show one host and lead to another, and links that no honest sender writes.

use super::{brands, is_list, lures};
use crate::{
    Context,
    finding::{decisive, evidence},
    hosts::{is_ip, same_organisation, shown_host},
};
use message::{Link, LinkKind};
use model::{Category, Finding};

/// Services that rewrite links to check them when they are followed: what they show is the original.
const REWRITERS: &[&str] = &[
    "safelinks.protection.outlook.com",
    "urldefense.com",
    "urldefense.proofpoint.com",
    "mimecast.com",
    "mimecastprotect.com",
    "cudasvc.com",
    "secure-web.cisco.com",
    "trendmicro.com",
    "sophos.com",
    "barracudanetworks.com",
    "fireeye.com",
    "checkpoint.com",
    "avanan.click",
    "zixcentral.com",
    "trustifi.com",
    "edgepilot.com",
    "atpscan.global.hornetsecurity.com",
    "googleadservices.com",
    "spamtitan.com",
    "emailprotection.link",
    "l.facebook.com",
    "t.co",
    "linkprotect.cudasvc.com",
];

pub(super) fn run(context: &Context<'_>, out: &mut Vec<Finding>) {
    let m = context.message;
    let mismatch = m.links.iter().filter(|l| l.kind == LinkKind::Anchor).find_map(mismatch);
    let lures = lures(m);
    let bulk = m.headers_named("list-unsubscribe").next().is_some();
    if let Some((shown, link)) = mismatch.filter(|_| !is_list(m)) {
        let info = format!("a link shows {shown} and leads to {}", link.host);
        let brand = brands::owner(shown);
        // A company's own host that counts clicks, or leads on to a partner's page.
        let from = m.from.as_ref().and_then(|f| f.address.as_ref());
        let own = |link: &Link| from.is_some_and(|a| same_organisation(a.domain_str(), &link.host));
        match brand {
            // A newsletter counts its clicks; one that borrows a bank's name and presses to log in does not.
            Some(brand) if !brand.owns(&link.host) && (!bulk || lures) => {
                out.push(decisive("phish", Category::Phish, info))
            }
            _ if own(link) => {}
            _ if lures && !bulk => out.push(decisive("phish", Category::Phish, info)),
            _ if !bulk => out.push(evidence("phish", Category::Phish, 1.0, info)),
            _ => {}
        }
    }
    let data = |l: &&Link| matches!(l.kind, LinkKind::Anchor | LinkKind::Form) && starts(&l.url, "data:text/html");
    if m.links.iter().any(|l| data(&l)) {
        out.push(decisive("phish", Category::Phish, "a link that carries a page of its own (data:)"));
    }
    let followed = || m.links.iter().filter(|l| matches!(l.kind, LinkKind::Anchor | LinkKind::Form));
    let bare = |l: &&Link| lures && is_ip(&l.host) && !is_private(&l.host);
    if let Some(link) = followed().find(bare) {
        let info = format!("asks to log in at the bare address {}", link.host);
        out.push(evidence("phish", Category::Phish, 2.5, info));
    }
    if let Some(link) = followed().find(|l| hides_host(&l.url)) {
        out.push(evidence(
            "phish",
            Category::Phish,
            2.0,
            format!("a link to {} that begins with another host's name and @", link.host),
        ));
    }
}

fn starts(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len()).is_some_and(|t| t.eq_ignore_ascii_case(prefix))
}

fn is_private(host: &str) -> bool {
    match host.trim_matches(['[', ']']).parse() {
        Ok(std::net::IpAddr::V4(ip)) => ip.is_private() || ip.is_loopback() || ip.is_link_local(),
        Ok(std::net::IpAddr::V6(ip)) => ip.is_loopback() || (ip.segments()[0] & 0xfe00) == 0xfc00,
        Err(_) => false,
    }
}

/// What the link shows, where that is a host of another organisation.
fn mismatch(link: &Link) -> Option<(&str, &Link)> {
    let shown = shown_host(&link.text)?;
    let host = link.host.as_str();
    let rewritten =
        REWRITERS.iter().any(|r| host == *r || host.strip_suffix(r).is_some_and(|rest| rest.ends_with('.')));
    let redirect = host.contains("google.") && link.url.contains("/url?");
    let international =
        shown.is_ascii() || idna::domain_to_ascii(shown).is_ok_and(|ascii| !same_organisation(&ascii, host));
    (!host.is_empty() && !rewritten && !redirect && international && !same_organisation(shown, host))
        .then_some((shown, link))
}

/// `https://www.bank.com@evil.test/`.
fn hides_host(url: &str) -> bool {
    let Some((scheme, rest)) = url.split_once("://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let user = authority.rsplit_once('@').map(|(user, _)| user.split(':').next().unwrap_or(user));
    scheme.len() <= 5 && user.is_some_and(|u| u.contains('.') && shown_host(u).is_some())
}
