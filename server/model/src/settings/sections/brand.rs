//! How the product looks, and what its pages offer (guide chapter 14).

use crate::settings::kind::{Const, Entry, Kind};
use crate::settings::level::{BRAND, BRANDING};
use crate::settings::macros::section;
use crate::settings::spec::{color, flag, image, int, lines, of, one, texts};
use crate::settings::types::DigestColumn;
use std::collections::BTreeMap;

/// A text by language, ISO 639-1; English is what holds for all others.
type Texts = BTreeMap<String, String>;

const LABEL: &Kind = &Kind::Text { max: 200, multiline: false };
const PARAGRAPHS: &Kind = &Kind::Text { max: 10_000, multiline: true };

section! {
    /// Personal Dashboard Preferences.
    personal_pages "Personal Dashboard Preferences", chapter 14, at BRAND => PersonalPagesValues {
        /// Text beside the first box of the login page.
        login_label "Login ID label": Texts = texts(&[("en", "Email address")], LABEL);
        /// Show the page about the product.
        show_about "Display \"About\" link": bool = flag(true);
        /// Show help beside each page.
        show_help "Display \"Help\" link": bool = flag(true);
        /// Let owners change their password.
        show_change_password "Display \"Change Password\" link": bool = flag(true);
        /// Show the link that logs out.
        show_logout "Display \"Logout\" link": bool = flag(true);
        /// Let owners make themselves a login on the login page.
        show_signup "Display \"Signup\" link": bool = flag(false);
        /// Let owners who forgot their password ask for a new one.
        show_forgot_password "Display \"Forgot Password\" link": bool = flag(true);
        /// Link the full and the light dashboard to each other.
        show_light "Display link to PD light": bool = flag(true);
        /// Text of the link to the light dashboard.
        light_label "Link to PD light label": Texts = texts(&[("en", "Light version")], LABEL);
        /// Let owners see the domain's friends on their policies tab.
        show_domain_friends "Display domain's friends list": bool = flag(false);
        /// Let owners see the domain's enemies on their policies tab.
        show_domain_enemies "Display domain's enemies list": bool = flag(false);
        /// Link from the preview of a message to the dashboard.
        preview_dashboard "Preview: display \"Personal Dashboard\" link": bool = flag(true);
        /// Text above the preview of a message.
        preview_header "Preview: custom header content": Texts = texts(&[], PARAGRAPHS);
        /// Show the link that logs out in the preview of a message.
        preview_logout "Preview: display \"Logout\" link": bool = flag(true);
    }
}
section! {
    /// Administrator Dashboard Preferences.
    admin_pages "Administrator Dashboard Preferences", chapter 14, at BRAND => AdminPagesValues {
        /// Mark domains whose MX records do not lead here.
        check_mx "Validate the MX record format": bool = flag(true);
        /// Text on the status page of an outbound IP.
        outbound_status "Outbound status message": String = lines("", 10_000);
        /// That text is HTML; without, plain text.
        outbound_status_html "Outbound status message: html": bool = flag(false);
        /// Text on the status page of a domain.
        domain_status "Domain status message": String = lines("", 10_000);
        /// That text is HTML; without, plain text.
        domain_status_html "Domain status message: html": bool = flag(false);
        /// Addresses that stand below that text.
        domain_status_address "Domain status address": String = lines("", 1_000);
        /// Days for which the audit trail is kept.
        audit_days "Audit log retention": u16 = int(365, 1, 3_650, "days");
        /// Show the appliance dashboard among the dashboards.
        show_appliance "Display Appliance Dashboard link": bool = flag(true);
    }
}
section! {
    /// Branding Preferences; most of them an account may have its own of.
    branding "Branding Preferences", chapter 14, at BRANDING => BrandingValues {
        /// Icon in the address bar and among bookmarks, 16 x 16 pixels.
        icon "Application icon": String = image(16, 16);
        /// Banner above the administrator dashboard, at most 760 x 77 pixels.
        admin_logo "Admin dashboard logo": String = image(760, 77);
        /// Banner above the personal dashboard, at most 598 x 97 pixels.
        personal_logo "Personal dashboard logo": String = image(598, 97);
        /// Picture that fills the banner beside the logo, at most 97 pixels high.
        personal_fill "Personal dashboard background fill": String =
            of(Kind::Image { width: None, height: 97 }, Const::Text(""));
        /// Put the personal dashboard's logo on the right.
        personal_logo_right "Right justify PD logo": bool = flag(false);
        /// Color of the menu's text on the personal dashboard.
        personal_menu_color "PD menu font color": String = color("#ffffff");
        /// Color behind the administrator dashboard's logo.
        admin_logo_color "Admin dashboard logo area color": String = color("#1f3a5f");
        /// Address of the dashboards; empty: the one of the configuration.
        dashboard_url "Dashboard URL": String = one(Entry::Url);
        /// That address opens the personal dashboard.
        url_is_personal "Dashboard URL defaults to the Personal Dashboard": bool = flag(false).at(BRAND);
        /// Where the personal dashboard's banner leads to.
        banner_link "Personal Dashboard banner link": String = one(Entry::Url);
        /// Help for administrators; empty: the built-in help.
        help_url "Dashboard Help URL": String = one(Entry::Url).at(BRAND);
        /// Help pages link to a demonstration video.
        help_demo "Help demo link": bool = flag(false).at(BRAND);
        /// Help pages link to frequently asked questions.
        help_faq "Help FAQ link": bool = flag(false).at(BRAND);
        /// Where the frequently asked questions are.
        help_faq_url "Help FAQ link URL": String = one(Entry::Url).at(BRAND);
        /// Offer to log in with a Google account.
        google_login "Display Google 3rd party authentication": bool = flag(false);
        /// Offer to log in with a Microsoft account.
        microsoft_login "Display Microsoft 3rd party authentication": bool = flag(false);
        /// Ask for a captcha on the login page.
        captcha "Include Google reCaptcha": bool = flag(false);
    }
}
section! {
    /// Spam Digest Settings.
    digest_brand "Spam Digest Settings", chapter 14, at BRAND => DigestBrandValues {
        /// Logo in the upper left corner, at most 160 x 42 pixels.
        logo "Digest Logo": String = image(160, 42).at(BRANDING);
        /// Sender of all mail that the product writes; empty: the one of the configuration.
        sender_address "Digest sender address": String = one(Entry::Email).at(BRANDING);
        /// Name before the sender's address; $[period] is how often the digest comes.
        sender_name "Digest sender name": Texts = texts(&[("en", "$[period] Digest")], LABEL);
        /// Subject of the digest; $[recipient] is the recipient, $[period] how often it comes.
        subject "Message subject": Texts = texts(&[("en", "Spam Digest for $[recipient]")], LABEL);
        /// Text of the first digest that somebody gets.
        welcome "Welcome text": Texts = texts(&[], PARAGRAPHS).at(BRANDING);
        /// Link to the owner's held messages.
        my_account "Include \"My Account\" link": bool = flag(true);
        /// Text of that link.
        my_account_label "My Account": Texts = texts(&[("en", "My Account")], LABEL);
        /// Link to the owner's policies.
        settings "Include \"Settings\" link": bool = flag(true);
        /// Link that writes to technical support.
        support "Include \"Support\" link": bool = flag(false);
        /// Address of technical support, in digests and other notices.
        support_address "Technical support address": String = one(Entry::Email).at(BRANDING);
        /// What is shown of each message, in this order.
        columns "Columns": Vec<DigestColumn> = of(
            Kind::List { entry: Entry::Word(DigestColumn::CHOICES), max: 7 }, Const::Words(&["time", "from", "subject"]));
        /// Link that ends the digests.
        unsubscribe "Include \"Unsubscribe\" link": bool = flag(false);
        /// Link to a page on how to report spam.
        report_spam "Include \"Report Spam\" link": bool = flag(false);
        /// Link to how often the digest comes.
        change_frequency "Include \"Change Report Frequency\" link": bool = flag(true);
        /// Link to a page for feedback.
        feedback "Include \"Feedback\" link": bool = flag(false);
        /// Where that page is.
        feedback_url "Feedback URL": String = one(Entry::Url);
        /// Text at the top of the digest.
        header "Header text": Texts = texts(&[], PARAGRAPHS);
        /// Text at the bottom of the digest.
        footer "Footer text": Texts = texts(&[], PARAGRAPHS);
    }
}
