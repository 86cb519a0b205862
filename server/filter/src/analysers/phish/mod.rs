//! PHISH: links that lead elsewhere than they show, look-alikes of well-known names, senders that pretend to be
//! somebody, forms that ask for a password. Each file looks for one kind; strong signs decide, weak ones add points.

mod brands;
mod forms;
mod links;
mod lookalike;
mod sender;

use crate::Context;
use message::Parsed;
use model::Finding;
use regex::Regex;
use std::sync::LazyLock;

pub fn run(context: &Context<'_>, out: &mut Vec<Finding>) {
    links::run(context, out);
    lookalike::run(context, out);
    sender::run(context, out);
    forms::run(context, out);
}

/// Words that press a reader to log in, confirm or pay at once.
static LURE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?ix) \b(?: (?:verify|confirm|validate|update|re-?activate|unlock|restore|secure)\s(?:your|the|my)\s(?:\w+\s){0,2}(?:account|identity|password|e?-?mail|mailbox|information|details|billing|payment|ownership|access)
        | (?:account|mailbox|access|card|profile|apple\sid)\s(?:has\sbeen|is|was|will\sbe)\s(?:\w+\s)?(?:suspended|locked|limited|disabled|restricted|blocked|deactivated|closed|terminated|on\shold)
        | (?:unusual|suspicious|unauthori[sz]ed)\s(?:\w+\s)?(?:activity|sign-?in|login|log-?in|transaction|attempt)
        | password\s(?:\w+\s){0,3}(?:expire[sd]?|expiring|expiration) | (?:sign|log)\s?in\s(?:below|here|now|to\s(?:confirm|verify|continue|review|keep|avoid|view))
        | (?:storage|quota|mailbox)\s(?:\w+\s){0,3}(?:full|exceeded|limit) | keep\s(?:the\s)?(?:same|current)\spassword | payment\s(?:\w+\s){0,3}(?:declined|failed|could\snot) | (?:undelivered|pending|held)\s(?:\w+\s){0,2}(?:e?-?mails?|messages) )",
    )
    .expect("the pattern is tested")
});

/// Whether the message presses for credentials.
fn lures(m: &Parsed) -> bool {
    let head: String = m.text.chars().take(20_000).collect();
    LURE.is_match(&crate::rules::collapsed(&head)) || LURE.is_match(&m.subject)
}

/// Mail of a discussion list carries other people's words and names.
fn is_list(m: &Parsed) -> bool {
    m.headers_named("list-post").next().is_some()
        || (m.headers_named("list-id").next().is_some() && m.headers_named("in-reply-to").next().is_some())
}

#[cfg(test)]
mod tests;
