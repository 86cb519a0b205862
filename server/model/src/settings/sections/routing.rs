//! How inbound mail reaches its mail servers (guide chapter 6 "Alias Handling" to "Anti Virus Engines").

use crate::settings::kind::Entry;
use crate::settings::level::{BRAND, DOMAINS, NETWORKS};
use crate::settings::macros::section;
use crate::settings::spec::{choice, choice_of, flag, int, list, one, text};
use crate::settings::types::{BoundaryEncryption, GatewayOrder};

section! {
    /// Routing and Session Management, with Alias Handling, Mail Gateways and Boundary Encryption.
    routing "Routing and Session Management", chapter 6, at DOMAINS => RoutingValues {
        /// Replace an alias by the mailbox's primary address.
        rewrite_aliases "Alias Handling: rewrite to the primary address": bool = flag(false);
        /// How mail is spread over several gateways: in order, or evenly.
        gateway_order "Mail Gateways: distribution": GatewayOrder = choice(GatewayOrder::CHOICES);
        /// The mail server has no fixed address: it calls and takes its mail by ATRN (RFC 2645).
        odmr "On-Demand Mail Relay": bool = flag(false);
        /// TLS towards the mail gateway.
        encryption "Boundary Encryption": BoundaryEncryption = choice_of(BoundaryEncryption::CHOICES, "attempt");
        /// Largest message that is accepted; 100 is the most there is.
        max_size_mb "Limit message size: block messages larger than": u16 = int(50, 1, 100, "MB");
        /// Hours for which mail is kept and tried again when the gateway is down.
        spool_hours "Spool messages": u16 = int(120, 1, 320, "hours");
        /// An address that gets a copy of everything that is delivered.
        copy_to "Send a copy of every delivered message": String = one(Entry::Email);
        /// Keep a copy of what was delivered, for release and Email Continuity.
        keep_copies "Keep a copy of messages delivered to the Mail Gateway": bool = flag(false);
        /// Sender domains whose mail is refused unless it comes by TLS.
        tls_domains "Domains required to use TLS": Vec<String> = list(Entry::Domain);
    }
}
section! {
    /// Email Continuity.
    continuity "Email Continuity", chapter 6, at DOMAINS, needs Continuity => ContinuityValues {
        /// Owners may use the webmail while the mail server is down.
        enabled "Enable Email Continuity": bool = flag(false);
        /// Switch the webmail on when the mail server fails.
        auto_activate "Enable Automatic Activation": bool = flag(false);
        /// Minutes for which the server must have failed.
        activate_after "Activate Email Continuity after": u16 = int(30, 1, 10_080, "minutes");
        /// Minutes for which it stays off once it was switched off.
        activate_rest "Do not automatically activate if deactivated less than": u16 = int(60, 0, 10_080, "minutes");
        /// Switch the webmail off when the mail server is back.
        auto_deactivate "Enable Automatic Deactivation": bool = flag(false);
        /// Minutes for which the server must have answered without a break.
        deactivate_after "Deactivate Email Continuity after": u16 = int(30, 1, 10_080, "continuous minutes");
        /// Minutes for which it stays on once it was switched on.
        deactivate_rest "Do not automatically deactivate if activated less than": u16 = int(60, 0, 10_080, "minutes");
        /// The user-agent field of mail written in the webmail, by which mail servers sort it into Sent.
        user_agent "User agent": String = text("Postern/Email Continuity (console)", 100).at(BRAND);
    }
}
section! {
    /// Anti Virus Engines, of domains and outbound IPs (chapters 6 and 7).
    antivirus "Anti Virus Engines", chapter 6, at DOMAINS.and(NETWORKS) => AntivirusValues {
        /// Scan with ClamAV.
        clam "Clam": bool = flag(true);
        /// Scan with the engine that is reached by ICAP, such as Kaspersky's.
        icap "Kaspersky (ICAP)": bool = flag(true);
    }
}
