//! Domains and mailboxes as they come in, in any order, each address once.

use super::{Import, Into, LeftOut, Source};
use crate::apply::{AccountDoc, Document, DomainDoc, MailboxDoc, OutboundDoc};
use crate::mailboxes::address_in;
use model::{Cidr, DomainName, EmailAddress, HostPort, SenderEntry};
use std::collections::HashMap;

/// Longest piece of a stranger's line that a message repeats.
const SHOWN: usize = 80;

pub struct Gathered {
    domains: Vec<DomainDoc>,
    by_name: HashMap<DomainName, usize>,
    /// Where each mailbox is, by its address.
    mailboxes: HashMap<String, (usize, usize)>,
    /// What each address is already: of which mailbox, on which line.
    taken: HashMap<String, (EmailAddress, String)>,
    networks: Vec<OutboundDoc>,
    pub left_out: Vec<LeftOut>,
}

/// Where in a source something stands.
#[derive(Debug, Clone, Copy)]
pub struct At<'a> {
    pub source: &'a str,
    pub line: u64,
}

impl<'a> Source<'a> {
    pub fn at(self, line: u64) -> At<'a> {
        At { source: self.name, line }
    }
}

impl Gathered {
    pub fn new() -> Gathered {
        Gathered {
            domains: Vec::new(),
            by_name: HashMap::new(),
            mailboxes: HashMap::new(),
            taken: HashMap::new(),
            networks: Vec::new(),
            left_out: Vec::new(),
        }
    }

    pub fn leave_out(&mut self, at: At<'_>, what: &str, why: impl std::fmt::Display) {
        let mut what: String = what.chars().map(|c| if c.is_control() { ' ' } else { c }).take(SHOWN + 1).collect();
        if what.chars().count() > SHOWN {
            what = what.chars().take(SHOWN).chain(['…']).collect();
        }
        let source = at.source.to_owned();
        self.left_out.push(LeftOut { source, line: at.line, what, why: why.to_string() });
    }

    pub fn has_domain(&self, name: &DomainName) -> bool {
        self.by_name.contains_key(name)
    }

    pub fn domain(&mut self, name: &DomainName) -> &mut DomainDoc {
        let at = self.place(name);
        &mut self.domains[at]
    }

    fn place(&mut self, name: &DomainName) -> usize {
        if let Some(at) = self.by_name.get(name) {
            return *at;
        }
        self.domains.push(DomainDoc::named(name.clone()));
        self.by_name.insert(name.clone(), self.domains.len() - 1);
        self.domains.len() - 1
    }

    /// The mailbox of this address, made where there is none. None, and a word to `left_out`, where it cannot be one.
    pub fn mailbox(&mut self, at: At<'_>, address: &EmailAddress) -> Option<&mut MailboxDoc> {
        if let Some((domain, n)) = self.mailboxes.get(&address.key()).copied() {
            return self.domains[domain].mailboxes.get_mut(n);
        }
        if let Err(why) = address_in(&address.domain(), address.as_str()) {
            self.leave_out(at, address.as_str(), why);
            return None;
        }
        if let Some((owner, place)) = self.taken.get(&address.key()) {
            let why = format!("it is an alias of {owner} already ({place})");
            self.leave_out(at, address.as_str(), why);
            return None;
        }
        self.take(at, address, address);
        let domain = self.place(&address.domain());
        let mailboxes = &mut self.domains[domain].mailboxes;
        mailboxes.push(MailboxDoc { name: address.to_string(), ..MailboxDoc::default() });
        self.mailboxes.insert(address.key(), (domain, mailboxes.len() - 1));
        mailboxes.last_mut()
    }

    fn take(&mut self, at: At<'_>, address: &EmailAddress, owner: &EmailAddress) {
        self.taken.insert(address.key(), (owner.clone(), format!("{}:{}", at.source, at.line)));
    }

    /// Makes `alias` one of the mailbox `owner`, which is made where it is not there.
    pub fn alias(&mut self, at: At<'_>, alias: &EmailAddress, owner: &EmailAddress) {
        if alias.key() == owner.key() {
            self.mailbox(at, owner);
            return;
        }
        if alias.domain() != owner.domain() {
            let why =
                format!("it stands for {owner} in another domain; make it a mailbox, or an alias where {owner} is");
            self.leave_out(at, alias.as_str(), why);
            return;
        }
        if let Err(why) = address_in(&alias.domain(), alias.as_str()) {
            self.leave_out(at, alias.as_str(), why);
            return;
        }
        match self.taken.get(&alias.key()) {
            Some((other, _)) if other.key() == owner.key() => return,
            Some((other, place)) => {
                let what = if other.key() == alias.key() { "a mailbox".into() } else { format!("an alias of {other}") };
                let why = format!("it is {what} already ({place})");
                self.leave_out(at, alias.as_str(), why);
                return;
            }
            None => {}
        }
        let Some(mailbox) = self.mailbox(at, owner) else { return };
        mailbox.aliases.get_or_insert_default().push(alias.to_string());
        self.take(at, alias, owner);
    }

    pub fn network(&mut self, range: Cidr, nickname: &str) {
        if !self.networks.iter().any(|n| n.range == range) {
            let nickname = Some(nickname.trim().chars().take(60).collect::<String>()).filter(|n| !n.is_empty());
            self.networks.push(OutboundDoc {
                range,
                nickname,
                settings: None,
                member_domains: None,
                content_filters: None,
            });
        }
    }

    /// Adds an entry to the mailbox's friends or enemies.
    pub fn sender(&mut self, at: At<'_>, owner: &EmailAddress, entry: SenderEntry, friend: bool) {
        let Some(mailbox) = self.mailbox(at, owner) else { return };
        let list = if friend { &mut mailbox.friends } else { &mut mailbox.enemies };
        let list = list.get_or_insert_default();
        if !list.iter().any(|e| e.pattern == entry.pattern) {
            list.push(entry);
        }
    }

    /// The document. Domains for which nobody named a gateway get those of `into`, or stay without: then they must be
    /// there already.
    pub fn finish(mut self, into: &Into<'_>) -> Import {
        let gateways = Some(into.gateways.clone()).filter(|g: &Vec<HostPort>| !g.is_empty());
        for domain in self.domains.iter_mut().filter(|d| d.gateways.is_none()) {
            domain.gateways.clone_from(&gateways);
        }
        let empty = self.domains.is_empty() && self.networks.is_empty();
        let account = AccountDoc {
            name: into.account.to_owned(),
            domains: self.domains,
            outbound_ips: self.networks,
            ..AccountDoc::default()
        };
        let accounts = if empty { Vec::new() } else { vec![account] };
        Import { document: Document { accounts, ..Document::default() }, left_out: self.left_out }
    }
}
