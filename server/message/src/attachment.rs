//! Files that a message carries.

use crate::{
    kind,
    limits::Ledger,
    parse,
    view::{Attachment, Parsed},
};
use bytes::Bytes;
use md5::{Digest as _, Md5};
use sha1::Sha1;
use sha2::Sha256;

/// Adds the part as a file, with what is inside it.
pub(crate) fn add(id: u32, out: &mut Parsed, _ledger: &mut Ledger<'_>) {
    let Some(part) = out.parts.get(id as usize) else { return };
    let is_message = part.mime.starts_with("message/rfc822") || part.mime == "message/global";
    let extension = part.name.as_deref().map(parse::extension).unwrap_or_default();
    let kind = if is_message { "eml" } else { kind::of(&part.data, &extension) };
    let name = part.name.clone().unwrap_or_else(|| format!("part-{id}.{kind}"));
    let mut file = describe(name.clone(), vec![name], kind, part.data.clone());
    file.part = id;
    file.mime = part.mime.clone();
    out.attachments.push(file);
}

/// A file with its digests.
pub(crate) fn describe(name: String, path: Vec<String>, kind: &str, data: Bytes) -> Attachment {
    Attachment {
        extension: parse::extension(&name),
        kind: kind.to_owned(),
        size: data.len() as u64,
        sha256: hex::encode(Sha256::digest(&data)),
        sha1: hex::encode(Sha1::digest(&data)),
        md5: hex::encode(Md5::digest(&data)),
        name,
        path,
        data,
        ..Attachment::default()
    }
}
