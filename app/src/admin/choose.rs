//! Choosing the account or domain that a new thing belongs to: a list where all fit, else the first by name.

use crate::api::{accounts::accounts, domains::domains};
use crate::ui::form::Select;
use crate::ui::{Empty, load};
use leptos::prelude::*;
use model::view::ListQuery;

/// What there is to choose from; to be shown inside of the form, which keeps what was chosen when it fails.
pub struct Choices {
    name: &'static str,
    label: &'static str,
    options: Vec<(String, String)>,
    value: String,
}

impl Choices {
    pub fn field(self) -> AnyView {
        let Choices { name, label, options, value } = self;
        view! { <Select name label options value /> }.into_any()
    }
}

fn first() -> ListQuery {
    ListQuery { sort: "name".into(), per_page: 500, ..ListQuery::default() }
}

/// A form's field `account`, or the way to a first account; `form` is shown with it.
#[component]
pub fn WithAccount(#[prop(optional, into)] chosen: String, form: fn(Choices) -> AnyView) -> impl IntoView {
    let list = Resource::new_blocking(|| (), |()| accounts(first()));
    load(list, move |found| {
        let options: Vec<_> = found.rows.iter().map(|a| (a.id.to_string(), a.name.clone())).collect();
        if options.is_empty() {
            return view! {
                <Empty icon="building" title="First an account">
                    <p>"It belongs to an account. "<a href="/admin/accounts/new">"Add an account"</a></p>
                </Empty>
            }
            .into_any();
        }
        let value = chosen.clone();
        form(Choices { name: "account", label: "Account", options, value })
    })
    .into_any()
}

/// The same with a domain.
#[component]
pub fn WithDomain(#[prop(optional, into)] chosen: String, form: fn(Choices) -> AnyView) -> impl IntoView {
    let list = Resource::new_blocking(|| (), |()| domains(first()));
    load(list, move |found| {
        let options: Vec<_> = found.rows.iter().map(|d| (d.id.to_string(), d.name.clone())).collect();
        if options.is_empty() {
            return view! {
                <Empty icon="globe" title="First a domain">
                    <p>"It belongs to a domain. "<a href="/admin/domains/new">"Add a domain"</a></p>
                </Empty>
            }
            .into_any();
        }
        let value = chosen.clone();
        form(Choices { name: "domain", label: "Domain", options, value })
    })
    .into_any()
}

/// A form's field `account`; whoever looks after the whole system may leave it empty, which is the whole system.
#[component]
pub fn WithOwner(form: std::sync::Arc<dyn Fn(Choices) -> AnyView + Send + Sync>) -> impl IntoView {
    let list = Resource::new_blocking(|| (), |()| accounts(first()));
    let whole = crate::ui::me().is_some_and(|m| m.role == model::Role::System);
    load(list, move |found| {
        let whole = whole.then(|| (String::new(), "Whole system".to_owned()));
        let of_accounts = found.rows.iter().map(|a| (a.id.to_string(), a.name.clone()));
        let options: Vec<_> = whole.into_iter().chain(of_accounts).collect();
        form(Choices { name: "account", label: "Account", options, value: String::new() })
    })
    .into_any()
}
