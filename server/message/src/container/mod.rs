//! Files with files in them: archives, disk images, Office documents, attached messages. Each format has a file here with
//! one function that names the members; the loop here opens members in turn, so nesting costs no stack.

mod cab;
mod iso;
mod listed;
mod mail;
mod ole;
mod ooxml;
mod rar;
mod rtf;
mod sevenz;
mod tar;
mod text;
mod tnef;
mod unpack;
mod xls;
mod zip;

pub(crate) use ole::kind as ole_kind;
pub(crate) use ooxml::kind as zip_kind;
pub(crate) use unpack::stream as unpack_stream;

use crate::{
    attachment, kind,
    limits::Ledger,
    pdf,
    view::{Attachment, Parsed, Reading},
};
use bytes::Bytes;
use std::{
    collections::VecDeque,
    panic::{AssertUnwindSafe, catch_unwind},
};

/// Reads those members of a zip file whose names are wanted: name and content.
pub(crate) fn zip_members(
    data: &Bytes,
    ledger: &mut Ledger<'_>,
    wanted: impl Fn(&str) -> bool,
    mut each: impl FnMut(&str, &[u8]),
) {
    zip::members(data, ledger, |entry| wanted(entry.name), |member, _| each(&member.name, &member.data));
}

/// A file found in another.
#[derive(Debug, Default)]
pub(crate) struct Member {
    pub name: String,
    pub data: Bytes,
    /// As far as known without its content.
    pub size: u64,
    /// Whether `data` is all of it.
    pub complete: bool,
    pub encrypted: bool,
    pub unopened: Option<String>,
}

/// What opening one file showed.
#[derive(Debug, Default)]
pub(crate) struct Inside {
    pub members: Vec<Member>,
    pub macros: Vec<String>,
    pub encrypted: bool,
    pub javascript: bool,
    pub unopened: Option<String>,
    /// Text that the file shows by itself, such as the body of an attached message.
    pub readings: Vec<Reading>,
}

impl Inside {
    pub fn found(&mut self, what: impl Into<String>) {
        let what = what.into();
        if !self.macros.contains(&what) && self.macros.len() < 32 {
            self.macros.push(what);
        }
    }
}

/// Opens the attachment at `index` and everything within, appending members behind it.
pub(crate) fn open(index: usize, out: &mut Parsed, ledger: &mut Ledger<'_>) {
    let mut queue = VecDeque::from([(index, 0usize)]);
    while let Some((index, depth)) = queue.pop_front() {
        let file = &out.attachments[index];
        if file.data.is_empty() {
            continue;
        }
        if depth >= ledger.limits.archive_depth && holds_files(&file.kind) {
            ledger.hit(format!("archives nested deeper than {}", ledger.limits.archive_depth));
            continue;
        }
        // The readers of foreign formats are other people's code: a panic in one must not lose the message.
        let inside = catch_unwind(AssertUnwindSafe(|| look(file, depth, ledger)));
        let Ok(inside) = inside else {
            ledger.hit(format!("{} could not be opened", file.label()));
            continue;
        };
        let (part, path) = (file.part, file.path.clone());
        let file = &mut out.attachments[index];
        file.macros = inside.macros;
        file.encrypted |= inside.encrypted;
        file.javascript = inside.javascript;
        file.unopened = inside.unopened;
        out.readings.extend(inside.readings);
        for member in inside.members {
            queue.push_back((out.attachments.len(), depth + 1));
            out.attachments.push(as_attachment(member, part, &path));
        }
    }
}

fn as_attachment(member: Member, part: u32, around: &[String]) -> Attachment {
    let shown: String = member.name.chars().filter(|c| !c.is_control()).take(1_024).collect();
    let mut name = crate::content::clean_name(&shown);
    if name.is_empty() {
        name = "unnamed".to_owned();
    }
    let path = around.iter().cloned().chain([if shown.is_empty() { name.clone() } else { shown }]).collect();
    let mut file = attachment::describe(name, path, member.data, member.complete);
    file.part = part;
    file.size = file.size.max(member.size);
    file.encrypted = member.encrypted;
    file.unopened = member.unopened;
    if file.data.is_empty() && file.size > 0 {
        // Nothing but the name is known of it.
        file.kind = "bin".to_owned();
    }
    file
}

/// Kinds whose members are opened in turn.
fn holds_files(kind: &str) -> bool {
    ooxml::is_zip(kind)
        || matches!(
            kind,
            "gz" | "bz2"
                | "xz"
                | "zst"
                | "lz"
                | "7z"
                | "arj"
                | "lzh"
                | "tnef"
                | "tar"
                | "rar"
                | "cab"
                | "iso"
                | "eml"
                | "msg"
                | "doc"
                | "xls"
                | "ppt"
                | "vsd"
                | "ole"
                | "rtf"
        )
}

fn look(file: &Attachment, depth: usize, ledger: &mut Ledger<'_>) -> Inside {
    let data = &file.data;
    match file.kind.as_str() {
        "zip" => zip::open(data, ledger),
        kind if ooxml::is_zip(kind) => ooxml::open(data, kind, ledger),
        "gz" | "bz2" | "xz" | "zst" | "lz" => unpack::single(data, &file.kind, &file.name, ledger),
        "7z" => sevenz::open(data, ledger),
        "arj" => listed::arj(data, ledger),
        "lzh" => listed::lzh(data, ledger),
        "tnef" => tnef::open(data, ledger),
        "tar" => tar::open(data, ledger),
        "rar" => rar::open(data, ledger),
        "cab" => cab::open(data, ledger),
        "iso" => iso::open(data, ledger),
        "eml" if file.mime != "message/rfc822" && file.mime != "message/global" => mail::open(data, depth, ledger),
        "doc" | "xls" | "ppt" | "msg" | "vsd" | "ole" | "msi" => ole::open(data, ledger),
        // An encrypted Office file is an OLE file by its bytes.
        "docx" | "xlsx" | "pptx" => ole::open(data, ledger),
        "rtf" => rtf::open(data, ledger),
        "pdf" => {
            let found = pdf::look(data, ledger);
            Inside { javascript: found.javascript, encrypted: found.encrypted, ..Inside::default() }
        }
        "lz4" | "z" | "ace" | "dmg" | "vhd" | "vhdx" => {
            Inside { unopened: Some(format!("{} content that was not unpacked", file.kind)), ..Inside::default() }
        }
        "p7m" => Inside { encrypted: is_enveloped(data), ..Inside::default() },
        "pgp" => Inside { encrypted: true, ..Inside::default() },
        "xml" | "html" | "txt" | "csv" | "slk" => text::look(data, &file.kind),
        "exe" | "dll" | "elf" | "bin" => self_extracting(data, ledger),
        _ => Inside::default(),
    }
}

/// A program with an archive behind it, which it unpacks when run.
fn self_extracting(data: &Bytes, ledger: &mut Ledger<'_>) -> Inside {
    if let Some(at) = memchr::memmem::find(data, b"Rar!\x1a\x07") {
        return rar::open(&data.slice(at..), ledger);
    }
    if zip::has_directory(data) { zip::open(data, ledger) } else { Inside::default() }
}

/// PKCS #7 enveloped data (object identifier …1.7.3) needs a key; signed data does not.
fn is_enveloped(data: &[u8]) -> bool {
    let head = &data[..data.len().min(64)];
    memchr::memmem::find(head, b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03").is_some()
}

/// Whether a member of a document package is worth listing by itself.
pub(crate) fn is_notable(kind: &str) -> bool {
    matches!(
        kind,
        "exe"
            | "dll"
            | "js"
            | "jse"
            | "vbs"
            | "vbe"
            | "ps1"
            | "bat"
            | "hta"
            | "wsf"
            | "sct"
            | "lnk"
            | "swf"
            | "zip"
            | "rar"
            | "7z"
            | "doc"
            | "xls"
            | "ppt"
            | "ole"
            | "msi"
            | "rtf"
            | "docm"
            | "xlsm"
            | "pptm"
            | "docx"
            | "xlsx"
            | "pptx"
            | "xlsb"
            | "iso"
            | "chm"
    ) || matches!(kind, "pdf" | "eml" | "jar" | "com" | "cab" | "elf")
}

/// Shorthand for formats: a member with its content.
pub(crate) fn whole(name: String, data: Bytes) -> Member {
    Member { size: data.len() as u64, name, data, complete: true, ..Member::default() }
}

/// The kind of a member by content and name.
pub(crate) fn kind_of(member: &Member) -> &'static str {
    kind::of(&member.data, &crate::content::extension(&member.name))
}
