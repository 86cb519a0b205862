//! What is done with an owner's mail, by message type (guide chapter 8 "Policies").

use crate::api::personal::{POLICIES, POLICY_ACTIONS, SetOwnPolicies, own_policies};
use crate::text::named;
use crate::ui::{ActForm, FormErrors, PageHead, load, use_act, use_refresh};
use leptos::prelude::*;

#[component]
pub fn Policies() -> impl IntoView {
    let refresh = use_refresh();
    let data = Resource::new_blocking(move || refresh.get(), |_| own_policies());
    view! {
        <PageHead title=t!("Policies")><super::ToLight href="/light/policies".into() /></PageHead>
        {load(data, |all| match all.is_empty() {
            false => view! { <Form all /> }.into_any(),
            true => view! { <p class="soft">{t!("Your administrator keeps these settings.")}</p> }.into_any(),
        })}
    }
}

#[component]
fn Form(all: Vec<(String, String)>) -> impl IntoView {
    let act = use_act::<SetOwnPolicies>();
    let rows = POLICIES.iter().filter_map(move |(name, category)| {
        let now = all.iter().find(|(n, _)| n == name)?.1.clone();
        let id = format!("f-{name}");
        let options = POLICY_ACTIONS
            .map(|a| view! { <option value=a.as_str() selected=a.as_str() == now>{named(a.label())}</option> });
        Some(view! {
            <div class="field">
                <label for=id.clone()>{named(category.label())}</label>
                <select class="input" id=id name=format!("values[{name}]")>{options.into_iter().collect_view()}</select>
            </div>
        })
    });
    view! {
        <section class="card">
            <ActForm act>
                <FormErrors />
                <p class="soft mb-3">{t!("What is done with mail to you, by what it is found to be.")}" "{t!("What your organisation blocks stays blocked.")}</p>
                {rows.collect_view()}
                <button class="btn primary" type="submit" disabled=act.pending()>{t!("Save")}</button>
            </ActForm>
        </section>
    }
}
