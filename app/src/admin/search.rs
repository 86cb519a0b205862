//! OmniSearch as a page (guide chapter 3): every category with what was found, for who has no script and who wants to see
//! it all.

use super::home::subject;
use crate::api::quarantine::quarantine;
use crate::api::search::{CATEGORIES, Found, search};
use crate::query::encode;
use crate::ui::{CategoryBadge, Empty, Icon, PageHead, Time, format, load};
use leptos::prelude::*;
use leptos_router::components::Form;
use leptos_router::hooks::use_query_map;
use model::view::{Page, QuarantineQuery, QuarantineRow};

/// Held messages that are shown; a link leads to the rest.
const FIRST: u32 = 5;

#[component]
pub fn Search() -> impl IntoView {
    let map = use_query_map();
    let q = Memo::new(move |_| map.read().get("q").unwrap_or_default().trim().to_owned());
    let category = Memo::new(move |_| map.read().get("category").unwrap_or_default());
    let found = Resource::new_blocking(move || (q.get(), category.get()), |(q, c)| search(q, c));
    let held = move || QuarantineQuery { q: q.get(), per_page: FIRST, ..QuarantineQuery::default() };
    let found_messages = Resource::new_blocking(held, quarantine);
    view! {
        <PageHead title="Search" />
        {move || {
            let (text, now) = (q.get(), category.get());
            view! {
                <Form method="GET" action="/admin/search" attr:class="list-bar" attr:role="search" attr:aria-label="All categories">
                    <select class="input" name="category" aria-label="Category">
                        <option value="">"All categories"</option>
                        {CATEGORIES.iter().map(|(key, title)| { let on = now == *key; view! { <option value=*key selected=on prop:selected=on>{*title}</option> } }).collect_view()}
                    </select>
                    <div class="search">
                        <input class="input" type="search" name="q" value=text.clone() prop:value=text aria-label="Search for" autocomplete="off" />
                        <button class="btn" type="submit"><Icon name="search" />"Search"</button>
                    </div>
                </Form>
            }
        }}
        {load(found, |categories| {
            if categories.is_empty() {
                return view! { <div class="table-wrap mb-4"><Empty icon="search" title="Nothing has this name"><p>"Mailboxes and domains are found by how they begin."</p></Empty></div> }.into_any();
            }
            view! {
                <div class="grid gap-4 mb-4">
                    {categories.into_iter().map(|c| view! {
                        <section class="card" aria-labelledby=format!("s-{}", c.key)>
                            <h2 id=format!("s-{}", c.key)>{c.title}</h2>
                            <ul class="grid gap-2">{c.found.into_iter().map(one).collect_view()}</ul>
                        </section>
                    }).collect_view()}
                </div>
            }.into_any()
        })}
        <section class="card" aria-labelledby="s-messages">
            <h2 id="s-messages">"Held messages"</h2>
            {load(found_messages, move |page| messages(page, &q.get_untracked()))}
        </section>
    }
    .into_any()
}

fn one(f: Found) -> AnyView {
    view! { <li><a href=f.href>{f.name}</a>" "<span class="soft small">{f.detail}</span></li> }.into_any()
}

fn messages(page: Page<QuarantineRow>, q: &str) -> AnyView {
    if page.rows.is_empty() {
        return view! { <p class="soft">"None matches."</p> }.into_any();
    }
    let (total, all) = (page.total, format!("/admin/quarantine?q={}", encode(q)));
    view! {
        <ul class="grid gap-2">{page.rows.into_iter().map(|r| view! {
            <li class="flex flex-wrap gap-x-3 gap-y-1">
                <span class="min-w-0 flex-1 basis-60"><a href=format!("/admin/quarantine/{}", r.id)>{subject(&r.subject)}</a>" "<span class="soft small">{r.sender.clone()}" to "{r.recipient.clone()}</span></span>
                <CategoryBadge category=r.category />
                <Time at=r.received />
            </li>
        }).collect_view()}</ul>
        {(total > u64::from(FIRST)).then(|| view! { <p class="mt-2"><a href=all>{format!("All {}", format::thousands(total))}</a></p> })}
    }
    .into_any()
}
