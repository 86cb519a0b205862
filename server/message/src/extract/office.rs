//! Office Open XML, OpenDocument and EPUB: zip files of XML.

use super::markup;
use crate::container::zip_members;
use crate::decode;
use crate::limits::{Ledger, Limits};
use bytes::Bytes;
use std::time::Duration;

/// Bytes that the XML of one document may unpack to.
const UNPACKED: u64 = 64 << 20;

pub(super) fn limits() -> Limits {
    Limits { unpacked: UNPACKED, kept: UNPACKED, wall_time: Duration::from_secs(5), ..Limits::default() }
}

pub(super) fn text(data: &Bytes, kind: &str, most: usize) -> String {
    let limits = limits();
    let mut ledger = Ledger::new(&limits);
    let mut out = String::new();
    zip_members(
        data,
        &mut ledger,
        |name| holds_text(&name.to_ascii_lowercase(), kind),
        |_, content| {
            if out.len() >= most {
                return;
            }
            if kind.starts_with("xls") {
                cells(&decode::charset(content, None), most, &mut out);
            } else {
                markup::append(&decode::charset(content, None), most, &mut out);
            }
            out.push('\n');
        },
    );
    out
}

fn holds_text(name: &str, kind: &str) -> bool {
    if !name.ends_with(".xml") && !name.ends_with(".xhtml") && !name.ends_with(".html") {
        return false;
    }
    let within = |folders: &[&str]| folders.iter().any(|f| name.starts_with(f));
    match kind {
        "docx" | "docm" => {
            within(&["word/document", "word/header", "word/footer", "word/footnotes", "word/endnotes", "word/comments"])
                || within(&["docprops/"])
        }
        "xlsx" | "xlsm" => within(&["xl/sharedstrings", "xl/worksheets/", "xl/comments", "docprops/"]),
        "pptx" | "pptm" => within(&["ppt/slides/", "ppt/notesslides/", "ppt/comments", "docprops/"]),
        "epub" => true,
        _ => matches!(name, "content.xml" | "styles.xml" | "meta.xml"),
    }
}

/// A sheet: shared strings stand in a part of their own, so the cells that only refer to one say nothing.
fn cells(xml: &str, most: usize, out: &mut String) {
    let mut kept = String::new();
    let mut rest = xml;
    while let Some(at) = rest.find("t=\"s\"") {
        let end = rest[at..].find("</c>").map_or(rest.len(), |n| at + n);
        kept.push_str(&rest[..at]);
        kept.push('>');
        rest = &rest[end..];
    }
    kept.push_str(rest);
    markup::append(&kept, most.saturating_add(out.len()), out);
}
