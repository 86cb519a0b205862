//! Who a sender really is (guide chapter 6 "Spoof Options" to "Display Name Spoofing Option", chapter 8).

use crate::settings::kind::{Entry, Kind};
use crate::settings::level::{DOMAINS, INBOUND};
use crate::settings::macros::section;
use crate::settings::spec::{ACTION, Spec, act, flag, list, map, text};
use crate::{Action, ActionSetting, EmailAddress, SenderEntry};
use std::collections::BTreeMap;

section! {
    /// Spoof Options.
    spoof "Spoof Options", chapter 6, at INBOUND => SpoofValues {
        /// Mail from outside that claims to be from this domain.
        global "Global Protection Check": ActionSetting = act(Action::Allow);
        /// Senders that may use this domain from outside: addresses, IPs, networks; 0.0.0.0/32 exempts mail from inside.
        exceptions "Sender Exceptions": Vec<SenderEntry> = list(Entry::Sender);
        /// Mail that claims to be from an address of this domain that has no mailbox; needs manual discovery.
        smart "Smart Protection Check": ActionSetting = act(Action::Allow);
        /// Mail from domains that look like this one.
        fuzz "Domain Fuzz Check": ActionSetting = act(Action::Allow);
        /// Domains that may look like this one.
        fuzz_exceptions "Domain Fuzz Exceptions": Vec<SenderEntry> = list(Entry::Domain);
    }
}
section! {
    /// Sender Policy Framework Options (RFC 7208).
    spf "Sender Policy Framework Options", chapter 6, at INBOUND => SpfValues {
        /// Mail whose sender is not authorised by SPF.
        envelope "SPF Envelope Check": ActionSetting = act(Action::Allow);
        /// The same check for the sender that mail programs display.
        mime "SPF MIME Check": ActionSetting = act(Action::Allow);
        /// Mail whose sender may not be authorised.
        softfail "SPF SoftFail": ActionSetting = act(Action::Allow);
        /// Mail from domains with a broken SPF record.
        permerror "SPF PermError": ActionSetting = act(Action::Allow);
        /// Mail from domains without an SPF record.
        none "No SPF Record": ActionSetting = act(Action::Allow);
        /// Domains and networks that SPF is not applied to.
        exceptions "SPF Exceptions": Vec<SenderEntry> = list(Entry::Sender);
    }
}
section! {
    /// DKIM Options (RFC 6376); the keys themselves are records.
    dkim "DKIM Options", chapter 6, at DOMAINS => DkimValues {
        /// Sign the domain's outbound mail.
        sign "Add DKIM Signature": bool = flag(false);
        /// Name of a new key of the domain, while no other has it.
        selector "Selector": String = text("postern", 63);
    }
}
section! {
    /// DMARC Options (RFC 7489).
    dmarc "DMARC Options", chapter 6, at INBOUND => DmarcValues {
        /// Verify DMARC of inbound mail.
        enabled "Enable DMARC": bool = flag(true);
        /// Domains and networks that DMARC is not applied to.
        exceptions "DMARC Exceptions": Vec<SenderEntry> = list(Entry::Sender);
        /// What to do with mail that fails, instead of what the sender's domain asks for.
        override_policy "Override DMARC Policy": Option<ActionSetting> =
            Spec::or(&ACTION, "published", "What the sender's domain asks for");
    }
}
section! {
    /// Display Name Spoofing Option.
    display_name "Display Name Spoofing Option", chapter 6, at DOMAINS => DisplayNameValues {
        /// Mail that shows a name of the list with an address that is not allowed for it.
        action "Action": ActionSetting = act(Action::Allow);
        /// The addresses that each display name may be used with.
        names "Display Name and Allowed Senders": BTreeMap<String, Vec<EmailAddress>> =
            map(Entry::Name, &Kind::List { entry: Entry::Email, max: 100 }, 1_000);
    }
}
