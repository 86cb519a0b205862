//! The audit trail: who did what, when, from where.

use crate::api::audit::audit;
use crate::query::{href, list_from, list_pairs, list_sorted, without};
use crate::ui::{Empty, PageHead, Pager, SearchBox, SortHead, Time, load};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use model::view::{AuditRow, ListQuery, Page};

const PATH: &str = "/admin/audit";

#[component]
pub fn List() -> impl IntoView {
    let map = use_query_map();
    let query = Memo::new(move |_| list_from(&map.read()));
    let data = Resource::new_blocking(move || query.get(), audit);
    view! {
        <PageHead title="Audit trail" />
        <div class="list-bar">
            {move || {
                let q = query.get();
                view! { <SearchBox action=PATH label="Search the audit trail" value=q.q.clone() hidden=without(list_pairs(&q), &["q", "page"]) /> }
            }}
        </div>
        {load(data, move |page| view! { <Rows page query=query.get_untracked() /> }.into_any())}
    }
}

#[component]
fn Rows(page: Page<AuditRow>, query: ListQuery) -> impl IntoView {
    if page.rows.is_empty() {
        return view! {
            <div class="table-wrap">
                <Empty icon="scroll" title="No entries">
                    <p>"Every change that a person, the command line or a job makes is kept here."</p>
                </Empty>
            </div>
        }
        .into_any();
    }
    // Newest first where the URL names no order.
    let sorted = |column: &str| match query.sort.as_str() {
        "" => (column == "at").then_some(true),
        now => (now == column).then_some(query.desc),
    };
    let by = |column: &str| href(PATH, &list_pairs(&list_sorted(&query, column, "")));
    let pages = page.pages();
    let q = query.clone();
    view! {
        <div class="table-wrap">
            <table class="table stack">
                <thead><tr>
                    <SortHead label="Time" href=by("at") sorted=sorted("at") />
                    <SortHead label="Who" href=by("actor") sorted=sorted("actor") />
                    <SortHead label="Act" href=by("act") sorted=sorted("act") />
                    <th scope="col">"Object"</th>
                    <th scope="col">"Detail"</th>
                    <th scope="col">"From"</th>
                </tr></thead>
                <tbody>
                    {page.rows.into_iter().map(|r| view! {
                        <tr>
                            <td data-label="Time"><Time at=r.at /></td>
                            <td data-label="Who">{r.actor.clone()}</td>
                            <td data-label="Act"><code>{r.act.clone()}</code></td>
                            <td data-label="Object">{r.object.clone()}</td>
                            <td data-label="Detail">{r.detail.clone()}</td>
                            <td data-label="From" class="mono">{r.origin.clone()}</td>
                        </tr>
                    }).collect_view()}
                </tbody>
            </table>
        </div>
        <Pager total=page.total page=page.page per_page=page.per_page pages what=("entry", "entries")
            href=Box::new(move |n| href(PATH, &list_pairs(&ListQuery { page: n, ..q.clone() }))) />
    }
    .into_any()
}
