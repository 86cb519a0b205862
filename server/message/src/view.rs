//! The parsed view itself.

use crate::anomaly::Anomaly;
use bytes::Bytes;
use model::{EmailAddress, Timestamp};

/// A field of the message's header. Offsets are into [`Parsed::raw`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// As written, without blanks before the colon.
    pub name: String,
    /// Unfolded, trimmed, encoded words decoded (RFC 2047).
    pub value: String,
    /// First byte of the name.
    pub start: usize,
    /// After the line end of the last line.
    pub end: usize,
    /// After the colon.
    pub value_start: usize,
}

/// Content-Transfer-Encoding (RFC 2045 §6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Encoding {
    /// 7bit, 8bit, binary, or none given.
    #[default]
    Identity,
    QuotedPrintable,
    Base64,
    UuEncode,
    Unknown,
}

/// A MIME part. Part 0 is the message itself; a part's children come after it.
#[derive(Debug, Clone, Default)]
pub struct Part {
    pub id: u32,
    pub parent: Option<u32>,
    /// Type and subtype in lower case; `text/plain` where none is given.
    pub mime: String,
    pub charset: Option<String>,
    /// File name of Content-Disposition, else of Content-Type, decoded.
    pub name: Option<String>,
    /// `inline`, `attachment` …, in lower case.
    pub disposition: Option<String>,
    pub encoding: Encoding,
    /// Content-ID without angle brackets.
    pub content_id: Option<String>,
    /// The whole part with its header, without the delimiters around it. Of a part inside an encoded message, the
    /// range of that message.
    pub start: usize,
    pub end: usize,
    /// First byte of its content.
    pub body_start: usize,
    pub is_attachment: bool,
    /// Content with the transfer encoding undone; empty for multipart.
    pub data: Bytes,
}

/// One entry of an address field.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mailbox {
    /// Display name, decoded; empty where there is none.
    pub name: String,
    /// None where what stands there is no address.
    pub address: Option<EmailAddress>,
    /// What stands where the address should be.
    pub raw: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LinkKind {
    /// `href`, or a frame's `src`.
    Anchor,
    /// `src` of an image, `background`.
    Image,
    /// `action` of a form.
    Form,
    /// In text.
    Plain,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Link {
    /// As written, entities decoded, blanks around it removed.
    pub url: String,
    /// Lower case, in Punycode where international; empty for `mailto:`, `cid:` and the like.
    pub host: String,
    /// What a reader sees in the anchor; empty for other kinds.
    pub text: String,
    pub kind: LinkKind,
}

/// A file that the message carries, or a member of an archive that it carries.
#[derive(Debug, Clone, Default)]
pub struct Attachment {
    /// Id of the MIME part that holds it.
    pub part: u32,
    /// Names from the outermost archive inwards; the last is the file's own.
    pub path: Vec<String>,
    pub name: String,
    /// As declared; for archive members empty.
    pub mime: String,
    /// The type by content, as its usual extension: `exe`, `docm`, `zip`; `bin` where the content says nothing.
    pub kind: String,
    /// By name, lower case, without dot.
    pub extension: String,
    /// Bytes, unpacked.
    pub size: u64,
    /// Lower-case hexadecimal digests of the content; empty where the content could not be had.
    pub sha256: String,
    pub sha1: String,
    pub md5: String,
    /// Content, or a member's content, needs a password.
    pub encrypted: bool,
    /// Why what is inside was not looked at, though there is something inside: an archive format that is only listed.
    pub unopened: Option<String>,
    /// Kinds of active Office content: `VBA project`, `Excel 4.0 macro sheet`, `DDE field` …
    pub macros: Vec<String>,
    /// A PDF with JavaScript in it.
    pub javascript: bool,
    /// The content, up to the limits.
    pub data: Bytes,
}

impl Attachment {
    /// `eicar.com (in archive.zip)`.
    pub fn label(&self) -> String {
        match self.path.len() {
            0 | 1 => self.name.clone(),
            n => format!("{} (in {})", self.name, self.path[..n - 1].join(" / ")),
        }
    }
}

/// Bytes that some mail programs would show or save though a strict reader would not: text before the first and after
/// the last delimiter, a second way to decode a body. For virus and link scanning.
#[derive(Debug, Clone)]
pub struct Reading {
    /// What it is: `text after the last part`.
    pub what: String,
    pub data: Bytes,
}

/// A message, parsed once.
#[derive(Debug, Clone, Default)]
pub struct Parsed {
    pub raw: Bytes,
    /// Offset of the first byte after the blank line.
    pub body_start: usize,
    pub headers: Vec<Header>,
    pub parts: Vec<Part>,
    pub subject: String,
    /// The first mailbox of the first From.
    pub from: Option<Mailbox>,
    /// Mailboxes in all From fields together.
    pub from_count: usize,
    pub reply_to: Option<Mailbox>,
    /// To and Cc.
    pub to: Vec<Mailbox>,
    /// Without angle brackets.
    pub message_id: String,
    pub date: Option<Timestamp>,
    /// What a reader sees: text parts and rendered HTML, at most 512 KiB.
    pub text: String,
    /// The HTML parts one after the other, at most 1 MiB.
    pub html: String,
    pub links: Vec<Link>,
    pub attachments: Vec<Attachment>,
    pub readings: Vec<Reading>,
    pub anomalies: Vec<Anomaly>,
    /// Sentences that name the limits that were reached: what is behind them was not looked at.
    pub limits_hit: Vec<String>,
}

impl Parsed {
    /// The decoded value of the first field of that name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|h| h.name.eq_ignore_ascii_case(name)).map(|h| h.value.as_str())
    }

    pub fn headers_named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Header> + 'a {
        self.headers.iter().filter(move |h| h.name.eq_ignore_ascii_case(name))
    }

    /// The value as sent, folded and encoded, from after the colon to before the last line end.
    pub fn raw_value(&self, header: &Header) -> &[u8] {
        let value = self.raw.get(header.value_start..header.end).unwrap_or_default();
        value.strip_suffix(b"\n").map_or(value, |v| v.strip_suffix(b"\r").unwrap_or(v))
    }
}
