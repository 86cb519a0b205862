//! The pages that set a password: one's own, by a link, and asking for a link. Plain forms, like the login.

use crate::api::Failure;
use crate::api::passwords::password_link;
use crate::ui::state::{LastFlash, asked};
use crate::ui::time::mark_hydrated;
use crate::ui::{Brand, Field, Icon, Token, load};
use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_params_map};

/// What the last post of the form at `path` came to.
fn failure_of(path: &str) -> Option<Failure> {
    use_context::<LastFlash>().and_then(|f| f.0.failure).filter(|f| f.path == path)
}

/// The message of a field, for [`Field`].
fn wrong(failure: &Option<Failure>, field: &str) -> Option<String> {
    failure.as_ref()?.error.fields.iter().find(|f| f.field == field).map(|f| f.message.clone())
}

/// A page of its own with one form: what came of the last one, and what it is for.
#[component]
pub fn Entry(
    title: &'static str,
    #[prop(default = None)] failure: Option<Failure>,
    children: Children,
) -> impl IntoView {
    mark_hydrated();
    let notice = use_context::<LastFlash>().and_then(|f| f.0.notice);
    view! {
        <leptos_meta::Title text=title />
        <main id="main" class="entry" tabindex="-1">
            <div class="entry-card">
                <p class="brand mb-6"><Brand /></p>
                <h1 class="mb-5">{title}</h1>
                {notice.map(|n| view! { <div class="banner good" role="status"><p>{n.text}</p></div> })}
                {failure.map(|f| view! {
                    <div class="banner bad" role="alert">
                        <Icon name="alert" />
                        <p>{f.error.message}</p>
                    </div>
                })}
                {children()}
            </div>
        </main>
    }
}

/// The new password, twice.
fn twice(failure: &Option<Failure>) -> impl IntoView + use<> {
    let password = wrong(failure, "password").unwrap_or_default();
    let again = wrong(failure, "again").unwrap_or_default();
    let some = |text: String| (!text.is_empty()).then_some(text);
    view! {
        <Field name="password" label="New password" kind="password" required=true autocomplete="new-password" wrong_if=some(password) />
        <Field name="again" label="New password again" kind="password" required=true autocomplete="new-password" wrong_if=some(again) />
    }
}

/// `/password`: another password for who is logged in.
#[component]
pub fn Change() -> impl IntoView {
    let failure = failure_of("/password");
    let Some(asked) = asked() else {
        return view! {
            <Entry title="Change password"><p><a href="/login" rel="external">"Log in to change your password"</a></p></Entry>
        }
        .into_any();
    };
    let present = wrong(&failure, "present_password");
    let must = asked.must.is_some();
    view! {
        <Entry title="Change password" failure=failure.clone()>
            {asked.must.map(|why| view! { <div class="banner warn"><p>{why}</p></div> })}
            <form method="post" action="/password">
                <Token />
                <Field name="present_password" label="Present password" kind="password" required=true autocomplete="current-password" wrong_if=present />
                {twice(&failure)}
                <p class="soft small mb-5">{asked.policy}</p>
                <button class="btn primary w-full" type="submit">"Change password"</button>
            </form>
            {if must {
                view! {
                    <form method="post" action="/logout" class="mt-5"><Token /><button class="btn quiet w-full" type="submit">"Log out"</button></form>
                }.into_any()
            } else {
                view! { <p class="mt-5"><a href="/" rel="external">"Back without a change"</a></p> }.into_any()
            }}
        </Entry>
    }
    .into_any()
}

/// `/forgot`: asks for a link.
#[component]
pub fn Forgot() -> impl IntoView {
    let failure = failure_of("/forgot");
    let email = failure.as_ref().and_then(|f| f.values.iter().find(|(k, _)| k == "email").map(|(_, v)| v.clone()));
    view! {
        <Entry title="Forgot your password?" failure=failure.clone()>
            <p class="mb-5">"Enter the address that you log in with. A mail with a link lets you choose another password."</p>
            <form method="post" action="/forgot">
                <Field name="email" label="Email address" kind="email" value=email.unwrap_or_default() required=true autocomplete="username" wrong_if=wrong(&failure, "email") />
                <button class="btn primary w-full" type="submit">"Send the link"</button>
            </form>
            <p class="mt-5"><a href="/login" rel="external">"Back to the login"</a></p>
        </Entry>
    }
}

/// `/activate/{token}`: a link of a mail. Looking at it changes nothing.
#[component]
pub fn ByLink() -> impl IntoView {
    let token = use_params_map().with_untracked(|p| p.get("token").unwrap_or_default());
    let path = use_location().pathname.get_untracked();
    let failure = failure_of(&path);
    let data = Resource::new_blocking(move || token.clone(), password_link);
    load(data, move |link| match (link, failure.clone(), path.clone()) {
        (Some(link), failure, path) => view! {
            <Entry title="Choose a password" failure=failure.clone()>
                <p class="mb-5">"For the login " <strong>{link.address}</strong></p>
                <form method="post" action=path>
                    {twice(&failure)}
                    <p class="soft small mb-5">{link.policy}</p>
                    <button class="btn primary w-full" type="submit">"Set password"</button>
                </form>
            </Entry>
        }
        .into_any(),
        (None, ..) => view! {
            <Entry title="This link does not work any more">
                <p class="mb-5">"It has expired, was used, or is not complete."</p>
                <p><a class="btn" href="/forgot" rel="external">"Ask for another link"</a></p>
            </Entry>
        }
        .into_any(),
    })
}
