//! Puts the view together from the tree of parts.

use crate::{
    address,
    anomaly::AnomalyKind,
    attachment, content,
    decode::{self, Base64},
    headers, html, kind,
    limits::{Ledger, Limits},
    links,
    structure::{self, Node, Shape},
    view::{Encoding, Mailbox, Parsed, Part, Reading},
};
use bytes::Bytes;
use model::Timestamp;
use std::collections::VecDeque;

/// Most bytes of [`Parsed::text`].
const TEXT: usize = 512 << 10;
/// Most bytes of [`Parsed::html`].
const HTML: usize = 1 << 20;
/// Longest line (RFC 5322 §2.1.1), without its end.
const LINE: usize = 998;
/// Second readings that are kept.
const READINGS: usize = 64;

/// A message inside the message whose bytes are not those of [`Parsed::raw`], because they were encoded.
struct Inner {
    raw: Bytes,
    parent: Option<u32>,
    depth: usize,
}

impl Parsed {
    /// Parses a message. Never fails: what is broken becomes an anomaly, what is too much a limit that was hit. Takes time
    /// and memory in proportion to the size of the message and what its archives unpack to, within the limits.
    pub fn parse(raw: Bytes, limits: &Limits) -> Parsed {
        let mut ledger = Ledger::new(limits);
        let mut out = Parsed { raw: raw.clone(), ..Parsed::default() };
        overlong(&raw, &mut ledger);
        let mut queue = VecDeque::from([Inner { raw, parent: None, depth: 0 }]);
        while let Some(inner) = queue.pop_front() {
            message(&inner, &mut out, &mut queue, &mut ledger);
        }
        for reading in &out.readings {
            if out.links.len() <= limits.links && kind::is_text(&reading.data) {
                links::plain(&decode::charset(&reading.data, None), limits.links + 1, &mut out.links);
            }
        }
        if out.links.len() > limits.links {
            out.links.truncate(limits.links);
            ledger.hit(format!("more than {} links", limits.links));
        }
        out.anomalies = ledger.anomalies;
        out.limits_hit = ledger.hits;
        out
    }
}

fn message(inner: &Inner, out: &mut Parsed, queue: &mut VecDeque<Inner>, ledger: &mut Ledger<'_>) {
    let base = out.parts.len();
    let tree = structure::read(&inner.raw, inner.depth, base, ledger);
    if base == 0 && inner.parent.is_none() {
        out.body_start = tree.root.body_start;
        out.headers = headers::decode(&inner.raw, &tree.root);
        fields(&inner.raw, &tree.root, out, ledger);
    }
    for (what, range) in &tree.strays {
        reading(what, inner.raw.slice(range.clone()), out);
    }
    let around = inner.parent.and_then(|p| out.parts.get(p as usize)).map(|p| (p.start, p.end));
    for (i, node) in tree.nodes.iter().enumerate() {
        let id = u32::try_from(base + i).unwrap_or(u32::MAX);
        let mut part = Part {
            id,
            parent: node.parent.map(|p| p.saturating_add(u32::try_from(base).unwrap_or(u32::MAX))).or(inner.parent),
            mime: if node.content.kind.value.is_empty() {
                "text/plain".to_owned()
            } else {
                node.content.kind.value.clone()
            },
            charset: node.content.kind.get("charset").map(str::to_lowercase),
            name: node.content.name.clone(),
            disposition: node.content.disposition.clone(),
            encoding: node.content.encoding,
            content_id: node.content.content_id.clone(),
            start: around.map_or(node.start, |a| a.0),
            end: around.map_or(node.end, |a| a.1),
            body_start: around.map_or(node.body_start, |a| a.0),
            ..Part::default()
        };
        let body = inner.raw.slice(node.body_start.min(node.end)..node.end);
        match node.shape {
            Shape::Multipart if node.children > 0 => out.parts.push(part),
            Shape::Message => {
                part.is_attachment = true;
                part.data = body;
                out.parts.push(part);
                attachment::add(id, out, ledger);
            }
            Shape::Multipart | Shape::Leaf => leaf(part, node, &body, inner, out, queue, ledger),
        }
    }
}

/// A part with content of its own.
fn leaf(
    mut part: Part,
    node: &Node,
    body: &Bytes,
    inner: &Inner,
    out: &mut Parsed,
    queue: &mut VecDeque<Inner>,
    ledger: &mut Ledger<'_>,
) {
    part.data = decoded(body, node, out, ledger);
    let encoded = !matches!(part.encoding, Encoding::Identity | Encoding::Unknown);
    let is_message = matches!(part.mime.as_str(), "message/rfc822" | "message/global");
    let is_multipart = part.mime.starts_with("multipart/");
    let id = part.id;
    if encoded && (is_message || is_multipart) {
        ledger.anomaly(AnomalyKind::TransferEncoding, format!("{} in base64 or quoted-printable", part.mime));
        if inner.depth + 1 < ledger.limits.nesting {
            let raw = if is_multipart {
                let boundary = node.content.kind.get("boundary").unwrap_or_default().replace(['"', '\\'], "");
                let mut raw = format!("Content-Type: {}; boundary=\"{boundary}\"\r\n\r\n", part.mime).into_bytes();
                raw.extend_from_slice(&part.data);
                Bytes::from(raw)
            } else {
                part.data.clone()
            };
            queue.push_back(Inner { raw, parent: Some(id), depth: inner.depth + 1 });
        } else {
            ledger.hit(format!("parts nested deeper than {}", ledger.limits.nesting));
        }
    }
    let is_text = part.mime.starts_with("text/") || is_multipart;
    let told = part.disposition.as_deref() == Some("attachment") || part.name.is_some();
    let hidden_file = || kind::binary(&part.data).is_some();
    part.is_attachment = !is_multipart && (told || !is_text || (!part.data.is_empty() && hidden_file()));
    if is_text
        && part.data.contains(&0)
        && !part.data.starts_with(b"\xff\xfe")
        && !part.data.starts_with(b"\xfe\xff")
        && !part.is_attachment
    {
        ledger.anomaly(AnomalyKind::NulByte, format!("NUL in a {} part", part.mime));
    }
    if is_text
        && (!part.is_attachment || matches!(part.mime.as_str(), "text/html" | "text/plain"))
        && kind::is_text(&part.data)
    {
        text(&part, out, ledger);
    }
    let attached = part.is_attachment;
    out.parts.push(part);
    if attached {
        attachment::add(id, out, ledger);
    }
}

/// The content with its transfer encoding undone. Other ways to read it are kept as readings.
fn decoded(body: &Bytes, node: &Node, out: &mut Parsed, ledger: &mut Ledger<'_>) -> Bytes {
    if let Some(other) = node.content.other_encoding {
        let data = decode::transfer(body, other).map_or_else(|| body.clone(), |d| Bytes::from(d.data));
        reading("content by the second Content-Transfer-Encoding", data, out);
    }
    let Some(first) = decode::transfer(body, node.content.encoding) else {
        if node.content.encoding == Encoding::Unknown {
            reading("content read as base64", Bytes::from(decode::base64(body, Base64::Restart).data), out);
        }
        return body.clone();
    };
    if first.inner_padding || first.strangers > 0 {
        let what = match (first.strangers, first.inner_padding) {
            (0, _) => "padding in the middle of base64".to_owned(),
            (n, _) => format!("{n} characters in base64 that do not belong there"),
        };
        ledger.anomaly(AnomalyKind::InvalidBase64, what);
    }
    if first.inner_padding {
        reading("base64 read across padding", Bytes::from(decode::base64(body, Base64::SkipPadding).data), out);
    }
    if first.url_safe {
        reading("base64 with the URL alphabet", Bytes::from(decode::base64(body, Base64::UrlSafe).data), out);
    }
    Bytes::from(first.data)
}

fn reading(what: &str, data: Bytes, out: &mut Parsed) {
    if out.readings.len() < READINGS && !data.is_empty() {
        out.readings.push(Reading { what: what.to_owned(), data });
    }
}

/// Adds a text part to what a reader sees, and its links. Of attached text only the links are taken; a name alone does not
/// make it attached, as mail programs show such text too.
fn text(part: &Part, out: &mut Parsed, ledger: &Ledger<'_>) {
    let most = ledger.limits.links + 1;
    let shown = part.disposition.as_deref() != Some("attachment");
    let is_html = part.mime == "text/html";
    let set = part.charset.clone().or_else(|| is_html.then(|| meta_charset(&part.data)).flatten());
    let decoded = decode::charset(&part.data, set.as_deref());
    let room = TEXT.saturating_sub(out.text.len());
    if !out.text.is_empty() && !out.text.ends_with('\n') && room > 0 && shown {
        out.text.push('\n');
    }
    let room = TEXT.saturating_sub(out.text.len());
    if is_html {
        let page = html::read(&decoded, TEXT, most.saturating_sub(out.links.len()));
        out.links.extend(page.links);
        links::plain(&page.text, most, &mut out.links);
        if shown {
            out.text.push_str(links::cut(&page.text, room));
            let room = HTML.saturating_sub(out.html.len());
            out.html.push_str(links::cut(&decoded, room));
        }
    } else {
        links::plain(&decoded, most, &mut out.links);
        if shown {
            out.text.push_str(links::cut(&decoded, room));
        }
    }
}

/// The character set that an HTML document declares in its first kilobyte.
fn meta_charset(data: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(&data[..data.len().min(1_024)]).to_lowercase();
    let (_, after) = head.split_once("charset=")?;
    let name: String = after
        .trim_start_matches(['"', '\''])
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
        .collect();
    (!name.is_empty()).then_some(name)
}

/// The fields that the view spells out.
fn fields(raw: &[u8], block: &headers::Block, out: &mut Parsed, ledger: &mut Ledger<'_>) {
    let boxes = |name: &str| -> Vec<Mailbox> {
        let found = block.fields.iter().filter(|f| f.is(raw, name)).take(16);
        found.flat_map(|f| address::mailboxes(&raw[f.value.clone()])).collect()
    };
    let from = boxes("from");
    out.from_count = from.len();
    out.from = from.into_iter().next();
    out.reply_to = boxes("reply-to").into_iter().next();
    out.to = boxes("to");
    out.to.extend(boxes("cc"));
    let encoded = |m: &&Mailbox| m.raw.contains("=?") && m.raw.contains("?=");
    if let Some(found) = out.from.iter().chain(&out.reply_to).chain(&out.to).find(encoded) {
        ledger.anomaly(
            AnomalyKind::EncodedWordInAddress,
            format!("encoded word in the address {:?}", links::cut(&found.raw, 80)),
        );
    }
    out.subject = out.header("subject").unwrap_or_default().to_owned();
    let id = out.header("message-id").unwrap_or_default();
    out.message_id = id.trim_start_matches('<').split('>').next().unwrap_or_default().trim().to_owned();
    out.date = out
        .header("date")
        .and_then(|d| mail_parser::DateTime::parse_rfc822(links::cut(d, 128)))
        .filter(mail_parser::DateTime::is_valid)
        .map(|d| Timestamp(d.to_timestamp().saturating_mul(1_000)));
}

fn overlong(raw: &[u8], ledger: &mut Ledger<'_>) {
    let mut start = 0;
    for end in memchr::memchr_iter(b'\n', raw).chain([raw.len()]) {
        if end.saturating_sub(start) > LINE + 1 {
            ledger.anomaly(AnomalyKind::OverlongLine, format!("a line of {} characters", end - start));
            return;
        }
        start = end + 1;
    }
}

/// The extension of a name, as [`crate::Attachment::extension`] has it.
pub(crate) fn extension(name: &str) -> String {
    content::extension(name)
}
