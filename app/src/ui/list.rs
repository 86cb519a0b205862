//! Parts of a list: search box, sortable column heads, pages, and what stands there when it is empty.

use crate::ui::{Icon, format};
use leptos::prelude::*;
use leptos_router::components::Form;

/// A search that lands in the URL. `hidden`: what else stands in the URL and is kept.
#[component]
pub fn SearchBox(
    action: &'static str,
    #[prop(into)] label: String,
    value: String,
    #[prop(default = vec![])] hidden: Vec<(String, String)>,
) -> impl IntoView {
    let (name, hint) = (label.clone(), label.clone());
    view! {
        <Form method="GET" action=action attr:class="search" attr:role="search" attr:aria-label=label>
            {hidden.into_iter().map(|(k, v)| view! { <input type="hidden" name=k value=v /> }).collect_view()}
            <input class="input" type="search" name="q" value=value.clone() prop:value=value aria-label=name placeholder=hint autocomplete="off" />
            <button class="btn" type="submit"><Icon name="search" />{t!("Search")}</button>
        </Form>
    }
}

/// A column's head that sorts by it. `sorted`: none where the list is in another order, else whether descending.
#[component]
pub fn SortHead(
    label: &'static str,
    href: String,
    sorted: Option<bool>,
    #[prop(optional)] class: &'static str,
) -> impl IntoView {
    let aria = sorted.map(|desc| if desc { "descending" } else { "ascending" });
    view! {
        <th scope="col" class=class aria-sort=aria>
            <a href=href>
                {label}
                {sorted.map(|desc| view! { <Icon name=if desc { "down" } else { "up" } /> })}
            </a>
        </th>
    }
}

/// Which rows of how many, and the ways to the other pages.
#[component]
pub fn Pager(
    total: u64,
    page: u32,
    per_page: u32,
    pages: u32,
    /// What is listed: one of it, and many.
    what: (&'static str, &'static str),
    href: Box<dyn Fn(u32) -> String + Send>,
) -> impl IntoView {
    let page = page.max(1);
    let first = u64::from(page - 1) * u64::from(per_page) + 1;
    let last = (first + u64::from(per_page) - 1).min(total);
    let messages = what.0 == "message";
    let all = if messages { counted!("{n} message|{n} messages", total) } else { format::count(total, what.0, what.1) };
    let text = if total == 0 {
        if messages { t!("No messages").to_owned() } else { format!("No {}", what.1) }
    } else if pages <= 1 {
        all
    } else {
        filled!("{first}–{last} of {all}", first = format::thousands(first), last = format::thousands(last), all = all)
    };
    view! {
        <div class="pager">
            <span data-testid="list-count">{text}</span>
            {(pages > 1).then(|| view! {
                <nav aria-label=t!("Pages")>
                    {(page > 1).then(|| view! { <a class="btn" href=href(page - 1) rel="prev"><Icon name="left" />{t!("Previous")}</a> })}
                    {(page < pages).then(|| view! { <a class="btn" href=href(page + 1) rel="next">{t!("Next")}<Icon name="right" /></a> })}
                </nav>
            })}
        </div>
    }
}

/// An empty list: what it would hold, and the next step.
#[component]
pub fn Empty(
    icon: &'static str,
    #[prop(into)] title: String,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty">
            <Icon name=icon />
            <h2>{title}</h2>
            {children.map(|c| c())}
        </div>
    }
}
