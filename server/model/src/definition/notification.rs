//! Notifications: mail to administrators when something happens (guide chapter 11). The name of a notification is the
//! subject of its mail.

use super::Body;
use super::check::Problems;
use super::units::{self, DURATION, SIZE};
use crate::view::Feature;
use crate::words::words;
use crate::{Action, Category, Cidr, DomainName, EmailAddress, FieldError};
use serde::{Deserialize, Serialize};

words! {
    /// What a notification tells of.
    EventType {
        OutboundDeferredMessages = "outbound_deferred_messages", "Outbound Deferred Messages";
        RemoteServerOffline = "remote_server_offline", "Remote Server Offline";
        InboundHourlyTraffic = "inbound_hourly_traffic", "Inbound Hourly Traffic";
        OutboundHourlyTraffic = "outbound_hourly_traffic", "Outbound Hourly Traffic";
        SenderRateLimit = "sender_rate_limit", "Sender Rate Limit";
        RecipientRateLimit = "recipient_rate_limit", "Recipient Rate Limit";
        EmailContinuity = "email_continuity", "Email Continuity Enabled/Disabled";
        LatencyWarning = "latency_warning", "Latency Warning";
        ThreatTestSubmissions = "threat_test_submissions", "ThreatTest Email Submissions";
        ThreatTestConfirmations = "threat_test_confirmations", "ThreatTest Email Confirmations";
    }
}

impl EventType {
    /// Whether it is about the whole system, and so for system administrators only.
    pub fn of_system(self) -> bool {
        self == EventType::LatencyWarning
    }

    /// The feature without which it does not happen.
    pub fn needs(self) -> Option<Feature> {
        match self {
            EventType::EmailContinuity => Some(Feature::Continuity),
            EventType::ThreatTestSubmissions | EventType::ThreatTestConfirmations => Some(Feature::ThreatTest),
            _ => None,
        }
    }

    /// The conditions that it can have, by name.
    pub fn conditions(self) -> &'static [&'static str] {
        use EventType::*;
        match self {
            OutboundDeferredMessages => &["count", "outbound_ip", "domain_name"],
            RemoteServerOffline => &["failure_count", "offline_duration", "domain_name"],
            InboundHourlyTraffic => &[
                "number_of_messages",
                "action",
                "category",
                "domain_name",
                "ip_address",
                "recipient_email",
                "sender_email",
                "size",
            ],
            OutboundHourlyTraffic => &[
                "number_of_messages",
                "action",
                "category",
                "domain_name",
                "outbound_ip",
                "recipient_email",
                "sender_email",
                "size",
            ],
            SenderRateLimit | RecipientRateLimit => &["count", "outbound_ip", "sender_email"],
            EmailContinuity => &["enabled", "domain_name"],
            LatencyWarning => &["count"],
            ThreatTestSubmissions | ThreatTestConfirmations => &["count", "domain_name"],
        }
    }

    /// The condition without which it would never, or always, be sent.
    fn needed(self) -> Option<&'static str> {
        use EventType::*;
        match self {
            OutboundDeferredMessages | ThreatTestSubmissions | ThreatTestConfirmations => Some("count"),
            InboundHourlyTraffic | OutboundHourlyTraffic => Some("number_of_messages"),
            _ => None,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = NotificationDefinition))]
#[serde(deny_unknown_fields)]
pub struct Notification {
    /// What triggers it; cannot be changed later.
    #[cfg_attr(feature = "schema", schema(inline))]
    pub event_type: EventType,
    /// Sender of the mail.
    #[cfg_attr(feature = "schema", schema(value_type = String, example = "postern@example.com"))]
    pub sender: EmailAddress,
    /// Who gets it: ordinary addresses, or those of a provider's mail to text messages.
    #[cfg_attr(feature = "schema", schema(value_type = Vec<String>, min_items = 1, max_items = 100))]
    pub recipients: Vec<EmailAddress>,
    /// Least time between two mails about this event, such as `1h` or `1w 3d`.
    #[serde(default = "hour")]
    #[cfg_attr(feature = "schema", schema(example = "1h"))]
    pub frequency: String,
    /// All must hold.
    #[serde(default, skip_serializing_if = "Conditions::is_empty")]
    pub conditions: Conditions,
}

fn hour() -> String {
    "1h".to_owned()
}

/// Sizes in bytes; either end may be open.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SizeRange {
    /// Such as `4.3K` (thousands) or `10Mi` (of 1024).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schema(nullable = false, example = "10Mi"))]
    pub from: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schema(nullable = false))]
    pub to: Option<String>,
}

/// When a notification is sent; which conditions there are depends on the event.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = NotificationConditions))]
#[serde(deny_unknown_fields)]
pub struct Conditions {
    /// Only messages with one of these actions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schema(value_type = Vec<String>, max_items = 100, example = json!(["quarantine"])))]
    pub action: Vec<Action>,
    /// Only messages of one of these categories.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schema(value_type = Vec<String>, max_items = 100, example = json!(["SPAM"])))]
    pub category: Vec<Category>,
    /// How often it must happen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schema(nullable = false, minimum = 1, maximum = 1000000000))]
    pub count: Option<u32>,
    /// Only of these domains.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schema(value_type = Vec<String>, max_items = 100, example = json!(["example.com"])))]
    pub domain_name: Vec<DomainName>,
    /// Whether the feature is on now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schema(nullable = false))]
    pub enabled: Option<bool>,
    /// How often it must fail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schema(nullable = false, minimum = 1, maximum = 1000000000))]
    pub failure_count: Option<u32>,
    /// Only of these sending addresses or networks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schema(value_type = Vec<String>, max_items = 100, example = json!(["192.0.2.0/24"])))]
    pub ip_address: Vec<Cidr>,
    /// Messages that must pass the filter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schema(nullable = false, minimum = 1, maximum = 1000000000))]
    pub number_of_messages: Option<u32>,
    /// For how long connections to a server must have failed, such as `5m` or `1:40.35`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schema(nullable = false, example = "5m"))]
    pub offline_duration: Option<String>,
    /// Only of these outbound IPs or networks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schema(value_type = Vec<String>, max_items = 100, example = json!(["192.0.2.0/28"])))]
    pub outbound_ip: Vec<Cidr>,
    /// Only messages to these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schema(value_type = Vec<String>, max_items = 100, example = json!(["name@example.com"])))]
    pub recipient_email: Vec<EmailAddress>,
    /// Only messages by these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schema(value_type = Vec<String>, max_items = 100, example = json!(["name@example.com"])))]
    pub sender_email: Vec<EmailAddress>,
    /// Only messages of such a size.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schema(nullable = false))]
    pub size: Option<SizeRange>,
}

/// Entries of one condition.
const ENTRIES_MAX: usize = 100;
const COUNT_MAX: u32 = 1_000_000_000;

impl Conditions {
    fn is_empty(&self) -> bool {
        *self == Conditions::default()
    }

    /// The conditions there are, each with how many values it has.
    fn named(&self) -> impl Iterator<Item = (&'static str, usize)> {
        let all = [
            ("action", self.action.len()),
            ("category", self.category.len()),
            ("count", self.count.iter().len()),
            ("domain_name", self.domain_name.len()),
            ("enabled", self.enabled.iter().len()),
            ("failure_count", self.failure_count.iter().len()),
            ("ip_address", self.ip_address.len()),
            ("number_of_messages", self.number_of_messages.iter().len()),
            ("offline_duration", self.offline_duration.iter().len()),
            ("outbound_ip", self.outbound_ip.len()),
            ("recipient_email", self.recipient_email.len()),
            ("sender_email", self.sender_email.len()),
            ("size", self.size.iter().len()),
        ];
        all.into_iter().filter(|(_, n)| *n > 0)
    }
}

impl Body for Notification {
    fn problems(&self) -> Vec<FieldError> {
        let mut p = Problems::default();
        p.count("recipients", self.recipients.len(), 1..=100, "recipients");
        match units::milliseconds(&self.frequency) {
            None => p.add("frequency", format!("{:?} is not {DURATION}", short(&self.frequency))),
            Some(ms) if ms < crate::time::MINUTE => p.add("frequency", "at least one minute lies between two mails"),
            Some(_) => {}
        }
        let (event, c) = (self.event_type, &self.conditions);
        let allowed = event.conditions();
        for (name, entries) in c.named() {
            if !allowed.contains(&name) {
                let all = allowed.join(", ");
                p.add(format!("conditions.{name}"), format!("{} has no such condition, but: {all}", event.label()));
            }
            p.count(format!("conditions.{name}"), entries, 0..=ENTRIES_MAX, "entries");
        }
        if let Some(needed) = event.needed().filter(|n| c.named().all(|(name, _)| name != *n)) {
            p.add(format!("conditions.{needed}"), format!("{} needs this condition", event.label()));
        }
        let counts =
            [("count", c.count), ("failure_count", c.failure_count), ("number_of_messages", c.number_of_messages)];
        for (name, count) in counts {
            if let Some(count) = count {
                p.number(&format!("conditions.{name}"), count, 1..=COUNT_MAX, "");
            }
        }
        if let Some(text) = c.offline_duration.as_ref().filter(|t| units::milliseconds(t).is_none()) {
            p.add("conditions.offline_duration", format!("{:?} is not {DURATION}", short(text)));
        }
        if let Some(size) = &c.size {
            let mut read = |name: &str, text: &Option<String>| {
                let bytes = text.as_ref().map(|t| units::bytes(t).ok_or(t));
                if let Some(Err(text)) = bytes {
                    p.add(format!("conditions.size.{name}"), format!("{:?} is not {SIZE}", short(text)));
                }
                bytes.and_then(Result::ok)
            };
            if let (Some(from), Some(to)) = (read("from", &size.from), read("to", &size.to))
                && from > to
            {
                p.add("conditions.size.to", "the range ends before it begins");
            }
        }
        p.done()
    }
}

fn short(text: &str) -> String {
    text.chars().take(60).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn wrong(event: &str, conditions: &str) -> Vec<String> {
        let json = format!(
            r#"{{ "event_type": "{event}", "sender": "a@x.test", "recipients": ["b@x.test"], "conditions": {conditions} }}"#
        );
        serde_json::from_str::<Notification>(&json).unwrap().problems().into_iter().map(|p| p.field).collect()
    }

    #[test]
    fn the_guides_example_is_sound() {
        let none: [&str; 0] = [];
        assert_eq!(wrong("outbound_deferred_messages", r#"{ "count": 100, "outbound_ip": ["192.0.2.0/28"] }"#), none);
        assert_eq!(wrong("remote_server_offline", r#"{ "offline_duration": "1:40.35", "failure_count": 3 }"#), none);
        let traffic = r#"{ "number_of_messages": 5, "size": { "from": "4.3K", "to": "10Mi" }, "category": ["SPAM"] }"#;
        assert_eq!(wrong("inbound_hourly_traffic", traffic), none);
    }

    #[test]
    fn what_does_not_fit_the_event_is_named() {
        assert_eq!(wrong("email_continuity", r#"{ "count": 1 }"#), ["conditions.count"]);
        assert_eq!(wrong("inbound_hourly_traffic", "{}"), ["conditions.number_of_messages"]);
        let size = r#"{ "number_of_messages": 0, "size": { "from": "2K", "to": "1K" } }"#;
        assert_eq!(wrong("outbound_hourly_traffic", size), ["conditions.number_of_messages", "conditions.size.to"]);
        assert_eq!(
            wrong("remote_server_offline", r#"{ "offline_duration": "soon" }"#),
            ["conditions.offline_duration"]
        );
    }

    #[test]
    fn every_condition_belongs_to_an_event_and_is_a_field() {
        let fields = serde_json::from_str::<Conditions>(r#"{ "nonsense": 1 }"#).unwrap_err().to_string();
        for event in EventType::ALL {
            for name in event.conditions() {
                assert!(fields.contains(&format!("`{name}`")), "{name} of {event}");
            }
        }
        for name in fields.split('`').skip(3).step_by(2) {
            assert!(EventType::ALL.iter().any(|e| e.conditions().contains(&name)), "{name}");
        }
    }
}
