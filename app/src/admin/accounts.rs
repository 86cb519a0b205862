//! Accounts: who the domains belong to (guide chapter 4).

use crate::api::accounts::AddAccount;
use crate::lists::{ListKind, ListPage};
use crate::ui::{ActForm, Field, FormErrors, PageHead, use_act};
use leptos::prelude::*;

const PATH: &str = "/admin/accounts";

#[component]
pub fn List() -> impl IntoView {
    view! { <ListPage kind=ListKind::Accounts /> }
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
