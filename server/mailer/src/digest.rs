//! The spam digest (guide chapter 6 "Digest Options", chapter 14 "Spam Digest Settings").

use crate::Error;
use crate::html::{escape, short};
use chrono::{TimeZone, Utc};
use chrono_tz::Tz;
use lettre::Message;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use model::category::Zone;
use model::view::QuarantineRow;
use model::{EmailAddress, Timestamp};
use std::time::{Duration, UNIX_EPOCH};

/// What one digest says.
#[derive(Debug, Clone)]
pub struct Digest<'a> {
    pub to: &'a EmailAddress,
    /// Sender address of the product's own mail.
    pub from: &'a str,
    /// Where people reach the dashboards, without a slash at the end.
    pub url: &'a str,
    /// Logs in to this mailbox: part of the links.
    pub token: &'a str,
    pub since: Timestamp,
    pub until: Timestamp,
    /// IANA name; UTC where it is not known.
    pub time_zone: &'a str,
    /// Held in the period, newest first.
    pub rows: &'a [QuarantineRow],
    /// Held in all.
    pub held: u64,
    /// Message-ID without brackets: the same digest always has the same.
    pub message_id: String,
}

const ZONES: [(Zone, &str, &str, &str); 3] = [
    (Zone::Red, "Red zone", "spam, phishing, viruses and the like", "#b3261e"),
    (Zone::Yellow, "Yellow zone", "foreign languages, attachments, content", "#8a6100"),
    (Zone::Green, "Green zone", "junk: advertising and bulk mail", "#1f6f43"),
];

/// The whole message, ready to be sent.
pub fn compose(d: &Digest<'_>) -> Result<Vec<u8>, Error> {
    let address = |text: &str| text.parse::<lettre::Address>().map_err(|_| Error::Address(text.to_owned()));
    let count = d.rows.len();
    let subject = match count {
        0 => format!("Spam digest for {}: nothing held", d.to),
        1 => format!("Spam digest for {}: 1 message held", d.to),
        n => format!("Spam digest for {}: {n} messages held", d.to),
    };
    let sent = UNIX_EPOCH + Duration::from_millis(u64::try_from(d.until.0).unwrap_or(0));
    let auto = HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".into());
    let message = Message::builder()
        .from(Mailbox::new(Some("Spam Digest".into()), address(d.from)?))
        .to(Mailbox::new(None, address(d.to.as_str())?))
        .subject(subject)
        .date(sent)
        .message_id(Some(format!("<{}>", d.message_id)))
        .raw_header(auto)
        .multipart(MultiPart::alternative_plain_html(text(d), html(d)))?;
    Ok(message.formatted())
}

fn link(d: &Digest<'_>) -> String {
    format!("{}/link/{}", d.url, d.token)
}

fn view(d: &Digest<'_>, row: &QuarantineRow) -> String {
    format!("{}?message={}", link(d), row.id)
}

fn local(d: &Digest<'_>, at: Timestamp) -> String {
    let zone: Tz = d.time_zone.parse().unwrap_or(Tz::UTC);
    match Utc.timestamp_millis_opt(at.0).single() {
        Some(t) => t.with_timezone(&zone).format("%-d %b %H:%M").to_string(),
        None => at.rfc3339(),
    }
}

fn period(d: &Digest<'_>) -> String {
    format!("{} to {} ({})", local(d, d.since), local(d, d.until), d.time_zone)
}

fn in_zone<'a>(d: &'a Digest<'_>, zone: Zone) -> Vec<&'a QuarantineRow> {
    d.rows.iter().filter(|r| r.category.zone() == zone).collect()
}

fn summary(d: &Digest<'_>) -> String {
    match (d.rows.len(), d.held) {
        (0, _) => "No message was held for you in this period.".into(),
        (1, held) => format!("1 message was held for you; {held} held in all."),
        (n, held) => format!("{n} messages were held for you; {held} held in all."),
    }
}

fn text(d: &Digest<'_>) -> String {
    let mut out = format!("Spam digest for {}\n{}\n\n{}\n", d.to, period(d), summary(d));
    out.push_str(&format!("\nLook at them, release or delete them:\n{}\n", link(d)));
    for (zone, name, what, _) in ZONES {
        let rows = in_zone(d, zone);
        if rows.is_empty() {
            continue;
        }
        out.push_str(&format!("\n{name}: {what}\n"));
        for row in rows {
            out.push_str(&format!(
                "\n* {}\n  from {}\n  {}, {}\n  {}\n",
                short(&or(&row.subject, "(no subject)"), 100),
                short(&row.sender, 100),
                row.category.label(),
                local(d, row.received),
                view(d, row),
            ));
        }
    }
    out.push_str("\nThe links open your own held mail; whoever has this mail can use them, so do not pass it on.\n");
    out.push_str("You are never asked for a password by mail.\n");
    out
}

fn or(text: &str, otherwise: &str) -> String {
    if text.trim().is_empty() { otherwise.to_owned() } else { text.to_owned() }
}

/// Mail programs know tables and inline styles; nothing is loaded from anywhere.
fn html(d: &Digest<'_>) -> String {
    let mut zones = String::new();
    for (zone, name, what, colour) in ZONES {
        let rows = in_zone(d, zone);
        if rows.is_empty() {
            continue;
        }
        zones.push_str(&format!(
            "<h2 style=\"font-size:16px;margin:24px 0 4px;color:{colour}\">{name} <span style=\"font-weight:normal;color:#5b6470\">{what}</span></h2>\
             <table role=\"presentation\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" style=\"border-collapse:collapse\">"
        ));
        for row in rows {
            zones.push_str(&format!(
                "<tr><td style=\"padding:8px 8px 8px 10px;border-bottom:1px solid #d9dee5;border-left:4px solid {colour}\">\
                 <strong>{}</strong><br><span style=\"color:#5b6470\">{} &middot; {} &middot; {}</span></td>\
                 <td align=\"right\" style=\"padding:8px;border-bottom:1px solid #d9dee5\"><a href=\"{}\" style=\"color:#0b57d0\">View</a></td></tr>",
                escape(&short(&or(&row.subject, "(no subject)"), 100)),
                escape(&short(&row.sender, 100)),
                row.category.label(),
                local(d, row.received),
                escape(&view(d, row)),
            ));
        }
        zones.push_str("</table>");
    }
    format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Spam digest</title></head>\
         <body style=\"margin:0;background:#f3f5f8;font-family:system-ui,-apple-system,'Segoe UI',sans-serif;font-size:15px;line-height:1.45;color:#1b222c\">\
         <div style=\"max-width:640px;margin:0 auto;padding:24px 16px;background:#ffffff\">\
         <h1 style=\"font-size:20px;margin:0\">Spam digest</h1>\
         <p style=\"margin:4px 0 16px;color:#5b6470\">{} &middot; {}</p><p>{}</p>\
         <p><a href=\"{}\" style=\"display:inline-block;padding:10px 16px;background:#14405c;color:#ffffff;text-decoration:none;border-radius:6px\">Open my held mail</a></p>{zones}\
         <p style=\"margin-top:24px;color:#5b6470;font-size:13px\">The links open your own held mail; whoever has this mail can use them, so do not pass it on. You are never asked for a password by mail.</p>\
         </div></body></html>",
        escape(d.to.as_str()),
        escape(&period(d)),
        summary(d),
        escape(&link(d)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{Action, Category, Direction, Disposition, MessageId};

    fn row(id: i64, category: Category, subject: &str) -> QuarantineRow {
        QuarantineRow {
            id,
            message: MessageId::new(Timestamp(0), 1),
            received: Timestamp(1_795_514_400_000),
            direction: Direction::Inbound,
            sender: "Mallory <mallory@evil.example>".into(),
            envelope_from: "mallory@evil.example".into(),
            recipient: "bob@acme.test".into(),
            subject: subject.into(),
            category,
            action: Action::Quarantine,
            disposition: Disposition::Quarantined,
            size: 1_000,
            score: 7.0,
            system: false,
        }
    }

    fn digest(rows: &[QuarantineRow]) -> String {
        let to = EmailAddress::parse("bob@acme.test").unwrap();
        let bytes = compose(&Digest {
            to: &to,
            from: "postern@mx.acme.test",
            url: "https://filter.acme.test",
            token: "TOKEN",
            since: Timestamp(1_795_428_000_000),
            until: Timestamp(1_795_514_400_000),
            time_zone: "Europe/Berlin",
            rows,
            held: 12,
            message_id: "digest-1@mx.acme.test".into(),
        })
        .unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn rows_stand_in_their_zones_with_links_from_the_configuration() {
        let raw = digest(&[row(7, Category::Phish, "Your account"), row(8, Category::Junk, "Offers")]);
        assert!(raw.contains("To: bob@acme.test\r\n") && raw.contains("2 messages held"));
        assert!(raw.contains("Auto-Submitted: auto-generated"));
        assert!(raw.contains("https://filter.acme.test/link/TOKEN?message=7") || raw.contains("message=3D7"));
        let (red, green) = (raw.find("Red zone").unwrap(), raw.find("Green zone").unwrap());
        assert!(red < green && !raw.contains("Yellow zone"));
        assert!(raw.contains("11:00"), "times are in the mailbox's zone");
    }

    #[test]
    fn a_hostile_subject_changes_neither_header_nor_page() {
        let raw = digest(&[row(7, Category::Spam, "<script>x</script>\r\nBcc: all@acme.test")]);
        assert!(!raw.contains("<script>x</script>\r\n<") && raw.contains("&lt;script&gt;"));
        assert!(!raw.contains("\r\nBcc:"));
    }

    #[test]
    fn an_empty_digest_says_so() {
        assert!(digest(&[]).contains("No message was held"));
    }
}
