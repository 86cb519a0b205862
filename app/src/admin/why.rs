//! Why: every analyser that ran, what it found, and which finding decided.

use crate::ui::{CategoryBadge, Icon, format};
use leptos::prelude::*;
use model::Finding;

/// What people call an analyser.
pub fn analyser_label(name: &str) -> String {
    match name {
        "av" | "antivirus" | "clamd" => "Antivirus".into(),
        "spf" => "SPF".into(),
        "dkim" => "DKIM".into(),
        "dmarc" => "DMARC".into(),
        "auth" => "Sender authentication".into(),
        "senders" => "Friends and enemies".into(),
        "mime" => "Message structure".into(),
        "macro" => "Office macros".into(),
        "pdf" => "PDF contents".into(),
        other => format::capital(&other.replace('_', " ")),
    }
}

/// An analyser with its findings, and whether one of them decided.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    pub name: String,
    pub micros: Option<u64>,
    /// (index in the message's list, finding).
    pub findings: Vec<(usize, Finding)>,
    pub decided: bool,
}

/// The analysers in the order in which they ran; findings of others stand at the end.
pub fn steps(ran: &[(String, u64)], findings: &[Finding], decided_by: Option<usize>) -> Vec<Step> {
    let of = |name: &str| -> Vec<_> {
        findings.iter().enumerate().filter(|(_, f)| f.analyser == name).map(|(i, f)| (i, f.clone())).collect()
    };
    let step = |name: &str, micros| {
        let findings = of(name);
        let decided = findings.iter().any(|(i, _)| Some(*i) == decided_by);
        Step { name: name.to_owned(), micros, findings, decided }
    };
    let mut out: Vec<Step> = ran.iter().map(|(name, micros)| step(name, Some(*micros))).collect();
    for finding in findings {
        if !out.iter().any(|s| s.name == finding.analyser) {
            out.push(step(&finding.analyser, None));
        }
    }
    out
}

/// `decided_by`: the index of the finding that decided, where one is asked about one recipient.
#[component]
pub fn Why(
    ran: Vec<(String, u64)>,
    findings: Vec<Finding>,
    #[prop(default = None)] decided_by: Option<usize>,
    #[prop(default = vec![])] notes: Vec<String>,
) -> impl IntoView {
    let list = steps(&ran, &findings, decided_by);
    view! {
        <section class="card" aria-labelledby="why" data-testid="why">
            <h2 id="why">"Why"</h2>
            <ol class="why">
                {list.into_iter().map(|step| view! { <StepItem step decided_by /> }).collect_view()}
            </ol>
            {(!notes.is_empty()).then(|| view! {
                <h3 class="mt-4">"What was weighed"</h3>
                <ul class="list-disc pl-5 small">{notes.into_iter().map(|n| view! { <li>{n}</li> }).collect_view()}</ul>
            })}
        </section>
    }
}

#[component]
fn StepItem(step: Step, decided_by: Option<usize>) -> impl IntoView {
    let name = analyser_label(&step.name);
    let time = step.micros.map(|m| format!("{}.{:02} ms", m / 1_000, m % 1_000 / 10));
    let head = view! { <span class="soft small">{time.map(|t| format!(" {t}"))}</span> };
    if step.findings.is_empty() {
        return view! { <li class="quiet"><Icon name="check" /><div>{name}": nothing found"{head}</div></li> }
            .into_any();
    }
    view! {
        <li>
            <Icon name=if step.decided { "alert" } else { "info" } />
            <div>
                <span class="found">{name}</span>{head}
                <ul class="grid gap-1">
                    {step.findings.into_iter().map(|(i, f)| view! { <FindingItem finding=f decided=decided_by == Some(i) /> }).collect_view()}
                </ul>
            </div>
        </li>
    }
    .into_any()
}

#[component]
fn FindingItem(finding: Finding, decided: bool) -> impl IntoView {
    let score = (finding.score != 0.0).then(|| format!("{:+.1} points", finding.score));
    let rule = finding.rule.map(|r| format!("rule {r}"));
    let facts: Vec<_> = [rule, score].into_iter().flatten().collect();
    view! {
        <li class=decided.then_some("decided")>
            {decided.then(|| view! { <strong>"This decided: "</strong> })}
            <CategoryBadge category=finding.category />" "
            {finding.info.clone()}
            {(!facts.is_empty()).then(|| view! { <span class="soft small">{format!(" ({})", facts.join(", "))}</span> })}
        </li>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Category;
    use model::finding::Step as Order;

    fn finding(analyser: &'static str) -> Finding {
        Finding {
            analyser: analyser.into(),
            step: Order::Rules,
            category: Category::Spam,
            check: None,
            rule: None,
            info: String::new(),
            score: 1.0,
        }
    }

    #[test]
    fn every_analyser_that_ran_is_listed_and_the_one_that_decided_is_marked() {
        let ran = [("av".to_owned(), 10), ("rules".to_owned(), 20)];
        let list = steps(&ran, &[finding("rules"), finding("late"), finding("rules")], Some(2));
        let names: Vec<_> = list.iter().map(|s| (s.name.as_str(), s.findings.len(), s.decided)).collect();
        assert_eq!(names, [("av", 0, false), ("rules", 2, true), ("late", 1, false)]);
    }
}
