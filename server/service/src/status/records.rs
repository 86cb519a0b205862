//! From the answers of the DNS to verdicts: no question is asked here.

use crate::start::{is_spf, mx_line, spf_with};
use filter::auth::Spf;
use model::finding::AuthResult;
use model::view::status::{Health, RecordCheck, ZoneRecord};
use model::{DkimKey, DkimPublished, DomainName};
use std::net::IpAddr;

/// What a question came to: nothing where there is no such record; a sentence where nobody answered.
pub(crate) type Found = Result<Vec<String>, String>;

/// Shown of a record that somebody else wrote, in characters.
const SHOWN: usize = 2_000;

fn check(key: &str, title: &str, found: Vec<String>) -> RecordCheck {
    let found = found.into_iter().map(|t| t.chars().filter(|c| !c.is_control()).take(SHOWN).collect()).collect();
    RecordCheck {
        key: key.into(),
        title: title.into(),
        health: Health::Good,
        said: String::new(),
        found,
        publish: None,
    }
}

fn says(check: RecordCheck, health: Health, said: impl Into<String>) -> RecordCheck {
    RecordCheck { health, said: said.into(), ..check }
}

fn txt(name: String, value: String) -> Option<ZoneRecord> {
    Some(ZoneRecord { name, kind: "TXT".into(), value })
}

/// The values of a tag list such as `v=DMARC1; p=none` (RFC 7489 §6.3, RFC 8461 §3.1, RFC 8460 §3).
fn tag<'a>(record: &'a str, name: &str) -> Option<&'a str> {
    let tags = record.split(';').filter_map(|t| t.split_once('='));
    tags.map(|(n, v)| (n.trim(), v.trim())).find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v)
}

/// Those that begin with the version that they must begin with.
fn of_version<'a>(found: &'a [String], version: &str) -> Vec<&'a str> {
    let first = |t: &&str| t.split(';').next().is_some_and(|v| v.replace(' ', "").eq_ignore_ascii_case(version));
    found.iter().map(String::as_str).filter(first).collect()
}

pub(crate) fn mx(domain: &DomainName, found: Found, hostname: &str) -> RecordCheck {
    let line = mx_line(found.clone(), hostname);
    let ours = found.iter().flatten().any(|h| h.trim_end_matches('.').eq_ignore_ascii_case(hostname));
    let health = match (&found, line.good, ours) {
        (Err(_), ..) => Health::Unknown,
        (_, true, _) => Health::Good,
        (_, _, true) => Health::Advice,
        _ => Health::Bad,
    };
    let publish = ZoneRecord { name: domain.to_string(), kind: "MX".into(), value: format!("10 {hostname}.") };
    RecordCheck {
        publish: (!line.good).then_some(publish),
        ..says(check("mx", "MX: where its mail goes", found.unwrap_or_default()), health, line.said)
    }
}

/// `evaluated`: the domain's SPF for each address that this server sends from. `sends`: its mail goes out here.
pub(crate) fn spf(
    domain: &DomainName,
    found: &Found,
    evaluated: &[(IpAddr, Spf)],
    hostname: &str,
    sends: bool,
) -> RecordCheck {
    let records: Vec<String> = found.iter().flatten().filter(|t| is_spf(t)).cloned().collect();
    let now = records.first().cloned();
    let c = check("spf", "SPF: who may send for it", records);
    if let Err(why) = found {
        return says(c, Health::Unknown, why);
    }
    let missed: Vec<_> = evaluated.iter().filter(|(_, s)| s.result != AuthResult::Pass).collect();
    let broken = missed.iter().find(|(_, s)| s.result == AuthResult::PermError);
    let late = missed.iter().find(|(_, s)| s.result == AuthResult::TempError);
    let list = |all: &[&(IpAddr, Spf)]| all.iter().map(|(ip, _)| ip.to_string()).collect::<Vec<_>>().join(", ");
    let unfit = if sends { Health::Bad } else { Health::Advice };
    let only = if sends { "" } else { " It matters only where the domain's own mail goes out through this server." };
    let publish = || txt(domain.to_string(), spf_with(now.as_deref(), hostname));
    if let Some((_, s)) = broken {
        let why = s.problem.clone().unwrap_or_else(|| "it cannot be read".into());
        return says(c, Health::Bad, format!("Every receiver finds the record broken (RFC 7208): {why}."));
    }
    if let Some((_, s)) = late {
        let why = s.problem.clone().unwrap_or_default();
        return says(c, Health::Unknown, format!("The record cannot be evaluated now: {why}."));
    }
    if now.is_none() {
        let c = says(c, unfit, format!("There is no SPF record.{only}"));
        return RecordCheck { publish: publish(), ..c };
    }
    if evaluated.is_empty() {
        let said = format!("There is a record, but {hostname} has no address in the DNS to try it with.");
        return says(c, Health::Unknown, said);
    }
    if missed.is_empty() {
        let all: Vec<_> = evaluated.iter().collect();
        return says(c, Health::Good, format!("This server may send for it: pass for {}.", list(&all)));
    }
    let result = missed.first().map(|(_, s)| s.result.as_str()).unwrap_or_default();
    let said = format!("The record does not let this server send: {result} for {}.{only}", list(&missed));
    RecordCheck { publish: publish(), ..says(c, unfit, said) }
}

/// `signs`: the domain's settings let its keys sign.
pub(crate) fn dkim(key: &DkimKey, published: &DkimPublished, signs: bool) -> RecordCheck {
    let found = match published {
        DkimPublished::Yes => vec![key.record()],
        DkimPublished::Differs(other) => vec![other.clone()],
        _ => Vec::new(),
    };
    let c = check(
        &format!("dkim-{}", key.selector.as_str().replace('.', "-")),
        &format!("DKIM: key {} ({})", key.selector, key.algorithm.label()),
        found,
    );
    let publish = txt(key.record_name(), key.record());
    let retired = key.retired.is_some();
    let (health, said) = match (published, key.active) {
        (DkimPublished::Yes, true) if !signs => {
            (Health::Advice, "The record is published, but signing is switched off in the domain's settings.".into())
        }
        (DkimPublished::Yes, true) => (Health::Good, "The record is published, and the key signs.".into()),
        (DkimPublished::Yes, false) if retired => {
            (Health::Good, "The key signs no longer; its record is still there for mail on its way.".into())
        }
        (DkimPublished::Yes, false) => (Health::Good, "The record is published: the key can be let sign.".into()),
        (DkimPublished::Missing, true) => {
            (Health::Bad, "The key signs, but its record is not published: what it signs does not verify.".into())
        }
        (DkimPublished::Differs(_), true) => {
            (Health::Bad, "The key signs, but the DNS has another record in its place: nothing verifies.".into())
        }
        (DkimPublished::Missing, false) if retired => {
            (Health::Good, "The key is retired and its record is gone: it can be deleted.".into())
        }
        (DkimPublished::Missing, false) => {
            (Health::Advice, "The record is not published yet. The key does not sign until it is.".into())
        }
        (DkimPublished::Differs(_), false) => {
            (Health::Advice, "The DNS has another record in its place. The key does not sign.".into())
        }
        (DkimPublished::Unknown(why), _) => (Health::Unknown, why.clone()),
    };
    let wanted = !retired && matches!(published, DkimPublished::Missing | DkimPublished::Differs(_));
    RecordCheck { publish: publish.filter(|_| wanted), ..says(c, health, said) }
}

pub(crate) fn no_dkim(sends: bool) -> RecordCheck {
    let health = if sends { Health::Bad } else { Health::Advice };
    let c = check("dkim", "DKIM: signatures", Vec::new());
    says(c, health, "The domain has no key: what it sends through this server is not signed.")
}

/// `found`: the records at each name from `_dmarc.DOMAIN` upward, the first that has any counts (RFC 7489 §6.6.3).
pub(crate) fn dmarc(domain: &DomainName, found: &[(DomainName, Found)]) -> RecordCheck {
    let name = format!("_dmarc.{domain}");
    let title = "DMARC: what receivers do about forgeries";
    let publish = || txt(name.clone(), format!("v=DMARC1; p=none; rua=mailto:postmaster@{domain}"));
    for (at, answer) in found {
        let all = match answer {
            Err(why) => return says(check("dmarc", title, Vec::new()), Health::Unknown, why),
            Ok(all) => all,
        };
        let records = of_version(all, "v=DMARC1");
        let Some(record) = records.first() else { continue };
        let c = check("dmarc", title, records.iter().map(|r| (*r).to_owned()).collect());
        if records.len() > 1 {
            return says(c, Health::Bad, format!("There are {} records; receivers then see none.", records.len()));
        }
        let inherited = at != domain;
        let policy = if inherited { tag(record, "sp").or_else(|| tag(record, "p")) } else { tag(record, "p") };
        let from = if inherited { format!(" It is that of {at}.") } else { String::new() };
        let part = tag(record, "pct").filter(|p| *p != "100").map(|p| format!(" It holds for {p}% of the mail."));
        let (health, said) = match policy.map(str::to_ascii_lowercase).as_deref() {
            Some("reject") => (Health::Good, "Receivers refuse what is forged."),
            Some("quarantine") => (Health::Good, "Receivers treat what is forged as spam."),
            Some("none") => (Health::Advice, "Receivers only report: nothing is done about what is forged."),
            _ => (Health::Bad, "The record has no policy (p=) that receivers understand."),
        };
        let health = if part.is_some() && health == Health::Good { Health::Advice } else { health };
        return says(c, health, format!("{said}{from}{}", part.unwrap_or_default()));
    }
    let c = check("dmarc", title, Vec::new());
    let said = "There is no record: forgeries of its name are not recognised as such.";
    RecordCheck { publish: publish(), ..says(c, Health::Bad, said) }
}

/// `host`: the addresses of `mta-sts.DOMAIN`, which must serve the policy. `id`: of a new record.
pub(crate) fn mta_sts(domain: &DomainName, found: &Found, host: &Found, hostname: &str, id: &str) -> RecordCheck {
    let all = found.clone().unwrap_or_default();
    let records = of_version(&all, "v=STSv1");
    let c = check("mta-sts", "MTA-STS: encrypted delivery to it", records.iter().map(|r| (*r).to_owned()).collect());
    if let Err(why) = found {
        return says(c, Health::Unknown, why);
    }
    let policy = format!("https://mta-sts.{domain}/.well-known/mta-sts.txt");
    match records.as_slice() {
        [] => RecordCheck {
            publish: txt(format!("_mta-sts.{domain}"), format!("v=STSv1; id={id}")),
            ..says(
                c,
                Health::Advice,
                format!(
                    "There is none, which is allowed: senders may then be led to deliver in clear text. With the record goes a policy at {policy} that names {hostname}."
                ),
            )
        },
        [one] if tag(one, "id").is_none_or(|i| i.is_empty() || i.len() > 32) => {
            says(c, Health::Bad, "The record has no id of 1 to 32 letters and digits (RFC 8461 section 3.1).")
        }
        [_] => match host {
            Err(why) => says(c, Health::Unknown, why),
            Ok(ips) if ips.is_empty() => {
                let said =
                    format!("The record is there, but mta-sts.{domain} has no address: no sender gets the policy.");
                says(c, Health::Bad, said)
            }
            Ok(_) => says(
                c,
                Health::Good,
                format!("The record is there. The policy at {policy} must name {hostname}; it is not fetched here."),
            ),
        },
        many => says(c, Health::Bad, format!("There are {} records; senders then see none.", many.len())),
    }
}

pub(crate) fn tls_rpt(domain: &DomainName, found: &Found) -> RecordCheck {
    let all = found.clone().unwrap_or_default();
    let records = of_version(&all, "v=TLSRPTv1");
    let title = "TLS-RPT: reports about encryption";
    let c = check("tls-rpt", title, records.iter().map(|r| (*r).to_owned()).collect());
    if let Err(why) = found {
        return says(c, Health::Unknown, why);
    }
    let publish = txt(format!("_smtp._tls.{domain}"), format!("v=TLSRPTv1; rua=mailto:postmaster@{domain}"));
    match records.as_slice() {
        [] => {
            let said = "There is none, which is allowed: nobody tells when mail cannot be delivered encrypted.";
            RecordCheck { publish, ..says(c, Health::Advice, said) }
        }
        [one] => match tag(one, "rua").filter(|r| r.contains("mailto:") || r.contains("https:")) {
            Some(to) => says(c, Health::Good, format!("Reports go to {to}.")),
            None => RecordCheck { publish, ..says(c, Health::Bad, "The record names nobody to report to (rua=).") },
        },
        many => says(c, Health::Bad, format!("There are {} records; senders then see none.", many.len())),
    }
}

/// Whether a name and its addresses lead to each other. `back`: the names of each address.
pub(crate) fn name(hostname: &str, addresses: &Result<Vec<IpAddr>, String>, back: &[(IpAddr, Found)]) -> RecordCheck {
    let found = back.iter().map(|(ip, names)| format!("{ip} → {}", names.clone().unwrap_or_default().join(", ")));
    let c = check("name", "Name of this server", found.collect());
    let ips = match addresses {
        Err(why) => return says(c, Health::Unknown, why),
        Ok(ips) if ips.is_empty() => {
            let said =
                format!("This server greets as {hostname}, which has no address in the DNS: many receivers refuse it.");
            return says(c, Health::Bad, said);
        }
        Ok(ips) => ips,
    };
    let same = |n: &String| n.trim_end_matches('.').eq_ignore_ascii_case(hostname);
    for (ip, names) in back {
        match names {
            Err(why) => return says(c, Health::Unknown, why),
            Ok(names) if names.iter().any(same) => {}
            Ok(names) => {
                let said = match names.first() {
                    None => format!("{ip} has no name (PTR): many receivers refuse its mail."),
                    Some(other) => format!("{ip} is called {other}, but this server greets as {hostname}."),
                };
                let publish = ZoneRecord {
                    name: filter::auth::dns::reverse_name(*ip),
                    kind: "PTR".into(),
                    value: format!("{hostname}."),
                };
                return RecordCheck { publish: Some(publish), ..says(c, Health::Bad, said) };
            }
        }
    }
    let list = ips.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    says(c, Health::Good, format!("{hostname} is {list}, and back."))
}

/// The network's own address, where it is one: its names, and whether one of them leads back.
pub(crate) fn client(ip: IpAddr, names: &Found, confirmed: Option<&str>) -> RecordCheck {
    let c = check("client", "The address that sends to this server", names.clone().unwrap_or_default());
    match (names, confirmed) {
        (Err(why), _) => says(c, Health::Unknown, why),
        (Ok(_), Some(name)) => says(c, Health::Good, format!("{ip} is {name}, and back.")),
        (Ok(names), None) => {
            let said = match names.first() {
                None => format!("{ip} has no name (PTR). Only this server sees it, so that nothing is refused for it."),
                Some(n) => format!("{ip} says that it is {n}, but {n} does not lead back to it."),
            };
            says(c, Health::Advice, said)
        }
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
