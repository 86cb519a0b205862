//! Categories, actions and dispositions as labels: always a word, colour only beside it.

use crate::text::named;
use crate::ui::{Family, Icon};
use leptos::prelude::*;
use model::{Action, Category, Disposition};

#[component]
pub fn CategoryBadge(category: Category) -> impl IntoView {
    let family = Family::of(category);
    view! {
        <span class=format!("badge {}", family.class())>
            <Icon name=family.icon() />
            {named(category.label())}
        </span>
    }
}

#[component]
pub fn ActionTag(action: Action) -> impl IntoView {
    view! { <span class="tag">{named(action.label())}</span> }
}

#[component]
pub fn DispositionTag(disposition: Disposition) -> impl IntoView {
    view! { <span class="tag">{named(disposition.label())}</span> }
}
