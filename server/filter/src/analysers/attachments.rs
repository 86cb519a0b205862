//! Types of attachments (guide chapter 6 "Attachments"): by content whatever the name is, and by the name's extension
//! whatever the content is; of archives also the types of what is in them.

use crate::Context;
use message::Attachment;
use model::{
    Category, Finding,
    finding::{Check, Step},
};
use std::collections::HashSet;

const NAME: &str = "attachments";
/// Extensions by name that are told of one message. Types by content are of a limited number anyway.
const BY_NAME: usize = 200;

/// Extensions that are told in any case: what runs by a click.
const RUNS: &[&str] = &[
    "exe", "com", "scr", "pif", "cpl", "dll", "bat", "cmd", "msi", "msp", "vbs", "vbe", "js", "jse", "wsf", "wsh",
    "hta", "lnk", "ps1", "jar", "iso", "img", "vhd", "vhdx", "reg", "sct", "chm", "one", "url", "apk", "docm", "dotm",
    "xlsm", "xltm", "xlam", "pptm",
];
/// Kinds that are programs, whatever they are called.
const PROGRAMS: &[&str] = &[
    "exe", "dll", "elf", "macho", "com", "msi", "lnk", "hta", "js", "jse", "vbs", "vbe", "ps1", "bat", "wsf", "sct",
    "jar", "apk", "class",
];

pub fn analyse(context: &Context<'_>, out: &mut Vec<Finding>) {
    let mut told: HashSet<(u32, &str)> = HashSet::new();
    let mut by_name = 0;
    for file in &context.message.attachments {
        let (kind, extension) = (file.kind.as_str(), file.extension.as_str());
        if kind != "bin" && told.insert((file.part, kind)) {
            out.push(finding(kind, by_content(file)));
        }
        let counts = !extension.is_empty() && extension != kind && (RUNS.contains(&extension) || by_name < BY_NAME);
        if counts && told.insert((file.part, extension)) {
            by_name += 1;
            out.push(finding(extension, format!("{extension} by name: {}", file.label())));
        }
    }
}

fn finding(kind: &str, info: String) -> Finding {
    Finding {
        analyser: NAME.into(),
        step: Step::Attachments,
        category: Category::Attachment,
        check: Some(Check::AttachmentType(kind.to_owned())),
        rule: None,
        info,
        score: 0.0,
    }
}

fn by_content(file: &Attachment) -> String {
    let disguised = PROGRAMS.contains(&file.kind.as_str())
        && !file.extension.is_empty()
        && !RUNS.contains(&file.extension.as_str());
    if disguised {
        format!("{} disguised as {}: {}", file.kind, file.extension, file.label())
    } else {
        format!("{}: {}", file.kind, file.label())
    }
}
