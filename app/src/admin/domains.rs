//! Domains: whose mail is filtered, and where it goes (guide chapter 6).

use crate::api::accounts::accounts;
use crate::api::domains::{AddDomain, domains};
use crate::query::{href, list_from, list_pairs, list_sorted, without};
use crate::ui::form::Select;
use crate::ui::{
    ActForm, Empty, Field, FormErrors, Icon, PageHead, Pager, SearchBox, SortHead, Time, format, load, use_act,
    use_refresh,
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use model::view::{DomainRow, ListQuery, Page};

const PATH: &str = "/admin/domains";

#[component]
pub fn List() -> impl IntoView {
    let map = use_query_map();
    let query = Memo::new(move |_| list_from(&map.read()));
    let refresh = use_refresh();
    let data = Resource::new_blocking(move || (query.get(), refresh.get()), |(q, _)| domains(q));
    view! {
        <PageHead title="Domains">
            <a class="btn primary" href="/admin/domains/new"><Icon name="plus" />"Add domain"</a>
        </PageHead>
        <div class="list-bar">
            {move || {
                let q = query.get();
                view! { <SearchBox action=PATH label="Search domains" value=q.q.clone() hidden=without(list_pairs(&q), &["q", "page"]) /> }
            }}
        </div>
        {load(data, move |page| view! { <Rows page query=query.get_untracked() /> }.into_any())}
    }
}

#[component]
fn Rows(page: Page<DomainRow>, query: ListQuery) -> impl IntoView {
    if page.rows.is_empty() {
        let searched = !query.q.is_empty();
        return view! {
            <div class="table-wrap">
                <Empty icon="globe" title=if searched { "No domain matches" } else { "No domains yet" }>
                    {if searched {
                        view! { <p><a href=PATH>"Show all domains"</a></p> }.into_any()
                    } else {
                        view! { <p>"Add the first one with the mail gateway that takes its clean mail."</p> }.into_any()
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
                    <SortHead label="Domain" href=by("name") sorted=sorted("name") />
                    <SortHead label="Account" href=by("account") sorted=sorted("account") />
                    <th scope="col">"Mail gateways"</th>
                    <SortHead label="Mailboxes" href=by("mailboxes") sorted=sorted("mailboxes") class="num" />
                    <SortHead label="Added" href=by("created") sorted=sorted("created") />
                </tr></thead>
                <tbody>
                    {page.rows.into_iter().map(|r| {
                        let gateways: Vec<_> = r.gateways.iter().map(ToString::to_string).collect();
                        view! {
                            <tr>
                                <td><a href=format!("{PATH}/{}", r.id)><strong>{r.name.clone()}</strong></a></td>
                                <td data-label="Account">{r.account_name.clone()}</td>
                                <td data-label="Mail gateways" class="mono">{gateways.join(", ")}</td>
                                <td class="num" data-label="Mailboxes">
                                    <a href=format!("/admin/mailboxes?domain={}", r.id)>{format::thousands(r.mailboxes)}</a>
                                </td>
                                <td data-label="Added"><Time at=r.created /></td>
                            </tr>
                        }
                    }).collect_view()}
                </tbody>
            </table>
        </div>
        <Pager total=page.total page=page.page per_page=page.per_page pages what=("domain", "domains")
            href=Box::new(move |n| href(PATH, &list_pairs(&ListQuery { page: n, ..q.clone() }))) />
    }
    .into_any()
}

#[component]
pub fn Add() -> impl IntoView {
    let list = Resource::new_blocking(
        || (),
        |()| accounts(ListQuery { sort: "name".into(), per_page: 500, ..ListQuery::default() }),
    );
    let act = use_act::<AddDomain>();
    view! {
        <PageHead title="Add domain" up=vec![(PATH.into(), "Domains".into())] />
        {load(list, move |accounts| {
            let options: Vec<_> = accounts.rows.iter().map(|a| (a.id.to_string(), a.name.clone())).collect();
            if options.is_empty() {
                return view! {
                    <Empty icon="building" title="First an account">
                        <p>"A domain belongs to an account. "<a href="/admin/accounts/new">"Add an account"</a></p>
                    </Empty>
                }.into_any();
            }
            view! {
                <ActForm act>
                    <FormErrors />
                    <Select name="account" label="Account" options=options />
                    <Field name="name" label="Domain name" help="Such as acme.test." required=true maxlength=253 />
                    <Field name="gateways" label="Mail gateways" kind="textarea" required=true maxlength=4000
                        help="Where clean mail goes. One a line: host, host:port, IP or IP:port. The next one is tried when one does not answer." />
                    <fieldset class="field">
                        <legend class="legend">"Mail for addresses that are not known"</legend>
                        <label class="choice"><input type="radio" name="unrecognized" value="reject" checked=true />
                            <span>"Reject: the sender is told at once"</span></label>
                        <label class="choice"><input type="radio" name="unrecognized" value="accept" />
                            <span>"Accept: filter it and hand it to the gateway"</span></label>
                        <label class="choice"><input type="radio" name="unrecognized" value="discard" />
                            <span>"Discard: take it and drop it silently"</span></label>
                    </fieldset>
                    <div class="form-acts">
                        <button class="btn primary" type="submit">"Add domain"</button>
                        <a class="btn quiet" href=PATH>"Cancel"</a>
                    </div>
                </ActForm>
            }.into_any()
        })}
    }
}
