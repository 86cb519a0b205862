//! What a host offers in its answer to EHLO (RFC 5321 §4.1.1.1).

use super::Reply;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Capabilities {
    pub pipelining: bool,
    pub starttls: bool,
    pub eight_bit: bool,
    pub smtputf8: bool,
    pub dsn: bool,
    pub chunking: bool,
    /// REQUIRETLS (RFC 8689).
    pub require_tls: bool,
    /// SIZE (RFC 1870) was offered.
    pub size: bool,
    /// The largest message in bytes, where the host names one.
    pub size_max: Option<u64>,
}

impl Capabilities {
    /// From the reply to EHLO; its first line is a greeting.
    pub fn of(reply: &Reply) -> Self {
        let mut found = Capabilities::default();
        for line in reply.lines.iter().skip(1) {
            let mut words = line.split_ascii_whitespace();
            let Some(keyword) = words.next() else { continue };
            match keyword.to_ascii_uppercase().as_str() {
                "PIPELINING" => found.pipelining = true,
                "STARTTLS" => found.starttls = true,
                "8BITMIME" => found.eight_bit = true,
                "SMTPUTF8" => found.smtputf8 = true,
                "DSN" => found.dsn = true,
                "CHUNKING" => found.chunking = true,
                "REQUIRETLS" => found.require_tls = true,
                "SIZE" => {
                    found.size = true;
                    found.size_max = words.next().and_then(|n| n.parse().ok()).filter(|n| *n > 0);
                }
                _ => {}
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn keywords_are_read_in_any_case_and_the_greeting_is_none() {
        let text = b"250-PIPELINING\r\n250-size 1000\r\n250-StartTLS\r\n250-8BITMIME\r\n250-X-OTHER a b\r\n250 DSN\r\n";
        let (reply, _) = super::super::parse_reply(text).unwrap().unwrap();
        let c = Capabilities::of(&reply);
        assert_eq!(
            c,
            Capabilities { starttls: true, eight_bit: true, dsn: true, size: true, size_max: Some(1000), ..c }
        );
        assert!(!c.pipelining && !c.smtputf8);
    }
    #[test]
    fn size_without_or_with_zero_limit_is_no_limit() {
        for text in ["250-x\r\n250 SIZE\r\n", "250-x\r\n250 SIZE 0\r\n", "250-x\r\n250 SIZE many\r\n"] {
            let (reply, _) = super::super::parse_reply(text.as_bytes()).unwrap().unwrap();
            assert_eq!((Capabilities::of(&reply).size, Capabilities::of(&reply).size_max), (true, None));
        }
    }
}
