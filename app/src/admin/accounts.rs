//! Accounts: who the domains belong to (guide chapter 4).

use crate::api::accounts::{AddAccount, accounts};
use crate::query::{href, list_from, list_pairs, list_sorted, without};
use crate::ui::{
    ActForm, Empty, Field, FormErrors, Icon, PageHead, Pager, SearchBox, SortHead, Time, format, load, use_act,
    use_refresh,
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use model::view::{AccountRow, ListQuery, Page};

const PATH: &str = "/admin/accounts";

#[component]
pub fn List() -> impl IntoView {
    let map = use_query_map();
    let query = Memo::new(move |_| list_from(&map.read()));
    let refresh = use_refresh();
    let data = Resource::new_blocking(move || (query.get(), refresh.get()), |(q, _)| accounts(q));
    view! {
        <PageHead title="Accounts">
            <a class="btn primary" href="/admin/accounts/new"><Icon name="plus" />"Add account"</a>
        </PageHead>
        <div class="list-bar">
            {move || {
                let q = query.get();
                view! { <SearchBox action=PATH label="Search accounts" value=q.q.clone() hidden=without(list_pairs(&q), &["q", "page"]) /> }
            }}
        </div>
        {load(data, move |page| view! { <Rows page query=query.get_untracked() /> }.into_any())}
    }
}

#[component]
fn Rows(page: Page<AccountRow>, query: ListQuery) -> impl IntoView {
    if page.rows.is_empty() {
        let searched = !query.q.is_empty();
        return view! {
            <div class="table-wrap">
                <Empty icon="building" title=if searched { "No account matches" } else { "No accounts yet" }>
                    {if searched {
                        view! { <p><a href=PATH>"Show all accounts"</a></p> }.into_any()
                    } else {
                        view! { <p>"An account groups domains that the same people administer."</p> }.into_any()
                    }}
                </Empty>
            </div>
        }
        .into_any();
    }
    let now = if query.sort.is_empty() { "name" } else { &query.sort };
    let sorted = |column: &str| (now == column).then_some(query.desc);
    let by = |column: &str| href(PATH, &list_pairs(&list_sorted(&query, column, "name")));
    let pages = page.pages();
    let q = query.clone();
    view! {
        <div class="table-wrap">
            <table class="table stack">
                <thead><tr>
                    <SortHead label="Name" href=by("name") sorted=sorted("name") />
                    <SortHead label="Domains" href=by("domains") sorted=sorted("domains") class="num" />
                    <SortHead label="Mailboxes" href=by("mailboxes") sorted=sorted("mailboxes") class="num" />
                    <SortHead label="Added" href=by("created") sorted=sorted("created") />
                </tr></thead>
                <tbody>
                    {page.rows.into_iter().map(|r| view! {
                        <tr>
                            <td><strong>{r.name.clone()}</strong></td>
                            <td class="num" data-label="Domains">{format::thousands(r.domains)}</td>
                            <td class="num" data-label="Mailboxes">{format::thousands(r.mailboxes)}</td>
                            <td data-label="Added"><Time at=r.created /></td>
                        </tr>
                    }).collect_view()}
                </tbody>
            </table>
        </div>
        <Pager total=page.total page=page.page per_page=page.per_page pages what=("account", "accounts")
            href=Box::new(move |n| href(PATH, &list_pairs(&ListQuery { page: n, ..q.clone() }))) />
    }
    .into_any()
}

#[component]
pub fn Add() -> impl IntoView {
    let act = use_act::<AddAccount>();
    view! {
        <PageHead title="Add account" up=vec![(PATH.into(), "Accounts".into())] />
        <ActForm act>
            <FormErrors />
            <Field name="name" label="Name" help="Such as the organisation's name. It can be used once." required=true maxlength=100 />
            <div class="form-acts">
                <button class="btn primary" type="submit">"Add account"</button>
                <a class="btn quiet" href=PATH>"Cancel"</a>
            </div>
        </ActForm>
    }
}
