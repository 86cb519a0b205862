//! The one sentence that a message's page opens with.

use model::{Action, Category, Findings, Verdict};

const INFO_MAX: usize = 160;

/// `Held as phishing: the link says bank.example and goes to bank-example.ru`.
pub fn headline(findings: &Findings, verdict: &Verdict) -> String {
    let what = match verdict.category {
        Category::Sender => "from an enemy".to_owned(),
        Category::Clean => String::new(),
        Category::NotAvScanned => "not scanned for viruses".to_owned(),
        Category::Rbl => "from a source on a block list".to_owned(),
        other => format!("as {}", lower_first(other.label())),
    };
    let done = match verdict.action {
        Action::Allow if verdict.category == Category::Relay => {
            return "Delivered unfiltered: the mailbox is not protected".into();
        }
        Action::Allow if verdict.category == Category::Clean => match verdict.info.strip_prefix("friend ") {
            Some(entry) => return format!("Delivered: {} is a friend", one_line(entry)),
            None => return "Delivered: nothing was found".into(),
        },
        Action::Allow => "Allowed",
        Action::Markup => "Delivered with a tag",
        Action::Strip if verdict.strip.len() > 1 => "Delivered without its attachments",
        Action::Strip => "Delivered without an attachment",
        Action::SpecialRouting => "Sent another way",
        Action::AttachEncrypted => "Sent encrypted",
        Action::Quarantine => "Held",
        Action::Block if verdict.keep_blocked => "Blocked",
        Action::Block => "Discarded",
    };
    let mut out = done.to_owned();
    if !what.is_empty() {
        out.push(' ');
        out.push_str(&what);
    }
    let decided = verdict.decided_by.and_then(|i| findings.list.get(i)).map(|f| f.info.as_str());
    let info = one_line(decided.unwrap_or(&verdict.info));
    let info = info.strip_prefix("enemy ").unwrap_or(&info);
    if !info.is_empty() {
        out.push_str(": ");
        out.push_str(info);
    }
    out
}

/// A label within a sentence; abbreviations such as PDF and MS keep their capitals.
fn lower_first(label: &str) -> String {
    let mut chars = label.chars();
    match (chars.next(), chars.next()) {
        (Some(first), Some(second)) if !second.is_uppercase() => {
            first.to_lowercase().chain([second]).chain(chars).collect()
        }
        _ => label.to_owned(),
    }
}

fn one_line(text: &str) -> String {
    let mut out = String::new();
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    if out.chars().count() > INFO_MAX {
        out = out.chars().take(INFO_MAX - 1).chain(['…']).collect();
    }
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn verdict(action: Action, category: Category, info: &str) -> Verdict {
        Verdict {
            action,
            category,
            decided_by: None,
            filter: String::new(),
            info: info.to_owned(),
            profile: None,
            tags: vec![],
            strip: vec![1],
            cut_subject: Vec::new(),
            bcc: Vec::new(),
            keep_blocked: false,
            notes: vec![],
        }
    }

    #[test]
    fn the_headline_says_what_was_done_and_why_in_one_sentence() {
        let say = |a, c, i| headline(&Findings::default(), &verdict(a, c, i));
        assert_eq!(
            say(Action::Quarantine, Category::Phish, "the link says bank.example and goes to bank-example.ru"),
            "Held as phishing: the link says bank.example and goes to bank-example.ru"
        );
        assert_eq!(say(Action::Block, Category::Virus, "Eicar in a.com"), "Discarded as virus: Eicar in a.com");
        assert_eq!(say(Action::Quarantine, Category::Sender, "enemy corp.test"), "Held from an enemy: corp.test");
        assert_eq!(
            say(Action::Strip, Category::PdfJavascript, "x.pdf"),
            "Delivered without an attachment as PDF contains Javascript: x.pdf"
        );
        assert_eq!(say(Action::Allow, Category::Clean, ""), "Delivered: nothing was found");
        assert_eq!(say(Action::Allow, Category::Clean, "friend corp.test"), "Delivered: corp.test is a friend");
        assert!(!say(Action::Block, Category::Spam, "a\r\n<b>").contains('\n'));
        assert!(say(Action::Block, Category::Spam, &"long ".repeat(100)).chars().count() < 200);
    }
}
