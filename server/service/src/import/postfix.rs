//! What a Postfix gateway knows: relay_domains, transport(5), relay_recipient_maps and virtual(5), as text tables.

use super::gathered::{At, Gathered};
use super::table::{Entry, entries};
use super::{Import, Into, Source};
use model::{DomainName, EmailAddress, HostPort};
use std::collections::HashMap;

/// The tables that there are.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tables<'a> {
    pub relay_domains: Option<Source<'a>>,
    pub transport: Option<Source<'a>>,
    pub relay_recipients: Option<Source<'a>>,
    pub virtual_aliases: Option<Source<'a>>,
}

/// Addresses that lead to each other are followed so far.
const DEPTH: usize = 16;
const CATCH_ALL: &str =
    "it catches all addresses of the domain: set \"unrecognized\" of the domain to accept if that is meant";

/// Reads the tables.
pub fn postfix(tables: &Tables<'_>, into: &Into<'_>) -> Import {
    let mut gathered = Gathered::new();
    // Where domains are listed, others are not ours.
    let closed = tables.relay_domains.is_some();
    for (source, entry) in each(tables.relay_domains) {
        domain_of(&mut gathered, source.at(entry.line), &entry.key, None);
    }
    if let Some(source) = tables.transport {
        transport(&mut gathered, source, closed);
    }
    for (source, entry) in each(tables.relay_recipients) {
        let at = source.at(entry.line);
        if let Some(address) = recipient(&mut gathered, at, &entry, closed) {
            gathered.mailbox(at, &address);
        }
    }
    if let Some(source) = tables.virtual_aliases {
        aliases(&mut gathered, source, closed);
    }
    gathered.finish(into)
}

fn each<'a>(source: Option<Source<'a>>) -> impl Iterator<Item = (Source<'a>, Entry)> {
    source.into_iter().flat_map(|source| entries(source.text).into_iter().map(move |entry| (source, entry)))
}

/// Adds the domain, with its gateway.
pub fn domain_of(gathered: &mut Gathered, at: At<'_>, name: &str, gateway: Option<HostPort>) {
    if name.starts_with('.') {
        return gathered.leave_out(at, name, "domains below another are added one by one");
    }
    match DomainName::parse(name) {
        Ok(name) => {
            let domain = gathered.domain(&name);
            if gateway.is_some() {
                domain.gateways = gateway.map(|g| vec![g]);
            }
        }
        Err(error) => gathered.leave_out(at, name, error),
    }
}

/// An address of one of our domains; None, and a word, for every other key.
fn recipient(gathered: &mut Gathered, at: At<'_>, entry: &Entry, closed: bool) -> Option<EmailAddress> {
    let key = entry.key.as_str();
    if key.starts_with('/') || key == "if" || key == "endif" {
        gathered.leave_out(at, key, "patterns are not imported");
        return None;
    }
    if key.starts_with('@') {
        gathered.leave_out(at, key, CATCH_ALL);
        return None;
    }
    match EmailAddress::parse(key) {
        Ok(address) if closed && !gathered.has_domain(&address.domain()) => {
            gathered.leave_out(at, key, "its domain is not among the relay domains");
            None
        }
        Ok(address) => Some(address),
        Err(error) => {
            gathered.leave_out(at, key, error);
            None
        }
    }
}

/// transport(5): `domain transport:nexthop`.
fn transport(gathered: &mut Gathered, source: Source<'_>, closed: bool) {
    for entry in entries(source.text) {
        let at = source.at(entry.line);
        let key = entry.key.as_str();
        if key.contains('@') || key == "*" {
            gathered.leave_out(at, key, "a route is imported for a domain only; give others with --gateway");
            continue;
        }
        if let Ok(name) = DomainName::parse(key)
            && closed
            && !gathered.has_domain(&name)
        {
            gathered.leave_out(at, key, "it is not among the relay domains: a route for outgoing mail");
            continue;
        }
        match next_hop(&entry.value) {
            Ok((gateway, by_mx)) => {
                domain_of(gathered, at, key, Some(gateway.clone()));
                if by_mx {
                    let why = format!("mail goes to the host {} itself, not to its MX", gateway.host);
                    gathered.leave_out(at, &entry.value, why);
                }
            }
            Err(why) => gathered.leave_out(at, &format!("{key} {}", entry.value), why),
        }
    }
}

/// The host that `smtp:[host]:port` names, and whether Postfix would look its MX up first (no brackets).
pub fn next_hop(value: &str) -> Result<(HostPort, bool), String> {
    let (kind, hop) = value.split_once(':').ok_or("expected transport:host")?;
    if !matches!(kind, "" | "smtp" | "relay" | "esmtp") {
        return Err(format!("the transport {kind:?} is not SMTP"));
    }
    let hop = hop.split(',').next().unwrap_or_default().trim();
    if hop.is_empty() {
        return Err("it names no host".into());
    }
    let (text, by_mx) = match hop.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, port)) => {
            let host = host.strip_prefix("ipv6:").or_else(|| host.strip_prefix("IPv6:")).unwrap_or(host);
            let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
            (format!("{host}{port}"), false)
        }
        None => (hop.to_owned(), true),
    };
    // A port may be given by its name.
    let text = text.strip_suffix(":smtp").map_or_else(|| text.clone(), |host| format!("{host}:25"));
    text.parse().map(|gateway| (gateway, by_mx)).map_err(|_| format!("{hop:?} is no host and port"))
}

/// virtual(5): what stands for one address of the same domain is an alias of it.
fn aliases(gathered: &mut Gathered, source: Source<'_>, closed: bool) {
    let mut targets: HashMap<String, EmailAddress> = HashMap::new();
    let mut found = Vec::new();
    for entry in entries(source.text) {
        let at = source.at(entry.line);
        if !entry.key.contains('@') {
            // A line that only says that the domain is a virtual one.
            match DomainName::parse(&entry.key) {
                Ok(name) if entry.key.contains('.') && (!closed || gathered.has_domain(&name)) => {
                    gathered.domain(&name);
                }
                Ok(_) if entry.key.contains('.') => {
                    gathered.leave_out(at, &entry.key, "it is not among the relay domains");
                }
                _ => gathered.leave_out(at, &entry.key, "it has no domain: an alias of the old machine"),
            }
            continue;
        }
        let Some(alias) = recipient(gathered, at, &entry, closed) else { continue };
        let mut to = entry.value.split([',', ' ', '\t']).filter(|t| !t.is_empty());
        match (to.next().map(EmailAddress::parse), to.next()) {
            (Some(Ok(target)), None) => {
                targets.insert(alias.key(), target.clone());
                found.push((entry.line, alias, target));
            }
            (_, Some(_)) => {
                gathered.leave_out(
                    at,
                    alias.as_str(),
                    "it stands for several addresses: make it a mailbox, and let the mail server spread it",
                );
            }
            (Some(Err(_)), None) => gathered.leave_out(at, alias.as_str(), format!("{:?} is no address", entry.value)),
            (None, None) => gathered.leave_out(at, alias.as_str(), "it stands for nothing"),
        }
    }
    // Mailboxes first, so that no alias takes the place of one that is named later.
    found.sort_by_key(|(_, alias, target)| alias.key() != target.key());
    for (line, alias, target) in found {
        let mut last = target;
        for _ in 0..DEPTH {
            match targets.get(&last.key()) {
                Some(next) if next.key() != last.key() => last = next.clone(),
                _ => break,
            }
        }
        if targets.get(&last.key()).is_some_and(|next| next.key() != last.key()) {
            gathered.leave_out(source.at(line), alias.as_str(), "it leads in a circle");
            continue;
        }
        gathered.alias(source.at(line), &alias, &last);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn source<'a>(name: &'a str, text: &'a str) -> Option<Source<'a>> {
        Some(Source { name, text })
    }

    #[test]
    fn a_gateway_of_postfix_becomes_domains_gateways_mailboxes_and_aliases() {
        let tables = Tables {
            relay_domains: source("relay", "# ours\nacme.test OK\nother.test\n\tOK\n.sub.test x\n"),
            transport: source(
                "transport",
                "acme.test smtp:[mail.acme.test]:2525\nother.test relay:mx.other.test\nelse.test smtp:[192.0.2.1]\nbob@acme.test smtp:[x]\n*  smtp:[y]\nacme.test lmtp:unix:/x\n",
            ),
            relay_recipients: source(
                "recipients",
                "bob@acme.test x\ncarol@acme.test x\n@other.test x\nx@else.test x\n/^a/ x\n",
            ),
            virtual_aliases: source(
                "virtual",
                "acme.test VIRTUAL\nrobert@acme.test bob@acme.test\nrob@acme.test\n  robert@acme.test\ninfo@acme.test bob@acme.test, carol@acme.test\n@acme.test bob@acme.test\nroot bob@acme.test\n\
                 out@acme.test x@gmail.test\na@acme.test b@acme.test\nb@acme.test a@acme.test\ndora@acme.test dora@acme.test\n",
            ),
        };
        let import = postfix(&tables, &Into { account: "acme", ..Into::default() });
        let domains = &import.document.accounts[0].domains;
        let gateways: Vec<String> =
            domains.iter().map(|d| format!("{} {:?}", d.name, d.gateways.as_ref().map(|g| g[0].to_string()))).collect();
        assert_eq!(gateways, [r#"acme.test Some("mail.acme.test:2525")"#, r#"other.test Some("mx.other.test:25")"#]);
        let mailboxes: Vec<String> = domains[0]
            .mailboxes
            .iter()
            .map(|m| format!("{} {}", m.name, m.aliases.clone().unwrap_or_default().join(" ")))
            .collect();
        assert_eq!(mailboxes, ["bob@acme.test robert@acme.test rob@acme.test", "carol@acme.test ", "dora@acme.test "]);
        let said: Vec<String> = import.left_out.iter().map(ToString::to_string).collect();
        for words in [
            "relay:5: .sub.test: domains below",
            "transport:2: relay:mx.other.test: mail goes to the host",
            "transport:3: else.test: it is not among",
            "transport:4: bob@acme.test: a route",
            "transport:5: *: a route",
            "transport:6: acme.test lmtp:unix:/x: the transport",
            "recipients:3: @other.test: it catches all",
            "recipients:4: x@else.test: its domain",
            "recipients:5: /^a/: patterns",
            "virtual:5: info@acme.test: it stands for several",
            "virtual:6: @acme.test: it catches all",
            "virtual:7: root: it has no domain",
            "virtual:8: out@acme.test: it stands for x@gmail.test in another domain",
            "virtual:9: a@acme.test: it leads in a circle",
            "virtual:10: b@acme.test: it leads in a circle",
        ] {
            assert!(said.iter().any(|s| s.starts_with(words)), "{words}: {said:#?}");
        }
        assert_eq!(said.len(), 15, "{said:#?}");
    }

    #[test]
    fn next_hops_are_read_as_postfix_does() {
        for (text, expected) in [
            ("smtp:[mail.test]:2525", "mail.test:2525 false"),
            (":[mail.test]", "mail.test:25 false"),
            ("relay:mail.test:26", "mail.test:26 true"),
            ("smtp:[mail.test]:smtp", "mail.test:25 false"),
            ("smtp:[192.0.2.1]:25, smtp:[x]", "192.0.2.1:25 false"),
        ] {
            let (gateway, by_mx) = next_hop(text).unwrap();
            assert_eq!(format!("{gateway} {by_mx}"), expected);
        }
        let (six, _) = next_hop("smtp:[2001:db8::1]:26").unwrap();
        assert_eq!((six.host.trim_matches(['[', ']']), six.port), ("2001:db8::1", 26));
        for bad in ["lmtp:inet:x:24", "error:5.1.1 gone", "local:", "x", "smtp:", "smtp:[a b]:25"] {
            assert!(next_hop(bad).is_err(), "{bad}");
        }
    }
}
