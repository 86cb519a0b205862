//! The texts of a message that rules look into.

/// A field; it has one value, several (each link is a value of `url`), or none.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Field {
    /// A header by its name in lower case, decoded.
    Header(String),
    /// Every header line as it came.
    Headers,
    Subject,
    From,
    FromName,
    FromAddress,
    FromDomain,
    ReplyTo,
    ReplyToDomain,
    To,
    /// Decoded text parts, HTML source included.
    Body,
    Html,
    /// What a reader sees, white space collapsed.
    Text,
    Url,
    UrlHost,
    UrlText,
    AttachmentName,
    AttachmentKind,
    AttachmentExtension,
    EnvelopeFrom,
    EnvelopeFromDomain,
    EnvelopeTo,
    Helo,
    Charset,
    Spf,
    Dkim,
    Dmarc,
    Direction,
}

const NAMES: &[(&str, Field)] = &[
    ("headers", Field::Headers),
    ("subject", Field::Subject),
    ("from", Field::From),
    ("from.name", Field::FromName),
    ("from.address", Field::FromAddress),
    ("from.domain", Field::FromDomain),
    ("reply_to", Field::ReplyTo),
    ("reply_to.domain", Field::ReplyToDomain),
    ("to", Field::To),
    ("body", Field::Body),
    ("html", Field::Html),
    ("text", Field::Text),
    ("url", Field::Url),
    ("url.host", Field::UrlHost),
    ("url.text", Field::UrlText),
    ("attachment.name", Field::AttachmentName),
    ("attachment.kind", Field::AttachmentKind),
    ("attachment.extension", Field::AttachmentExtension),
    ("envelope.from", Field::EnvelopeFrom),
    ("envelope.from.domain", Field::EnvelopeFromDomain),
    ("envelope.to", Field::EnvelopeTo),
    ("helo", Field::Helo),
    ("charset", Field::Charset),
    ("spf", Field::Spf),
    ("dkim", Field::Dkim),
    ("dmarc", Field::Dmarc),
    ("direction", Field::Direction),
];

impl Field {
    /// By the name that rule files use; headers have a form of their own.
    pub fn named(name: &str) -> Option<Field> {
        NAMES.iter().find(|(n, _)| *n == name).map(|(_, f)| f.clone())
    }
    pub fn names() -> impl Iterator<Item = &'static str> {
        NAMES.iter().map(|(n, _)| *n)
    }
}
