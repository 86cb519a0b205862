//! Who sends out through us, and what holds for them.

use super::Snapshot;
use crate::layers::Base;
use model::settings::{Layered, Level};
use model::{AccountId, Cidr, Direction, DomainName, EmailAddress, MailboxId, Sending, Values};
use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::Arc;
use store::outbound::Member;

/// A network that may send through us.
#[derive(Debug)]
pub struct Outbound {
    pub id: i64,
    pub account: AccountId,
    pub range: Cidr,
    pub nickname: String,
    pub values: Values,
    /// Domains that may send from it; empty: all.
    pub members: Vec<Member>,
    /// Its content filters by id, in the order in which they are looked at.
    pub content_order: Arc<[i64]>,
    pub(super) layered: Layered,
}

impl Outbound {
    pub(super) fn new(
        row: store::outbound::OutboundIp,
        members: Vec<Member>,
        content_order: Arc<[i64]>,
        levels: &Base,
    ) -> Outbound {
        let layered = levels.outbound(row.account).with(Level::OutboundIp, &row.settings).layered();
        let values = layered.resolve(Direction::Outbound);
        Outbound {
            id: row.id,
            account: row.account,
            range: row.range,
            nickname: row.nickname,
            values,
            members,
            content_order,
            layered,
        }
    }

    /// Whether mail with this return path may leave from here (guide chapter 7 "Member Domains"). Bounces may.
    pub fn lets(&self, from: Option<&EmailAddress>) -> bool {
        let Some(from) = from.filter(|_| !self.members.is_empty()) else { return true };
        let name = from.domain_str();
        self.members.iter().any(|m| match m {
            Member::Domain(_, own) => own.as_str() == name,
            Member::External(external) => is_below(name, external),
        })
    }
}

/// The domain itself, or one below it.
fn is_below(name: &str, domain: &DomainName) -> bool {
    name.strip_suffix(domain.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// A sender, as outbound limits see them.
#[derive(Debug)]
pub struct Sender {
    pub account: AccountId,
    /// The return path is the primary address of a mailbox of the account.
    pub known: bool,
    /// That mailbox.
    pub mailbox: Option<MailboxId>,
    pub values: Values,
}

impl Snapshot {
    /// The content filters of an account, compiled.
    pub fn content(&self, account: AccountId) -> Option<Arc<filter::ContentFilters>> {
        self.levels.content(account)
    }

    /// Who may send through us from this address.
    pub fn outbound(&self, ip: IpAddr) -> Option<&Outbound> {
        self.outbound.iter().find(|o| o.range.contains(ip))
    }

    pub fn outbound_by_id(&self, id: i64) -> Option<&Outbound> {
        self.outbound.iter().find(|o| o.id == id)
    }

    /// The account that sends by this right, and what holds for it; none where the right was taken away.
    pub fn sending(&self, sending: Sending) -> Option<(AccountId, Cow<'_, Values>)> {
        match sending {
            Sending::Network(id) => self.outbound_by_id(id).map(|o| (o.account, Cow::Borrowed(&o.values))),
            Sending::Relay(account) => {
                Some((account, Cow::Owned(self.levels.relay(account).resolve(Direction::Outbound))))
            }
        }
    }

    /// What holds for one sender: the network's values, with what their groups and mailbox say (guide chapter 8
    /// "Outbound Mail Options").
    pub fn sender(&self, sending: Sending, from: Option<&EmailAddress>) -> Option<Sender> {
        let (account, layered) = match sending {
            Sending::Network(id) => self.outbound_by_id(id).map(|o| (o.account, o.layered.clone()))?,
            Sending::Relay(account) => (account, self.levels.relay(account).layered()),
        };
        let mailbox = from.and_then(|from| {
            let key = from.key();
            let m = self.addresses.get(key.as_str())?;
            // Aliases are unknown senders (guide chapter 7 "Rate Limits").
            let home = self.by_id.get(&m.domain).filter(|d| d.row.account == account)?;
            (m.address.key() == key).then_some((m, home))
        });
        let Some((mailbox, home)) = mailbox else {
            return Some(Sender { account, known: false, mailbox: None, values: layered.resolve(Direction::Outbound) });
        };
        let layered = mailbox.own.iter().fold(layered, |layered, own| own.over(layered, &home.groups));
        Some(Sender { account, known: true, mailbox: Some(mailbox.id), values: layered.resolve(Direction::Outbound) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_external_domain_includes_its_subdomains() {
        let domain: DomainName = "partner.test".parse().unwrap();
        assert!(is_below("partner.test", &domain) && is_below("a.b.partner.test", &domain));
        assert!(!is_below("badpartner.test", &domain) && !is_below("test", &domain));
    }
}
