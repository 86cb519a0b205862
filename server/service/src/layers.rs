//! Which levels lie over which, and whether a level's settings are sound.

use model::settings::{Kind, Layered, Level};
use model::{Direction, FieldError, Settings, Values};

/// A domain: brand, domain.
pub(crate) fn domain(brand: &Settings, domain: &Settings) -> Layered {
    Layered::from_lowest([(Level::Brand, brand), (Level::Domain, domain)])
}

/// Administrators of an account: brand, account. Those of the system: an account that sets nothing.
pub(crate) fn administrators(brand: &Settings, account: &Settings) -> Layered {
    Layered::from_lowest([(Level::Brand, brand), (Level::Account, account)])
}

/// What holds for a mailbox of the domain that is `below`.
pub(crate) fn mailbox(below: &Layered, mailbox: &Settings) -> Values {
    Layered::of(Level::Mailbox, mailbox).over(below).resolve(Direction::Inbound)
}

/// What holds for mail from an outbound IP: brand, outbound IP.
pub(crate) fn outbound(brand: &Settings, network: &Settings) -> Values {
    Layered::from_lowest([(Level::Brand, brand), (Level::OutboundIp, network)]).resolve(Direction::Outbound)
}

/// Ways of encrypting towards the mail gateway that delivery cannot keep yet: it would hold all mail back until it
/// bounces, so they are not taken.
const CANNOT_KEEP: &[&str] = &["always_valid", "always_trusted"];

/// What is wrong with a level's settings: each setting's path, and what would be accepted. Names of time zones are
/// checked here, for `model` has no list of them.
pub(crate) fn problems(level: Level, settings: &Settings) -> Vec<FieldError> {
    let mut out = settings.problems(level);
    for (definition, value) in settings.iter() {
        let zone = value.as_str().unwrap_or_default();
        if definition.kind == Kind::TimeZone && zone.parse::<chrono_tz::Tz>().is_err() {
            let message = format!("{zone:?} is no time zone such as Europe/Berlin");
            out.push(FieldError { field: definition.path(), message });
        }
        if definition.path() == "routing.encryption" && CANNOT_KEEP.contains(&value.as_str().unwrap_or_default()) {
            let message = "certificates of mail gateways are not checked yet: never, attempt or always".into();
            out.push(FieldError { field: definition.path(), message });
        }
    }
    out
}
