//! The root: what every page may rely on, and which page stands at which path.

use crate::admin;
use crate::lazy;
use crate::login::Login;
use crate::personal;
use crate::ui::state::provide_state;
use crate::ui::time::mark_hydrated;
use crate::ui::{Icon, Logo};
use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::components::{ParentRoute, Route, Router, Routes};
use leptos_router::path;
use leptos_router::{Lazy, SsrMode};

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
                <Route path=path!("/password") view={Lazy::<lazy::PasswordChange>::new()} ssr=SsrMode::Async />
                <Route path=path!("/forgot") view={Lazy::<lazy::PasswordForgot>::new()} ssr=SsrMode::Async />
                <Route path=path!("/activate/:token") view={Lazy::<lazy::PasswordByLink>::new()} ssr=SsrMode::Async />
                <ParentRoute path=path!("/admin") view=admin::Dashboard ssr=SsrMode::Async>
                    <Route path=path!("") view=admin::home::Home ssr=SsrMode::Async />
                    <Route path=path!("search") view={Lazy::<lazy::SearchPage>::new()} ssr=SsrMode::Async />
                    <Route path=path!("accounts") view=admin::accounts::List ssr=SsrMode::Async />
                    <Route path=path!("accounts/new") view={Lazy::<lazy::AccountAdd>::new()} ssr=SsrMode::Async />
                    <Route path=path!("domains") view=admin::domains::List ssr=SsrMode::Async />
                    <Route path=path!("domains/new") view={Lazy::<lazy::DomainAdd>::new()} ssr=SsrMode::Async />
                    <Route path=path!("domains/:id") view={Lazy::<lazy::DomainDetail>::new()} ssr=SsrMode::Async />
                    <Route path=path!("mailboxes") view=admin::mailboxes::List ssr=SsrMode::Async />
                    <Route path=path!("mailboxes/new") view={Lazy::<lazy::MailboxAdd>::new()} ssr=SsrMode::Async />
                    <Route path=path!("quarantine") view=admin::quarantine::List ssr=SsrMode::Async />
                    <Route path=path!("quarantine/delete") view={Lazy::<lazy::ConfirmDelete>::new()} ssr=SsrMode::Async />
                    <Route path=path!("quarantine/:id") view={Lazy::<lazy::MessageDetail>::new()} ssr=SsrMode::Async />
                    <Route path=path!("messages") view={Lazy::<lazy::LogList>::new()} ssr=SsrMode::Async />
                    <Route path=path!("messages/:id") view={Lazy::<lazy::LogMessage>::new()} ssr=SsrMode::Async />
                    <Route path=path!("sessions") view={Lazy::<lazy::SessionsList>::new()} ssr=SsrMode::Async />
                    <Route path=path!("audit") view={Lazy::<lazy::AuditList>::new()} ssr=SsrMode::Async />
                </ParentRoute>
                <ParentRoute path=path!("/my") view=personal::Dashboard ssr=SsrMode::Async>
                    <Route path=path!("") view={Lazy::<lazy::OwnerHome>::new()} ssr=SsrMode::Async />
                    <Route path=path!("sessions") view={Lazy::<lazy::SessionsList>::new()} ssr=SsrMode::Async />
                    <Route path=path!("delete") view={Lazy::<lazy::OwnerConfirmDelete>::new()} ssr=SsrMode::Async />
                    <Route path=path!("message/:id") view={Lazy::<lazy::OwnerMessage>::new()} ssr=SsrMode::Async />
                </ParentRoute>
            </Routes>
        </Router>
    }
    // Erased: its type would exceed what the compiler follows in crates that use it.
    .into_any()
}

#[component]
fn NotFound() -> impl IntoView {
    mark_hydrated();
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
