//! Delivery status notifications (RFC 3461, 3464, 6522): what became of a message, told to its sender.

use model::{EmailAddress, Envelope, Recipient, Timestamp, TlsWish};
use std::fmt::Write;

/// What happened (RFC 3464 §2.3.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    Failed,
    /// Not yet delivered, still tried.
    Delayed,
    /// Handed to a host that does not report successes itself.
    Relayed,
}

/// One recipient of the notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure<'a> {
    pub recipient: &'a Recipient,
    /// Enhanced status (RFC 3463).
    pub status: String,
    /// `mail.acme.test [192.0.2.1]:25`; empty where no host was reached.
    pub host: String,
    /// The host's reply, or what went wrong on the way there.
    pub reply: String,
    /// The reply is a host's own words.
    pub replied: bool,
}

/// Everything that a notice is made of.
#[derive(Debug, Clone, Copy)]
pub struct Notice<'a> {
    pub action: Action,
    /// Name of this system.
    pub hostname: &'a str,
    /// Where it goes: the return path of the message.
    pub to: &'a EmailAddress,
    pub envelope: &'a Envelope,
    pub failures: &'a [Failure<'a>],
    /// The message as it came.
    pub original: &'a [u8],
    /// The original is returned in full up to this size in bytes, if the sender did not ask for its header only.
    pub full_max: u64,
    pub now: Timestamp,
    /// Until when it is tried; for `Delayed`.
    pub until: Timestamp,
    /// Unguessable text of letters and digits: boundary and Message-ID.
    pub token: &'a str,
}

/// A composed notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Composed {
    pub body: Vec<u8>,
    pub eight_bit: bool,
    /// It has addresses beyond ASCII (RFC 6533).
    pub smtputf8: bool,
}

/// The end of the header section, its last line end included.
fn header_end(message: &[u8]) -> usize {
    let mut at = 0;
    while let Some(end) = memchr::memchr(b'\n', &message[at..]) {
        let line = &message[at..at + end];
        at += end + 1;
        if matches!(line, b"" | b"\r") {
            return at - end - 1;
        }
    }
    message.len()
}

/// Text in a field of the notice: one line, no control characters.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// A long value folded at spaces (RFC 5322 §2.2.3).
fn folded(name: &str, value: &str) -> String {
    let mut out = format!("{name}:");
    let mut width = out.len();
    for word in value.split(' ').filter(|w| !w.is_empty()) {
        if width + word.len() > 76 && width > 1 {
            out.push_str("\r\n");
            width = 0;
        }
        out.push(' ');
        out.push_str(word);
        width += word.len() + 1;
    }
    out + "\r\n"
}

impl Notice<'_> {
    /// The notice as a message with CRLF line ends.
    pub fn compose(&self) -> Composed {
        let utf8 = !self.to.is_ascii() || self.failures.iter().any(|f| !f.recipient.address.is_ascii());
        let full = !self.envelope.return_headers_only
            // Its notice may travel less safely than it would have itself (RFC 8689 §5).
            && self.envelope.tls_wish != TlsWish::Required
            && self.original.len() as u64 <= self.full_max
            && self.action == Action::Failed;
        let returned = if full { self.original } else { &self.original[..header_end(self.original)] };
        let text = self.text();
        let boundary = format!("=_{}", self.token);
        let mut out = String::with_capacity(4_096 + returned.len());
        self.header(&boundary, &mut out);

        let charset = if text.is_ascii() { "us-ascii" } else { "utf-8" };
        let _ = write!(
            out,
            "--{boundary}\r\nContent-Description: Notification\r\nContent-Type: text/plain; charset={charset}\r\n"
        );
        let _ = write!(out, "Content-Transfer-Encoding: {}\r\n\r\n{text}\r\n", bits(text.is_ascii()));

        let report = self.report(utf8);
        let kind = if utf8 { "message/global-delivery-status" } else { "message/delivery-status" };
        let _ = write!(out, "--{boundary}\r\nContent-Description: Delivery report\r\nContent-Type: {kind}\r\n");
        let _ = write!(out, "Content-Transfer-Encoding: {}\r\n\r\n{report}\r\n", bits(report.is_ascii()));

        let (what, kind) = match (full, utf8 && !returned.is_ascii()) {
            (true, false) => ("Undelivered message", "message/rfc822"),
            (true, true) => ("Undelivered message", "message/global"),
            (false, false) => ("Header of the message", "text/rfc822-headers"),
            (false, true) => ("Header of the message", "message/global-headers"),
        };
        let _ = write!(out, "--{boundary}\r\nContent-Description: {what}\r\nContent-Type: {kind}\r\n");
        let _ = write!(out, "Content-Transfer-Encoding: {}\r\n\r\n", bits(returned.is_ascii()));
        let mut body = out.into_bytes();
        body.extend_from_slice(returned);
        body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
        let eight_bit = !body.is_ascii();
        Composed { body, eight_bit, smtputf8: utf8 }
    }

    fn header(&self, boundary: &str, out: &mut String) {
        let subject = match self.action {
            Action::Failed => "Undelivered mail: your message could not be delivered",
            Action::Delayed => "Delayed mail: your message has not been delivered yet",
            Action::Relayed => "Your message was passed on",
        };
        let _ = write!(
            out,
            "Date: {}\r\nFrom: Mail Delivery System <mailer-daemon@{host}>\r\nTo: <{}>\r\nSubject: {subject}\r\n\
             Message-ID: <{}@{host}>\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n\
             Content-Type: multipart/report; report-type=delivery-status;\r\n boundary=\"{boundary}\"\r\n\r\n\
             This is a report in MIME format.\r\n\r\n",
            self.now.rfc5322(),
            self.to,
            self.token,
            host = self.hostname,
        );
    }

    /// The part for people.
    fn text(&self) -> String {
        let mut out = format!("This is the mail system at {}.\r\n\r\n", self.hostname);
        out.push_str(match self.action {
            Action::Failed => "Your message could not be delivered to the recipients below. It will not be tried again.\r\n",
            Action::Delayed => "Your message has not been delivered to the recipients below yet. You need not do anything:\r\n",
            Action::Relayed => "Your message was passed on for the recipients below, to a mail server that does not\r\nconfirm deliveries. It may send no further notice.\r\n",
        });
        if self.action == Action::Delayed {
            let _ = write!(out, "it is tried until {}.\r\n", self.until.rfc5322());
        }
        for failure in self.failures {
            let _ = write!(out, "\r\n{}\r\n", failure.recipient.address);
            let reply = one_line(&failure.reply);
            let said = match (failure.replied, self.action) {
                (_, Action::Relayed) => format!("passed on to {}", failure.host),
                (true, _) => format!("{} said: {reply}", failure.host),
                (false, _) => reply,
            };
            for line in wrapped(&said, 72) {
                let _ = write!(out, "    {line}\r\n");
            }
        }
        if self.action == Action::Failed {
            out.push_str("\r\nThe message, or its header, is attached.\r\n");
        }
        out
    }

    /// The part for programs (RFC 3464 §2).
    fn report(&self, utf8: bool) -> String {
        let mut out = format!("Reporting-MTA: dns; {}\r\n", self.hostname);
        if let Some(envid) = &self.envelope.envid {
            let _ = write!(out, "Original-Envelope-Id: {}\r\n", one_line(&ascii(envid, false)));
        }
        let _ = write!(out, "Arrival-Date: {}\r\n", self.envelope.received.rfc5322());
        let kind = if utf8 { "utf-8" } else { "rfc822" };
        for failure in self.failures {
            out.push_str("\r\n");
            if let Some((kind, address)) = failure.recipient.orcpt.as_deref().and_then(|o| o.split_once(';')) {
                let _ = write!(
                    out,
                    "Original-Recipient: {}; {}\r\n",
                    one_line(&ascii(kind, false)),
                    one_line(&unxtext(address))
                );
            }
            let _ = write!(out, "Final-Recipient: {kind}; {}\r\n", failure.recipient.address);
            let action = match self.action {
                Action::Failed => "failed",
                Action::Delayed => "delayed",
                Action::Relayed => "relayed",
            };
            let _ = write!(out, "Action: {action}\r\nStatus: {}\r\n", failure.status);
            if !failure.host.is_empty() {
                let _ = write!(out, "Remote-MTA: dns; {}\r\n", mta(&failure.host));
            }
            let diagnostic = if failure.replied { "smtp" } else { "x-postern" };
            if !failure.reply.is_empty() {
                out.push_str(&folded(
                    "Diagnostic-Code",
                    &format!("{diagnostic}; {}", one_line(&ascii(&failure.reply, utf8))),
                ));
            }
            let _ = write!(out, "Last-Attempt-Date: {}\r\n", self.now.rfc5322());
            if self.action == Action::Delayed {
                let _ = write!(out, "Will-Retry-Until: {}\r\n", self.until.rfc5322());
            }
        }
        out
    }
}

/// The name in `name [ip]:port`, an address in brackets (RFC 3464 §2.1.2).
fn mta(host: &str) -> String {
    if let Some(v6) = host.strip_prefix('[').and_then(|h| h.split_once(']')) {
        return format!("[{}]", v6.0);
    }
    let name = host.split([' ', ':']).next().unwrap_or_default();
    if name.parse::<std::net::IpAddr>().is_ok() { format!("[{name}]") } else { name.to_owned() }
}

fn bits(ascii: bool) -> &'static str {
    if ascii { "7bit" } else { "8bit" }
}

/// `message/delivery-status` is ASCII only.
fn ascii(text: &str, utf8: bool) -> String {
    if utf8 { text.to_owned() } else { text.chars().map(|c| if c.is_ascii() { c } else { '?' }).collect() }
}

/// An xtext value decoded (RFC 3461 §4).
fn unxtext(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let hex = |b: u8| char::from(b).to_digit(16).and_then(|d| u8::try_from(d).ok());
        match (first, after) {
            (b'+', [a, b, tail @ ..]) if hex(*a).is_some() && hex(*b).is_some() => {
                bytes.push(hex(*a).unwrap_or(0) << 4 | hex(*b).unwrap_or(0));
                rest = tail;
            }
            _ => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    ascii(&String::from_utf8_lossy(&bytes), false)
}

fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ').filter(|w| !w.is_empty()) {
        let Some(line) = lines.last_mut() else { break };
        if !line.is_empty() && line.chars().count() + word.chars().count() >= width {
            lines.push(word.to_owned());
        } else {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use model::{Direction, MessageId, Notify, SessionInfo};
    use proptest::prelude::*;

    fn compose(original: &[u8], reply: &str, envid: &str, headers_only: bool) -> Vec<u8> {
        let to = EmailAddress::parse("ann@sender.test").unwrap();
        let recipient = Recipient { address: to.clone(), orcpt: Some(reply.to_owned()), notify: Notify::default() };
        let session = SessionInfo {
            client_ip: "192.0.2.1".parse().unwrap(),
            client_port: 1,
            helo: String::new(),
            esmtp: true,
            tls: None,
            authenticated: None,
        };
        let envelope = Envelope {
            id: MessageId::new(Timestamp(0), 1),
            received: Timestamp(0),
            direction: Direction::Inbound,
            session,
            return_path: Some(to.clone()),
            recipients: vec![recipient.clone()],
            eight_bit: true,
            smtputf8: false,
            return_headers_only: headers_only,
            envid: Some(envid.to_owned()),
            size: original.len() as u64,
            tls_wish: model::TlsWish::Usual,
            sending: None,
        };
        let failure = Failure {
            recipient: &recipient,
            status: "5.1.1".into(),
            host: "mail.acme.test [192.0.2.1]:25".into(),
            reply: reply.to_owned(),
            replied: true,
        };
        let notice = Notice {
            action: Action::Failed,
            hostname: "mx.postern.test",
            to: &to,
            envelope: &envelope,
            failures: &[failure],
            original,
            full_max: 1_000,
            now: Timestamp(0),
            until: Timestamp(0),
            token: "0123456789abcdef",
        };
        notice.compose().body
    }

    #[test]
    fn the_header_ends_before_the_blank_line() {
        assert_eq!(header_end(b"A: b\r\n\r\nbody"), 6);
        assert_eq!(header_end(b"A: b\n\nbody"), 5);
        assert_eq!(header_end(b"\r\nbody"), 0);
        assert_eq!(header_end(b"A: b"), 4);
    }
    #[test]
    fn the_remote_host_is_a_name_or_an_address_in_brackets() {
        assert_eq!(mta("mail.acme.test [192.0.2.1]:25"), "mail.acme.test");
        assert_eq!(mta("192.0.2.1:25"), "[192.0.2.1]");
        assert_eq!(mta("[2001:db8::1]:25"), "[2001:db8::1]");
    }
    proptest! {
        #[test]
        fn nothing_in_a_message_or_reply_breaks_the_report(
            original in proptest::collection::vec(any::<u8>(), 0..300), reply in any::<String>(), envid in any::<String>(), headers in any::<bool>(),
        ) {
            let body = compose(&original, &reply, &envid, headers);
            let parts = |text: &[u8]| text.windows(20).filter(|w| w.starts_with(b"\r\n--=_0123456789abcd")).count();
            prop_assert_eq!(parts(&body), 4);
            let head_end = body.windows(4).position(|w| w == b"\r\n\r\n").unwrap();
            prop_assert!(String::from_utf8_lossy(&body[..head_end]).lines().count() == 9);
            // The machine's part is ASCII lines, each a field, its continuation, or blank.
            let text = String::from_utf8_lossy(&body).into_owned();
            let report = text.split("Content-Type: message/delivery-status\r\n").nth(1).unwrap();
            let report = report.split("\r\n--=_").next().unwrap();
            for line in report.split("\r\n") {
                prop_assert!(line.is_ascii() && !line.contains(['\r', '\n']), "{:?}", line);
                prop_assert!(line.is_empty() || line.starts_with(' ') || line.split_once(": ").is_some(), "{:?}", line);
            }
        }
    }
}
