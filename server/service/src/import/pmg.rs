//! What Proxmox Mail Gateway has: its files below /etc/pmg, and what `pmgsh get` prints.
//!
//! Taken are `domains` (`example.com 1`, a comment in the line before), `transport` (`example.com smtp:[host]:port`),
//! `mynetworks` (`192.0.2.0/24 #comment`), the JSON of `pmgsh get /config/domains`, `/config/transport` and
//! `/config/mynetworks`, and of `pmgsh get /quarantine/whitelist --pmail ADDRESS` (also blacklist, welcomelist, blocklist),
//! which must lie in a file named for its owner: `whitelist-bob@example.com.json`.

use super::gathered::{At, Gathered};
use super::postfix::{domain_of, next_hop};
use super::table::entries;
use super::{Import, Into, Source};
use model::{Cidr, EmailAddress, HostPort, SenderEntry};
use serde::Deserialize;

/// One object of any of the lists.
#[derive(Debug, Deserialize)]
struct Item {
    domain: Option<String>,
    host: Option<String>,
    port: Option<Port>,
    protocol: Option<String>,
    use_mx: Option<Truth>,
    cidr: Option<String>,
    comment: Option<String>,
    address: Option<String>,
}

/// Perl writes numbers as text or not, as they were last used.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Port {
    Number(u16),
    Text(String),
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Truth {
    Word(bool),
    Number(i64),
    Text(String),
}

impl Truth {
    fn holds(&self) -> bool {
        match self {
            Truth::Word(word) => *word,
            Truth::Number(n) => *n != 0,
            Truth::Text(text) => !matches!(text.as_str(), "" | "0"),
        }
    }
}

/// Reads files of whichever kind each is, told by its name or content.
///
/// # Errors
/// JSON that cannot be read, with file and line.
pub fn pmg(sources: &[Source<'_>], into: &Into<'_>) -> Result<Import, String> {
    let mut gathered = Gathered::new();
    // Domains first, whatever the files are called: routes are only for those.
    let rank = |source: &Source<'_>| match stem(source.name) {
        name if name.contains("domains") => 0,
        name if name.contains("transport") => 1,
        _ => 2,
    };
    let mut sources = sources.to_vec();
    sources.sort_by_key(rank);
    for source in sources {
        let name = stem(source.name);
        if let Some(start) = json_start(source.text) {
            json(&mut gathered, source, start)?;
        } else if name == "domains" {
            for entry in entries(source.text) {
                domain_of(&mut gathered, source.at(entry.line), &entry.key, None);
            }
        } else if name == "transport" {
            for entry in entries(source.text) {
                let at = source.at(entry.line);
                match next_hop(&entry.value) {
                    Ok((gateway, by_mx)) => route(&mut gathered, at, &entry.key, gateway, by_mx),
                    Err(why) => gathered.leave_out(at, &format!("{} {}", entry.key, entry.value), why),
                }
            }
        } else if name == "mynetworks" {
            for (line, n) in source.text.lines().zip(1u64..).filter(|(line, _)| !line.trim().is_empty()) {
                let (range, comment) = line.split_once('#').unwrap_or((line, ""));
                network(&mut gathered, source.at(n), range.trim(), comment);
            }
        } else {
            let known = "domains, transport, mynetworks, and what pmgsh prints as JSON, are taken";
            gathered.leave_out(source.at(1), source.name, known);
        }
    }
    Ok(gathered.finish(into))
}

/// Whether a file of this name is one that [`pmg`] takes.
pub fn is_of_pmg(name: &str) -> bool {
    let stem = stem(name);
    matches!(stem.as_str(), "domains" | "transport" | "mynetworks") || list_of(&stem).is_some()
}

/// The file's name without directory and end, in lower case.
fn stem(name: &str) -> String {
    let name = name.rsplit('/').next().unwrap_or(name).to_ascii_lowercase();
    name.strip_suffix(".json").or_else(|| name.strip_suffix(".txt")).map_or(name.clone(), str::to_owned)
}

/// Where the JSON begins: `pmgsh` prints a line such as `200 OK` before it.
fn json_start(text: &str) -> Option<usize> {
    let mut at = 0;
    for line in text.split_inclusive('\n').take(3) {
        if line.trim_start().starts_with('[') {
            return Some(at);
        }
        if !line.trim().is_empty() && !line.starts_with("200") {
            return None;
        }
        at += line.len();
    }
    None
}

fn json(gathered: &mut Gathered, source: Source<'_>, start: usize) -> Result<(), String> {
    let before = source.text[..start].lines().count();
    let mut values = serde_json::Deserializer::from_str(&source.text[start..]).into_iter::<Vec<Item>>();
    let items = match values.next() {
        Some(Ok(items)) => items,
        Some(Err(error)) => return Err(format!("{}:{}: {error}", source.name, before + error.line())),
        None => Vec::new(),
    };
    let owner = list_of(&stem(source.name));
    for (item, n) in items.iter().zip(1u64..) {
        // JSON has no lines to speak of: the number of the item.
        let at = source.at(n);
        let comment = item.comment.as_deref().unwrap_or_default();
        match item {
            Item { cidr: Some(range), .. } => network(gathered, at, range, comment),
            Item { domain: Some(domain), host: Some(host), .. } => {
                if item.protocol.as_deref().is_some_and(|p| p != "smtp") {
                    gathered.leave_out(at, domain, "mail for it is delivered by LMTP, not by SMTP");
                    continue;
                }
                let port = match &item.port {
                    None => Some(25),
                    Some(Port::Number(port)) => Some(*port),
                    Some(Port::Text(text)) => text.parse().ok(),
                };
                let host = if host.contains(':') { format!("[{host}]") } else { host.clone() };
                let by_mx = item.use_mx.as_ref().is_some_and(Truth::holds) && host.parse::<std::net::IpAddr>().is_err();
                match port.and_then(|port| format!("{host}:{port}").parse::<HostPort>().ok()) {
                    Some(gateway) => route(gathered, at, domain, gateway, by_mx),
                    None => gathered.leave_out(at, domain, format!("{host:?} is no host")),
                }
            }
            Item { domain: Some(domain), .. } => domain_of(gathered, at, domain, None),
            Item { address: Some(address), .. } => match &owner {
                Some((owner, friend)) => sender(gathered, at, owner, address, *friend),
                None => gathered.leave_out(
                    at,
                    address,
                    "whose list it is must stand in the file's name: whitelist-bob@example.com.json",
                ),
            },
            _ => gathered.leave_out(at, "item", "expected domain, host, cidr or address"),
        }
    }
    Ok(())
}

/// Whose list a file of this name is, and whether of friends.
fn list_of(stem: &str) -> Option<(EmailAddress, bool)> {
    for (word, friend) in [("whitelist", true), ("welcomelist", true), ("blacklist", false), ("blocklist", false)] {
        if let Some(rest) = stem.strip_prefix(word) {
            return EmailAddress::parse(rest.trim_start_matches(['-', '_', '.'])).ok().map(|a| (a, friend));
        }
    }
    None
}

fn sender(gathered: &mut Gathered, at: At<'_>, owner: &EmailAddress, address: &str, friend: bool) {
    // `*@example.com` is what it calls a domain.
    let plain = address.strip_prefix("*@").unwrap_or(address);
    match plain.parse::<SenderEntry>() {
        Ok(entry) if !plain.trim_start_matches("*.").contains('*') => gathered.sender(at, owner, entry, friend),
        Ok(_) => gathered.leave_out(at, address, "patterns are not imported, only addresses, domains and networks"),
        Err(error) => gathered.leave_out(at, address, error),
    }
}

fn route(gathered: &mut Gathered, at: At<'_>, domain: &str, gateway: HostPort, by_mx: bool) {
    if domain.contains('@') {
        return gathered.leave_out(at, domain, "a route is imported for a domain only");
    }
    let ours = model::DomainName::parse(domain).is_ok_and(|name| gathered.has_domain(&name));
    if !ours {
        return gathered.leave_out(at, domain, "it is not among the relay domains: a route for outgoing mail");
    }
    if by_mx {
        gathered.leave_out(at, domain, format!("mail goes to the host {} itself, not to its MX", gateway.host));
    }
    domain_of(gathered, at, domain, Some(gateway));
}

fn network(gathered: &mut Gathered, at: At<'_>, range: &str, comment: &str) {
    match range.parse::<Cidr>() {
        Ok(range) if range.address().is_loopback() => {}
        Ok(range) => gathered.network(range, comment),
        Err(error) => gathered.leave_out(at, range, error),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn read(sources: &[(&str, &str)]) -> Import {
        let sources: Vec<Source<'_>> = sources.iter().map(|(name, text)| Source { name, text }).collect();
        pmg(&sources, &Into { account: "acme", ..Into::default() }).unwrap()
    }

    #[test]
    fn files_and_json_of_the_same_say_the_same() {
        let files = read(&[
            (
                "/etc/pmg/transport",
                "#mail server\nacme.test smtp:[mail.acme.test]:2525\nother.test smtp:mx.other.test:25\n",
            ),
            ("/etc/pmg/domains", "#the company\nacme.test 1\nother.test 1\n"),
            ("/etc/pmg/mynetworks", "192.0.2.0/24 #office\n127.0.0.0/8 #\n"),
        ]);
        let json = read(&[
            ("domains.json", r#"[{"domain":"acme.test","comment":"the company"},{"domain":"other.test"}]"#),
            (
                "transport.json",
                "200 OK\n[{\"domain\":\"acme.test\",\"host\":\"mail.acme.test\",\"port\":\"2525\",\"use_mx\":0,\"protocol\":\"smtp\"},{\"domain\":\"other.test\",\"host\":\"mx.other.test\",\"port\":25,\"use_mx\":1}]",
            ),
            (
                "mynetworks.json",
                r#"[{"cidr":"192.0.2.0/24","comment":"office","prefix_size":24},{"cidr":"127.0.0.0/8"}]"#,
            ),
        ]);
        assert_eq!(files.document, json.document);
        let account = &files.document.accounts[0];
        let gateways: Vec<_> = account.domains.iter().map(|d| d.gateways.as_ref().unwrap()[0].to_string()).collect();
        assert_eq!(gateways, ["mail.acme.test:2525", "mx.other.test:25"]);
        assert_eq!((account.outbound_ips.len(), account.outbound_ips[0].nickname.as_deref()), (1, Some("office")));
        for import in [&files, &json] {
            assert_eq!(import.left_out.len(), 1);
            assert!(import.left_out[0].why.contains("not to its MX"));
        }
    }

    #[test]
    fn lists_belong_to_whom_their_file_is_named_for() {
        let import = read(&[
            (
                "whitelist-bob@acme.test.json",
                r#"[{"address":"alice@partner.test"},{"address":"*@friend.test"},{"address":"a*@x.test"}]"#,
            ),
            ("blocklist_bob@acme.test.json", r#"[{"address":"spammer.test"}]"#),
            ("whitelist.json", r#"[{"address":"lost.test"}]"#),
            ("ruledb", "x"),
        ]);
        let bob = &import.document.accounts[0].domains[0].mailboxes[0];
        let text = |list: &Option<Vec<SenderEntry>>| {
            list.iter().flatten().map(ToString::to_string).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(
            (text(&bob.friends), text(&bob.enemies)),
            ("alice@partner.test friend.test".into(), "spammer.test".into())
        );
        let said: Vec<_> = import.left_out.iter().map(ToString::to_string).collect();
        assert_eq!(said.len(), 3, "{said:?}");
        assert!(said.iter().any(|s| s.starts_with("whitelist.json:1: lost.test: whose list")), "{said:?}");
    }

    #[test]
    fn broken_json_names_file_and_line() {
        let error =
            pmg(&[Source { name: "domains.json", text: "200 OK\n[{\"domain\":\n5}]" }], &Into::default()).unwrap_err();
        assert!(error.starts_with("domains.json:3:"), "{error}");
    }
}
