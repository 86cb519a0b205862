//! What narrows the log: one form, and a chip for each part of it that is in force; both mirror the URL.

use super::PATH;
use crate::admin::quarantine::filters::DomainChoice;
use crate::query::{href, log_pairs};
use crate::ui::{Icon, format};
use leptos::prelude::*;
use leptos_router::components::Form;
use model::time::DAY;
use model::view::LogQuery;
use model::{Action, Category, Direction, Disposition};

/// A choice of one word, or of all.
fn choice(
    name: &'static str,
    label: &'static str,
    chosen: &str,
    options: Vec<(&'static str, &'static str)>,
) -> AnyView {
    let chosen = chosen.to_owned();
    view! {
        <label class="block small">{label}<br/>
            <select class="input" name=name>
                <option value="">"All"</option>
                {options.into_iter().map(|(word, text)| {
                    let on = word == chosen;
                    view! { <option value=word selected=on prop:selected=on>{text}</option> }
                }).collect_view()}
            </select>
        </label>
    }
    .into_any()
}

#[component]
pub fn Filters(query: LogQuery) -> impl IntoView {
    let q = query.clone();
    let from = q.from.map(format::date).unwrap_or_default();
    let to = q.to.map(|t| format::date(t.plus(-DAY))).unwrap_or_default();
    let category = q.category.map_or("", |c| c.code());
    let direction = q.direction.map_or("", |d| d.as_str());
    let action = q.action.map_or("", |a| a.as_str());
    let disposition = q.disposition.map_or("", |d| d.as_str());
    view! {
        <Form method="GET" action=PATH attr:role="search" attr:aria-label="Message log" attr:class="mb-3">
            <div class="list-bar">
                <div class="search">
                    <input class="input" type="search" name="q" value=q.q.clone() prop:value=q.q.clone() aria-label="Search the message log" placeholder="Sender, recipient or subject" autocomplete="off" />
                    <button class="btn" type="submit"><Icon name="search" />"Search"</button>
                </div>
            </div>
            {q.mailbox.map(|m| view! { <input type="hidden" name="mailbox" value=m.0 /> })}
            <details>
                <summary class="small">"Filters"</summary>
                <div class="card mt-2 flex flex-wrap items-end gap-x-4 gap-y-3">
                    {choice("category", "Category", category, Category::ALL.iter().map(|c| (c.code(), c.label())).collect())}
                    {choice("direction", "Direction", direction, Direction::ALL.iter().map(|d| (d.as_str(), d.label())).collect())}
                    {choice("action", "Action", action, Action::ALL.iter().map(|a| (a.as_str(), a.label())).collect())}
                    {choice("disposition", "Outcome", disposition, Disposition::ALL.iter().map(|d| (d.as_str(), d.label())).collect())}
                    <DomainChoice chosen=q.domain.map(|d| d.0) />
                    <label class="block small">"From"<br/><input class="input" type="date" name="from" value=from.clone() prop:value=from /></label>
                    <label class="block small">"To"<br/><input class="input" type="date" name="to" value=to.clone() prop:value=to /></label>
                    <button class="btn" type="submit">"Apply"</button>
                </div>
            </details>
        </Form>
        <Active query />
    }
}

/// What narrows the log now, each with the way to take it out.
#[component]
fn Active(query: LogQuery) -> impl IntoView {
    let q = &query;
    let parts = [
        (!q.q.is_empty()).then(|| (format!("“{}”", q.q), LogQuery { q: String::new(), ..q.clone() })),
        q.category.map(|c| (c.label().to_owned(), LogQuery { category: None, ..q.clone() })),
        q.direction.map(|d| (d.label().to_owned(), LogQuery { direction: None, ..q.clone() })),
        q.action.map(|a| (a.label().to_owned(), LogQuery { action: None, ..q.clone() })),
        q.disposition.map(|d| (d.label().to_owned(), LogQuery { disposition: None, ..q.clone() })),
        q.domain.map(|_| ("One domain".to_owned(), LogQuery { domain: None, ..q.clone() })),
        q.mailbox.map(|_| ("One mailbox".to_owned(), LogQuery { mailbox: None, ..q.clone() })),
        q.from.map(|t| (format!("From {}", format::date(t)), LogQuery { from: None, ..q.clone() })),
        q.to.map(|t| (format!("To {}", format::date(t.plus(-DAY))), LogQuery { to: None, ..q.clone() })),
    ];
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| {
        view! {
            <nav class="chips mb-3" aria-label="Active filters">
                {parts.into_iter().map(|(label, without)| view! {
                    <a class="chip" aria-current="true" href=href(PATH, &log_pairs(&without))>{label}<Icon name="cross" /><span class="sr-only">"Remove this filter"</span></a>
                }).collect_view()}
                <a class="chip" href=PATH>"Clear all"</a>
            </nav>
        }
    })
}
