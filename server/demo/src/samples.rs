//! Sample mail of every kind, written for the purpose. Names, addresses and texts are invented; domains end in .test
//! or .example (RFC 2606).

mod attachments;
mod signed;
mod texts;

use base64::Engine;
use model::Timestamp;

pub use signed::zone;

/// A message and where it is sent from and to.
#[derive(Debug, Clone)]
pub struct Sample {
    /// What it is: `phishing`.
    pub name: &'static str,
    pub from: String,
    pub to: String,
    pub helo: &'static str,
    pub body: Vec<u8>,
    /// Whether a filter on default settings should let it pass to the gateway.
    pub passes: bool,
}

/// One of each kind, addressed to `to`.
pub fn all(to: &str, now: Timestamp) -> Vec<Sample> {
    let mut out = texts::samples(to, now);
    out.extend(attachments::samples(to, now));
    out.extend(signed::sample(to, now));
    out
}

struct Draft<'a> {
    name: &'static str,
    from: &'a str,
    envelope: &'a str,
    to: &'a str,
    subject: &'a str,
    extra: &'a str,
    passes: bool,
}

impl Draft<'_> {
    /// The message with a body that follows `content`, the Content-* headers.
    fn with(&self, now: Timestamp, content: &str, body: &[u8]) -> Sample {
        let domain = self.envelope.rsplit('@').next().filter(|d| !d.is_empty()).unwrap_or("mail.example");
        let head = format!(
            "From: {}\r\nTo: <{}>\r\nSubject: {}\r\nDate: {}\r\nMessage-ID: <{}.{}@{domain}>\r\nMIME-Version: 1.0\r\n{}{content}\r\n",
            self.from,
            self.to,
            self.subject,
            now.rfc5322(),
            now.0,
            self.name,
            self.extra,
        );
        let mut raw = head.into_bytes();
        raw.extend_from_slice(body);
        Sample {
            name: self.name,
            from: self.envelope.to_owned(),
            to: self.to.to_owned(),
            helo: "mail.example",
            body: raw,
            passes: self.passes,
        }
    }

    fn text(&self, now: Timestamp, text: &str) -> Sample {
        let body = text.replace('\n', "\r\n");
        self.with(
            now,
            "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n",
            body.as_bytes(),
        )
    }

    fn html(&self, now: Timestamp, text: &str, html: &str) -> Sample {
        let body = format!(
            "--alt-0b1\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{}\r\n--alt-0b1\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{}\r\n--alt-0b1--\r\n",
            text.replace('\n', "\r\n"),
            html.replace('\n', "\r\n")
        );
        self.with(now, "Content-Type: multipart/alternative; boundary=\"alt-0b1\"\r\n", body.as_bytes())
    }

    fn attached(&self, now: Timestamp, text: &str, name: &str, mime: &str, data: &[u8]) -> Sample {
        let mut body = format!(
            "--mix-7c2\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{}\r\n--mix-7c2\r\nContent-Type: {mime}; name=\"{name}\"\r\nContent-Disposition: attachment; filename=\"{name}\"\r\nContent-Transfer-Encoding: base64\r\n\r\n",
            text.replace('\n', "\r\n")
        )
        .into_bytes();
        let encoded = base64::engine::general_purpose::STANDARD.encode(data);
        body.reserve(encoded.len() + encoded.len() / 38);
        for line in encoded.as_bytes().chunks(76) {
            body.extend_from_slice(line);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--mix-7c2--\r\n");
        self.with(now, "Content-Type: multipart/mixed; boundary=\"mix-7c2\"\r\n", &body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_there_and_each_sample_is_a_whole_message() {
        let samples = all("bob@acme.test", Timestamp(1_795_514_400_000));
        let names: Vec<_> = samples.iter().map(|s| s.name).collect();
        for wanted in [
            "plain",
            "html",
            "spam",
            "phishing",
            "bounce",
            "newsletter",
            "eicar",
            "macro",
            "zip-in-zip",
            "large",
            "japanese",
            "dkim-signed",
        ] {
            assert!(names.contains(&wanted), "{wanted} is missing");
        }
        for sample in &samples {
            let parsed = mail_parser::MessageParser::default().parse(&sample.body).unwrap();
            assert!(parsed.subject().is_some() && parsed.from().is_some(), "{}", sample.name);
            assert!(!sample.body.windows(2).any(|w| w[1] == b'\n' && w[0] != b'\r'), "{}: bare LF", sample.name);
        }
    }
}
