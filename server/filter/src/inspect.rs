//! Runs every analyser once over a message.

use crate::analysers::{self, Analyser};
use crate::{Context, Evidence, Knowledge, Session};
use message::{Attachment, Parsed};
use model::finding::{AuthResult, Check, SenderFacts, Step};
use model::{Category, Direction, Finding, Findings, FoundIn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

/// Findings of all analysers, policy-free. An analyser that panics is reported as Not AV Scanned; the others run on.
pub fn inspect(p: &Parsed, s: &Session, e: &Evidence, k: &Knowledge) -> Findings {
    let context = Context { message: p, session: s, evidence: e, knowledge: k };
    run(&context, analysers::ALL)
}

fn run(context: &Context<'_>, all: &[Analyser]) -> Findings {
    let mut findings = Findings { sender: sender_facts(context), ..Findings::default() };
    for (name, analyse) in all {
        let start = Instant::now();
        let before = findings.list.len();
        if catch_unwind(AssertUnwindSafe(|| analyse(context, &mut findings.list))).is_err() {
            tracing::error!(analyser = name, message_id = %context.message.message_id, "an analyser failed");
            // What it found so far may be half done.
            findings.list.truncate(before);
            findings.list.push(failed(name));
        }
        let took = u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX);
        findings.ran.push(((*name).into(), took));
    }
    findings.score = findings.list.iter().map(|f| f.score).filter(|s| s.is_finite()).sum();
    findings.parts = locate(&findings.list, &context.message.attachments);
    findings
}

/// What stands for an analyser that failed.
pub(crate) fn failed(name: &str) -> Finding {
    Finding {
        analyser: name.to_owned().into(),
        step: Step::Antivirus,
        category: Category::NotAvScanned,
        check: Some(Check::Category(Category::NotAvScanned)),
        rule: None,
        info: format!("analyser {name} failed"),
        score: 0.0,
    }
}

/// Who the message says it is from, and how far that is proved.
pub fn sender_facts(context: &Context<'_>) -> SenderFacts {
    let (session, auth) = (context.session, &context.evidence.auth);
    let from = context.message.from.as_ref();
    let passing = auth.signatures.iter().filter(|s| s.result == AuthResult::Pass);
    SenderFacts {
        client_ip: Some(session.client_ip),
        country: context.knowledge.countries.find(session.client_ip),
        envelope_from: session.return_path.clone(),
        header_from: from.and_then(|m| m.address.clone()),
        display_name: from.map(|m| m.name.clone()).filter(|n| !n.is_empty()),
        spf: auth.spf.result,
        spf_domain: auth.spf_domain.clone().filter(|_| session.direction == Direction::Inbound),
        dkim: auth.dkim,
        dkim_domains: passing.filter_map(|s| s.domain.clone()).collect(),
        dmarc: auth.dmarc.result,
        arc: auth.arc.result,
        arc_sealer: auth.arc.sealer.clone(),
        dmarc_policy: auth.dmarc.policy.clone(),
    }
}

/// Which MIME parts the findings about attachments speak of, so that Strip knows what to take out.
fn locate(list: &[Finding], attachments: &[Attachment]) -> Vec<FoundIn> {
    let mut out = Vec::new();
    if attachments.is_empty() {
        return out;
    }
    for (index, finding) in list.iter().enumerate() {
        // `Eicar-Test-Signature in eicar.com`: names are the sender's, so several may match; then all of them go.
        let named = |a: &Attachment| finding.info.ends_with(&format!(" in {}", a.label()));
        let matches: Box<dyn Fn(&Attachment) -> bool> = match (&finding.check, finding.category) {
            (None, _) => continue,
            (Some(Check::AttachmentType(kind)), _) => Box::new(move |a| a.kind == *kind || a.extension == *kind),
            (_, Category::PdfJavascript) => Box::new(|a| a.javascript),
            (_, Category::OfficeMacro) => Box::new(|a| !a.macros.is_empty()),
            (_, Category::Virus | Category::NotAvScanned | Category::Attachment) => Box::new(named),
            _ => continue,
        };
        let finding = u32::try_from(index).unwrap_or(u32::MAX);
        for part in attachments.iter().filter(|a| matches(a)).map(|a| a.part) {
            let found = FoundIn { finding, part };
            if out.last() != Some(&found) {
                out.push(found);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::analysers::testing::session;
    use message::Limits;

    fn good(_: &Context<'_>, out: &mut Vec<Finding>) {
        out.push(Finding { score: 2.5, info: "fine".into(), check: None, ..failed("good") });
    }
    fn bad(_: &Context<'_>, out: &mut Vec<Finding>) {
        out.push(failed("half done"));
        panic!("as it must not be");
    }

    #[test]
    fn an_analyser_that_panics_is_reported_and_the_others_run() {
        let message = Parsed::parse("Subject: x\r\n\r\nhi\r\n".into(), &Limits::default());
        let (session, evidence, knowledge) = (session("a@sender.test"), Evidence::default(), Knowledge::default());
        let context = Context { message: &message, session: &session, evidence: &evidence, knowledge: &knowledge };
        let f = run(&context, &[("bad", bad), ("good", good), ("good", good)]);
        assert_eq!(f.list.len(), 3);
        assert_eq!((f.list[0].category, f.list[0].info.as_str()), (Category::NotAvScanned, "analyser bad failed"));
        assert_eq!((f.ran.len(), f.score), (3, 5.0));
    }

    #[test]
    fn findings_name_the_parts_they_speak_of() {
        let file = |part, name: &str, kind: &str| Attachment {
            part,
            name: name.into(),
            kind: kind.into(),
            extension: "txt".into(),
            javascript: kind == "pdf",
            ..Attachment::default()
        };
        let files = [file(2, "a.txt", "exe"), file(3, "b.pdf", "pdf"), file(4, "x in a.txt", "txt")];
        let find =
            |info: &str, category, check| Finding { info: info.into(), category, check: Some(check), ..failed("t") };
        let list = [
            find("exe", Category::Attachment, Check::AttachmentType("exe".into())),
            find("js", Category::PdfJavascript, Check::Category(Category::PdfJavascript)),
            find("Eicar in x in a.txt", Category::Virus, Check::Category(Category::Virus)),
            find("spam", Category::Spam, Check::Category(Category::Spam)),
        ];
        let parts: Vec<(u32, u32)> = locate(&list, &files).iter().map(|f| (f.finding, f.part)).collect();
        assert_eq!(parts, [(0, 2), (1, 3), (2, 2), (2, 4)]);
    }
}
