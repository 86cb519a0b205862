//! What the owners of mailboxes get and may do (guide chapter 6 "Digest Options", "Personal Dashboard Options",
//! chapter 8).

use crate::settings::kind::{Const, Entry, Kind};
use crate::settings::level::{DOMAINS, INBOUND};
use crate::settings::macros::section;
use crate::settings::spec::{Spec, choice, choice_of, flag, of};
use crate::settings::types::{DigestFormat, DigestFrequency, DigestZones};

section! {
    /// Digest Options.
    digest "Digest Options", chapter 6, at INBOUND => DigestValues {
        /// How often the spam digest is sent.
        frequency "Frequency": DigestFrequency = choice_of(DigestFrequency::CHOICES, "daily");
        /// Hours of the day at which a digest's period ends; it is sent one to two hours later.
        cutoff_hours "Cutoff Time": Vec<u8> = of(Kind::Hours { max: 2 }, Const::Numbers(&[1])).at(DOMAINS);
        /// Time zone of the cutoff and of times in digests and reports.
        time_zone "Time zone": String = of(Kind::TimeZone, Const::Text("UTC"));
        /// Oldest messages first.
        ascending "Ordering": bool = flag(false);
        /// List outbound messages too.
        include_outbound "Include Outbound Quarantine": bool = flag(false).at(DOMAINS);
        /// With formatting and links as buttons, or as plain text.
        format "Report Format": DigestFormat = choice(DigestFormat::CHOICES);
        /// Which messages are listed: numbers only, or up to a zone; each zone includes those before it.
        content "Report Content": DigestZones = choice_of(DigestZones::CHOICES, "red");
        /// Days for which the digest's links log in; automatic: 3 for a daily digest, 7 for a weekly one.
        token_days "Automatic login token duration": Option<u8> =
            Spec::or(&Kind::Int { min: 1, max: 90, unit: "days" }, "automatic", "Default Settings").at(DOMAINS);
        /// Send a digest also when nothing was held.
        send_empty "Send empty digests": bool = flag(false);
        /// Language of digest and Personal Dashboard, an ISO 639-1 code.
        language "Language": String = of(Kind::One { entry: Entry::Language, or_empty: false }, Const::Text("en"));
    }
}
section! {
    /// Personal Dashboard Options.
    personal "Personal Dashboard Options", chapter 6, at INBOUND => PersonalValues {
        /// Owners may use the Personal Dashboard and get digests.
        access "Allow access to the Personal Dashboard and digest delivery": bool = flag(true);
        /// Owners may delete messages.
        delete "Allow Delete of Messages": bool = flag(true);
        /// Owners may release messages that a compliance filter holds.
        release_dlp "Allow Release of DLP Messages": bool = flag(false);
        /// Owners may see attachments, and set what is done by attachment type.
        attachments "View/Edit Attachments": bool = flag(true);
        /// Owners may see messages held for their language, and set what is done by language.
        foreign "View/Edit Foreign": bool = flag(true);
        /// Owners may see their own messages that were held on the way out.
        outbound_quarantine "View Outbound Quarantine": bool = flag(true);
        /// Owners may see and set what is done with their mail.
        policies "View/Edit Policies": bool = flag(true);
        /// Owners may see messages to them that are held.
        inbound_quarantine "View Inbound Quarantine": bool = flag(true);
        /// Owners may release inbound messages.
        release "Allow Release of Inbound Messages": bool = flag(true);
        /// Owners may release outbound messages.
        release_outbound "Allow Release of Outbound Messages": bool = flag(false);
        /// Owners may see and change their friends and enemies.
        senders "View/Edit Friends/Enemies Lists": bool = flag(true);
        /// Owners may see and change their digest, time zone and language.
        settings "View/Edit Settings": bool = flag(true);
        /// The View link in a digest logs in.
        view_link_login "Clicking on a \"View\" link in the Spam Digest will initiate automatic login": bool = flag(true);
        /// Owners may see the body of a message.
        view_body "View message body": bool = flag(true);
        /// Owners may set the SPF options and exempt domains from SPF.
        spf_exceptions "Allow setting of SPF exceptions": bool = flag(false);
        /// Owners may see the domain's friends.
        domain_friends "View Domain Friends": bool = flag(false);
        /// Owners may see the domain's enemies.
        domain_enemies "View Domain Enemies": bool = flag(false);
        /// Owners may name recipients whose mail is not filtered on the way out.
        recipient_friends "Allow Recipient Whitelisting": bool = flag(false);
    }
}
