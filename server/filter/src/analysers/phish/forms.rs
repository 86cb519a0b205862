//! Pages inside the message: forms that ask for a password, attached HTML that unpacks itself or leads on.

use crate::{
    Context,
    finding::{decisive, evidence},
    rules::observe::has_password_field,
};
use model::{Category, Finding};

/// Bytes of an attached page that are looked at.
const PAGE: usize = 1 << 20;
/// Characters of Base64 in one piece that hold a page rather than a small picture.
const LONG_BASE64: usize = 400;

pub(super) fn run(context: &Context<'_>, out: &mut Vec<Finding>) {
    let m = context.message;
    let html = m.html.to_ascii_lowercase();
    if html.contains("<form") && has_password_field(&html) {
        out.push(decisive("phish", Category::Phish, "a form in the message asks for a password"));
    }
    for file in &m.attachments {
        let page =
            file.kind == "html" || ["html", "htm", "shtml", "xhtml", "svg", "xht"].contains(&file.extension.as_str());
        if !page {
            continue;
        }
        let text = String::from_utf8_lossy(&file.data[..file.data.len().min(PAGE)]).to_ascii_lowercase();
        if has_password_field(&text) {
            out.push(decisive(
                "phish",
                Category::Phish,
                format!("{} is a page that asks for a password", file.label()),
            ));
        } else if let Some(trick) = trick(&text) {
            out.push(decisive("phish", Category::Phish, format!("{} is a page that {trick}", file.label())));
        } else if text.contains("<script") {
            out.push(evidence("phish", Category::Phish, 1.5, format!("{} is a page with a script", file.label())));
        }
    }
}

/// What an attached page does that no document needs.
fn trick(page: &str) -> Option<&'static str> {
    let any = |words: &[&str]| words.iter().any(|w| page.contains(w));
    let script = any(&["<script", "onload=", "onerror=", "javascript:"]);
    let unpacks = any(&["atob(", "unescape(", "fromcharcode", "decodeuricomponent(", "eval("]);
    let writes = any(&[
        "document.write",
        "innerhtml",
        "location.href",
        "location.replace",
        "window.location",
        "createobjecturl",
        "mssaveoropenblob",
        ".click()",
    ]);
    if script && unpacks && (writes || has_long_base64(page)) {
        return Some("unpacks itself by a script");
    }
    if script && any(&["createobjecturl", "mssaveoropenblob"]) && has_long_base64(page) {
        return Some("drops a file by a script");
    }
    let refresh = page.contains("http-equiv") && page.contains("refresh") && page.contains("url=");
    let location = script && any(&["window.location", "location.href", "location.replace", "top.location"]);
    // A page of some text may lead on; one that does nothing else is a trap.
    (page.len() < 4_096 && (refresh || location)).then_some("only leads to another page")
}

fn has_long_base64(page: &str) -> bool {
    let mut run = 0;
    for b in page.bytes() {
        run = if b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=') { run + 1 } else { 0 };
        if run >= LONG_BASE64 {
            return true;
        }
    }
    false
}
