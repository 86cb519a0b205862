//! The spam digest (guide chapter 6 "Digest Options", chapter 14 "Spam Digest Settings"): what it says, in the mailbox's
//! language, as HTML with a plain text beside it, or as plain text alone.

mod html;
mod row;
mod text;
mod words;

use crate::Error;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use lettre::Message;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, MultiPart, SinglePart};
use model::category::Zone;
use model::settings::{DigestBrandValues, DigestFormat, DigestValues, DigestZones};
use model::view::QuarantineRow;
use model::{Category, EmailAddress, Timestamp};
use std::time::{Duration, UNIX_EPOCH};
use texts::Language;

/// Why a digest comes now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    Daily,
    Weekly,
    /// An administrator asked for it (guide chapter 13 "Instant Spam Digest").
    Instant,
}

/// What a link in the digest does, besides logging in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    Release,
    Delete,
    Block,
}

/// Where the links lead. Each is a whole URL.
pub trait Links {
    /// The owner's list of held messages, or a part of their dashboard: `settings`, `policies`.
    fn dashboard(&self, part: Option<&str>) -> String;
    /// One message.
    fn message(&self, id: i64) -> String;
    /// A page that asks, and then does it; None where the owner may not.
    fn act(&self, act: Act, row: &QuarantineRow) -> Option<String>;
    /// Ends the digests, by POST at once (RFC 8058), by GET after a question; None where owners may not.
    fn unsubscribe(&self) -> Option<String>;
}

/// What one digest says.
pub struct Digest<'a> {
    pub to: &'a EmailAddress,
    /// Sender address where the brand has none.
    pub from: &'a str,
    /// Where people reach the dashboards, without a slash at the end.
    pub url: &'a str,
    pub links: &'a (dyn Links + Sync),
    pub period: Period,
    pub since: Timestamp,
    pub until: Timestamp,
    pub language: Language,
    pub options: &'a DigestValues,
    pub brand: &'a DigestBrandValues,
    /// Whether this mailbox had none before: it gets the welcome text.
    pub first: bool,
    /// Held in the period, newest first.
    pub rows: &'a [QuarantineRow],
    /// How many were held in the period by category, also those that are not among `rows`.
    pub counts: &'a [(Category, u64)],
    /// Held in all.
    pub held: u64,
    /// Message-ID without brackets: the same digest always has the same.
    pub message_id: String,
}

/// The largest digest in bytes, however much was held: mail programs clip what is larger, and links with it.
pub const BYTES_MAX: usize = 100_000;
/// A row of all columns in both parts takes about this, so that the first try mostly fits.
const ROWS_MAX: usize = 60;

/// The whole message, ready to be sent; below [`BYTES_MAX`], for which it lists fewer messages where it must.
pub fn compose(d: &Digest<'_>) -> Result<Vec<u8>, Error> {
    let listed = listed(d);
    let mut rows = listed.len().min(ROWS_MAX);
    loop {
        let message = with_rows(d, listed.get(..rows).unwrap_or_default(), listed.len() as u64 - rows as u64)?;
        if message.len() < BYTES_MAX || rows == 0 {
            return Ok(message);
        }
        rows = rows * 2 / 3;
    }
}

/// The messages that the mailbox's "Report Content" lists, in its order: each zone includes those before it.
fn listed<'a>(d: &Digest<'a>) -> Vec<&'a QuarantineRow> {
    let shown = |zone: Zone| match d.options.content {
        DigestZones::Summary => false,
        DigestZones::Green => zone == Zone::Green,
        DigestZones::Yellow => zone != Zone::Red,
        DigestZones::Red => true,
    };
    let mut rows: Vec<_> = d.rows.iter().filter(|r| shown(r.category.zone())).collect();
    rows.sort_by_key(|r| (r.received, r.id));
    if !d.options.ascending {
        rows.reverse();
    }
    rows
}

fn with_rows(d: &Digest<'_>, rows: &[&QuarantineRow], more: u64) -> Result<Vec<u8>, Error> {
    let address = |text: &str| text.parse::<lettre::Address>().map_err(|_| Error::Address(text.to_owned()));
    let own = Some(d.brand.sender_address.as_str()).filter(|a| !a.is_empty()).unwrap_or(d.from);
    let sent = UNIX_EPOCH + Duration::from_millis(u64::try_from(d.until.0).unwrap_or(0));
    let mut builder = Message::builder()
        .from(Mailbox::new(Some(words::sender_name(d)), address(own)?))
        .to(Mailbox::new(None, address(d.to.as_str())?))
        .subject(words::subject(d))
        .date(sent)
        .message_id(Some(format!("<{}>", d.message_id)))
        .raw_header(raw("Auto-Submitted", "auto-generated"))
        .raw_header(raw("Content-Language", d.language.code()));
    if let Some(link) = d.links.unsubscribe() {
        builder = builder
            .raw_header(raw("List-Unsubscribe", &format!("<{link}>")))
            .raw_header(raw("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"));
    }
    let plain = text::write(d, rows, more);
    if d.options.format == DigestFormat::Text {
        return Ok(builder.header(ContentType::TEXT_PLAIN).body(plain)?.formatted());
    }
    let logo = logo(&d.brand.logo);
    let html = SinglePart::html(html::write(d, rows, more, logo.is_some()));
    let both = MultiPart::alternative().singlepart(SinglePart::plain(plain));
    let whole = match logo {
        Some((kind, bytes)) => {
            let logo = Attachment::new_inline("logo".into()).body(bytes, kind);
            both.multipart(MultiPart::related().singlepart(html).singlepart(logo))
        }
        None => both.singlepart(html),
    };
    Ok(builder.multipart(whole)?.formatted())
}

fn raw(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

/// The picture of a `data:` URL. One that would take half of the digest stays out.
fn logo(url: &str) -> Option<(ContentType, Vec<u8>)> {
    let (kind, data) = url.strip_prefix("data:")?.split_once(";base64,")?;
    let bytes = STANDARD.decode(data).ok().filter(|b| b.len() <= BYTES_MAX / 3)?;
    Some((ContentType::parse(kind).ok()?, bytes))
}

#[cfg(test)]
mod tests;
