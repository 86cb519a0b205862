//! JUNK: promotional bulk mail that hides nothing (guide chapter 6). Newsletters that sell are told from discussion
//! lists, and from single notices such as receipts, which the same platforms send.

use crate::{Context, finding::decisive, finding::evidence, rules::Weight};
use message::{LinkKind, Parsed};
use model::{Category, Direction, Finding};

/// Points at which mail is junk; of these some must be for promotion itself.
const JUNK: f32 = 4.0;
const PROMOTION: f32 = 1.0;

/// Header fields that mailing platforms add, by their beginnings in lower case.
const PLATFORM: &[&str] = &[
    "x-campaign",
    "x-mc-user",
    "x-mailgun-tag",
    "x-mailgun-variables",
    "x-sfmc",
    "x-job",
    "x-csa-complaints",
    "x-ses-configuration",
    "feedback-id",
    "x-feedback-id",
    "x-sg-eid",
    "x-mailchimp",
    "x-bulkmail",
    "x-list-unsubscribe",
    "x-mailer-recptid",
    "x-rpcampaign",
    "x-sib-id",
    "x-cm-message",
    "x-mandrill-user",
    "x-hs-campaign",
    "x-marketing",
    "x-emv-",
    "x-elqr",
    "x-report-abuse",
    "x-newsletter",
    "x-accounttype",
    "x-campaignid",
    "x-mailinglist",
    "x-klaviyo",
    "x-delivery-context",
    "list-unsubscribe-post",
];

pub fn run(context: &Context<'_>, out: &mut Vec<Finding>) {
    if context.session.direction == Direction::Outbound || is_discussion(context.message) {
        return;
    }
    let promotion: f32 = out
        .iter()
        .filter(|f| f.category == Category::Junk)
        .filter_map(|f| match context.knowledge.rules.rule(f.rule?)?.weight {
            Weight::Score(points) => Some(points),
            Weight::Hit => Some(JUNK),
        })
        .sum();
    let mut reasons = Vec::new();
    let mass = mass_mailing(context.message, &mut reasons);
    let sum = promotion + mass;
    if promotion < PROMOTION || mass < 1.0 || sum < JUNK {
        if sum >= JUNK / 2.0 {
            out.push(evidence(
                "bulk",
                Category::Junk,
                0.0,
                format!("bulk mail, not promotional enough: {}", reasons.join(", ")),
            ));
        }
        return;
    }
    reasons.push("promotional words");
    out.push(decisive("bulk", Category::Junk, format!("promotional bulk mail: {}", reasons.join(", "))));
}

/// Mail of a list that people write to, or an answer to something.
fn is_discussion(m: &Parsed) -> bool {
    let has = |name: &str| m.headers_named(name).next().is_some();
    let posts = m.header("list-post").is_some_and(|v| !v.trim().to_ascii_uppercase().starts_with("NO"));
    (posts && !has("list-unsubscribe-post"))
        || has("in-reply-to")
        || (has("references") && m.subject.to_lowercase().starts_with("re:"))
}

/// Points for marks of mass mailing.
fn mass_mailing(m: &Parsed, reasons: &mut Vec<&'static str>) -> f32 {
    let mut sum = 0.0;
    let mut add = |yes: bool, points: f32, reason: &'static str| {
        if yes {
            sum += points;
            if points > 0.0 {
                reasons.push(reason);
            }
        }
    };
    add(m.headers_named("list-unsubscribe").next().is_some(), 1.5, "List-Unsubscribe");
    let precedence = m.header("precedence").unwrap_or_default().trim().to_ascii_lowercase();
    add(["bulk", "junk"].contains(&precedence.as_str()), 1.0, "Precedence");
    let platform = m.headers.iter().any(|h| {
        let name = h.name.to_ascii_lowercase();
        PLATFORM.iter().any(|p| name.starts_with(p))
    });
    add(platform, 1.0, "headers of a mailing platform");
    let text = m.text.to_lowercase();
    let unsubscribe =
        ["unsubscribe", "opt out", "opt-out", "manage your preferences", "email preferences", "stop receiving"];
    let linked = m.links.iter().any(|l| l.url.to_ascii_lowercase().contains("unsub"));
    add(linked || unsubscribe.iter().any(|w| text.contains(w)), 1.0, "a way to unsubscribe");
    let online = [
        "view in browser",
        "view this email in",
        "view it in your browser",
        "view online",
        "web version",
        "having trouble viewing",
    ];
    add(online.iter().any(|w| text.contains(w)), 1.0, "a copy on the web");
    let images = m.links.iter().filter(|l| l.kind == LinkKind::Image && !l.host.is_empty()).count();
    add(images >= 3, 0.5, "many remote images");
    let single = [
        "your order",
        "order number",
        "receipt",
        "verification code",
        "reset your password",
        "your invoice",
        "has shipped",
        "your booking",
        "your reservation",
        "security alert",
        "one-time",
        "your appointment",
    ];
    let subject = m.subject.to_lowercase();
    add(single.iter().any(|w| subject.contains(w)), -2.5, "");
    sum
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use crate::{Knowledge, analysers, analysers::case::Case};
    use model::{Category, Direction};

    const SHOP: &str = "From: Garden Shop <news@gardenshop.example>
Subject: Spring sale: 30% off all pots
List-Unsubscribe: <https://gardenshop.example/u/1>
X-Mailgun-Tag: spring
Message-ID: <1@gardenshop.example>
Date: Mon, 02 Feb 2026 10:00:00 +0000

Spring is here! All clay pots 30% off, limited time. Shop now and get free shipping.
Offer ends Sunday.

You receive this newsletter because you subscribed. Unsubscribe: https://gardenshop.example/u/1
";

    fn categories(message: &str, direction: Direction) -> Vec<Category> {
        let mut case = Case::of(message);
        case.knowledge = Knowledge::embedded();
        case.session.direction = direction;
        let mut out = Vec::new();
        for (_, analyser) in analysers::ALL {
            analyser(&case.context(), &mut out);
        }
        out.into_iter().filter(|f| f.check.is_some()).map(|f| f.category).collect()
    }

    #[test]
    fn a_newsletter_that_sells_is_junk_on_its_way_in() {
        assert!(categories(SHOP, Direction::Inbound).contains(&Category::Junk));
        assert!(!categories(SHOP, Direction::Outbound).contains(&Category::Junk));
    }
    #[test]
    fn a_discussion_of_a_sale_on_a_list_is_not() {
        let list = SHOP.replace(
            "X-Mailgun-Tag: spring",
            "List-Post: <mailto:pots@lists.example>\nList-Id: <pots.lists.example>\nPrecedence: list",
        );
        assert_eq!(categories(&list, Direction::Inbound), []);
    }
    #[test]
    fn a_receipt_by_the_same_platform_is_not() {
        let receipt = SHOP
            .replace("Spring sale: 30% off all pots", "Your order 1042 has shipped")
            .replace("30% off, limited time", "are on their way")
            .replace("Shop now and get free shipping.", "Track it in your account.")
            .replace("Offer ends Sunday.", "");
        assert_eq!(categories(&receipt, Direction::Inbound), []);
    }
}
