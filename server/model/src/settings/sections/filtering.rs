//! What is done with inbound mail (guide chapter 6 "Filtering Options", "Filter by Sender", chapter 8).

use crate::action::BlockedMessages;
use crate::settings::kind::{Const, Entry, Kind};
use crate::settings::level::{DOMAINS, INBOUND, NETWORKS};
use crate::settings::macros::section;
use crate::settings::spec::{ACTION, HOLD_ACTION, PART_ACTION, act, choice, flag, list, map, of};
use crate::view::Feature;
use crate::{Action, ActionSetting};
use std::collections::BTreeMap;

/// Types that no mail should carry: programs and scripts that run by a click.
pub(super) const PROGRAMS: &[(&str, Action)] = &[
    ("exe", Action::Quarantine),
    ("com", Action::Quarantine),
    ("scr", Action::Quarantine),
    ("pif", Action::Quarantine),
    ("bat", Action::Quarantine),
    ("cmd", Action::Quarantine),
    ("msi", Action::Quarantine),
    ("vbs", Action::Quarantine),
    ("vbe", Action::Quarantine),
    ("js", Action::Quarantine),
    ("jse", Action::Quarantine),
    ("wsf", Action::Quarantine),
    ("hta", Action::Quarantine),
    ("lnk", Action::Quarantine),
    ("ps1", Action::Quarantine),
    ("jar", Action::Quarantine),
    ("iso", Action::Quarantine),
    ("img", Action::Quarantine),
];
/// Russian, Chinese, Korean and Japanese (guide chapter 6 "Add Foreign Language").
const LANGUAGES: &[(&str, Action)] =
    &[("ru", Action::Block), ("zh", Action::Block), ("ko", Action::Block), ("ja", Action::Block)];

section! {
    /// Filtering Options.
    filtering "Filtering Options", chapter 6, at INBOUND => FilteringValues {
        /// Where blocked messages go: kept 35 days for administrators only, or discarded at once.
        blocked_messages "Blocked Messages": BlockedMessages = choice(BlockedMessages::CHOICES).at(DOMAINS);
        /// Mail in which an antivirus engine found a virus.
        virus "Virus": ActionSetting = act(Action::Block);
        /// Mail that lures people into giving away passwords, card numbers and the like.
        phish "Phishing": ActionSetting = act(Action::Quarantine);
        /// Sexually explicit spam.
        adult "Adult Spam": ActionSetting = act(Action::Block);
        /// Unsolicited bulk mail.
        spam "Spam": ActionSetting = act(Action::Quarantine);
        /// Mail from infected computers.
        bot "Bot": ActionSetting = act(Action::Quarantine);
        /// Bounces and automatic replies.
        ndr "Non-Delivery Report/Bounce": ActionSetting = act(Action::Allow);
        /// PDF files that contain Javascript.
        pdf_javascript "PDF contains Javascript": ActionSetting = act(Action::Allow);
        /// Office files that contain macros.
        office_macro "MS Office file contains macro": ActionSetting = act(Action::Allow);
        /// Mail that could not be scanned for viruses.
        not_av_scanned "Not AV Scanned": ActionSetting = act(Action::Allow);
        /// Promotional bulk mail without deception.
        junk "Junk": ActionSetting = of(ACTION, Const::Action(Action::Markup, "ADV:"));
        /// Mail whose structure breaks the standards so that mail programs may read it differently.
        non_compliant_mime "Non-compliant MIME": ActionSetting = act(Action::Allow);
        /// Mail from sources on a block list.
        rbl "RBL": ActionSetting = act(Action::Quarantine);
        /// Accept test messages of security-awareness vendors without filtering them.
        security_awareness "Accept Security Awareness test messages": bool = flag(false).at(DOMAINS);
        /// Credit card numbers in the message or in text attachments.
        credit_card "Credit Card": ActionSetting = act(Action::Allow).needs(Feature::Compliance);
        /// Social Security numbers in the message or in text attachments.
        social_security "Social Security": ActionSetting = act(Action::Allow).needs(Feature::Compliance);
        /// Action by language, ISO 639-1 code; languages that are not named are allowed.
        languages "Foreign Language": BTreeMap<String, ActionSetting> =
            of(Kind::Map { key: Entry::Language, value: &ACTION, max: 200 }, Const::Actions(LANGUAGES));
        /// Action by attachment type, its usual extension without the dot; types that are not named are allowed.
        attachments "Attachments": BTreeMap<String, ActionSetting> =
            of(Kind::Map { key: Entry::Extension, value: &PART_ACTION, max: 1_000 }, Const::Actions(PROGRAMS));
        /// Action by name of a content filter of the account; filters that are not named are off.
        content_filters "Content Filters": BTreeMap<String, ActionSetting> = map(Entry::Name, &PART_ACTION, 1_000);
        /// Links in delivered messages cannot be followed.
        disable_web_links "Disable Web links": bool = flag(false);
        /// Pictures that delivered messages link to are not shown.
        disable_image_links "Disable image links": bool = flag(false);
    }
}
section! {
    /// Filter by Sender; the lists themselves are records.
    senders "Filter by Sender", chapter 6, at DOMAINS => SendersValues {
        /// What happens to mail from enemies.
        enemies_action "Enemies": ActionSetting = of(HOLD_ACTION, Const::Action(Action::Quarantine, ""));
        /// Friends are also exempt from the phishing category.
        friends_skip_phishing "Exempt friends from phishing": bool = flag(false);
        /// A mailbox's friend wins over the domain's enemy.
        mailbox_friend_wins "A mailbox's friend wins over the domain's enemy": bool = flag(false);
    }
}
section! {
    /// Filter Exceptions, of domains and outbound IPs (chapters 6 and 7).
    filter_exceptions "Filter Exceptions", chapter 6, at DOMAINS.and(NETWORKS) => FilterExceptionsValues {
        /// Rules that are not applied to a sender, one entry each: rule id, colon, address or domain with its subdomains.
        rules "Filter Exceptions": Vec<String> = list(Entry::RuleException);
    }
}
