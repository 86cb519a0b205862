//! The disclaimer beside a message that must not be changed: the message's content becomes the first part of a
//! multipart/mixed, byte for byte, and the disclaimer another.

use super::text::Wording;
use crate::edits::fields::Header;
use crate::edits::text::wrapped_base64;
use message::Parsed;
use model::Edit;
use sha2::{Digest, Sha256};

pub fn plan(p: &Parsed, wording: &Wording, prepend: bool, header: &Header) -> Vec<Edit> {
    let raw = &p.raw;
    let boundary = format!("=_d{}", &hex::encode(Sha256::digest(raw))[..32]);
    let words = wording.lines(false);
    let (encoding, body) =
        if words.is_ascii() { ("7bit", words.into_bytes()) } else { ("base64", wrapped_base64(words.as_bytes())) };
    let mut part = format!(
        "--{boundary}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n\
         Content-Disposition: inline\r\n\r\n"
    )
    .into_bytes();
    part.extend_from_slice(&body);

    let mut edits = Vec::new();
    let mut moved = Vec::new();
    let mut has_version = false;
    for field in &header.fields {
        let name = field.name(raw);
        has_version |= name.eq_ignore_ascii_case(b"mime-version");
        if name.len() > 8 && name[..8].eq_ignore_ascii_case(b"content-") {
            moved.extend_from_slice(&raw[field.start..field.end]);
            edits.push(Edit { start: field.start as u64, end: field.end as u64, with: Vec::new() });
        }
    }
    let version = if has_version { "" } else { "MIME-Version: 1.0\r\n" };
    let top = format!("{version}Content-Type: multipart/mixed;\r\n boundary=\"{boundary}\"\r\n");
    edits.push(Edit::insert(header.start as u64, top));

    let mut before = if prepend { part.clone() } else { Vec::new() };
    before.extend_from_slice(format!("--{boundary}\r\n").as_bytes());
    before.extend_from_slice(&moved);
    before.extend_from_slice(b"\r\n");
    edits.push(Edit::insert(p.body_start as u64, before));
    // The line end before a delimiter is the delimiter's: the content keeps its own.
    let mut after = b"\r\n".to_vec();
    if !prepend {
        after.extend_from_slice(&part);
    }
    after.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    edits.push(Edit::insert(raw.len() as u64, after));
    edits
}
