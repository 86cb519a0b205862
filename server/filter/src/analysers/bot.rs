//! BOT: clients that behave as infected hosts do.

use crate::{
    Context,
    finding::{decisive, evidence},
    hosts::is_ip,
    rules::observe::auth,
};
use model::{Category, Direction, Finding};
use std::net::{IpAddr, Ipv4Addr};

/// Points at which the marks together decide.
const BOT: f32 = 4.0;

/// Words that access networks put into the names of their customers' lines.
const DYNAMIC: &[&str] = &[
    "dynamic",
    "dyn",
    "dhcp",
    "dialup",
    "dial",
    "dsl",
    "adsl",
    "vdsl",
    "pool",
    "ppp",
    "pppoe",
    "cable",
    "client",
    "customer",
    "cust",
    "broadband",
    "home",
    "user",
    "wireless",
    "mobile",
    "fttx",
    "ftth",
    "catv",
    "dynamicip",
    "residential",
];

pub fn run(context: &Context<'_>, out: &mut Vec<Finding>) {
    let s = context.session;
    if s.direction == Direction::Outbound || is_internal(s.client_ip) {
        return;
    }
    let [spf, dkim, dmarc] = auth(context);
    if [spf, dkim, dmarc].contains(&"pass") {
        return;
    }
    let mut reasons = Vec::new();
    let mut sum = 0.0;
    let mut add = |yes: bool, points: f32, reason: &'static str| {
        if yes {
            sum += points;
            reasons.push(reason);
        }
    };
    let helo = s.helo.trim().trim_end_matches('.').to_ascii_lowercase();
    let bare = helo.trim_matches(['[', ']']);
    add(!helo.starts_with('[') && is_ip(&helo), 2.0, "HELO is a bare IP address");
    add(helo == s.hostname.to_ascii_lowercase(), 3.0, "HELO is our own name");
    add(!is_ip(bare) && !helo.contains('.'), 1.0, "HELO is no full name");
    let line = holds_address(&helo, s.client_ip);
    add(line, 2.0, "HELO is the name of a customer's line");
    add(line && is_dynamic(&helo), 1.0, "HELO names a dynamic address");
    let m = context.message;
    // Our own Received is the first; a second one would be another server's.
    add(m.headers_named("received").count() <= 1, 1.0, "sent straight from the source");
    add(m.headers_named("message-id").next().is_none(), 0.5, "no Message-ID");
    add(m.headers_named("date").next().is_none(), 0.5, "no Date");
    add(spf == "fail", 1.0, "SPF fails");
    if sum >= BOT {
        out.push(decisive("bot", Category::Bot, reasons.join(", ")));
    } else if sum > 1.5 {
        out.push(evidence("bot", Category::Bot, sum / 2.0, reasons.join(", ")));
    }
}

fn is_internal(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => ip.is_private() || ip.is_loopback() || ip.is_link_local(),
        IpAddr::V6(ip) => {
            ip.is_loopback() || (ip.segments()[0] & 0xfe00) == 0xfc00 || (ip.segments()[0] & 0xffc0) == 0xfe80
        }
    }
}

/// Whether a name holds the address's numbers, forwards or backwards: `192-0-2-7.pool.isp.test`.
fn holds_address(helo: &str, ip: IpAddr) -> bool {
    let IpAddr::V4(ip) = ip.to_canonical() else { return false };
    if is_ip(helo.trim_matches(['[', ']'])) {
        return false;
    }
    let numbers: Vec<u32> = helo.split(|c: char| !c.is_ascii_digit()).filter_map(|n| n.parse().ok()).collect();
    let octets: Vec<u32> = ip.octets().iter().map(|o| u32::from(*o)).collect();
    let mut back = octets.clone();
    back.reverse();
    let together = |o: &[u32]| numbers.windows(4).any(|w| w == o);
    together(&octets) || together(&back) || helo.contains(&hex(ip))
}

fn hex(ip: Ipv4Addr) -> String {
    ip.octets().iter().map(|o| format!("{o:02x}")).collect()
}

fn is_dynamic(helo: &str) -> bool {
    helo.split(|c: char| !c.is_ascii_alphabetic()).any(|word| DYNAMIC.contains(&word))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::analysers::case::Case;

    fn found(helo: &str, message: &str) -> Vec<Finding> {
        let mut case = Case::of(message);
        case.session.helo = helo.into();
        case.session.client_ip = "203.0.113.7".parse().unwrap();
        case.run(run)
    }

    #[test]
    fn a_line_that_sends_by_itself_is_a_bot() {
        let list = found("203-0-113-7.dynamic.isp.example", "From: a@b.example\r\nSubject: x\r\n\r\nhi");
        assert_eq!(list[0].category, Category::Bot);
        assert!(list[0].check.is_some(), "{list:?}");
    }
    #[test]
    fn a_mail_server_is_none_whatever_it_sends() {
        assert_eq!(found("mail.example.org", "From: a@b.example\r\nMessage-ID: <1@b>\r\nDate: x\r\n\r\nhi"), []);
    }
    #[test]
    fn a_relayed_message_of_a_line_is_only_suspicious() {
        let list = found(
            "7.113.0.203.pool.isp.example",
            "Received: by x\r\nReceived: by y\r\nMessage-ID: <1@b>\r\nDate: x\r\n\r\nhi",
        );
        assert!(list[0].check.is_none() && list[0].score > 0.0, "{list:?}");
    }
    #[test]
    fn names_that_hold_the_address_are_known() {
        let ip = "203.0.113.7".parse().unwrap();
        assert!(holds_address("host-203-0-113-7.isp.example", ip) && holds_address("cb007107.isp.example", ip));
        assert!(!holds_address("mx7.example.org", ip) && !holds_address("[203.0.113.7]", ip));
    }
}
