//! The brand under whose host name the page was asked for (guide chapter 14).

use super::Logo;
use leptos::prelude::*;
use model::view::look::Look;

#[derive(Clone)]
pub(super) struct LookHere(pub Look);

/// How pages look here.
pub fn look() -> Look {
    use_context::<LookHere>().map(|l| l.0).unwrap_or_default()
}

/// The brand's picture, or our mark with the product's name. `short`: the name goes where the screen is narrow.
#[component]
pub fn Brand(#[prop(optional)] admin: bool, #[prop(optional)] short: bool) -> impl IntoView {
    let look = look();
    let picture = if admin { look.admin_logo } else { look.personal_logo };
    if picture.is_empty() {
        let class = if short { "brand-word" } else { "" };
        view! { <Logo /><span class=class>{look.name}</span> }.into_any()
    } else {
        view! { <img class="brand-picture" src=picture alt=look.name /> }.into_any()
    }
}
