//! Everything that reads octets of strangers, as functions that take any octets and must return: fuzz targets.
//!
//! `fuzz/` at the root runs them under libFuzzer (a nightly compiler, `cargo fuzz run <target>`). Everybody else has
//! `cargo run -p postern-fuzz -- <target> <seconds>` and the tests here, which replay the seeds in `fuzz/seeds/` and a fixed
//! number of mutations of them, with the compiler at hand.

mod mutate;

pub use mutate::Mutator;

use bytes::Bytes;
use delivery::client::{Encoder, encoded, parse_reply};
use delivery::security::{StsPolicy, Tlsa, sts_id};
use std::time::Duration;

/// One thing that strangers' octets get to.
#[derive(Clone, Copy)]
pub struct Target {
    pub name: &'static str,
    pub run: fn(&[u8]),
}

pub const TARGETS: &[Target] = &[
    Target { name: "commands", run: smtp::hostile::commands },
    Target { name: "proxy", run: smtp::hostile::proxy_header },
    Target { name: "text", run: smtp::hostile::text },
    Target { name: "addresses", run: addresses },
    Target { name: "message", run: message },
    Target { name: "reply", run: reply },
    Target { name: "sending", run: sending },
    Target { name: "sts_policy", run: sts_policy },
    Target { name: "https", run: https },
    Target { name: "tlsa", run: tlsa },
];

pub fn target(name: &str) -> Option<Target> {
    TARGETS.iter().find(|t| t.name == name).copied()
}

/// Addresses, domains, hosts: what is taken is taken again as it is written.
pub fn addresses(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    if let Ok(address) = model::EmailAddress::parse(text) {
        assert_eq!(model::EmailAddress::parse(address.as_str()).as_ref(), Ok(&address));
        assert!(!address.as_str().contains(['\r', '\n']), "an address is no command");
    }
    if let Ok(domain) = model::DomainName::parse(text) {
        assert_eq!(model::DomainName::parse(domain.as_str()).as_ref(), Ok(&domain));
    }
    if let Ok(host) = text.parse::<model::HostPort>() {
        assert_eq!(host.to_string().parse().as_ref(), Ok(&host));
    }
    let _ = text.parse::<model::Cidr>();
}

/// A whole message with its headers, parts and containers, delivery status notifications among them.
pub fn message(input: &[u8]) {
    let limits = message::Limits { wall_time: Duration::from_secs(2), ..message::Limits::default() };
    let _ = message::Parsed::parse(Bytes::copy_from_slice(input), &limits);
}

/// What a host answers.
pub fn reply(input: &[u8]) {
    if let Ok(Some((reply, used))) = parse_reply(input) {
        assert!(used <= input.len() && (200..600).contains(&reply.code));
        let _ = (reply.status(), reply.to_string());
        let _ = delivery::client::Capabilities::of(&reply);
    }
}

/// A message on its way out: one end of data, at its end, however it comes in pieces; the first octet says where it is cut.
pub fn sending(input: &[u8]) {
    let Some((&cut, text)) = input.split_first() else { return };
    let (front, back) = text.split_at(usize::from(cut).min(text.len()));
    let mut out = Vec::new();
    let mut encoder = Encoder::default();
    encoder.push(front, &mut out);
    encoder.push(back, &mut out);
    encoder.finish(&mut out);
    assert_eq!(out, encoded(&[text]), "the cut makes no difference");
    assert!(out.ends_with(b".\r\n"));
    let early = out.windows(5).position(|w| w == b"\r\n.\r\n").is_some_and(|at| at + 5 < out.len());
    assert!(!early && !(out.starts_with(b".\r\n") && out.len() > 3), "data ends at its end only");
    let bare = |w: &[u8]| (w[0] != b'\r' && w[1] == b'\n') || (w[0] == b'\r' && w[1] != b'\n');
    assert!(!out.windows(2).any(bare), "no line end but CRLF");
}

/// What a domain publishes about MTA-STS: what is read is read again as it is quoted.
pub fn sts_policy(input: &[u8]) {
    if let Ok(policy) = StsPolicy::parse(input) {
        assert_eq!(StsPolicy::parse(policy.lines().join("\n").as_bytes()).as_ref(), Ok(&policy));
        for mx in &policy.mx {
            assert!(policy.names(&mx.replace('*', "label")));
        }
    }
    if let Ok(text) = std::str::from_utf8(input) {
        assert!(sts_id(text.lines()).is_none_or(|id| (1..=32).contains(&id.len())));
    }
}

/// What a web server answers.
pub fn https(input: &[u8]) {
    if let Ok(response) = delivery::https::parse(input, 1_000) {
        assert!(response.body.len() <= 1_000 && response.body.len() <= input.len());
    }
}

/// The data of a TLSA record.
pub fn tlsa(input: &[u8]) {
    if let Some(tlsa) = Tlsa::of(input) {
        assert!(tlsa.to_string().len() >= 2 * (input.len() - 3));
    }
}

/// The inputs that a target begins with, by name of their files; one empty one where there are none.
pub fn seeds(name: &str) -> Vec<Vec<u8>> {
    let directory = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds").join(name);
    let mut files: Vec<_> = std::fs::read_dir(directory).into_iter().flatten().flatten().map(|f| f.path()).collect();
    files.sort();
    let read: Vec<Vec<u8>> = files.iter().filter_map(|f| std::fs::read(f).ok()).collect();
    if read.is_empty() { vec![Vec::new()] } else { read }
}
