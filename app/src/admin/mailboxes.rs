//! Mailboxes: whose mail is held apart, and who may see it (guide chapter 8).

use crate::api::domains::domains;
use crate::api::mailboxes::AddMailbox;
use crate::lists::{ListKind, ListPage};
use crate::ui::form::Select;
use crate::ui::{ActForm, Empty, Field, FormErrors, PageHead, load, use_act};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use model::view::ListQuery;

const PATH: &str = "/admin/mailboxes";

#[component]
pub fn List() -> impl IntoView {
    view! { <ListPage kind=ListKind::Mailboxes /> }
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
