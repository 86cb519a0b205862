//! Our Received header (RFC 5321 §4.4), the first lines of each message that is accepted.

use model::{DomainName, EmailAddress, MessageId, SessionInfo, Timestamp};
use std::net::IpAddr;

/// What the header says.
pub(crate) struct Received<'a> {
    pub session: &'a SessionInfo,
    pub hostname: &'a DomainName,
    pub id: MessageId,
    pub at: Timestamp,
    pub smtputf8: bool,
    /// The recipient, where there is one only: several would tell each of the others.
    pub only_recipient: Option<&'a EmailAddress>,
}

impl Received<'_> {
    /// The header with its line ends.
    pub fn text(&self) -> String {
        let session = self.session;
        let ip = match session.client_ip.to_canonical() {
            IpAddr::V4(ip) => format!("[{ip}]"),
            IpAddr::V6(ip) => format!("[IPv6:{ip}]"),
        };
        let tls = session.tls.as_ref().map(|tls| format!("\r\n\t(using {tls})")).unwrap_or_default();
        let recipient = self.only_recipient.map(|r| format!("\r\n\tfor <{r}>")).unwrap_or_default();
        format!(
            "Received: from {helo} ({ip}){tls}\r\n\tby {by} with {with} id {id}{recipient};\r\n\t{date}\r\n",
            helo = session.helo,
            by = self.hostname,
            with = self.protocol(),
            id = self.id,
            date = self.at.rfc5322(),
        )
    }

    /// The registered name of the protocol (RFC 3848, RFC 6531 §4.3).
    fn protocol(&self) -> String {
        let base = match (self.session.esmtp, self.smtputf8) {
            (_, true) => "UTF8SMTP",
            (true, false) => "ESMTP",
            (false, false) => return "SMTP".to_owned(),
        };
        let tls = if self.session.tls.is_some() { "S" } else { "" };
        let auth = if self.session.authenticated.is_some() { "A" } else { "" };
        format!("{base}{tls}{auth}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session() -> SessionInfo {
        SessionInfo {
            client_ip: "192.0.2.7".parse().expect("ip"),
            client_port: 4,
            helo: "mx.partner.test".to_owned(),
            esmtp: true,
            tls: None,
            authenticated: None,
        }
    }

    fn text(session: &SessionInfo, smtputf8: bool, only_recipient: Option<&EmailAddress>) -> String {
        let hostname = DomainName::parse("mx.bar.test").expect("valid");
        let at = Timestamp(1_795_514_400_000);
        Received { session, hostname: &hostname, id: MessageId::new(at, 7), at, smtputf8, only_recipient }.text()
    }

    #[test]
    fn a_plain_session_is_described() {
        let bob = EmailAddress::parse("bob@bar.test").expect("valid");
        assert_eq!(
            text(&session(), false, Some(&bob)),
            "Received: from mx.partner.test ([192.0.2.7])\r\n\tby mx.bar.test with ESMTP id 01M86FYZ800000000000000007\r\n\tfor <bob@bar.test>;\r\n\tTue, 24 Nov 2026 10:00:00 +0000\r\n"
        );
    }

    #[test]
    fn tls_utf8_and_ipv6_show() {
        let tls = SessionInfo {
            client_ip: "2001:db8::1".parse().expect("ip"),
            tls: Some("TLSv1.3 TLS13_AES_256_GCM_SHA384".to_owned()),
            ..session()
        };
        let t = text(&tls, true, None);
        assert!(
            t.contains("([IPv6:2001:db8::1])\r\n\t(using TLSv1.3 TLS13_AES_256_GCM_SHA384)")
                && t.contains("with UTF8SMTPS id")
                && !t.contains("for <"),
            "{t}"
        );
        let helo = SessionInfo { esmtp: false, ..session() };
        assert!(text(&helo, false, None).contains("with SMTP id"));
    }
}
