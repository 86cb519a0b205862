//! An owner's friends and enemies, and the domain's where they may be seen (guide chapters 6 and 8).

use crate::api::personal::{SetOwnSenders, own_senders};
use crate::ui::{ActForm, Field, FormErrors, PageHead, load, use_act, use_refresh};
use leptos::prelude::*;

#[component]
pub fn Senders() -> impl IntoView {
    let refresh = use_refresh();
    let data = Resource::new_blocking(move || refresh.get(), |_| own_senders());
    view! {
        <PageHead title=t!("Friends and enemies")><super::ToLight href="/light/senders".into() /></PageHead>
        {load(data, |all| view! {
            {match all.own {
                Some((friends, enemies)) => view! { <Own friends enemies /> }.into_any(),
                None => view! { <p class="soft">{t!("Your administrator keeps these settings.")}</p> }.into_any(),
            }}
            {of_domain("domain-friends", t!("Friends of the domain"), all.domain_friends)}
            {of_domain("domain-enemies", t!("Enemies of the domain"), all.domain_enemies)}
        }.into_any())}
    }
}

#[component]
fn Own(friends: String, enemies: String) -> impl IntoView {
    let act = use_act::<SetOwnSenders>();
    view! {
        <section class="card">
            <ActForm act>
                <FormErrors />
                <p class="soft mb-3">{t!("One address, domain, IP address or network a line; a comment after //.")}</p>
                <Field name="friends" kind="textarea" label=t!("Friends") help=t!("Their mail is not held as spam.") value=friends />
                <Field name="enemies" kind="textarea" label=t!("Enemies") help=t!("Their mail is stopped.") value=enemies />
                <button class="btn primary" type="submit" disabled=act.pending()>{t!("Save")}</button>
            </ActForm>
        </section>
    }
}

fn of_domain(id: &'static str, title: &'static str, list: Option<String>) -> AnyView {
    let Some(list) = list else { return ().into_any() };
    let text = if list.is_empty() { t!("None").to_owned() } else { list };
    view! {
        <section class="card mt-4" aria-labelledby=id>
            <h2 id=id>{title}</h2>
            <pre class="preview-text" tabindex="0" aria-label=title>{text}</pre>
        </section>
    }
    .into_any()
}
