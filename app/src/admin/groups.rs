//! Groups: settings and senders for some mailboxes of a domain (guide chapter 5).

use super::choose::{Choices, WithDomain};
use crate::api::groups::AddGroup;
use crate::lists::{ListKind, ListPage};
use crate::ui::{ActForm, Field, FormErrors, PageHead, use_act};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

const PATH: &str = "/admin/groups";

#[component]
pub fn List() -> impl IntoView {
    view! { <ListPage kind=ListKind::Groups /> }
}

#[component]
pub fn Add() -> impl IntoView {
    let chosen = use_query_map().with_untracked(|m| m.get("domain").unwrap_or_default());
    view! {
        <PageHead title="Add group" up=vec![(PATH.into(), "Groups".into())] />
        <WithDomain chosen form />
    }
}

fn form(domain: Choices) -> AnyView {
    let act = use_act::<AddGroup>();
    view! {
        <ActForm act>
            <FormErrors />
            {domain.field()}
            <Field name="name" label="Name" required=true maxlength=100 help="Such as the department. A domain has each name once." />
            <Field name="ldap_group" label="Directory group" maxlength=500
                help="The members of this group of the domain's directory become members." />
            <div class="form-acts">
                <button class="btn primary" type="submit">"Add group"</button>
                <a class="btn quiet" href=PATH>"Cancel"</a>
            </div>
        </ActForm>
    }
    .into_any()
}
