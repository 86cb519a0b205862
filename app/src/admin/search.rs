//! OmniSearch: one box over domains, mailboxes and held messages (guide chapter 3).

use super::home::subject;
use crate::api::{domains::domains, mailboxes::mailboxes, quarantine::quarantine};
use crate::query::encode;
use crate::ui::{CategoryBadge, Empty, PageHead, Time, format, load};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use model::view::{DomainRow, ListQuery, MailboxRow, Page, QuarantineQuery, QuarantineRow};

/// Rows of each kind that are shown; a link leads to the rest.
const FIRST: u32 = 5;

#[component]
pub fn Search() -> impl IntoView {
    let map = use_query_map();
    let q = Memo::new(move |_| map.read().get("q").unwrap_or_default().trim().to_owned());
    let list = move || ListQuery { q: q.get(), per_page: FIRST, ..ListQuery::default() };
    let found_domains = Resource::new_blocking(list, domains);
    let found_mailboxes = Resource::new_blocking(list, |query| mailboxes(None, query));
    let held = move || QuarantineQuery { q: q.get(), per_page: FIRST, ..QuarantineQuery::default() };
    let found_messages = Resource::new_blocking(held, quarantine);
    view! {
        <PageHead title="Search" />
        <p class="mb-4">"What matches "<strong>{move || q.get()}</strong></p>
        <div class="grid gap-4">
            <section class="card" aria-labelledby="s-domains">
                <h2 id="s-domains">"Domains"</h2>
                {load(found_domains, move |page| view! { <Domains page q=q.get_untracked() /> }.into_any())}
            </section>
            <section class="card" aria-labelledby="s-mailboxes">
                <h2 id="s-mailboxes">"Mailboxes"</h2>
                {load(found_mailboxes, move |page| view! { <Mailboxes page q=q.get_untracked() /> }.into_any())}
            </section>
            <section class="card" aria-labelledby="s-messages">
                <h2 id="s-messages">"Held messages"</h2>
                {load(found_messages, move |page| view! { <Messages page q=q.get_untracked() /> }.into_any())}
            </section>
        </div>
    }
}

#[component]
fn More(total: u64, path: &'static str, q: String) -> impl IntoView {
    (total > u64::from(FIRST)).then(|| view! { <p class="mt-2"><a href=format!("{path}?q={}", encode(&q))>{format!("All {}", format::thousands(total))}</a></p> })
}

#[component]
fn Domains(page: Page<DomainRow>, q: String) -> impl IntoView {
    if page.rows.is_empty() {
        return view! { <p class="soft">"None"</p> }.into_any();
    }
    view! {
        <ul class="grid gap-2">{page.rows.into_iter().map(|d| view! { <li><a href=format!("/admin/domains/{}", d.id)>{d.name.clone()}</a></li> }).collect_view()}</ul>
        <More total=page.total path="/admin/domains" q />
    }
    .into_any()
}

#[component]
fn Mailboxes(page: Page<MailboxRow>, q: String) -> impl IntoView {
    if page.rows.is_empty() {
        return view! { <p class="soft">"None"</p> }.into_any();
    }
    view! {
        <ul class="grid gap-2">{page.rows.into_iter().map(|m| view! { <li><a href=format!("/admin/mailboxes?q={}", encode(&m.address))>{m.address.clone()}</a></li> }).collect_view()}</ul>
        <More total=page.total path="/admin/mailboxes" q />
    }
    .into_any()
}

#[component]
fn Messages(page: Page<QuarantineRow>, q: String) -> impl IntoView {
    if page.rows.is_empty() {
        return view! { <Empty icon="inbox" title="No held message matches" /> }.into_any();
    }
    view! {
        <ul class="grid gap-2">{page.rows.into_iter().map(|r| view! {
            <li class="flex flex-wrap gap-x-3 gap-y-1">
                <span class="min-w-0 flex-1 basis-60"><a href=format!("/admin/quarantine/{}", r.id)>{subject(&r.subject)}</a>" "<span class="soft small">{r.sender.clone()}" to "{r.recipient.clone()}</span></span>
                <CategoryBadge category=r.category />
                <Time at=r.received />
            </li>
        }).collect_view()}</ul>
        <More total=page.total path="/admin/quarantine" q />
    }
    .into_any()
}
