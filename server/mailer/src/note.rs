//! A short mail in plain text: links by which people set a password, and what has changed about their login.

use crate::Error;
use lettre::Message;
use lettre::message::Mailbox;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use model::{EmailAddress, Timestamp};
use std::time::{Duration, UNIX_EPOCH};

/// What one note says.
#[derive(Debug, Clone)]
pub struct Note<'a> {
    pub to: &'a EmailAddress,
    /// Sender address of the product's own mail.
    pub from: &'a str,
    pub subject: &'a str,
    /// Lines, without a salutation.
    pub text: &'a str,
    pub sent: Timestamp,
    /// Message-ID without brackets.
    pub message_id: String,
}

/// The whole message, ready to be sent.
pub fn compose(n: &Note<'_>) -> Result<Vec<u8>, Error> {
    let address = |text: &str| text.parse::<lettre::Address>().map_err(|_| Error::Address(text.to_owned()));
    let sent = UNIX_EPOCH + Duration::from_millis(u64::try_from(n.sent.0).unwrap_or(0));
    let auto = HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".into());
    let message = Message::builder()
        .from(Mailbox::new(Some("Email security".into()), address(n.from)?))
        .to(Mailbox::new(None, address(n.to.as_str())?))
        .subject(n.subject)
        .date(sent)
        .message_id(Some(format!("<{}>", n.message_id)))
        .raw_header(auto)
        .header(ContentType::TEXT_PLAIN)
        .body(n.text.to_owned())?;
    Ok(message.formatted())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_note_is_whole_and_no_line_of_it_becomes_a_header() {
        let to = "bob@acme.test".parse().unwrap();
        let note = Note {
            to: &to,
            from: "postern@mx.filter.test",
            subject: "Your login\r\nBcc: eve@evil.test",
            text: "Hello\n\nhttps://filter.test/activate/abc\n",
            sent: Timestamp(1_795_514_400_000),
            message_id: "1@mx.filter.test".into(),
        };
        let text = String::from_utf8(compose(&note).unwrap()).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(!head.contains("\r\nBcc:") && head.contains("Auto-Submitted: auto-generated"), "{head}");
        assert!(head.contains("Message-ID: <1@mx.filter.test>") && body.contains("https://filter.test/activate/abc"));
    }
}
