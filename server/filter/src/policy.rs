//! What holds for one recipient: the resolved settings and the compiled lists.

use crate::content::ContentFilters;
use crate::senders::{SenderLists, SenderSet};
use model::finding::SenderFacts;
use model::sender::SenderPattern;
use model::{DomainName, SenderEntry, Values};
use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

/// The policy of one recipient, or of all recipients with the same settings.
#[derive(Debug, Clone)]
pub struct Policy {
    pub values: Values,
    /// The domain or mailbox whose settings these are; none: the system's.
    pub profile: Option<String>,
    /// The protected domain that the recipient is in.
    pub domain: DomainName,
    pub domain_senders: Arc<SenderLists>,
    /// Of the groups that the mailbox is in; the first goes before the others.
    pub group_senders: Vec<Arc<SenderLists>>,
    pub mailbox_senders: Option<Arc<SenderLists>>,
    /// The content filters of its account.
    pub content: Option<Arc<ContentFilters>>,
    /// The order of content filters at the place, by id; those that are not there come after them.
    pub content_order: Arc<[i64]>,
    /// The mailbox is not filtered at all (guide chapter 8): its mail is relayed.
    pub unprotected: bool,
    /// The exceptions in `values`, compiled by [`Policy::new`].
    pub exceptions: Arc<Exceptions>,
}

impl Policy {
    /// A policy with the exceptions of its values compiled, without lists of its own, protected.
    pub fn new(values: Values, domain: DomainName) -> Self {
        let exceptions = Arc::new(Exceptions::compile(&values));
        Policy {
            values,
            profile: None,
            domain,
            domain_senders: Arc::default(),
            group_senders: Vec::new(),
            mailbox_senders: None,
            content: None,
            content_order: Arc::default(),
            unprotected: false,
            exceptions,
        }
    }
}

/// Senders to which a check of the authentication step is not applied (guide chapter 6 "Sender Exceptions" and the like).
#[derive(Debug, Clone, Default)]
pub struct Exceptions {
    pub spoof: SenderSet,
    pub fuzz: SenderSet,
    pub spf: SenderSet,
    pub dmarc: SenderSet,
    /// Rules that are not applied to a sender (guide chapter 6 "Filter Exceptions").
    pub rules: HashMap<u32, SenderSet>,
    /// `0.0.0.0/32` among the spoof exceptions exempts mail from inside (guide chapter 6).
    pub internal_may_spoof: bool,
}

impl Exceptions {
    pub fn compile(values: &Values) -> Self {
        Exceptions {
            spoof: SenderSet::compile(&values.spoof.exceptions),
            fuzz: SenderSet::compile(&values.spoof.fuzz_exceptions),
            spf: SenderSet::compile(&values.spf.exceptions),
            dmarc: SenderSet::compile(&values.dmarc.exceptions),
            rules: rules(&values.filter_exceptions.rules),
            internal_may_spoof: values.spoof.exceptions.iter().any(is_internal_marker),
        }
    }

    /// Whether the rule is not applied to the sender.
    pub fn excepts(&self, rule: Option<u32>, sender: &SenderFacts) -> bool {
        rule.and_then(|id| self.rules.get(&id)).is_some_and(|senders| senders.find(sender).is_some())
    }

    /// Whether the sender may use the protected domain from outside.
    pub fn may_spoof(&self, sender: &SenderFacts) -> bool {
        let internal = self.internal_may_spoof && sender.client_ip.is_some_and(is_private);
        internal || self.spoof.find(sender).is_some()
    }
}

/// Entries such as `1234:example.com`, by rule.
fn rules(entries: &[String]) -> HashMap<u32, SenderSet> {
    let mut by_rule: HashMap<u32, Vec<SenderEntry>> = HashMap::new();
    for entry in entries {
        // Checked when it was set.
        if let Some((rule, sender)) = entry.split_once(':')
            && let (Ok(rule), Ok(sender)) = (rule.trim().parse(), sender.trim().parse())
        {
            by_rule.entry(rule).or_default().push(sender);
        }
    }
    by_rule.into_iter().map(|(rule, senders)| (rule, SenderSet::compile(&senders))).collect()
}

fn is_internal_marker(entry: &SenderEntry) -> bool {
    matches!(&entry.pattern, SenderPattern::Network(n) if n.is_single() && n.address() == IpAddr::V4(Ipv4Addr::UNSPECIFIED))
}

fn is_private(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(v4) => v4.is_private() || v4.is_loopback() || v4.is_link_local(),
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}
