//! The text of files, for those who look for words in it: plain text, HTML and XML, RTF, PDF, OpenDocument and Office
//! documents, new and old. What is in archives are files of their own ([`crate::Parsed::attachments`]).
//!
//! Nothing here runs unless somebody asks, and nothing takes more than linear time: what a document unpacks to is bounded.

mod markup;
mod office;
mod ole;
mod pdf;
mod pdf_text;
mod rtf;
mod unicode_map;

use crate::view::Attachment;
use crate::{decode, html};
use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Whether the file is text by itself: what the guide calls a text attachment (chapter 10).
pub fn is_plain_text(file: &Attachment) -> bool {
    matches!(
        file.kind.as_str(),
        "txt" | "csv" | "html" | "xml" | "ics" | "vcf" | "json" | "css" | "slk" | "eml" | "reg" | "url" | "svg" | "iqy"
    )
}

/// The text of a file, at most `most` bytes of it; none where it has no text that could be had.
pub fn file_text(file: &Attachment, most: usize) -> Option<String> {
    let data = file.data.as_ref();
    if data.is_empty() || file.encrypted {
        return None;
    }
    // Readers of foreign formats: a panic in one must not lose the message.
    let read = catch_unwind(AssertUnwindSafe(|| match file.kind.as_str() {
        "html" => html::read(&decode::charset(data, None), most, 0).text,
        "xml" | "svg" => markup::text(&decode::charset(data, None), most),
        "docx" | "docm" | "xlsx" | "xlsm" | "pptx" | "pptm" | "odt" | "ods" | "odp" | "epub" => {
            office::text(&file.data, &file.kind, most)
        }
        "pdf" => pdf::text(data, most),
        "rtf" => rtf::text(data, most),
        "doc" | "xls" | "ppt" | "msg" | "vsd" => ole::text(&file.data, most),
        _ if is_plain_text(file) || crate::kind::is_text(data) => decode::charset(&data[..data.len().min(most)], None),
        _ => String::new(),
    }));
    let mut text = read.unwrap_or_default();
    if text.len() > most {
        text.truncate(text.floor_char_boundary(most));
    }
    (!text.trim().is_empty()).then_some(text)
}

/// A character reference of XML without `&` and `;`.
fn reference(name: &str) -> Option<Cow<'static, str>> {
    Some(Cow::Borrowed(match name {
        "amp" => "&",
        "lt" => "<",
        "gt" => ">",
        "quot" => "\"",
        "apos" => "'",
        "nbsp" => " ",
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            return Some(Cow::Owned(char::from_u32(code)?.to_string()));
        }
    }))
}
