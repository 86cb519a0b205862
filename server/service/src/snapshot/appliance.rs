//! How mail is received: the settings of the appliance, ready to be asked of each connection.

use filter::networks::NetworkMap;
use model::sender::SenderPattern;
use model::settings::{Layered, Level};
use model::{Cidr, CountryCode, Direction, SenderEntry, Settings, Values};
use std::collections::HashSet;
use std::net::IpAddr;

/// What the lists say of a client (guide chapter 2 "SMTP").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// By its own IP: neither blocked nor greylisted, wherever it is.
    Allowed,
    /// By network or country: not greylisted.
    Trusted,
    Usual,
    Blocked,
    /// Of a country that is not accepted; none: it is not known which.
    Foreign(Option<CountryCode>),
}

/// One of the lists.
#[derive(Debug, Default)]
struct Connections {
    networks: NetworkMap<()>,
    countries: HashSet<CountryCode>,
}

impl Connections {
    fn of(entries: &[SenderEntry]) -> Self {
        let mut out = Connections::default();
        for entry in entries {
            match &entry.pattern {
                SenderPattern::Network(network) => out.networks.insert(*network, ()),
                SenderPattern::Country(country) => drop(out.countries.insert(*country)),
                // No such entry is taken; see the definition of the setting.
                SenderPattern::Address(_) | SenderPattern::Domain(_) => {}
            }
        }
        out
    }

    fn has(&self, ip: IpAddr, country: impl Fn(IpAddr) -> Option<CountryCode>) -> bool {
        self.networks.find(ip).is_some()
            || (!self.countries.is_empty() && country(ip).is_some_and(|c| self.countries.contains(&c)))
    }
}

#[derive(Debug)]
pub struct Appliance {
    settings: Settings,
    /// Only the sections of chapter 2 mean anything here.
    pub values: Values,
    allow: Connections,
    block: Connections,
    countries: HashSet<CountryCode>,
}

impl Default for Appliance {
    fn default() -> Self {
        Appliance::new(Settings::default())
    }
}

impl Appliance {
    pub(super) fn new(settings: Settings) -> Self {
        let values = Layered::of(Level::Appliance, &settings).resolve(Direction::Inbound);
        let lists = &values.smtp_lists;
        Appliance {
            allow: Connections::of(&lists.allow),
            block: Connections::of(&lists.block),
            countries: lists.countries.iter().copied().collect(),
            settings,
            values,
        }
    }

    /// What is set, for comparing.
    pub(super) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// `country`: asked only where it matters.
    pub fn standing(&self, ip: IpAddr, country: impl Fn(IpAddr) -> Option<CountryCode>) -> Standing {
        let ip = ip.to_canonical();
        let single = if ip.is_ipv4() { 32 } else { 128 };
        if self.allow.networks.find(ip).is_some_and(|(prefix, ())| prefix == single) {
            return Standing::Allowed;
        }
        if self.block.has(ip, &country) {
            return Standing::Blocked;
        }
        let lists = &self.values.smtp_lists;
        if lists.countries_enabled {
            match country(ip) {
                Some(code) if self.countries.contains(&code) => {}
                None if lists.unknown_country => {}
                other => return Standing::Foreign(other),
            }
        }
        if self.allow.has(ip, &country) { Standing::Trusted } else { Standing::Usual }
    }

    /// Whether the host's word on whom it speaks for is believed.
    pub fn believes(&self, ip: IpAddr) -> bool {
        self.values.smtp_limits.xclient_hosts.iter().any(|n: &Cidr| n.contains(ip))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn appliance(values: serde_json::Value) -> Appliance {
        let mut settings = Settings::default();
        for (name, value) in values.as_object().unwrap() {
            settings.set(&format!("smtp_lists.{name}"), value.clone()).unwrap();
        }
        Appliance::new(settings)
    }

    /// 192.0.2.0/24 is German, 198.51.100.0/24 French.
    fn country(ip: IpAddr) -> Option<CountryCode> {
        match ip.to_string() {
            s if s.starts_with("192.0.2.") => "DE".parse().ok(),
            s if s.starts_with("198.51.100.") => "FR".parse().ok(),
            _ => None,
        }
    }

    #[test]
    fn lists_are_asked_in_the_order_of_the_guide() {
        let a = appliance(json!({
            "allow": ["192.0.2.1", "192.0.2.0/28", "FR"], "block": ["192.0.2.0/24 // noise", "198.51.100.9"],
        }));
        let standing = |ip: &str| a.standing(ip.parse().unwrap(), country);
        assert_eq!(standing("192.0.2.1"), Standing::Allowed);
        assert_eq!(standing("192.0.2.2"), Standing::Blocked);
        assert_eq!(standing("198.51.100.9"), Standing::Blocked);
        assert_eq!(standing("198.51.100.8"), Standing::Trusted);
        assert_eq!(standing("203.0.113.1"), Standing::Usual);
        assert_eq!(standing("::ffff:192.0.2.1"), Standing::Allowed);
    }

    #[test]
    fn the_countries_that_are_listed_are_accepted_and_no_others() {
        let mut a = appliance(json!({ "countries_enabled": true, "countries": ["de"], "allow": ["198.51.100.7"] }));
        let de: CountryCode = "DE".parse().unwrap();
        let standing = |a: &Appliance, ip: &str| a.standing(ip.parse().unwrap(), country);
        assert_eq!(standing(&a, "192.0.2.2"), Standing::Usual);
        assert_eq!(standing(&a, "198.51.100.8"), Standing::Foreign("FR".parse().ok()));
        assert_eq!(standing(&a, "198.51.100.7"), Standing::Allowed);
        assert_eq!(standing(&a, "203.0.113.1"), Standing::Usual);
        a = appliance(json!({ "countries_enabled": true, "countries": [de.to_string()], "unknown_country": false }));
        assert_eq!(standing(&a, "203.0.113.1"), Standing::Foreign(None));
    }

    /// Prints what a look at 200,000 entries costs.
    #[test]
    fn two_hundred_thousand_entries_cost_a_connection_nothing_to_speak_of() {
        let block: Vec<String> = (0..200_000u32)
            .map(|n| format!("{}/{}", std::net::Ipv4Addr::from(0x0A00_0000 + (n << 4)), 20 + n % 13))
            .collect();
        let a = appliance(json!({ "block": block }));
        let start = std::time::Instant::now();
        let looks = 20_000u32;
        let blocked = (0..looks).filter(|n| {
            let ip = IpAddr::V4((0x0900_0000 + n * 977).into());
            a.standing(ip, |_| None) == Standing::Blocked
        });
        let blocked = blocked.count();
        let each = start.elapsed() / looks;
        println!("{each:?} a look, {blocked} blocked");
        assert!(each < std::time::Duration::from_micros(50), "{each:?}");
    }
}
