//! What narrows the list: one form and chips, both mirrored in the URL.

use super::PATH;
use crate::api::domains::domains;
use crate::query::{href, quarantine_pairs};
use crate::text::named;
use crate::ui::{Family, Icon, format, load};
use leptos::prelude::*;
use leptos_router::components::Form;
use model::time::DAY;
use model::view::{ListQuery, QuarantineQuery};
use model::{Category, Direction};

/// Categories that have a chip; the form has them all.
const CHIPS: &[Category] = &[
    Category::Virus,
    Category::Phish,
    Category::Spoof,
    Category::Spam,
    Category::Junk,
    Category::Foreign,
    Category::Attachment,
    Category::Sender,
    Category::Ndr,
];

fn link(path: &str, query: QuarantineQuery) -> String {
    href(path, &quarantine_pairs(&QuarantineQuery { page: 0, ..query }))
}

#[component]
pub fn Filters(query: QuarantineQuery) -> impl IntoView {
    let chips = query.clone();
    let (sort, asc, mailbox) = (query.sort.clone(), query.asc, query.mailbox);
    let from = query.from.map(format::date).unwrap_or_default();
    let to = query.to.map(|t| format::date(t.plus(-DAY))).unwrap_or_default();
    view! {
        <Form method="GET" action=PATH attr:role="search" attr:aria-label="Held messages" attr:class="mb-3">
            <div class="list-bar">
                <div class="search">
                    <input class="input" type="search" name="q" value=query.q.clone() prop:value=query.q.clone() aria-label="Search held messages" placeholder="Sender, recipient or subject" autocomplete="off" />
                    <button class="btn" type="submit"><Icon name="search" />{t!("Search")}</button>
                </div>
            </div>
            {(!sort.is_empty()).then(|| view! { <input type="hidden" name="sort" value=sort /> })}
            {asc.then(|| view! { <input type="hidden" name="asc" value="1" /> })}
            {mailbox.map(|m| view! { <input type="hidden" name="mailbox" value=m.0 /> })}
            <details>
                <summary class="small">"Filters"</summary>
                <div class="card mt-2 flex flex-wrap items-end gap-x-4 gap-y-3">
                    <label class="block small">{t!("Category")}<br/>
                        <select class="input" name="category">
                            <option value="">"All"</option>
                            {Category::ALL.iter().filter(|c| **c != Category::Clean).map(|c| view! { <option value=c.code() selected=query.category == Some(*c) prop:selected=query.category == Some(*c)>{named(c.label())}</option> }).collect_view()}
                        </select>
                    </label>
                    <label class="block small">{t!("Direction")}<br/>
                        <select class="input" name="direction">
                            <option value="">"Both"</option>
                            {Direction::ALL.iter().map(|d| view! { <option value=d.as_str() selected=query.direction == Some(*d) prop:selected=query.direction == Some(*d)>{named(d.label())}</option> }).collect_view()}
                        </select>
                    </label>
                    <DomainChoice chosen=query.domain.map(|d| d.0) />
                    <label class="block small">{t!("From")}<br/><input class="input" type="date" name="from" value=from.clone() prop:value=from /></label>
                    <label class="block small">{t!("To")}<br/><input class="input" type="date" name="to" value=to.clone() prop:value=to /></label>
                    <label class="choice small"><input type="checkbox" name="all" value="1" checked=query.all prop:checked=query.all />{t!("Also released, deleted and blocked")}</label>
                    <button class="btn" type="submit">"Apply"</button>
                </div>
            </details>
        </Form>
        <Chips path=PATH query=chips />
    }
}

#[component]
pub(crate) fn DomainChoice(chosen: Option<i64>) -> impl IntoView {
    let list = Resource::new_blocking(
        || (),
        |()| domains(ListQuery { sort: "name".into(), per_page: 500, ..ListQuery::default() }),
    );
    view! {
        <label class="block small">{t!("Domain")}<br/>
            {load(list, move |page| view! {
                <select class="input" name="domain">
                    <option value="">"All"</option>
                    {page.rows.into_iter().map(|d| { let selected = chosen == Some(d.id.0); view! { <option value=d.id.0 selected=selected prop:selected=selected>{d.name.clone()}</option> } }).collect_view()}
                </select>
            }.into_any())}
        </label>
    }
}

/// Categories to narrow the list at `path` to, and what narrows it now.
#[component]
pub(crate) fn Chips(path: &'static str, query: QuarantineQuery) -> impl IntoView {
    let q = query.clone();
    let categories = CHIPS
        .iter()
        .map(|c| {
            let on = query.category == Some(*c);
            let to = link(path, QuarantineQuery { category: (!on).then_some(*c), ..query.clone() });
            let family = Family::of(*c);
            view! {
                <a class=format!("chip {}", family.class()) href=to aria-current=on.then_some("true")>
                    <Icon name=family.icon() />{named(c.label())}{on.then(|| view! { <Icon name="cross" /> })}
                </a>
            }
        })
        .collect_view();
    let active = [
        (!q.q.is_empty()).then(|| (format!("“{}”", q.q), QuarantineQuery { q: String::new(), ..q.clone() })),
        q.category
            .filter(|c| !CHIPS.contains(c))
            .map(|c| (named(c.label()).to_owned(), QuarantineQuery { category: None, ..q.clone() })),
        q.direction.map(|d| (named(d.label()).to_owned(), QuarantineQuery { direction: None, ..q.clone() })),
        q.domain.map(|_| (t!("One domain").to_owned(), QuarantineQuery { domain: None, ..q.clone() })),
        q.mailbox.map(|_| (t!("One mailbox").to_owned(), QuarantineQuery { mailbox: None, ..q.clone() })),
        q.from.map(|t| (filled!("From {date}", date = format::day(t)), QuarantineQuery { from: None, ..q.clone() })),
        q.to.map(|t| {
            (filled!("To {date}", date = format::day(t.plus(-DAY))), QuarantineQuery { to: None, ..q.clone() })
        }),
        q.all.then(|| {
            (t!("Also released, deleted and blocked").to_owned(), QuarantineQuery { all: false, ..q.clone() })
        }),
    ];
    let active: Vec<_> = active.into_iter().flatten().collect();
    view! {
        <nav class="chips mb-3" aria-label=t!("Categories")>{categories}</nav>
        {(!active.is_empty()).then(|| view! {
            <nav class="chips mb-3" aria-label=t!("Active filters")>
                {active.into_iter().map(|(label, without)| view! {
                    <a class="chip" aria-current="true" href=link(path, without)>{label}<Icon name="cross" /><span class="sr-only">{t!("Remove this filter")}</span></a>
                }).collect_view()}
                <a class="chip" href=path>{t!("Clear all")}</a>
            </nav>
        })}
    }
}
