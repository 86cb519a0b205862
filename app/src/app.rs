//! The root: what every page may rely on, and which page stands at which path.

use crate::admin;
use crate::lists;
use crate::login::Login;
use crate::passwords;
use crate::personal;
use crate::sessions;
use crate::ui::state::provide_state;
use crate::ui::{Icon, Logo};
use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::SsrMode;
use leptos_router::components::{ParentRoute, Route, Router, Routes};
use leptos_router::path;

/// Every hydrated page. All are rendered whole (`SsrMode::Async`), so that they are complete without script.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    provide_state();
    view! {
        <Title formatter=|title: String| if title.is_empty() { "Postern".to_owned() } else { format!("{title} · Postern") } />
        <Router>
            <a class="skip" href="#main" rel="external">"Skip to content"</a>
            <Routes fallback=NotFound>
                <Route path=path!("/login") view=Login ssr=SsrMode::Async />
                <Route path=path!("/password") view=passwords::Change ssr=SsrMode::Async />
                <Route path=path!("/forgot") view=passwords::Forgot ssr=SsrMode::Async />
                <Route path=path!("/activate/:token") view=passwords::ByLink ssr=SsrMode::Async />
                <ParentRoute path=path!("/admin") view=admin::Dashboard ssr=SsrMode::Async>
                    <Route path=path!("") view=admin::home::Home ssr=SsrMode::Async />
                    <Route path=path!("search") view=admin::search::Search ssr=SsrMode::Async />
                    <Route path=path!("accounts") view=admin::accounts::List ssr=SsrMode::Async />
                    <Route path=path!("accounts/new") view=admin::accounts::Add ssr=SsrMode::Async />
                    <Route path=path!("domains") view=admin::domains::List ssr=SsrMode::Async />
                    <Route path=path!("domains/new") view=admin::domains::Add ssr=SsrMode::Async />
                    <Route path=path!("domains/:id") view=admin::domain::Detail ssr=SsrMode::Async />
                    <Route path=path!("mailboxes") view=admin::mailboxes::List ssr=SsrMode::Async />
                    <Route path=path!("mailboxes/new") view=admin::mailboxes::Add ssr=SsrMode::Async />
                    <Route path=path!("quarantine") view=admin::quarantine::List ssr=SsrMode::Async />
                    <Route path=path!("quarantine/delete") view=admin::quarantine::ConfirmDelete ssr=SsrMode::Async />
                    <Route path=path!("quarantine/:id") view=admin::message::Detail ssr=SsrMode::Async />
                    <Route path=path!("sessions") view=sessions::List ssr=SsrMode::Async />
                    <Route path=path!("audit") view=admin::audit::List ssr=SsrMode::Async />
                    <Route path=path!("groups") view=admin::groups::List ssr=SsrMode::Async />
                    <Route path=path!("groups/new") view=admin::groups::Add ssr=SsrMode::Async />
                    <Route path=path!("outbound-ips") view=admin::outbound_ips::List ssr=SsrMode::Async />
                    <Route path=path!("outbound-ips/new") view=admin::outbound_ips::Add ssr=SsrMode::Async />
                    <Route path=path!("administrators") view=admin::administrators::List ssr=SsrMode::Async />
                    <Route path=path!("administrators/new") view=admin::administrators::Add ssr=SsrMode::Async />
                    <Route path=path!("administrators/:id") view=admin::administrators::Edit ssr=SsrMode::Async />
                    <Route path=path!("content-filters") view=admin::content_filters::List ssr=SsrMode::Async />
                    <Route path=path!("content-filters/new") view=admin::content_filters::Add ssr=SsrMode::Async />
                    <Route path=path!("content-filters/:id") view=admin::content_filters::Edit ssr=SsrMode::Async />
                    <Route path=path!("start") view=admin::start::Start ssr=SsrMode::Async />
                    <Route path=path!("tiles") view=admin::tiles::Choose ssr=SsrMode::Async />
                    <Route path=path!("help/:topic") view=admin::help::Help ssr=SsrMode::Async />
                    <Route path=path!("delete") view=lists::Confirm ssr=SsrMode::Async />
                </ParentRoute>
                <ParentRoute path=path!("/my") view=personal::Dashboard ssr=SsrMode::Async>
                    <Route path=path!("") view=personal::home::Home ssr=SsrMode::Async />
                    <Route path=path!("sessions") view=sessions::List ssr=SsrMode::Async />
                    <Route path=path!("delete") view=personal::ConfirmDelete ssr=SsrMode::Async />
                    <Route path=path!("message/:id") view=personal::message::Detail ssr=SsrMode::Async />
                </ParentRoute>
            </Routes>
        </Router>
    }
    // Erased: its type would exceed what the compiler follows in crates that use it.
    .into_any()
}

#[component]
fn NotFound() -> impl IntoView {
    view! {
        <Title text="Not found" />
        <main id="main" class="entry" tabindex="-1">
            <div class="entry-card">
                <p class="brand mb-6"><Logo />"Postern"</p>
                <h1 class="mb-2">"There is no such page"</h1>
                <p class="mb-5">"The address may be mistyped, or the page has moved."</p>
                <a class="btn" href="/" rel="external"><Icon name="home" />"Go to the start"</a>
            </div>
        </main>
    }
}
