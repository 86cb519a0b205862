//! Mailboxes: whose mail is held apart, and who may see it (guide chapter 8).

use crate::api::domains::domains;
use crate::api::mailboxes::{AddMailbox, mailboxes};
use crate::query::{href, list_from, list_pairs, list_sorted, without};
use crate::ui::form::Select;
use crate::ui::{
    ActForm, Empty, Field, FormErrors, Icon, PageHead, Pager, SearchBox, SortHead, Time, format, load, use_act,
    use_refresh,
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use model::DomainId;
use model::view::{ListQuery, MailboxRow, MailboxState, Page};

const PATH: &str = "/admin/mailboxes";

fn pairs(domain: Option<DomainId>, query: &ListQuery) -> Vec<(String, String)> {
    let mut pairs: Vec<_> = domain.map(|d| ("domain".to_owned(), d.to_string())).into_iter().collect();
    pairs.extend(list_pairs(query));
    pairs
}

#[component]
pub fn List() -> impl IntoView {
    let map = use_query_map();
    let query = Memo::new(move |_| {
        let map = map.read();
        (map.get("domain").and_then(|d| d.parse::<DomainId>().ok()), list_from(&map))
    });
    let refresh = use_refresh();
    let data = Resource::new_blocking(move || (query.get(), refresh.get()), |((domain, q), _)| mailboxes(domain, q));
    let add = move || href("/admin/mailboxes/new", &pairs(query.get().0, &ListQuery::default()));
    view! {
        <PageHead title="Mailboxes">
            <a class="btn primary" href=add><Icon name="plus" />"Add mailbox"</a>
        </PageHead>
        <div class="list-bar">
            {move || {
                let (domain, q) = query.get();
                view! {
                    <SearchBox action=PATH label="Search mailboxes" value=q.q.clone() hidden=without(pairs(domain, &q), &["q", "page"]) />
                    {domain.map(|_| view! { <a class="chip" href=PATH aria-current="true">"One domain"<Icon name="cross" /><span class="sr-only">"Show all domains"</span></a> })}
                }
            }}
        </div>
        {load(data, move |page| { let (domain, q) = query.get_untracked(); view! { <Rows page domain query=q /> }.into_any() })}
    }
}

fn state_word(state: MailboxState) -> &'static str {
    match state {
        MailboxState::Active => "Active",
        MailboxState::Inactive => "Inactive",
        MailboxState::Unprotected => "Unprotected",
    }
}

#[component]
fn Rows(page: Page<MailboxRow>, domain: Option<DomainId>, query: ListQuery) -> impl IntoView {
    if page.rows.is_empty() {
        let searched = !query.q.is_empty() || domain.is_some();
        return view! {
            <div class="table-wrap">
                <Empty icon="mailbox" title=if searched { "No mailbox matches" } else { "No mailboxes yet" }>
                    {if searched {
                        view! { <p><a href=PATH>"Show all mailboxes"</a></p> }.into_any()
                    } else {
                        view! { <p>"Add one, so that its owner gets a digest and may release mail."</p> }.into_any()
                    }}
                </Empty>
            </div>
        }
        .into_any();
    }
    let now = if query.sort.is_empty() { "address" } else { &query.sort };
    let sorted = |column: &str| (now == column).then_some(query.desc);
    let by = |column: &str| href(PATH, &pairs(domain, &list_sorted(&query, column, "address")));
    let pages = page.pages();
    let q = query.clone();
    view! {
        <div class="table-wrap">
            <table class="table stack">
                <thead><tr>
                    <SortHead label="Address" href=by("address") sorted=sorted("address") />
                    <th scope="col">"Other names"</th>
                    <SortHead label="State" href=by("state") sorted=sorted("state") />
                    <th scope="col">"Password"</th>
                    <SortHead label="Held" href=by("quarantined") sorted=sorted("quarantined") class="num" />
                    <SortHead label="Added" href=by("created") sorted=sorted("created") />
                </tr></thead>
                <tbody>
                    {page.rows.into_iter().map(|r| view! {
                        <tr>
                            <td><strong>{r.address.clone()}</strong></td>
                            <td data-label="Other names">{if r.aliases.is_empty() { "–".to_owned() } else { r.aliases.join(", ") }}</td>
                            <td data-label="State">{state_word(r.state)}</td>
                            <td data-label="Password">{if r.has_password { "Set" } else { "None, digest links only" }}</td>
                            <td class="num" data-label="Held"><a href=format!("/admin/quarantine?mailbox={}", r.id)>{format::thousands(r.quarantined)}</a></td>
                            <td data-label="Added"><Time at=r.created /></td>
                        </tr>
                    }).collect_view()}
                </tbody>
            </table>
        </div>
        <Pager total=page.total page=page.page per_page=page.per_page pages what=("mailbox", "mailboxes")
            href=Box::new(move |n| href(PATH, &pairs(domain, &ListQuery { page: n, ..q.clone() }))) />
    }
    .into_any()
}

#[component]
pub fn Add() -> impl IntoView {
    let chosen = use_query_map().with_untracked(|m| m.get("domain").unwrap_or_default());
    let list = Resource::new_blocking(
        || (),
        |()| domains(ListQuery { sort: "name".into(), per_page: 500, ..ListQuery::default() }),
    );
    let act = use_act::<AddMailbox>();
    let chosen = StoredValue::new(chosen);
    view! {
        <PageHead title="Add mailbox" up=vec![(PATH.into(), "Mailboxes".into())] />
        {load(list, move |domains| {
            let options: Vec<_> = domains.rows.iter().map(|d| (d.id.to_string(), d.name.clone())).collect();
            if options.is_empty() {
                return view! {
                    <Empty icon="globe" title="First a domain">
                        <p>"A mailbox belongs to a domain. "<a href="/admin/domains/new">"Add a domain"</a></p>
                    </Empty>
                }.into_any();
            }
            view! {
                <ActForm act>
                    <FormErrors />
                    <Field name="name" label="Name" help="The part before @." required=true maxlength=64 />
                    <Select name="domain" label="Domain" options=options value=chosen.get_value() />
                    <Field name="aliases" label="Other names" help="Further names of the same mailbox, separated by commas." maxlength=2000 />
                    <Field name="password" label="Password" kind="password" autocomplete="new-password"
                        help="For the personal dashboard. Left empty, the owner logs in by the links of the digest." />
                    <div class="form-acts">
                        <button class="btn primary" type="submit">"Add mailbox"</button>
                        <a class="btn quiet" href=PATH>"Cancel"</a>
                    </div>
                </ActForm>
            }.into_any()
        })}
    }
}
