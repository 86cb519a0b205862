//! The login, for administrators and mailbox owners alike.

use crate::passwords::Entry;
use crate::ui::state::LastFlash;
use crate::ui::{Field, look};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use model::view::look::Look;

#[component]
pub fn Login() -> impl IntoView {
    let next = use_query_map().with_untracked(|q| q.get("next").unwrap_or_default());
    let failure = use_context::<LastFlash>().and_then(|f| f.0.failure).filter(|f| f.path == "/login");
    let value = |name: &str| failure.as_ref()?.values.iter().find(|(k, _)| k == name).map(|(_, v)| v.clone());
    let email = value("email").unwrap_or_default();
    let question = value("captcha_question").zip(value("captcha_token"));
    let look = look();
    let label = login_label(&look);
    view! {
        <Entry title=t!("Log in") failure=failure.clone()>
            <form method="post" action="/login">
                <input type="hidden" name="next" value=next />
                <Field name="email" label=label kind="email" value=email required=true autocomplete="username" />
                <Field name="password" label=t!("Password") kind="password" required=true autocomplete="current-password" />
                {question.map(|(question, token)| view! {
                    <input type="hidden" name="captcha_token" value=token />
                    <div class="field">
                        <label for="f-captcha">{question}</label>
                        <input class="input" id="f-captcha" name="captcha" inputmode="numeric" required autocomplete="off" aria-describedby="f-captcha-help" />
                        <p class="help" id="f-captcha-help">{t!("Answer in digits. This keeps programs from guessing passwords.")}</p>
                    </div>
                })}
                <button class="btn primary w-full" type="submit">{t!("Log in")}</button>
            </form>
            {look.forgot.then(|| view! { <p class="soft small mt-5"><a href="/forgot" rel="external">{t!("Forgot your password?")}</a></p> })}
            <p class="soft small mt-2">{t!("No password? The links in your spam digest log you in.")}</p>
        </Entry>
    }
}

/// What the brand calls the name that one logs in with; where it says nothing, in the language of the page.
pub(crate) fn login_label(look: &Look) -> String {
    match look.login_label.as_str() {
        "Email address" | "" => t!("Email address").into(),
        own => own.into(),
    }
}
