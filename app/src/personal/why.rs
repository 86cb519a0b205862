//! Why a message was held, for people who do not administer filters: what was found, the deciding thing first.

use crate::text::{language, named};
use crate::ui::{CategoryBadge, Icon};
use leptos::prelude::*;
use model::Finding;
use model::view::MessageView;
use texts::Language;

/// What was found, in the order of importance: what decided, then what weighs more. Whether it decided stands with it.
pub fn found(findings: &[Finding], decided_by: Option<usize>) -> Vec<(bool, Finding)> {
    let mut out: Vec<_> = findings
        .iter()
        .enumerate()
        .map(|(i, f)| (Some(i) == decided_by, f.clone()))
        .filter(|(decided, f)| *decided || (!f.info.is_empty() && f.score >= 0.0))
        .collect();
    out.sort_by(|(a, x), (b, y)| b.cmp(a).then(y.score.total_cmp(&x.score)));
    out
}

/// What filters found is said in English; a page in another language marks it so.
pub fn evidence_language() -> Option<&'static str> {
    (language() != Language::En).then_some("en")
}

/// Why the message was held, as a sentence in the page's language, and the evidence apart from it.
pub fn headline(message: &MessageView) -> (String, String) {
    if language() == Language::En {
        return (message.headline.clone(), String::new());
    }
    let evidence = message.headline.split_once(": ").map(|(_, e)| e.to_owned()).unwrap_or_default();
    (filled!("Held: {category}", category = named(message.row.category.label())), evidence)
}

#[component]
pub fn Headline(message: MessageView) -> impl IntoView {
    let (said, evidence) = headline(&message);
    view! { {said}{(!evidence.is_empty()).then(|| view! { " – "<span lang="en">{evidence}</span> })} }
}

#[component]
pub fn Why(message: MessageView) -> impl IntoView {
    let list = found(&message.findings, message.decided_by);
    view! {
        <section class="card" aria-labelledby="why" data-testid="why">
            <h2 id="why">{t!("Why")}</h2>
            {list.is_empty().then(|| view! { <p><Headline message=message.clone() /></p> })}
            <ul class="why">
                {list.into_iter().map(|(decided, f)| view! {
                    <li>
                        <Icon name=if decided { "alert" } else { "info" } />
                        <div class=decided.then_some("decided")>
                            {decided.then(|| view! { <strong>{t!("This decided: ")}</strong> })}
                            <CategoryBadge category=f.category />" "<span lang=evidence_language()>{f.info}</span>
                        </div>
                    </li>
                }).collect_view()}
            </ul>
            {(!message.notes.is_empty()).then(|| view! {
                <h3 class="mt-4">{t!("What was weighed")}</h3>
                <ul class="list-disc pl-5 small">{message.notes.iter().map(|n| view! { <li lang=evidence_language()>{n.clone()}</li> }).collect_view()}</ul>
            })}
        </section>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Category;
    use model::finding::Step;

    #[test]
    fn what_decided_stands_first_and_what_speaks_for_the_message_is_left_out() {
        let finding = |info: &str, score| Finding {
            analyser: "rules".into(),
            step: Step::Rules,
            category: Category::Spam,
            check: None,
            rule: None,
            info: info.into(),
            score,
        };
        let all = [finding("a little", 0.5), finding("in its favour", -1.0), finding("more", 2.0), finding("sum", 0.0)];
        let order: Vec<_> = found(&all, Some(3)).into_iter().map(|(d, f)| (d, f.info)).collect();
        let wanted = [(true, "sum"), (false, "more"), (false, "a little")];
        assert_eq!(order, wanted.map(|(d, i)| (d, i.to_owned())));
    }
}
