//! The Personal Dashboard: what a mailbox's owner sees, mostly for twenty seconds from a digest.

pub mod home;
mod list;
pub mod message;
pub mod policies;
pub mod senders;
pub mod settings;
pub(crate) mod why;

use crate::admin::quarantine::Confirm;
use crate::ui::{Frame, Icon, NavItem, NavSection};
use leptos::prelude::*;
use leptos_router::components::Outlet;

/// The list of held mail, and the root of all pages here.
pub const PATH: &str = "/my";

/// The frame of all pages below /my.
#[component]
pub fn Dashboard() -> impl IntoView {
    let items = vec![
        NavItem { href: PATH, label: t!("Held mail"), icon: "inbox" },
        NavItem { href: "/my/settings", label: t!("Settings"), icon: "gear" },
        NavItem { href: "/my/policies", label: t!("Policies"), icon: "shield" },
        NavItem { href: "/my/senders", label: t!("Friends and enemies"), icon: "user" },
    ];
    view! {
        <Frame home=PATH sections=vec![NavSection { title: "", items }]>
            <Outlet />
        </Frame>
    }
}

/// The way to the same page without script.
#[component]
fn ToLight(href: String) -> impl IntoView {
    view! { <a class="btn quiet" href=href rel="external"><Icon name="page" />{t!("Low-bandwidth version")}</a> }
}

/// Asks before a deletion where there is no script to ask in place.
#[component]
pub fn ConfirmDelete() -> impl IntoView {
    view! { <Confirm path=PATH label=t!("Held mail") /> }
}
