//! Default inbound domain, default outbound, Outbound Authenticated Relay (guide chapters 5 and 7), of the whole system
//! or of an account, and the settings of the whole system.

use super::settings::form::{settings_page, use_settings};
use crate::api::settings::settings;
use crate::ui::{PageHead, load, use_refresh};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};
use model::AccountId;

/// The kinds of defaults by the last part of their path: place, and title.
const KINDS: [(&str, &str, &str); 3] = [
    ("inbound", "default_inbound", "Default inbound domain"),
    ("outbound", "default_outbound", "Default outbound"),
    ("relay", "default_relay", "Outbound Authenticated Relay"),
];

#[component]
pub fn Defaults() -> impl IntoView {
    let (params, query) = (use_params_map(), use_query_map());
    let kind = Memo::new(move |_| {
        let kind = params.read().get("kind").unwrap_or_default();
        KINDS.iter().find(|(path, ..)| *path == kind).copied()
    });
    let account = Memo::new(move |_| query.read().get("account").and_then(|a| a.parse::<AccountId>().ok()));
    let refresh = use_refresh();
    let place = move || {
        let word = kind.get().map_or("none", |(_, place, _)| place);
        account.get().map_or_else(|| word.to_owned(), |a| format!("{word}:{a}"))
    };
    let data = Resource::new_blocking(move || (place(), refresh.get()), |(place, _)| settings(place));
    let state = use_settings();
    let head = move || {
        let title = kind.get().map_or("Defaults", |(.., title)| title);
        let (whose, up) = match account.get() {
            Some(a) => (
                "of the account",
                vec![("/admin/accounts".into(), "Accounts".into()), (format!("/admin/accounts/{a}"), "Account".into())],
            ),
            None => ("of the whole system", vec![("/admin/settings".into(), "System".into())]),
        };
        view! { <PageHead title=format!("{title} {whose}") up /> }
    };
    view! { {head}{load(data, move |page| settings_page(state, page, Vec::new()))} }
}

/// What holds where nothing else says otherwise.
#[component]
pub fn System() -> impl IntoView {
    let refresh = use_refresh();
    let data = Resource::new_blocking(move || refresh.get(), |_| settings("system".into()));
    let state = use_settings();
    view! {
        <PageHead title="Settings of the whole system">
            <a class="btn" href="/admin/defaults/inbound">"Default inbound domain"</a>
            <a class="btn" href="/admin/defaults/outbound">"Default outbound"</a>
            <a class="btn" href="/admin/defaults/relay">"Authenticated Relay"</a>
            <a class="btn" href="/admin/reception">"Mail reception"</a>
        </PageHead>
        {load(data, move |page| settings_page(state, page, Vec::new()))}
    }
}

/// How mail is received: services, connection lists, greylisting, TLS (guide chapter 2).
#[component]
pub fn Reception() -> impl IntoView {
    let refresh = use_refresh();
    let data = Resource::new_blocking(move || refresh.get(), |_| settings("appliance".into()));
    let state = use_settings();
    view! {
        <PageHead title="Mail reception" up=vec![("/admin/settings".into(), "System".into())] />
        {load(data, move |page| settings_page(state, page, Vec::new()))}
    }
}
