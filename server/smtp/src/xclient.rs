//! XCLIENT: a trusted host says for which client it speaks (Postfix's XCLIENT_README).

use crate::{Reply, command::is_host};
use std::net::IpAddr;

/// What EHLO says after the keyword.
pub(crate) const ATTRIBUTES: &str = "NAME ADDR PORT PROTO HELO";

/// What is said of the client; None: nothing, or that it is not known.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Client {
    pub address: Option<IpAddr>,
    pub port: Option<u16>,
    pub helo: Option<String>,
    pub esmtp: Option<bool>,
}

pub(crate) fn parse(argument: &str) -> Result<Client, Reply> {
    let mut client = Client::default();
    if argument.is_empty() {
        return Err(Reply::SYNTAX);
    }
    for attribute in argument.split_ascii_whitespace() {
        let (name, value) = attribute.split_once('=').ok_or(Reply::SYNTAX)?;
        let value = xtext(value).ok_or(Reply::SYNTAX)?;
        let known = !matches!(value.to_ascii_uppercase().as_str(), "[UNAVAILABLE]" | "[TEMPUNAVAIL]");
        match name.to_ascii_uppercase().as_str() {
            // The name is not believed: it is looked up where it matters.
            "NAME" => {}
            "ADDR" if known => client.address = Some(address(&value).ok_or(Reply::SYNTAX)?),
            "PORT" if known => client.port = Some(value.parse().map_err(|_| Reply::SYNTAX)?),
            "HELO" if known && is_host(&value) => client.helo = Some(value),
            "PROTO" if value.eq_ignore_ascii_case("ESMTP") => client.esmtp = Some(true),
            "PROTO" if value.eq_ignore_ascii_case("SMTP") => client.esmtp = Some(false),
            "ADDR" | "PORT" if !known => {}
            "HELO" if !known => {}
            _ => return Err(Reply::SYNTAX),
        }
    }
    Ok(client)
}

fn address(value: &str) -> Option<IpAddr> {
    let tagged = value.get(..5).is_some_and(|tag| tag.eq_ignore_ascii_case("IPV6:"));
    let ip: IpAddr = if tagged { value.get(5..)? } else { value }.parse().ok()?;
    Some(ip.to_canonical())
}

/// Takes xtext apart (RFC 3461 §4); what comes out is printable ASCII.
fn xtext(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(b) = bytes.next() {
        let b = match b {
            b'+' => {
                let pair = [bytes.next()?, bytes.next()?];
                u8::from_str_radix(std::str::from_utf8(&pair).ok()?, 16).ok()?
            }
            b => b,
        };
        if !(b' '..=b'~').contains(&b) {
            return None;
        }
        out.push(char::from(b));
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn attributes_are_read() {
        let c = parse("NAME=spike.test ADDR=192.0.2.7 port=4321 HELO=mx+2Dx.test PROTO=SMTP").unwrap();
        assert_eq!(c.address, Some("192.0.2.7".parse().unwrap()));
        assert_eq!((c.port, c.helo.as_deref(), c.esmtp), (Some(4_321), Some("mx-x.test"), Some(false)));
        assert_eq!(parse("ADDR=IPV6:2001:db8::1").unwrap().address, Some("2001:db8::1".parse().unwrap()));
        assert_eq!(parse("NAME=[UNAVAILABLE] ADDR=[TEMPUNAVAIL] HELO=[UNAVAILABLE]"), Ok(Client::default()));
    }

    #[test]
    fn what_is_no_attribute_is_refused() {
        for bad in
            ["", "ADDR", "ADDR=x", "PORT=99999999", "LOGIN=bob", "HELO=a+0Ab", "HELO=a+zz", "PROTO=QMTP", "HELO=a+"]
        {
            assert_eq!(parse(bad), Err(Reply::SYNTAX), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_answered(s in ".{0,80}") { let _ = parse(&s); }
    }
}
