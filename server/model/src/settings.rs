//! Settings: one definition each, from which pages, documents, API and the filter work.
//!
//! A section is declared once with [`sections!`]: each option has a type, a default and a help text. The macro
//! makes the struct of options that a level stores (`Filtering`, every field an `Option`), the resolved values
//! (`FilteringValues`) and the table of definitions ([`DEFINITIONS`]). [`Settings::over`] lays one level over another.

use crate::action::{ActionSetting, BlockedMessages};
use crate::{Action, Category, SenderEntry};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What is known of one setting: where it stands, and the text beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Definition {
    pub section: &'static str,
    pub name: &'static str,
    pub help: &'static str,
}

macro_rules! sections {
    ($( $(#[$sdoc:meta])* $section:ident : $Options:ident => $Values:ident {
        $( #[doc = $help:literal] $name:ident : $ty:ty = $default:expr; )*
    } )*) => {
        $(
            $(#[$sdoc])*
            #[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
            #[serde(deny_unknown_fields)]
            pub struct $Options {
                $( #[doc = $help] #[serde(default, skip_serializing_if = "Option::is_none")] pub $name: Option<$ty>, )*
            }
            /// The same section with every option resolved.
            #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
            pub struct $Values { $( #[doc = $help] pub $name: $ty, )* }
            impl $Options {
                /// `self` where it sets an option, else what the level below has.
                pub fn over(&self, below: &Self) -> Self {
                    $Options { $( $name: self.$name.clone().or_else(|| below.$name.clone()), )* }
                }
                pub fn resolve(&self) -> $Values {
                    $Values { $( $name: self.$name.clone().unwrap_or_else(|| $default), )* }
                }
                pub fn is_empty(&self) -> bool { true $( && self.$name.is_none() )* }
            }
            impl Default for $Values { fn default() -> Self { $Options::default().resolve() } }
        )*
        /// The settings of one level. What is absent falls through to the level below.
        #[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct Settings {
            $( #[serde(default, skip_serializing_if = "is_empty")] pub $section: $Options, )*
        }
        /// All settings, resolved: what holds for one mailbox or domain.
        #[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
        pub struct Values { $( pub $section: $Values, )* }
        impl Settings {
            pub fn over(&self, below: &Self) -> Self { Settings { $( $section: self.$section.over(&below.$section), )* } }
            pub fn resolve(&self) -> Values { Values { $( $section: self.$section.resolve(), )* } }
        }
        $( impl Section for $Options { fn is_empty(&self) -> bool { $Options::is_empty(self) } } )*
        /// Every setting, in the order of the pages.
        pub const DEFINITIONS: &[Definition] = &[ $( $( Definition {
            section: stringify!($section), name: stringify!($name), help: $help }, )* )* ];
    };
}

trait Section {
    fn is_empty(&self) -> bool;
}
fn is_empty<T: Section>(section: &T) -> bool {
    section.is_empty()
}

fn act(action: Action) -> ActionSetting {
    ActionSetting::of(action)
}

/// How often the spam digest is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DigestFrequency {
    Never,
    Daily,
    Weekly,
}

/// TLS towards the mail gateway (guide chapter 6 "Boundary Encryption").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BoundaryEncryption {
    Never,
    Attempt,
    Always,
}

/// How mail is spread over several gateways (guide chapter 6 "Mail Gateways").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GatewayOrder {
    Failover,
    Random,
}

sections! {
    /// Filtering Options (guide chapter 6).
    filtering: Filtering => FilteringValues {
        #[doc = "Where blocked messages go: kept 35 days for administrators only, or discarded at once."]
        blocked_messages: BlockedMessages = BlockedMessages::SystemQuarantine;
        #[doc = "Mail in which an antivirus engine found a virus."]
        virus: ActionSetting = Category::Virus.default_action();
        #[doc = "Mail that lures people into giving away passwords, card numbers and the like."]
        phish: ActionSetting = Category::Phish.default_action();
        #[doc = "Sexually explicit spam."]
        adult: ActionSetting = Category::Adult.default_action();
        #[doc = "Unsolicited bulk mail."]
        spam: ActionSetting = Category::Spam.default_action();
        #[doc = "Mail from infected computers."]
        bot: ActionSetting = Category::Bot.default_action();
        #[doc = "Bounces and automatic replies."]
        ndr: ActionSetting = Category::Ndr.default_action();
        #[doc = "PDF files that contain Javascript."]
        pdf_javascript: ActionSetting = Category::PdfJavascript.default_action();
        #[doc = "Office files that contain macros."]
        office_macro: ActionSetting = Category::OfficeMacro.default_action();
        #[doc = "Mail that could not be scanned for viruses."]
        not_av_scanned: ActionSetting = Category::NotAvScanned.default_action();
        #[doc = "Promotional bulk mail without deception."]
        junk: ActionSetting = Category::Junk.default_action();
        #[doc = "Mail whose structure breaks the standards so that mail programs may read it differently."]
        non_compliant_mime: ActionSetting = Category::NonCompliantMime.default_action();
        #[doc = "Mail from sources on a block list."]
        rbl: ActionSetting = Category::Rbl.default_action();
        #[doc = "Action by language, ISO 639-1 code. Languages that are not named are allowed."]
        languages: BTreeMap<String, ActionSetting> = ["ru", "zh", "ko", "ja"].into_iter().map(|l| (l.to_owned(), act(Action::Block))).collect();
        #[doc = "Action by attachment type, its usual extension without the dot. Types that are not named are allowed."]
        attachments: BTreeMap<String, ActionSetting> = default_attachments();
        #[doc = "Accept test messages of security-awareness vendors."]
        security_awareness: bool = false;
    }
    /// Spoof Options (guide chapter 6).
    spoof: Spoof => SpoofValues {
        #[doc = "Mail from outside that claims to be from this domain."]
        global: ActionSetting = act(Action::Allow);
        #[doc = "Senders that may use this domain from outside: addresses, IPs, networks."]
        exceptions: Vec<SenderEntry> = Vec::new();
        #[doc = "Mail from domains that look like this one."]
        fuzz: ActionSetting = act(Action::Allow);
        #[doc = "Domains that may look like this one."]
        fuzz_exceptions: Vec<SenderEntry> = Vec::new();
    }
    /// Sender Policy Framework Options (guide chapter 6).
    spf: Spf => SpfValues {
        #[doc = "Mail whose sender is not authorised by SPF."]
        envelope: ActionSetting = act(Action::Allow);
        #[doc = "The same check for the sender that mail programs display."]
        mime: ActionSetting = act(Action::Allow);
        #[doc = "Mail whose sender may not be authorised."]
        softfail: ActionSetting = act(Action::Allow);
        #[doc = "Mail from domains with a broken SPF record."]
        permerror: ActionSetting = act(Action::Allow);
        #[doc = "Mail from domains without an SPF record."]
        none: ActionSetting = act(Action::Allow);
        #[doc = "Domains and networks that SPF is not applied to."]
        exceptions: Vec<SenderEntry> = Vec::new();
    }
    /// DMARC Options (guide chapter 6).
    dmarc: Dmarc => DmarcValues {
        #[doc = "Verify DMARC of inbound mail."]
        enabled: bool = true;
        #[doc = "What to do with mail that fails, instead of what the sender's domain asks for."]
        override_policy: Option<ActionSetting> = None;
        #[doc = "Domains and networks that DMARC is not applied to."]
        exceptions: Vec<SenderEntry> = Vec::new();
    }
    /// Filter by Sender (guide chapter 6).
    senders: Senders => SendersValues {
        #[doc = "What happens to mail from enemies: quarantine or block."]
        enemies_action: ActionSetting = act(Action::Quarantine);
        #[doc = "Friends are also exempt from the phishing category."]
        friends_skip_phishing: bool = false;
        #[doc = "A mailbox's friend wins over the domain's enemy."]
        mailbox_friend_wins: bool = false;
    }
    /// Digest Options (guide chapter 6).
    digest: Digest => DigestValues {
        #[doc = "How often the spam digest is sent."]
        frequency: DigestFrequency = DigestFrequency::Daily;
        #[doc = "Hours of the day at which a digest's period ends; it is sent one to two hours later. At most two."]
        cutoff_hours: Vec<u8> = vec![1];
        #[doc = "Time zone of those hours, such as Europe/Berlin."]
        time_zone: String = "UTC".to_owned();
        #[doc = "Days for which the digest's links log in; none: 3 for a daily digest, 7 for a weekly one."]
        token_days: Option<u8> = None;
        #[doc = "Send a digest also when nothing was held."]
        send_empty: bool = false;
    }
    /// Personal Dashboard Options (guide chapter 6).
    personal: Personal => PersonalValues {
        #[doc = "Owners may use the Personal Dashboard and get digests."]
        access: bool = true;
        #[doc = "Owners may delete messages."]
        delete: bool = true;
        #[doc = "Owners may release inbound messages."]
        release: bool = true;
        #[doc = "Owners may see the body of a message."]
        view_body: bool = true;
        #[doc = "The View link in a digest logs in."]
        view_link_login: bool = true;
    }
    /// Routing and Session Management (guide chapter 6).
    routing: Routing => RoutingValues {
        #[doc = "Largest message that is accepted, in megabytes: 1 to 100."]
        max_size_mb: u16 = 50;
        #[doc = "Hours for which mail is kept and tried again when the gateway is down: 1 to 320."]
        spool_hours: u16 = 120;
        #[doc = "TLS towards the mail gateway."]
        encryption: BoundaryEncryption = BoundaryEncryption::Attempt;
        #[doc = "In order, or spread evenly."]
        gateway_order: GatewayOrder = GatewayOrder::Failover;
        #[doc = "Replace an alias by the mailbox's primary address."]
        rewrite_aliases: bool = false;
    }
}

/// Types that no mail should carry: programs and scripts that run by a click.
fn default_attachments() -> BTreeMap<String, ActionSetting> {
    [
        "exe", "com", "scr", "pif", "bat", "cmd", "msi", "vbs", "vbe", "js", "jse", "wsf", "hta", "lnk", "ps1", "jar",
        "iso", "img",
    ]
    .into_iter()
    .map(|ext| (ext.to_owned(), act(Action::Quarantine)))
    .collect()
}

impl Values {
    /// The action for a category.
    pub fn category(&self, category: Category) -> ActionSetting {
        let f = &self.filtering;
        match category {
            Category::Virus => f.virus.clone(),
            Category::Phish => f.phish.clone(),
            Category::Adult => f.adult.clone(),
            Category::Spam => f.spam.clone(),
            Category::Bot => f.bot.clone(),
            Category::Ndr => f.ndr.clone(),
            Category::PdfJavascript => f.pdf_javascript.clone(),
            Category::OfficeMacro => f.office_macro.clone(),
            Category::NotAvScanned => f.not_av_scanned.clone(),
            Category::Junk => f.junk.clone(),
            Category::NonCompliantMime => f.non_compliant_mime.clone(),
            Category::Rbl => f.rbl.clone(),
            Category::Sender => self.senders.enemies_action.clone(),
            other => other.default_action(),
        }
    }
}

impl Settings {
    /// What is out of its limits, as (setting, sentence). Empty: all is well.
    pub fn problems(&self) -> Vec<(String, String)> {
        let mut out = Vec::new();
        let mut range = |name: &str, value: Option<u16>, low: u16, high: u16| {
            if let Some(v) = value.filter(|v| !(low..=high).contains(v)) {
                out.push((name.to_owned(), format!("{v} is not between {low} and {high}")));
            }
        };
        range("routing.max_size_mb", self.routing.max_size_mb, 1, 100);
        range("routing.spool_hours", self.routing.spool_hours, 1, 320);
        range("digest.token_days", self.digest.token_days.flatten().map(u16::from), 1, 90);
        if let Some(hours) = &self.digest.cutoff_hours
            && (hours.is_empty() || hours.len() > 2 || hours.iter().any(|h| *h > 23))
        {
            out.push(("digest.cutoff_hours".into(), "one or two hours from 0 to 23".into()));
        }
        if let Some(enemies) = &self.senders.enemies_action
            && !matches!(enemies.action, Action::Quarantine | Action::Block)
        {
            out.push(("senders.enemies_action".into(), "quarantine or block".into()));
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_of_settings_is_read_and_what_is_unknown_refused() {
        let read = serde_json::from_str::<Settings>;
        let s = read(r#"{"filtering":{"junk":{"action":"quarantine"}},"spf":{"softfail":"markup"}}"#).expect("valid");
        assert_eq!(s.resolve().filtering.junk.action, Action::Quarantine);
        assert_eq!(s.resolve().spf.softfail.action, Action::Markup);
        assert!(read(r#"{"filtering":{"jnk":"allow"}}"#).is_err());
        assert_eq!(serde_json::to_string(&Settings::default()).ok().as_deref(), Some("{}"));
    }
    #[test]
    fn the_level_above_wins_and_the_rest_falls_through() {
        let mut domain = Settings::default();
        domain.filtering.junk = Some(act(Action::Quarantine));
        domain.filtering.spam = Some(act(Action::Block));
        let mut mailbox = Settings::default();
        mailbox.filtering.junk = Some(act(Action::Allow));
        let v = mailbox.over(&domain).resolve();
        assert_eq!(
            (v.filtering.junk.action, v.filtering.spam.action, v.filtering.virus.action),
            (Action::Allow, Action::Block, Action::Block)
        );
    }
    #[test]
    fn limits_are_those_of_the_guide() {
        let mut s = Settings::default();
        s.routing.spool_hours = Some(321);
        s.routing.max_size_mb = Some(100);
        assert_eq!(s.problems().len(), 1);
    }
}
