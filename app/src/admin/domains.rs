//! Domains: whose mail is filtered, and where it goes (guide chapter 6).

use crate::api::accounts::accounts;
use crate::api::domains::AddDomain;
use crate::lists::{ListKind, ListPage};
use crate::ui::form::Select;
use crate::ui::{ActForm, Empty, Field, FormErrors, PageHead, load, use_act};
use leptos::prelude::*;
use model::view::ListQuery;

const PATH: &str = "/admin/domains";

#[component]
pub fn List() -> impl IntoView {
    view! { <ListPage kind=ListKind::Domains /> }
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
