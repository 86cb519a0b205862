//! What is done with outbound mail (guide chapter 7 up to "Message Annotation", "Routing and Session Management",
//! "Authentication"; chapter 8 "Outbound Mail Options").

use super::filtering::PROGRAMS;
use crate::action::BlockedMessages;
use crate::settings::kind::{Const, Entry, Field, Kind};
use crate::settings::level::{NETWORKS, OUTBOUND, SENDERS};
use crate::settings::macros::section;
use crate::settings::spec::{
    HOLD_ACTION, OUTBOUND_PART_ACTION, Spec, act_out, choice, choice_of, flag, int, lines, list, map, of, one, text,
};
use crate::settings::types::{AnnotationMode, DeliveryException, ExceptionEncryption, LimitReply, SenderLoginMethod};
use crate::view::Feature;
use crate::{Action, ActionSetting, EmailAddress};
use std::collections::BTreeMap;

section! {
    /// Outbound Filtering Options.
    outbound_filtering "Outbound Filtering Options", chapter 7, at OUTBOUND => OutboundFilteringValues {
        /// Where blocked messages go: kept 35 days for administrators only, or discarded at once.
        blocked_messages "Blocked Messages": BlockedMessages = choice(BlockedMessages::CHOICES).at(NETWORKS);
        /// Mail in which an antivirus engine found a virus.
        virus "Virus": ActionSetting = act_out(Action::Block);
        /// Mail that lures people into giving away passwords, card numbers and the like.
        phish "Phishing": ActionSetting = act_out(Action::Quarantine);
        /// Sexually explicit spam.
        adult "Adult Spam": ActionSetting = act_out(Action::Block);
        /// Unsolicited bulk mail.
        spam "Spam": ActionSetting = act_out(Action::Quarantine);
        /// The first messages of what looks like a campaign.
        spam_trigger "Spam Trigger": ActionSetting = act_out(Action::Quarantine);
        /// PDF files that contain Javascript.
        pdf_javascript "PDF contains Javascript": ActionSetting = act_out(Action::Allow);
        /// Office files that contain macros.
        office_macro "MS Office file contains macro": ActionSetting = act_out(Action::Allow);
        /// Mail that could not be scanned for viruses.
        not_av_scanned "Not AV Scanned": ActionSetting = act_out(Action::Allow);
        /// Social Security numbers in the message or in text attachments.
        social_security "Social Security": ActionSetting = act_out(Action::Allow).needs(Feature::Compliance);
        /// Credit card numbers in the message or in text attachments.
        credit_card "Credit Card": ActionSetting = act_out(Action::Allow).needs(Feature::Compliance);
        /// A term of the health lexicon together with what identifies a person.
        health "Health": ActionSetting = act_out(Action::Allow).needs(Feature::Compliance);
        /// A term of the finance lexicon together with what identifies a person.
        finance "Finance": ActionSetting = act_out(Action::Allow).needs(Feature::Compliance);
        /// Profane words.
        profanity "Profanity": ActionSetting = act_out(Action::Allow).needs(Feature::Compliance);
        /// Words that do not count as profane.
        profanity_exceptions "Profanity exceptions": Vec<String> = list(Entry::Name).needs(Feature::Compliance);
        /// Action by attachment type, its usual extension without the dot; types that are not named are allowed.
        attachments "Attachments": BTreeMap<String, ActionSetting> = of(
            Kind::Map { key: Entry::Extension, value: &OUTBOUND_PART_ACTION, max: 1_000 }, Const::Actions(PROGRAMS));
        /// Action by name of a content filter of the account; filters that are not named are off.
        content_filters "Content Filters": BTreeMap<String, ActionSetting> =
            map(Entry::Name, &OUTBOUND_PART_ACTION, 1_000);
    }
}
section! {
    /// Filter By Sender of outbound mail; the lists themselves are records.
    outbound_senders "Filter By Sender", chapter 7, at NETWORKS => OutboundSendersValues {
        /// What happens to mail from enemies.
        enemies_action "Enemies": ActionSetting = of(HOLD_ACTION, Const::Action(Action::Quarantine, ""));
    }
}
section! {
    /// Delivery Status Notification about outbound mail.
    outbound_notification "Delivery Status Notification", chapter 7, at NETWORKS => OutboundNotificationValues {
        /// Tell the sender when a filter other than a compliance filter holds a message.
        other_filters "Quarantined by non-compliance filters": bool = flag(false);
        /// Who else is told then.
        other_filters_to "Quarantined by non-compliance filters: also notify": Vec<EmailAddress> =
            of(Kind::List { entry: Entry::Email, max: 20 }, Const::Words(&[]));
        /// Tell the sender when a compliance filter holds a message.
        compliance "Quarantined by compliance filters": bool = flag(false).needs(Feature::Compliance);
        /// Who else is told then.
        compliance_to "Quarantined by compliance filters: also notify": Vec<EmailAddress> =
            of(Kind::List { entry: Entry::Email, max: 20 }, Const::Words(&[])).needs(Feature::Compliance);
        /// Tell the sender when a message leaves encrypted.
        encrypted "Sent as an encrypted message": bool = flag(false).needs(Feature::Encryption);
        /// Who else is told then.
        encrypted_to "Sent as an encrypted message: also notify": Vec<EmailAddress> =
            of(Kind::List { entry: Entry::Email, max: 20 }, Const::Words(&[])).needs(Feature::Encryption);
        /// The most notifications for one mailbox in an hour.
        per_hour "Notifications per hour per mailbox": Option<u8> =
            Spec::or(&Kind::Int { min: 1, max: 10, unit: "notifications" }, "unlimited", "Unlimited");
        /// Tell senders of unknown domains too; during a campaign with forged senders that does harm.
        unknown_senders "Include senders from unknown domains": bool = flag(false);
    }
}
section! {
    /// Rate Limits; a mailbox may have its own (chapter 8).
    outbound_rates "Rate Limits", chapter 7, at NETWORKS => OutboundRatesValues {
        /// Messages that one known sender may send in an hour.
        known "Messages per Known Sender": Option<u32> = Spec::or(MESSAGES, "unlimited", "Unlimited").at(SENDERS);
        /// The answer to a known sender who is over the limit.
        known_reply "Messages per Known Sender: error": LimitReply = choice(LimitReply::CHOICES);
        /// The text of that answer.
        known_text "Messages per Known Sender: error message": String = text(TOO_MANY_MESSAGES, 200);
        /// Messages that all unknown senders together may send in an hour.
        unknown "Messages per Unknown Senders": Option<u32> = Spec::or(MESSAGES, "unlimited", "Unlimited");
        /// The answer to an unknown sender when the limit is reached.
        unknown_reply "Messages per Unknown Senders: error": LimitReply = choice(LimitReply::CHOICES);
        /// The text of that answer.
        unknown_text "Messages per Unknown Senders: error message": String = text(TOO_MANY_MESSAGES, 200);
        /// Recipients that one sender may write to in six minutes.
        recipients "Recipients per Sender": Option<u32> =
            Spec::or(&Kind::Int { min: 1, max: 99_999, unit: "recipients in 6 minutes" }, "unlimited", "Unlimited").at(SENDERS);
        /// The answer to a sender with too many recipients.
        recipients_reply "Recipients per Sender: error": LimitReply = choice(LimitReply::CHOICES);
        /// The text of that answer.
        recipients_text "Recipients per Sender: error message": String = text("Too many recipients, try again later", 200);
        /// Who gets messages that were answered with 550 to look at; empty: nobody.
        review_to "Send messages that receive 550-series errors to": String = one(Entry::Email);
    }
}

const MESSAGES: &Kind = &Kind::Int { min: 1, max: 99_999, unit: "messages per hour" };
const TOO_MANY_MESSAGES: &str = "Too many messages, try again later";

section! {
    /// Message Annotation of outbound mail.
    outbound_annotation "Message Annotation", chapter 7, at NETWORKS => OutboundAnnotationValues {
        /// Add the disclaimer; a mailbox may be exempt.
        enabled "Annotation": bool = flag(true).at(SENDERS);
        /// Before or after the text of the message.
        mode "Mode": AnnotationMode = choice_of(AnnotationMode::CHOICES, "append");
        /// The disclaimer is HTML; without, plain text.
        html "HTML": bool = flag(true);
        /// The disclaimer; empty: none.
        text "Message Annotation": String = lines("", 1_000);
        /// Remove the Received fields of the own network.
        strip_received "Strip Internal Received Headers": bool = flag(false);
    }
}
section! {
    /// Routing and Session Management of outbound mail.
    outbound_routing "Routing and Session Management", chapter 7, at NETWORKS => OutboundRoutingValues {
        /// Largest message that is accepted; 100 is the most there is.
        max_size_mb "Limit message size: block messages larger than": u16 = int(50, 1, 100, "MB");
        /// Hours for which mail is kept and tried again before it bounces.
        spool_hours "Spool messages": u16 = int(1, 1, 320, "hours");
        /// An address that gets a copy of everything that is delivered.
        copy_to "Send a copy of every delivered message to": String = one(Entry::Email);
        /// Keep a copy of what was delivered.
        keep_copies "Keep a copy of messages delivered to the Mail Gateway": bool = flag(false);
        /// Ask the DNS of the Internet rather than that of the own network.
        external_dns "Use external DNS resolution": bool = flag(false);
        /// The host that takes all outbound mail; empty: by MX.
        route "Routing": String = one(Entry::Host);
        /// Delivery that differs by domain.
        delivery_exceptions "Delivery Exceptions": BTreeMap<String, DeliveryException> =
            map(Entry::DomainPattern, &Kind::Record(DELIVERY_EXCEPTION), 10_000);
    }
}

const DELIVERY_EXCEPTION: &[Field] = &[
    Field { name: "route", label: "Route", kind: Kind::One { entry: Entry::Host, or_empty: true } },
    Field { name: "encryption", label: "Encryption", kind: Kind::Choice(ExceptionEncryption::CHOICES) },
    Field { name: "hostname", label: "Hostname", kind: Kind::One { entry: Entry::Domain, or_empty: true } },
    Field { name: "exempt_from_special_routing", label: "Exempt from special routing", kind: Kind::Bool },
    Field {
        name: "certificate",
        label: "Trusted certificate (SHA-256)",
        kind: Kind::Text { max: 95, multiline: false },
    },
];

section! {
    /// Authentication of senders.
    outbound_login "Authentication", chapter 7, at NETWORKS => OutboundLoginValues {
        /// Who checks the passwords of senders.
        method "Authentication": SenderLoginMethod = choice(SenderLoginMethod::CHOICES);
        /// The server that SMTP AUTH asks.
        server "SMTP AUTH to server": String = one(Entry::Host);
        /// Name of the verifier that is asked.
        verifier "Verify with": String = text("", 100);
        /// Senders must log in; without, they may.
        required "Authentication is required": bool = flag(false);
    }
}
