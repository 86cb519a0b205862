//! The languages to choose from: a form at the foot of each page.

use crate::text::language;
use crate::ui::Token;
use leptos::prelude::*;
use texts::Language;

/// Buttons that change the language of the pages, and of the owner's digests; the present one is marked.
#[component]
pub fn Languages() -> impl IntoView {
    let now = language();
    view! {
        <form method="post" action="/language" class="languages" aria-label=t!("Language")>
            <Token />
            {Language::ALL.into_iter().map(|l| view! {
                <button type="submit" name="language" value=l.code() lang=l.code() aria-current=(l == now).then_some("true")>{l.name()}</button>
            }).collect_view()}
        </form>
    }
}
