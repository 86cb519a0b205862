//! Which mailboxes there are, and how their owners log in (guide chapter 6 "Delivery Status Notification" to
//! "Unrecognized Recipient Handling", chapters 8 and 14).

use crate::EmailAddress;
use crate::settings::kind::{Const, Entry, Kind};
use crate::settings::level::{DOMAINS, INBOUND, MAILBOXES};
use crate::settings::macros::section;
use crate::settings::spec::{Spec, choice, flag, int, of, one, text};
use crate::settings::types::{DiscoveryMethod, HarvestProtection, LoginMethod};

section! {
    /// Delivery Status Notification about inbound mail that a compliance filter holds; its sender always gets one.
    notification "Delivery Status Notification", chapter 6, at DOMAINS, needs Compliance => NotificationValues {
        /// Tell the recipient when a compliance filter holds a message.
        recipient "Recipient": bool = flag(false);
        /// Others who are told.
        other "Other": Vec<EmailAddress> = of(Kind::List { entry: Entry::Email, max: 20 }, Const::Words(&[]));
    }
}
section! {
    /// Message Annotation of inbound mail.
    annotation "Message Annotation", chapter 6, at DOMAINS => AnnotationValues {
        /// Name of a header field that is added to every message.
        header "Header": String = one(Entry::Header);
        /// What that header field says.
        value "Value": String = text("", 200);
        /// Put before the subject of every message.
        subject "Markup text": String = text("", crate::action::SUBJECT_TAG_MAX);
    }
}
section! {
    /// Mailbox Discovery.
    discovery "Mailbox Discovery", chapter 6, at DOMAINS => DiscoveryValues {
        /// How new mailboxes are found.
        method "Mailbox Discovery": DiscoveryMethod = choice(DiscoveryMethod::CHOICES);
        /// Name of the verifier that is asked, where one is.
        verifier "Verify with": String = text("", 100);
        /// Domain of the account that mail for unknown recipients goes to, where it is forwarded.
        forward_to "Forward to": String = one(Entry::Domain);
        /// Hours within which a second message must come to a mailbox that message count has found.
        pending_hours "Second message within": u16 = int(24, 1, 720, "hours");
        /// Delete a mailbox after so many days without legitimate mail, where message count found it.
        idle_days "Delete mailboxes without legitimate messages after": Option<u16> =
            Spec::or(&Kind::Int { min: 1, max: 365, unit: "days" }, "never", "Never");
        /// Make a mailbox for each recipient that exists; without, all but those added by hand are bulk filtered.
        create_mailboxes "Create mailboxes for valid recipients": bool = flag(true);
        /// Delete mailboxes that are found invalid for so many days in a row.
        remove_invalid "Automatically remove mailboxes": bool = flag(false);
        /// Days for which a mailbox must be found invalid.
        remove_after "Days before removal": u8 =
            of(Kind::OneOf { numbers: &[3, 7, 14, 21, 28], unit: "days" }, Const::Int(7));
        /// Keep the mailbox even where it is found invalid.
        keep "Do Not Auto-Remove": bool = flag(false).at(MAILBOXES);
    }
}
section! {
    /// Authentication of owners.
    login "Authentication", chapter 6, at DOMAINS => LoginValues {
        /// Who checks passwords.
        method "Authentication": LoginMethod = choice(LoginMethod::CHOICES);
        /// The server that SMTP AUTH asks.
        server "SMTP AUTH to Server": String = one(Entry::Host);
        /// Name of the verifier that is asked.
        verifier "Verify With": String = text("", 100);
    }
}
section! {
    /// Passwords that we keep ourselves, and sessions (chapters 6, 8 and 14 "Authentication").
    password "Internal Authentication", chapter 6, at INBOUND => PasswordValues {
        /// Minutes without a click after which one must log in again.
        inactivity_minutes "Dashboard inactivity timeout": u16 = int(30, 1, 1_440, "minutes");
        /// Days after which a new password is asked for.
        expires_days "Expire password after": Option<u16> =
            Spec::or(&Kind::Int { min: 1, max: 3_650, unit: "days" }, "never", "Never");
        /// Failed tries after which a captcha is shown, for every address of the domain alike, so that it tells nobody which exist.
        captcha_after "Protect accounts with captcha": Option<u8> =
            Spec::or(&Kind::Int { min: 1, max: 100, unit: "failed tries" }, "never", "Never").at(DOMAINS);
        /// The fewest characters that a password has.
        min_length "Password strength: minimum number of characters": u8 = int(8, 8, 30, "characters");
        /// The most characters that a password has.
        max_length "Password strength: maximum number of characters": u8 = int(30, 30, 100, "characters");
        /// A password needs an upper case letter.
        upper "Password strength: upper case letters": bool = flag(false);
        /// A password needs a lower case letter.
        lower "Password strength: lower case letters": bool = flag(false);
        /// A password needs a digit.
        digit "Password strength: digits": bool = flag(false);
        /// A password needs a character that is no letter and no digit.
        symbol "Password strength: special characters": bool = flag(false);
        /// How many of the passwords that one had before are not taken again.
        remembered "Earlier passwords that are not taken": u8 = int(0, 0, 24, "passwords");
    }
}
section! {
    /// Unrecognized Recipient Handling; which way of it a domain uses is a field of the domain.
    recipients "Unrecognized Recipient Handling", chapter 6, at DOMAINS => RecipientsValues {
        /// How much mail for unknown recipients is taken although it is rejected, so that nobody learns who exists.
        harvest_protection "DHA protection": HarvestProtection = choice(HarvestProtection::CHOICES);
        /// The address that gets mail for unknown recipients, where it is forwarded.
        forward_to "Forward to": String = one(Entry::Email);
    }
}
