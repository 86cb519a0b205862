//! One brand: its host name, and how its pages and mails look (guide chapter 14).

use super::parts;
use super::settings::form::{Extra, SettingsState, settings_page, use_settings};
use crate::api::brands::{ChangeBrand, brand};
use crate::api::delete::DeleteObject;
use crate::ui::form::Act;
use crate::ui::{ActForm, Field, FormErrors, PageHead, Time, load, use_act, use_refresh};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use model::view::detail::BrandDetail;

#[derive(Clone, Copy)]
struct Acts {
    settings: SettingsState,
    change: Act<ChangeBrand>,
    delete: Act<DeleteObject>,
}

#[component]
pub fn Detail() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.read().get("id").and_then(|i| i.parse().ok()).unwrap_or(0));
    let refresh = use_refresh();
    let data = Resource::new_blocking(move || (id.get(), refresh.get()), |(id, _)| brand(id));
    let acts = Acts { settings: use_settings(), change: use_act(), delete: use_act() };
    load(data, move |b| page(acts, b))
}

fn page(acts: Acts, b: BrandDetail) -> AnyView {
    let mut extras = vec![Extra::new("about", "Brand", "", about(acts.change, &b))];
    if b.may.delete {
        let goes = "Accounts that have it go back to the system's own look; pages under its host name show that too."
            .to_owned();
        let delete = parts::delete(acts.delete, b.settings.place.clone(), b.name.clone(), goes);
        extras.push(Extra::new("delete", "Deleting the brand", "-", delete));
    }
    view! {
        <PageHead title=b.name.clone() up=vec![("/admin/brands".into(), "Brands".into())] />
        {settings_page(acts.settings, b.settings, extras)}
    }
    .into_any()
}

fn about(act: Act<ChangeBrand>, b: &BrandDetail) -> AnyView {
    let facts = view! { <dl class="facts mb-5"><dt>"Added"</dt><dd><Time at=b.created /></dd></dl> };
    if !b.may.edit {
        return view! { {facts}<p class="mono">{b.host.clone()}</p> }.into_any();
    }
    let (id, host) = (b.id.to_string(), b.host.clone());
    view! {
        {facts}
        <ActForm act>
            <FormErrors />
            <input type="hidden" name="id" value=id />
            <Field name="host" label="Host name" value=host maxlength=253 help="Pages asked for under this name look as the brand does, and links in its mails lead there. Empty: none of its own." />
            <button class="btn" type="submit">"Save host name"</button>
        </ActForm>
    }
    .into_any()
}
