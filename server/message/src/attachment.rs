//! Files that a message carries.

use crate::{
    container, kind,
    limits::Ledger,
    parse,
    view::{Attachment, Parsed},
};
use bytes::Bytes;
use md5::{Digest as _, Md5};
use sha1::Sha1;
use sha2::Sha256;

/// Adds the part as a file, with what is inside it.
pub(crate) fn add(id: u32, out: &mut Parsed, ledger: &mut Ledger<'_>) {
    let Some(part) = out.parts.get(id as usize) else { return };
    // The parts of an attached message stand for themselves; digests of messages within messages would cost the
    // square of their depth and match nothing.
    let is_message = matches!(part.mime.as_str(), "message/rfc822" | "message/global");
    let name =
        part.name.clone().unwrap_or_else(|| if is_message { format!("message-{id}.eml") } else { String::new() });
    let mut file = describe(name.clone(), vec![name], part.data.clone(), !is_message);
    if is_message {
        file.kind = "eml".to_owned();
    }
    if file.name.is_empty() {
        file.name = format!("part-{id}.{}", file.kind);
        file.path = vec![file.name.clone()];
    }
    file.part = id;
    file.mime = part.mime.clone();
    out.attachments.push(file);
    container::open(out.attachments.len() - 1, out, ledger);
}

/// A file with its kind and, where its content is complete, its digests.
pub(crate) fn describe(name: String, path: Vec<String>, data: Bytes, complete: bool) -> Attachment {
    let extension = parse::extension(&name);
    let mut file = Attachment {
        kind: kind::of(&data, &extension).to_owned(),
        size: data.len() as u64,
        extension,
        name,
        path,
        ..Attachment::default()
    };
    if complete {
        file.sha256 = hex::encode(Sha256::digest(&data));
        file.sha1 = hex::encode(Sha1::digest(&data));
        file.md5 = hex::encode(Md5::digest(&data));
    }
    file.data = data;
    file
}
