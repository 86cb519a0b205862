//! The order of the sections on the pages of each level.

use super::level::Level;
use super::{SECTIONS, Section};
use crate::Direction;

impl Level {
    /// The sections that have a setting of this level, in the order of the guide: chapter 6 for what is about inbound
    /// mail, chapter 7 for senders, where two sections of the domain stand among others.
    pub fn sections(self) -> Vec<&'static Section> {
        let has = |s: &&Section| s.definitions().iter().any(|d| d.levels.contains(self));
        let mut all: Vec<&'static Section> = SECTIONS.iter().filter(has).collect();
        if self.direction() == Some(Direction::Outbound) {
            for (name, after) in [("filter_exceptions", Some("outbound_senders")), ("antivirus", None)] {
                let Some(at) = all.iter().position(|s| s.name == name) else { continue };
                let section = all.remove(at);
                let place = after.and_then(|a| all.iter().position(|s| s.name == a));
                all.insert(place.map_or(all.len(), |p| p + 1), section);
            }
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(level: Level) -> Vec<&'static str> {
        level.sections().iter().map(|s| s.name).collect()
    }

    #[test]
    fn an_outbound_ip_has_its_sections_in_the_order_of_chapter_7() {
        assert_eq!(
            names(Level::OutboundIp),
            [
                "outbound_filtering",
                "outbound_senders",
                "filter_exceptions",
                "outbound_notification",
                "outbound_rates",
                "outbound_annotation",
                "outbound_encryption",
                "encryption_service",
                "outbound_routing",
                "outbound_login",
                "special_routing",
                "antivirus",
            ]
        );
    }

    #[test]
    fn a_domain_begins_with_its_digest_and_ends_with_the_antivirus_engines() {
        let names = names(Level::Domain);
        assert_eq!((names.first(), names.last()), (Some(&"digest"), Some(&"antivirus")));
        assert!(!names.contains(&"outbound_rates"));
    }
}
