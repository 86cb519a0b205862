//! Settings: one definition each, from which pages, documents, API, bulk operations, audit and the filter work.
//!
//! A section is declared once, in `sections/`: each entry has a key, a label, a type, limits, a default, a help text and
//! the levels at which it may be set. From that come [`DEFINITIONS`] (the table), [`Settings`] (what one level sets, by
//! path), [`Layered`] (levels laid over each other) and [`Values`] (what holds, typed). How to add one: docs/settings.md.

mod check;
mod definition;
mod document;
mod entry;
mod features;
mod kind;
mod layered;
mod level;
mod macros;
mod order;
mod picture;
mod sections;
mod shared;
mod spec;
mod stored;
mod text;
mod types;
mod values;

pub use check::Limits;
pub use definition::{Definition, Section, definition};
pub use features::Off;
pub use kind::{Entry, Field, Kind};
pub use layered::{Held, Layered, Source, explain, held};
pub use level::{Level, Levels};
pub use sections::*;
pub use shared::Shared;
pub use stored::{Difference, Settings, paths, shown};
pub use types::*;

/// Characters that a text box of friends, enemies or recipients takes (guide chapter 6); the API takes more.
pub const SENDER_LIST_TEXT_MAX: usize = 200_000;

macros::catalogue! {
    // Receiving mail (guide chapter 2).
    smtp_services: SmtpServicesValues,
    smtp_lists: SmtpListsValues,
    greylisting: GreylistingValues,
    smtp_encryption: SmtpEncryptionValues,
    smtp_limits: SmtpLimitsValues,
    // Inbound mail of a domain (guide chapters 5, 6 and 8).
    digest: DigestValues,
    personal: PersonalValues,
    filtering: FilteringValues,
    spoof: SpoofValues,
    spf: SpfValues,
    dkim: DkimValues,
    dmarc: DmarcValues,
    display_name: DisplayNameValues,
    senders: SendersValues,
    filter_exceptions: FilterExceptionsValues,
    notification: NotificationValues,
    annotation: AnnotationValues,
    discovery: DiscoveryValues,
    login: LoginValues,
    password: PasswordValues,
    recipients: RecipientsValues,
    routing: RoutingValues,
    continuity: ContinuityValues,
    antivirus: AntivirusValues,
    // Outbound mail (guide chapters 5, 7 and 8).
    outbound_filtering: OutboundFilteringValues,
    outbound_senders: OutboundSendersValues,
    outbound_notification: OutboundNotificationValues,
    outbound_rates: OutboundRatesValues,
    outbound_annotation: OutboundAnnotationValues,
    outbound_encryption: OutboundEncryptionValues,
    encryption_service: EncryptionServiceValues,
    outbound_routing: OutboundRoutingValues,
    outbound_login: OutboundLoginValues,
    special_routing: SpecialRoutingValues,
    // Appearance (guide chapter 14).
    personal_pages: PersonalPagesValues,
    admin_pages: AdminPagesValues,
    branding: BrandingValues,
    digest_brand: DigestBrandValues,
}

#[cfg(test)]
mod tests;
