//! Light or dark, comfortable or compact: kept in the browser, set before the first paint.

use crate::ui::Icon;
use leptos::prelude::*;

/// Runs in the head, before anything is painted, with the page's nonce.
pub const BEFORE_PAINT: &str = "try{var r=document.documentElement.dataset,s=localStorage;\
if(s.theme==='light'||s.theme==='dark')r.theme=s.theme;if(s.density==='compact')r.density='compact'}catch(e){}";

#[cfg(feature = "hydrate")]
fn toggle(key: &'static str, attribute: &'static str, current: impl Fn(Option<String>) -> String) {
    let Some(root) = document().document_element() else { return };
    let next = current(root.get_attribute(attribute));
    let _ = root.set_attribute(attribute, &next);
    if let Ok(Some(storage)) = window().local_storage() {
        let _ = storage.set_item(key, &next);
    }
}

fn toggle_theme() {
    #[cfg(feature = "hydrate")]
    toggle("theme", "data-theme", |set| {
        let dark = match set.as_deref() {
            Some(word) => word == "dark",
            None => window().match_media("(prefers-color-scheme: dark)").ok().flatten().is_some_and(|m| m.matches()),
        };
        if dark { "light".into() } else { "dark".into() }
    });
}

fn toggle_density() {
    #[cfg(feature = "hydrate")]
    toggle("density", "data-density", |set| {
        if set.as_deref() == Some("compact") { "comfortable".into() } else { "compact".into() }
    });
}

/// Two entries of the account menu. Without script the system's preference holds.
#[component]
pub fn ThemeItems() -> impl IntoView {
    view! {
        <button type="button" class="menu-item" on:click=|_| toggle_theme()>
            <Icon name="sun" />
            {t!("Light or dark")}
        </button>
        <button type="button" class="menu-item" on:click=|_| toggle_density()>
            <Icon name="rows" />
            {t!("Compact or comfortable")}
        </button>
    }
}
