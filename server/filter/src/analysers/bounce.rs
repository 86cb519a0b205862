//! NDR: delivery reports in their standard and older forms, and automatic replies.

use crate::{Context, finding::decisive};
use message::Parsed;
use model::{Category, Finding};
use regex::Regex;
use std::sync::LazyLock;

pub fn run(context: &Context<'_>, out: &mut Vec<Finding>) {
    if let Some(info) = report(context).or_else(|| automatic(context.message)) {
        out.push(decisive("bounce", Category::Ndr, info));
    }
}

fn pattern(source: &str) -> Regex {
    Regex::new(source).expect("the patterns of this file are tested")
}

static SUBJECT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?ix) undeliver(?:ed|able) | (?:could|can)\s?not\sbe\s(?:sent|delivered) | returned\s(?:mail|to\ssender|message) | return(?:ing)?\smessage\sto\ssender
        | (?:mail|message)?\s?deliver(?:y|ing)?\s(?:(?:status|system|notification|failure|failed|has\sfailed|error|problem|report|delayed)\b) | failure\snotice | mail\sfailure | failed\smail
        | message\s(?:delivery\s)?(?:failure|status|error) | non[-\s]?delivery | not\sdelivered | nondeliverable | delivery\s(?:to\sthe|has\sbeen) | mail\ssystem\serror
        | unzustellbar | zustellung | non\sremis | non\sdistribu | nicht\szugestellt | no\sse\spudo\sentregar | mancato\srecapito | 配信不能 | 送信できません | エラーメール
        | warning:\s(?:message|could\snot\ssend) | user\s(?:unknown|not\sfound) | mail(?:er)?\sdaemon | mailbox\s(?:full|unavailable|quota) | delayed\smail | (?:e?mail|message|sorry).{0,30}(?:rejected|refused|blocked|bounced?)",
    )
});
static SENDER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:mailer[-_.]?daemon|mail[-_.]?daemon|postmaster|mailadmin|mail[-_.]?delivery|mta|bounce[sd]?|mmdf|autoresponder|administrator|system.?attendant|microsoftexchange[0-9a-f]*|no-?reply-?postmaster|daemon)\b",
    )
});
static TEXT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?ix) (?:could|can)\s?not\sbe\s(?:sent|delivered|reached) | (?:were|was)\snot\sdelivered | unable\sto\s(?:deliver|relay|accept|process)|permanent(?:ly)?\s(?:fatal\s)?(?:error|failure|failed) | following\s(?:address|recipient)
        | delivery\s(?:to|has|failed|status|failure|was|error|attempt) | did\snot\sreach | not\sdelivered | user\sunknown | unknown\s(?:user|local) | no\ssuch\s(?:user|address|mailbox) | undeliver | mailbox\s(?:is\s)?(?:full|unavailable|over|exceeded) | returned\smessage
        | (?:original|returned|failed)\smessage\s(?:follows|header|text|is) | this\sis\sa\s(?:copy|permanent) | delivery\swas\sattempted | recipient.{0,40}(?:rejected|refused|invalid|not\sfound|unknown) | Final-Recipient: | failed\srecipient | \b5\.\d\.\d{1,2}\b | \b5[05]\d[\s-] | 配送|送信|宛先|届",
    )
});
static AUTO_SUBJECT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?ix)^\s* (?: auto(?:matic|mated)?[-\s:]*(?:reply|response|replied|answer)\b | auto:\s | out\sof\s(?:the\s)?office | ooo\b[:\s] | .{0,40}\b(?:vacation\s(?:reply|response|message)|away\sfrom\s(?:the|my)\s(?:office|mail)|out\sof\soffice)\b
        | automatische\santwort | abwesenheits | abwesend: | réponse\sautomatique | absence\sdu\sbureau | respuesta\sautom[aá]tica | fuera\sde\s(?:la\s)?oficina | risposta\sautomatica | automatisch\santwoord | resposta\sautom[aá]tica | автоответ | 自動返信 | 自动回复 | 自動応答 )",
    )
});

/// A report about mail: RFC 3464, or older forms with an empty return path or a daemon as sender.
fn report(context: &Context<'_>) -> Option<String> {
    let m = context.message;
    let content_type = m.header("content-type").unwrap_or_default().to_ascii_lowercase();
    let standard = content_type.starts_with("multipart/report") && content_type.contains("delivery-status");
    let has_status =
        m.parts.iter().any(|p| matches!(p.mime.as_str(), "message/delivery-status" | "message/global-delivery-status"));
    let null = context.session.return_path.is_none() || m.header("return-path").is_some_and(|v| v.trim() == "<>");
    if standard || (has_status && (null || is_daemon(m))) {
        return Some("a delivery report (RFC 3464)".into());
    }
    if m.headers_named("x-failed-recipients").next().is_some() {
        return Some("a delivery report (X-Failed-Recipients)".into());
    }
    let daemon = is_daemon(m);
    let subject = SUBJECT.is_match(&m.subject);
    let head: String = m.text.chars().take(4_000).collect();
    let text = TEXT.is_match(&head);
    let known = (daemon && (subject || text)) || (null && subject && text);
    known.then(|| format!("a delivery report by its {}", if daemon { "sender" } else { "form" }))
}

fn is_daemon(m: &Parsed) -> bool {
    let Some(from) = &m.from else { return false };
    let name = from.name.trim_start_matches(['"', ' ']);
    let local = from.address.as_ref().map_or(from.raw.as_str(), |a| a.local());
    SENDER.is_match(local) || SENDER.is_match(name) || name.to_ascii_lowercase().contains("mail delivery")
}

/// An answer that no person wrote (RFC 3834), or one that says so.
fn automatic(m: &Parsed) -> Option<String> {
    let lower = |name: &str| m.header(name).unwrap_or_default().trim().to_ascii_lowercase();
    let submitted = lower("auto-submitted");
    if submitted.starts_with("auto-replied") {
        return Some("an automatic reply (Auto-Submitted)".into());
    }
    for name in ["x-autoreply", "x-autorespond", "x-autoresponder", "x-vacation"] {
        if !["", "no"].contains(&lower(name).as_str()) {
            return Some(format!("an automatic reply ({name})"));
        }
    }
    if lower("precedence") == "auto_reply" {
        return Some("an automatic reply (Precedence)".into());
    }
    let content_type = lower("content-type");
    if content_type.starts_with("multipart/report") && content_type.contains("disposition-notification") {
        return Some("a read receipt (RFC 8098)".into());
    }
    AUTO_SUBJECT.is_match(&m.subject).then(|| "an automatic reply by its subject".into())
}

#[cfg(test)]
#[path = "bounce_tests.rs"]
mod tests;
