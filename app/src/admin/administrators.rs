//! Administrators: four roles, of the whole system or of one account (guide chapter 4 "Managing Administrators").

use super::choose::{Choices, WithAccount};
use crate::api::administrators::{AddAdministrator, AdministratorView, EditAdministrator, ROLES, administrator};
use crate::api::lists::ActOnRows;
use crate::lists::{ListKind, ListPage};
use crate::ui::form::Select;
use crate::ui::{ActForm, Field, FormErrors, Icon, PageHead, Time, load, me, use_act, use_refresh};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use model::Role;

const PATH: &str = "/admin/administrators";

#[component]
pub fn List() -> impl IntoView {
    view! { <ListPage kind=ListKind::Administrators /> }
}

/// What each role may do, as the guide says.
fn may(role: Role) -> &'static str {
    match role {
        Role::System => "everything, in the whole system",
        Role::Account => "everything in one account",
        Role::Operator => "domain settings and mailboxes of one account",
        Role::Dashboard => "looks at mailboxes and messages of one account, changes nothing",
        Role::Owner => "",
    }
}

fn role_options(system: bool) -> Vec<(String, String)> {
    let shown = ROLES.iter().filter(|(_, r)| system || *r != Role::System);
    shown.map(|(word, r)| ((*word).to_owned(), format!("{}: {}", r.label(), may(*r)))).collect()
}

#[component]
pub fn Add() -> impl IntoView {
    view! {
        <PageHead title="Add administrator" up=vec![(PATH.into(), "Administrators".into())] />
        <WithAccount form />
    }
}

fn form(account: Choices) -> AnyView {
    let act = use_act::<AddAdministrator>();
    let system = me().is_some_and(|m| m.role == Role::System);
    view! {
        <ActForm act>
            <FormErrors />
            <Field name="email" label="Email address" kind="email" required=true maxlength=254
                help="An activation mail goes there; its link holds 7 days, and lets them choose a password." />
            <Select name="role" label="Role" options=role_options(system) />
            {account.field()}
            {system.then(|| view! { <p class="help">"A system administrator belongs to no account: the account is not used then."</p> })}
            <div class="form-acts">
                <button class="btn primary" type="submit">"Add administrator"</button>
                <a class="btn quiet" href=PATH>"Cancel"</a>
            </div>
        </ActForm>
    }
    .into_any()
}

#[component]
pub fn Edit() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.read().get("id").and_then(|i| i.parse::<i64>().ok()).unwrap_or(0));
    let refresh = use_refresh();
    let data = Resource::new_blocking(move || (id.get(), refresh.get()), |(id, _)| administrator(id));
    load(data, edit)
}

fn edit(a: AdministratorView) -> AnyView {
    let (save, invite) = (use_act::<EditAdministrator>(), use_act::<ActOnRows>());
    let id = a.id;
    let options: Vec<_> =
        role_options(true).into_iter().filter(|(w, _)| (w == "system") == a.account.is_none()).collect();
    let role = ROLES.iter().find(|(_, r)| *r == a.role).map_or("", |(w, _)| w);
    view! {
        <PageHead title=a.email.clone() up=vec![(PATH.into(), "Administrators".into())]>
            <a class="btn danger" href=format!("/admin/delete?list=administrators&ids={id}&names={}", crate::query::encode(&a.email))><Icon name="trash" />"Delete"</a>
        </PageHead>
        <dl class="facts mb-4">
            <dt>"Account"</dt><dd>{a.account.clone().unwrap_or_else(|| "Whole system".into())}</dd>
            <dt>"Password"</dt><dd>{if a.activated { "Set" } else { "Not yet: waits for activation" }}</dd>
            <dt>"Added"</dt><dd><Time at=a.created /></dd>
        </dl>
        {(!a.activated && a.active).then(|| view! {
            <ActForm act=invite class="mb-4">
                <FormErrors />
                <input type="hidden" name="list" value="administrators" />
                <input type="hidden" name="ids[]" value=id />
                <button class="btn" type="submit" name="act" value="invite"><Icon name="send" />"Send activation again"</button>
            </ActForm>
        })}
        <ActForm act=save>
            <FormErrors />
            <input type="hidden" name="id" value=id />
            <Select name="role" label="Role" options=options value=role />
            <label class="choice"><input type="checkbox" name="active" value="1" checked=a.active /><span>"Active: may log in"</span></label>
            <div class="form-acts">
                <button class="btn primary" type="submit">"Save"</button>
                <a class="btn quiet" href=PATH>"Cancel"</a>
            </div>
        </ActForm>
    }
    .into_any()
}
