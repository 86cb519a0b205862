//! One account (guide chapters 4 and 5).

use super::parts;
use super::settings::form::{Extra, SettingsState, settings_page, use_settings};
use crate::api::account::{ChangeAccount, account};
use crate::api::delete::DeleteObject;
use crate::ui::form::{Act, Select};
use crate::ui::{ActForm, Field, FormErrors, PageHead, Time, format, load, use_act, use_refresh};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use model::AccountId;
use model::view::Feature;
use model::view::detail::AccountDetail;

#[derive(Clone, Copy)]
struct Acts {
    settings: SettingsState,
    change: Act<ChangeAccount>,
    delete: Act<DeleteObject>,
}

#[component]
pub fn Detail() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| AccountId(params.read().get("id").and_then(|i| i.parse().ok()).unwrap_or(0)));
    let refresh = use_refresh();
    let data = Resource::new_blocking(move || (id.get(), refresh.get()), |(id, _)| account(id));
    let acts = Acts { settings: use_settings(), change: use_act(), delete: use_act() };
    load(data, move |account| page(acts, account))
}

fn page(acts: Acts, a: AccountDetail) -> AnyView {
    let id = a.row.id;
    let mut extras = vec![
        Extra::new("general", "Account", "", general(acts.change, a.clone())),
        Extra::new("defaults", "Defaults of its domains and senders", "", defaults(id)),
    ];
    if a.may.delete {
        let goes = format!(
            "An account can be deleted once it has no domains and no outbound IPs and is not the default account; this one has {}. Its administrators and tokens go with it.",
            format::count(a.row.domains, "domain", "domains")
        );
        extras.push(Extra::new(
            "delete",
            "Deleting the account",
            "-",
            parts::delete(acts.delete, a.settings.place.clone(), a.row.name.clone(), goes),
        ));
    }
    view! {
        <PageHead title=a.row.name.clone() up=vec![("/admin/accounts".into(), "Accounts".into())] />
        {settings_page(acts.settings, a.settings, extras)}
    }
    .into_any()
}

fn defaults(id: AccountId) -> AnyView {
    view! {
        <ul>
            <li><a href=format!("/admin/defaults/inbound?account={id}")>"Default inbound domain"</a></li>
            <li><a href=format!("/admin/defaults/outbound?account={id}")>"Default outbound"</a></li>
            <li><a href=format!("/admin/defaults/relay?account={id}")>"Outbound Authenticated Relay"</a></li>
        </ul>
    }
    .into_any()
}

fn general(act: Act<ChangeAccount>, a: AccountDetail) -> AnyView {
    let row = a.row.clone();
    let facts = view! {
        <dl class="facts mb-5">
            <dt>"Domains"</dt><dd>{format::thousands(row.domains)}</dd>
            <dt>"Mailboxes"</dt><dd>{format::thousands(row.mailboxes)}</dd>
            <dt>"Added"</dt><dd><Time at=row.created /></dd>
            {row.is_default.then(|| view! { <dt>"Default account"</dt><dd>"New accounts begin with its settings"</dd> })}
        </dl>
    };
    if !a.may.edit {
        return view! { {facts}<p>{row.email.clone()}</p> }.into_any();
    }
    view! {
        {facts}
        <ActForm act>
            <FormErrors />
            <input type="hidden" name="id" value=row.id.to_string() />
            <Field name="name" label="Name" required=true maxlength=100 value=row.name.clone() />
            <Field name="email" label="E-mail" kind="email" maxlength=320 value=row.email.clone() help="Where notices go." />
            <Field name="time_zone" label="Time zone" maxlength=64 value=row.time_zone.clone() help="Such as Europe/Berlin; empty: the system's." />
            {a.licenses.then(|| licensed(&a))}
            <button class="btn" type="submit">"Save account"</button>
        </ActForm>
    }
    .into_any()
}

/// What the system's administrators decide about an account.
fn licensed(a: &AccountDetail) -> AnyView {
    let row = &a.row;
    let features: Vec<AnyView> = Feature::ALL
        .iter()
        .map(|f| view! { <label class="choice"><input type="checkbox" name="features[]" value=f.as_str() checked=row.features.contains(f) /><span>{f.label()}</span></label> }.into_any())
        .collect();
    let mut brands = vec![(String::new(), "The system's own".to_owned())];
    brands.extend(a.brands.iter().map(|b| (b.id.to_string(), b.name.clone())));
    view! {
        <input type="hidden" name="licensed" value="on" />
        <fieldset class="field"><legend class="legend">"Features"</legend>{features}</fieldset>
        <Select name="brand" label="Brand" options=brands value=row.brand.map(|b| b.to_string()).unwrap_or_default() />
        {(!row.is_default).then(|| view! { <label class="choice mb-3"><input type="checkbox" name="make_default" value="on" /><span>"Make it the default account, with whose settings new ones begin"</span></label> })}
    }
    .into_any()
}
