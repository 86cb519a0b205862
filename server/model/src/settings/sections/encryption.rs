//! Encryption of outbound mail and the secure message portal (guide chapter 7 "Encryption" to "Special Routing").

use crate::settings::kind::{Const, Entry, Field, Kind};
use crate::settings::level::NETWORKS;
use crate::settings::macros::section;
use crate::settings::spec::{choice, choice_of, flag, image, int, lines, map, of, one};
use crate::settings::types::{
    BoundaryEncryption, CertificateLevel, OfferedEncryption, Protection, SpecialEncryption, SpecialRoute,
    SubjectTrigger,
};
use std::collections::BTreeMap;

section! {
    /// Encryption.
    outbound_encryption "Encryption", chapter 7, at NETWORKS => OutboundEncryptionValues {
        /// Words in the subject that have a message encrypted, by the name of the trigger.
        triggers "Add Trigger Filter": BTreeMap<String, SubjectTrigger> = map(Entry::Name, &Kind::Record(TRIGGER), 100);
        /// TLS of mail that the outbound IP hands to us.
        from_network "From the outbound IP": OfferedEncryption = choice_of(OfferedEncryption::CHOICES, "offer");
        /// TLS of mail that we hand to the Internet, where no delivery exception says otherwise.
        to_internet "To the Internet": BoundaryEncryption = choice_of(BoundaryEncryption::CHOICES, "attempt");
    }
}

const TRIGGER: &[Field] = &[
    Field { name: "word", label: "Word in the subject", kind: Kind::One { entry: Entry::Name, or_empty: false } },
    Field { name: "action", label: "Action", kind: Kind::Choice(Protection::CHOICES) },
];

section! {
    /// The Encryption Service.
    encryption_service "Encryption Service", chapter 7, at NETWORKS, needs Encryption => EncryptionServiceValues {
        /// Deliver by TLS, where the other side has it, rather than to the portal.
        best_method "Use best method of delivery": bool = flag(false);
        /// The least that the other side's certificate must be for that.
        best_method_certificate "Use best method of delivery: certificate": CertificateLevel =
            choice_of(CertificateLevel::CHOICES, "trusted");
        /// Added to messages that are special routed or encrypted.
        annotation "Message Annotation": String = lines("", 1_000);
        /// How messages are protected that the Outlook add-in sends.
        outlook_action "Outlook plug-in: encryption method": Protection = choice(Protection::CHOICES);
        /// Messages of the Outlook add-in are not held by compliance filters.
        outlook_override "Outlook plug-in: Override Compliance": bool = flag(false);
        /// Tell the sender when a special routed message was read.
        read_receipt "Send Read Receipt": bool = flag(false);
        /// Logo of the portal and its notices, at most 156 x 41 pixels.
        logo "Logo": String = image(156, 41);
        /// Where the logo leads to.
        logo_link "Logo link": String = one(Entry::Url);
        /// Readers may reply to the sender.
        can_reply "Can Reply": bool = flag(true);
        /// Readers may reply to all.
        can_reply_all "Can Reply All": bool = flag(true);
        /// Readers may forward.
        can_forward "Can Forward": bool = flag(false);
        /// Readers may download.
        can_download "Can Download": bool = flag(true);
        /// Readers may print.
        can_print "Can Print": bool = flag(true);
        /// Replies stay in the portal too.
        secure_replies "Secure All Replies": bool = flag(false);
        /// Days after which an encrypted attachment can no longer be opened.
        keep_days "Keep encrypted attachments": u16 = int(30, 1, 365, "days");
        /// Readers of an encrypted attachment must log in.
        require_login "Require login to view encrypted attachments": bool = flag(true);
        /// What readers of an encrypted attachment are told to do, in HTML.
        instructions_html "Instructions (HTML)": String = lines("", 10_000);
        /// What readers of an encrypted attachment are told to do, in plain text.
        instructions_text "Instructions (text)": String = lines("", 10_000);
        /// Sender of the mail with the PIN code, instead of the usual one.
        pin_sender "PIN code sender": String = one(Entry::Email);
        /// Head of the notice to readers, in HTML; cid:logo is the logo.
        header_html "Notification header (HTML)": String = lines("", 10_000);
        /// Head of the notice to readers, in plain text.
        header_text "Notification header (text)": String = lines("", 10_000);
        /// Foot of the notice to readers, in HTML; cid:logo is the logo.
        footer_html "Notification footer (HTML)": String = of(HTML, Const::Text("<img src=\"cid:logo\" alt=\"\">"));
        /// Foot of the notice to readers, in plain text.
        footer_text "Notification footer (text)": String = lines("", 10_000);
    }
}

const HTML: Kind = Kind::Text { max: 10_000, multiline: true };

section! {
    /// Special Routing.
    special_routing "Special Routing", chapter 7, at NETWORKS => SpecialRoutingValues {
        /// Where messages with the action Special Routing go.
        method "Special Routing": SpecialRoute = choice(SpecialRoute::CHOICES);
        /// TLS on the custom route.
        encryption "Custom: encryption": SpecialEncryption = choice_of(SpecialEncryption::CHOICES, "always");
        /// The server of the custom route; empty: as all other mail.
        route_to "Custom: route to": String = one(Entry::Host);
    }
}
