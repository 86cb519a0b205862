//! The login, for administrators and mailbox owners alike.

use crate::ui::state::LastFlash;
use crate::ui::{Field, Icon, Logo};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

#[component]
pub fn Login() -> impl IntoView {
    let next = use_query_map().with_untracked(|q| q.get("next").unwrap_or_default());
    let failure = use_context::<LastFlash>().and_then(|f| f.0.failure).filter(|f| f.path == "/login");
    let email = failure
        .as_ref()
        .and_then(|f| f.values.iter().find(|(k, _)| k == "email").map(|(_, v)| v.clone()))
        .unwrap_or_default();
    view! {
        <leptos_meta::Title text="Log in" />
        <main id="main" class="entry" tabindex="-1">
            <div class="entry-card">
                <p class="brand mb-6"><Logo />"Postern"</p>
                <h1 class="mb-5">"Log in"</h1>
                {failure.map(|f| view! {
                    <div class="banner bad" role="alert">
                        <Icon name="alert" />
                        <p>{f.error.message}</p>
                    </div>
                })}
                <form method="post" action="/login">
                    <input type="hidden" name="next" value=next />
                    <Field name="email" label="Email address" kind="email" value=email required=true autocomplete="username" />
                    <Field name="password" label="Password" kind="password" required=true autocomplete="current-password" />
                    <button class="btn primary w-full" type="submit">"Log in"</button>
                </form>
                <p class="soft small mt-5">"No password? The links in your spam digest log you in."</p>
            </div>
        </main>
    }
}
