//! Where a setting may be set: the levels, from what holds for everybody to one mailbox.

use crate::Direction;
use crate::words::words;

words! {
    /// A level, lowest first: each is laid over those before it (guide chapters 5 to 8 and 14).
    Level {
        Appliance = "appliance", "Appliance";
        Brand = "brand", "Brand";
        Account = "account", "Account";
        DefaultInbound = "default_inbound", "Default inbound domain";
        DefaultOutbound = "default_outbound", "Default outbound";
        Domain = "domain", "Domain";
        OutboundIp = "outbound_ip", "Outbound IP";
        OutboundRelay = "outbound_relay", "Outbound Authenticated Relay";
        Group = "group", "Group";
        Mailbox = "mailbox", "Mailbox";
    }
}

impl Level {
    /// Groups and mailboxes cannot loosen what the organisation blocks.
    pub fn is_personal(self) -> bool {
        matches!(self, Level::Group | Level::Mailbox)
    }
    /// The direction of mail that a level is about; none: both.
    pub fn direction(self) -> Option<Direction> {
        match self {
            Level::DefaultInbound | Level::Domain => Some(Direction::Inbound),
            Level::DefaultOutbound | Level::OutboundIp | Level::OutboundRelay => Some(Direction::Outbound),
            Level::Appliance | Level::Brand | Level::Account | Level::Group | Level::Mailbox => None,
        }
    }
}

/// A set of levels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Levels(u16);

impl Levels {
    pub const fn of(list: &[Level]) -> Levels {
        let (mut bits, mut i) = (0, 0);
        while i < list.len() {
            bits |= 1 << list[i] as u16;
            i += 1;
        }
        Levels(bits)
    }
    pub const fn and(self, other: Levels) -> Levels {
        Levels(self.0 | other.0)
    }
    pub const fn contains(self, level: Level) -> bool {
        self.0 & (1 << level as u16) != 0
    }
    pub fn iter(self) -> impl Iterator<Item = Level> {
        Level::ALL.iter().copied().filter(move |l| self.contains(*l))
    }
}

/// The installation itself: how it receives mail (guide chapter 2).
pub(super) const APPLIANCE: Levels = Levels::of(&[Level::Appliance]);
/// The whole brand, or one account of it: appearance (guide chapter 14).
pub(super) const BRANDING: Levels = Levels::of(&[Level::Brand, Level::Account]);
pub(super) const BRAND: Levels = Levels::of(&[Level::Brand]);
/// What a domain's administrator decides for all of its mailboxes.
pub(super) const DOMAINS: Levels = Levels::of(&[Level::DefaultInbound, Level::Domain]).and(BRANDING);
/// What groups and mailboxes may differ in.
pub(super) const PEOPLE: Levels = Levels::of(&[Level::Group, Level::Mailbox]);
pub(super) const GROUPS: Levels = Levels::of(&[Level::Group]);
pub(super) const MAILBOXES: Levels = Levels::of(&[Level::Mailbox]);
pub(super) const INBOUND: Levels = DOMAINS.and(PEOPLE);
/// What holds for a network that sends through us.
pub(super) const NETWORKS: Levels =
    Levels::of(&[Level::DefaultOutbound, Level::OutboundIp, Level::OutboundRelay]).and(BRANDING);
pub(super) const OUTBOUND: Levels = NETWORKS.and(GROUPS);
pub(super) const SENDERS: Levels = NETWORKS.and(PEOPLE);
