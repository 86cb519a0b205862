//! Friends and enemies (guide chapter 6 "Filter by Sender"), compiled so that a lookup costs the same in a list of ten
//! entries and of a million.

use crate::networks::NetworkMap;
use model::finding::AuthResult;
use model::finding::SenderFacts;
use model::sender::SenderPattern;
use model::{CountryCode, DomainName, EmailAddress, SenderEntry};
use std::cmp::Reverse;
use std::collections::HashSet;

/// What of the message an entry matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MatchedOn {
    ClientIp,
    Country,
    EnvelopeFrom,
    HeaderFrom,
}

impl MatchedOn {
    pub fn label(self) -> &'static str {
        match self {
            MatchedOn::ClientIp => "the connecting IP",
            MatchedOn::Country => "the connecting IP's country",
            MatchedOn::EnvelopeFrom => "the envelope sender",
            MatchedOn::HeaderFrom => "the From header",
        }
    }
}

/// How narrowly an entry speaks; the greater wins: address, domain (longer first), IP, network (longer prefix
/// first), country.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Specificity {
    Country,
    Network(u8),
    Ip,
    /// Length of the domain name in labels.
    Domain(usize),
    Address,
}

/// The entry of one list that matched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// As it stands in the list, without the comment.
    pub entry: String,
    pub on: MatchedOn,
    pub specificity: Specificity,
    /// Matched by IP, or SPF or DKIM vouch for the domain that matched.
    pub proved: bool,
}

/// Who a list says the sender is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    Friend(Match),
    Enemy(Match),
}

/// One list, compiled.
#[derive(Debug, Clone, Default)]
pub struct SenderSet {
    addresses: HashSet<Box<str>>,
    domains: HashSet<Box<str>>,
    networks: NetworkMap<()>,
    countries: HashSet<CountryCode>,
}

impl SenderSet {
    pub fn compile(entries: &[SenderEntry]) -> Self {
        let mut set = SenderSet::default();
        for entry in entries {
            match &entry.pattern {
                SenderPattern::Address(a) => drop(set.addresses.insert(a.key().into())),
                SenderPattern::Domain(d) => drop(set.domains.insert(d.as_str().into())),
                SenderPattern::Network(n) => set.networks.insert(*n, ()),
                SenderPattern::Country(c) => drop(set.countries.insert(*c)),
            }
        }
        set
    }

    pub fn is_empty(&self) -> bool {
        self.addresses.is_empty() && self.domains.is_empty() && self.networks.is_empty() && self.countries.is_empty()
    }

    /// The most specific entry that matches; it counts as proved where any entry of the list that matches is proved.
    pub fn find(&self, sender: &SenderFacts) -> Option<Match> {
        if self.is_empty() {
            return None;
        }
        let by_ip = sender.client_ip.and_then(|ip| {
            let (prefix, ()) = self.networks.find(ip)?;
            let single = prefix == if ip.to_canonical().is_ipv4() { 32 } else { 128 };
            let specificity = if single { Specificity::Ip } else { Specificity::Network(prefix) };
            let entry = if single { ip.to_canonical().to_string() } else { network_of(ip.to_canonical(), prefix) };
            Some(Match { entry, on: MatchedOn::ClientIp, specificity, proved: true })
        });
        // A country vouches for nobody.
        let by_country = sender.country.filter(|c| self.countries.contains(c)).map(|country| Match {
            entry: country.to_string(),
            on: MatchedOn::Country,
            specificity: Specificity::Country,
            proved: false,
        });
        let by_envelope =
            sender.envelope_from.as_ref().and_then(|a| self.find_address(a, MatchedOn::EnvelopeFrom, sender));
        let by_header = sender.header_from.as_ref().and_then(|a| self.find_address(a, MatchedOn::HeaderFrom, sender));
        let all = [by_ip, by_country, by_envelope, by_header];
        let proved = all.iter().flatten().any(|m| m.proved);
        let best = all.into_iter().flatten().max_by_key(|m| (m.specificity, m.proved, Reverse(m.on)))?;
        Some(Match { proved, ..best })
    }

    fn find_address(&self, address: &EmailAddress, on: MatchedOn, sender: &SenderFacts) -> Option<Match> {
        if self.addresses.is_empty() && self.domains.is_empty() {
            return None;
        }
        let key = address.key();
        let key = if self.addresses.contains(key.as_str()) { Some(key) } else { None };
        let plain = || Some(address.without_tag().key()).filter(|k| self.addresses.contains(k.as_str()));
        if let Some(entry) = key.or_else(plain) {
            let proved = vouched(sender, &address.domain());
            return Some(Match { entry, on, specificity: Specificity::Address, proved });
        }
        let domain = address.domain();
        let entry = domain.ancestors().find(|name| self.domains.contains(*name))?;
        let labels = entry.split('.').count();
        let proved = DomainName::parse(entry).is_ok_and(|d| vouched(sender, &d));
        Some(Match { entry: entry.to_owned(), on, specificity: Specificity::Domain(labels), proved })
    }
}

fn network_of(ip: std::net::IpAddr, prefix: u8) -> String {
    let cut = |value: u128, width: u8| {
        let drop = u32::from(width - prefix.min(width));
        value.checked_shr(drop).and_then(|v| v.checked_shl(drop)).unwrap_or(0)
    };
    match ip {
        std::net::IpAddr::V4(v4) => {
            let net = u32::try_from(cut(u128::from(u32::from(v4)), 32)).unwrap_or(0);
            format!("{}/{prefix}", std::net::Ipv4Addr::from(net))
        }
        std::net::IpAddr::V6(v6) => format!("{}/{prefix}", std::net::Ipv6Addr::from(cut(u128::from(v6), 128))),
    }
}

/// Whether SPF or DKIM passed for the domain, for one below it, or for a parent that is no public suffix (RFC 7489
/// §3.1: relaxed alignment).
pub(crate) fn vouched(sender: &SenderFacts, domain: &DomainName) -> bool {
    let aligned = |proved: &DomainName| {
        proved.is_within(domain) || (domain.is_within(proved) && psl::domain_str(proved.as_str()).is_some())
    };
    let spf = sender.spf == AuthResult::Pass && sender.spf_domain.as_ref().is_some_and(aligned);
    spf || sender.dkim_domains.iter().any(aligned)
}

/// The friends and enemies of one level: a domain, a group, or a mailbox.
#[derive(Debug, Clone, Default)]
pub struct SenderLists {
    pub friends: SenderSet,
    pub enemies: SenderSet,
}

impl SenderLists {
    pub fn compile(friends: &[SenderEntry], enemies: &[SenderEntry]) -> Self {
        SenderLists { friends: SenderSet::compile(friends), enemies: SenderSet::compile(enemies) }
    }

    /// The more specific entry wins; on a tie the enemy does.
    pub fn standing(&self, sender: &SenderFacts) -> Option<Standing> {
        match (self.friends.find(sender), self.enemies.find(sender)) {
            (Some(friend), Some(enemy)) if friend.specificity > enemy.specificity => Some(Standing::Friend(friend)),
            (_, Some(enemy)) => Some(Standing::Enemy(enemy)),
            (Some(friend), None) => Some(Standing::Friend(friend)),
            (None, None) => None,
        }
    }
}

/// The standing across levels: the mailbox, or the groups that it is in, before the domain, except that a domain's enemy
/// beats a mailbox's or group's friend unless `mailbox_friend_wins`.
pub fn across(domain: Option<Standing>, mailbox: Option<Standing>, mailbox_friend_wins: bool) -> Option<Standing> {
    match (domain, mailbox) {
        (Some(Standing::Enemy(enemy)), Some(Standing::Friend(_))) if !mailbox_friend_wins => {
            Some(Standing::Enemy(enemy))
        }
        (_, Some(mailbox)) => Some(mailbox),
        (domain, None) => domain,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::time::Instant;

    fn entries(list: &[&str]) -> Vec<SenderEntry> {
        list.iter().map(|e| e.parse().unwrap()).collect()
    }
    fn lists(friends: &[&str], enemies: &[&str]) -> SenderLists {
        SenderLists::compile(&entries(friends), &entries(enemies))
    }
    fn from(ip: &str, envelope: &str, header: &str) -> SenderFacts {
        SenderFacts {
            client_ip: ip.parse().ok(),
            envelope_from: envelope.parse().ok(),
            header_from: header.parse().ok(),
            ..SenderFacts::default()
        }
    }
    fn friend(s: Option<Standing>) -> Option<String> {
        match s {
            Some(Standing::Friend(m)) => Some(m.entry),
            _ => None,
        }
    }
    fn enemy(s: Option<Standing>) -> Option<String> {
        match s {
            Some(Standing::Enemy(m)) => Some(m.entry),
            _ => None,
        }
    }

    #[test]
    fn an_entry_matches_ip_envelope_and_header_and_domains_match_their_subdomains() {
        let l = lists(&["bob@partner.test", "corp.test", "192.0.2.0/24"], &[]);
        let who = |ip, e, h| friend(l.standing(&from(ip, e, h)));
        assert_eq!(who("203.0.113.1", "BOB@Partner.test", "x@y.test"), Some("bob@partner.test".into()));
        assert_eq!(who("203.0.113.1", "x@y.test", "bob+tag@partner.test"), Some("bob@partner.test".into()));
        assert_eq!(who("203.0.113.1", "a@mail.corp.test", "x@y.test"), Some("corp.test".into()));
        assert_eq!(who("192.0.2.77", "x@y.test", "x@y.test"), Some("192.0.2.0/24".into()));
        assert_eq!(who("203.0.113.1", "x@notcorp.test", "alice@partner.test"), None);
    }

    #[test]
    fn the_more_specific_entry_wins_and_the_enemy_on_a_tie() {
        let facts = from("192.0.2.1", "bob@mail.corp.test", "bob@mail.corp.test");
        let l = lists(&["bob@mail.corp.test"], &["mail.corp.test", "192.0.2.1"]);
        assert_eq!(friend(l.standing(&facts)), Some("bob@mail.corp.test".into()));
        assert_eq!(enemy(lists(&["corp.test"], &["mail.corp.test"]).standing(&facts)), Some("mail.corp.test".into()));
        assert_eq!(enemy(lists(&["corp.test"], &["corp.test"]).standing(&facts)), Some("corp.test".into()));
        assert_eq!(friend(lists(&["192.0.2.1"], &["192.0.2.0/24"]).standing(&facts)), Some("192.0.2.1".into()));
        assert_eq!(enemy(lists(&["192.0.2.1"], &["corp.test"]).standing(&facts)), Some("corp.test".into()));
    }

    #[test]
    fn a_domain_enemy_beats_a_mailbox_friend_unless_the_domain_says_otherwise() {
        let facts = from("192.0.2.1", "bob@corp.test", "bob@corp.test");
        let domain = lists(&[], &["corp.test"]).standing(&facts);
        let mailbox = lists(&["bob@corp.test"], &[]).standing(&facts);
        assert!(enemy(across(domain.clone(), mailbox.clone(), false)).is_some());
        assert!(friend(across(domain, mailbox, true)).is_some());
        let domain = lists(&["corp.test"], &[]).standing(&facts);
        let mailbox = lists(&[], &["corp.test"]).standing(&facts);
        assert!(enemy(across(domain, mailbox, false)).is_some(), "a mailbox's enemy stands above the domain's friend");
    }

    #[test]
    fn a_match_is_proved_by_ip_spf_or_an_aligned_signature_only() {
        let l = lists(&["partner.test", "192.0.2.1"], &[]);
        let proved = |f: &SenderFacts| l.friends.find(f).map(|m| m.proved);
        let mut facts = from("203.0.113.1", "x@bulk.test", "bob@partner.test");
        assert_eq!(proved(&facts), Some(false));
        facts.spf = AuthResult::Pass;
        facts.spf_domain = "bulk.test".parse().ok();
        assert_eq!(proved(&facts), Some(false), "SPF of another domain proves nothing");
        facts.dkim_domains = vec!["mail.partner.test".parse().unwrap()];
        assert_eq!(proved(&facts), Some(true));
        facts.dkim_domains = vec!["test".parse().unwrap()];
        assert_eq!(proved(&facts), Some(false), "a public suffix vouches for nobody");
        assert_eq!(proved(&from("192.0.2.1", "x@bulk.test", "bob@partner.test")), Some(true));
    }

    #[test]
    fn a_country_is_matched_where_it_is_known_and_gives_way_to_all_else() {
        let mut facts = from("192.0.2.1", "a@b.ru", "a@b.de");
        assert_eq!(lists(&["DE"], &["RU"]).standing(&facts), None);
        facts.country = "RU".parse().ok();
        assert!(
            matches!(lists(&["DE"], &["RU"]).standing(&facts), Some(Standing::Enemy(m)) if m.on == MatchedOn::Country)
        );
        assert!(matches!(lists(&["192.0.0.0/8"], &["RU"]).standing(&facts), Some(Standing::Friend(m)) if m.proved));
        assert!(matches!(lists(&["RU"], &[]).standing(&facts), Some(Standing::Friend(m)) if !m.proved));
    }

    #[test]
    fn a_lookup_in_two_hundred_thousand_entries_costs_about_what_it_costs_in_twenty() {
        let big: Vec<SenderEntry> = (0..200_000u32)
            .map(|n| match n % 3 {
                0 => format!("user{n}@corp{n}.test"),
                1 => format!("corp{n}.test"),
                _ => format!("{}/{}", std::net::Ipv4Addr::from(n.wrapping_mul(2_654_435_761)), 8 + n % 25),
            })
            .map(|e| e.parse().unwrap())
            .collect();
        let small = SenderLists::compile(&big[..75], &[]);
        let large = SenderLists::compile(&big, &[]);
        let facts = from("2001:db8::1", "nobody@sub.unknown.test", "nobody@unknown.test");
        let time = |l: &SenderLists| {
            // The best of several rounds: the machine may be busy with other things.
            (0..7)
                .map(|_| {
                    let start = Instant::now();
                    for _ in 0..500 {
                        assert!(std::hint::black_box(l.standing(std::hint::black_box(&facts))).is_none());
                    }
                    start.elapsed()
                })
                .min()
                .unwrap()
        };
        let (few, many) = (time(&small), time(&large));
        assert!(many < few * 20 + std::time::Duration::from_millis(2), "75 entries: {few:?}, 200000 entries: {many:?}");
    }
}
