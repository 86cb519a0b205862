//! Viruses: what clamd said, and what the embedded engine finds in every part, file, archive member and second reading of
//! the message. What could not be looked at is Not AV Scanned.

use crate::{Context, av::ClamdResult};
use model::{
    Category, Finding,
    finding::{Check, Step},
};

const NAME: &str = "antivirus";
/// Things not scanned that are named one by one.
const TOLD: usize = 10;

pub fn analyse(context: &Context<'_>, out: &mut Vec<Finding>) {
    let mut found: Vec<String> = Vec::new();
    embedded(context, &mut found);
    if let ClamdResult::Infected(name) = &context.evidence.clamd {
        found.push(format!("{name} found by clamd"));
    }
    out.extend(found.into_iter().map(|info| finding(Category::Virus, info)));
    out.extend(not_scanned(context).into_iter().map(|info| finding(Category::NotAvScanned, info)));
}

fn finding(category: Category, info: String) -> Finding {
    Finding {
        analyser: NAME.into(),
        step: Step::Antivirus,
        category,
        check: Some(Check::Category(category)),
        rule: None,
        info,
        score: 0.0,
    }
}

/// Names and places, each once.
fn embedded(context: &Context<'_>, found: &mut Vec<String>) {
    let signatures = &context.knowledge.signatures;
    let message = context.message;
    let mut tell = |name: &str, place: &str| {
        let info = format!("{name} in {place}");
        if !found.contains(&info) && found.len() < 32 {
            found.push(info);
        }
    };
    for file in &message.attachments {
        // The parts of an attached message are scanned by themselves.
        if file.path.len() == 1
            && matches!(file.mime.as_str(), "message/rfc822" | "message/global")
            && file.sha256.is_empty()
        {
            continue;
        }
        if let Some(name) = signatures.known(file) {
            tell(name, &file.label());
        }
        for name in signatures.search(&file.data, &file.kind) {
            tell(name, &file.label());
        }
    }
    for part in message.parts.iter().filter(|p| !p.is_attachment && !p.data.is_empty()) {
        let kind = if part.mime == "text/html" { "html" } else { "txt" };
        for name in signatures.search(&part.data, kind) {
            tell(name, if part.id == 0 { "the message text" } else { "a text part" });
        }
    }
    for reading in &message.readings {
        for name in signatures.search(&reading.data, "txt") {
            tell(name, &reading.what);
        }
    }
}

/// What no engine looked into, and why.
fn not_scanned(context: &Context<'_>) -> Vec<String> {
    let mut out = Vec::new();
    if let ClamdResult::Error(why) = &context.evidence.clamd {
        out.push(why.clone());
    }
    out.extend(context.message.limits_hit.iter().cloned());
    let files = &context.message.attachments;
    let encrypted: Vec<_> = files.iter().filter(|f| f.encrypted).collect();
    out.extend(encrypted.iter().take(TOLD).map(|f| format!("encrypted content in {}", f.label())));
    if encrypted.len() > TOLD {
        out.push(format!("encrypted content in {} more files", encrypted.len() - TOLD));
    }
    // clamd knows more formats than the embedded engine.
    if context.evidence.clamd != ClamdResult::Clean {
        let mut parts = Vec::new();
        for file in files {
            if let Some(why) = file.unopened.as_ref().filter(|_| !parts.contains(&file.part)) {
                parts.push(file.part);
                out.push(format!("{why} in {}", file.label()));
            }
        }
    }
    out
}
