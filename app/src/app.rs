//! The root: what every page may rely on, and which page stands at which path.

use crate::admin;
use crate::lazy;
use crate::login::Login;
use crate::personal;
use crate::ui::state::provide_state;
use crate::ui::time::mark_hydrated;
use crate::ui::{Brand, Icon, look};
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
    let product = look().name;
    view! {
        <Title formatter=move |title: String| if title.is_empty() { product.clone() } else { format!("{title} · {product}") } />
        <Router>
            <a class="skip" href="#main" rel="external">"Skip to content"</a>
            <Routes fallback=NotFound>
                <Route path=path!("/login") view=Login ssr=SsrMode::Async />
                <Route path=path!("/password") view={Lazy::<lazy::PasswordsChange>::new()} ssr=SsrMode::Async />
                <Route path=path!("/forgot") view={Lazy::<lazy::PasswordsForgot>::new()} ssr=SsrMode::Async />
                <Route path=path!("/activate/:token") view={Lazy::<lazy::PasswordsByLink>::new()} ssr=SsrMode::Async />
                <ParentRoute path=path!("/admin") view=admin::Dashboard ssr=SsrMode::Async>
                    <Route path=path!("") view=admin::home::Home ssr=SsrMode::Async />
                    <Route path=path!("search") view={Lazy::<lazy::AdminSearchSearch>::new()} ssr=SsrMode::Async />
                    <Route path=path!("accounts") view={Lazy::<lazy::AdminAccountsList>::new()} ssr=SsrMode::Async />
                    <Route path=path!("accounts/new") view={Lazy::<lazy::AdminAccountsAdd>::new()} ssr=SsrMode::Async />
                    <Route path=path!("domains") view={Lazy::<lazy::AdminDomainsList>::new()} ssr=SsrMode::Async />
                    <Route path=path!("domains/new") view={Lazy::<lazy::AdminDomainsAdd>::new()} ssr=SsrMode::Async />
                    <Route path=path!("mailboxes") view={Lazy::<lazy::AdminMailboxesList>::new()} ssr=SsrMode::Async />
                    <Route path=path!("mailboxes/new") view={Lazy::<lazy::AdminMailboxesAdd>::new()} ssr=SsrMode::Async />
                    <Route path=path!("bulk") view={Lazy::<lazy::AdminBulkList>::new()} ssr=SsrMode::Async />
                    <Route path=path!("bulk/new") view={Lazy::<lazy::AdminBulkNew>::new()} ssr=SsrMode::Async />
                    <Route path=path!("reception") view={Lazy::<lazy::AdminDefaultsReception>::new()} ssr=SsrMode::Async />
                    <Route path=path!("settings") view={Lazy::<lazy::AdminDefaultsSystem>::new()} ssr=SsrMode::Async />
                    <Route path=path!("quarantine") view={Lazy::<lazy::AdminQuarantineList>::new()} ssr=SsrMode::Async />
                    <Route path=path!("quarantine/delete") view={Lazy::<lazy::AdminQuarantineConfirmDelete>::new()} ssr=SsrMode::Async />
                    <Route path=path!("messages") view={Lazy::<lazy::AdminLogList>::new()} ssr=SsrMode::Async />
                    <Route path=path!("sessions") view={Lazy::<lazy::SessionsList>::new()} ssr=SsrMode::Async />
                    <Route path=path!("audit") view={Lazy::<lazy::AdminAuditList>::new()} ssr=SsrMode::Async />
                    <Route path=path!("groups") view={Lazy::<lazy::AdminGroupsList>::new()} ssr=SsrMode::Async />
                    <Route path=path!("groups/new") view={Lazy::<lazy::AdminGroupsAdd>::new()} ssr=SsrMode::Async />
                    <Route path=path!("outbound-ips") view={Lazy::<lazy::AdminOutboundIpsList>::new()} ssr=SsrMode::Async />
                    <Route path=path!("outbound-ips/new") view={Lazy::<lazy::AdminOutboundIpsAdd>::new()} ssr=SsrMode::Async />
                    <Route path=path!("administrators") view={Lazy::<lazy::AdminAdministratorsList>::new()} ssr=SsrMode::Async />
                    <Route path=path!("administrators/new") view={Lazy::<lazy::AdminAdministratorsAdd>::new()} ssr=SsrMode::Async />
                    <Route path=path!("content-filters") view={Lazy::<lazy::AdminContentFiltersList>::new()} ssr=SsrMode::Async />
                    <Route path=path!("content-filters/new") view={Lazy::<lazy::AdminContentFiltersAdd>::new()} ssr=SsrMode::Async />
                    <Route path=path!("verifiers") view={Lazy::<lazy::AdminVerifiersList>::new()} ssr=SsrMode::Async />
                    <Route path=path!("verifiers/new") view={Lazy::<lazy::AdminVerifiersAdd>::new()} ssr=SsrMode::Async />
                    <Route path=path!("notifications") view={Lazy::<lazy::AdminNotificationsList>::new()} ssr=SsrMode::Async />
                    <Route path=path!("notifications/new") view={Lazy::<lazy::AdminNotificationsAdd>::new()} ssr=SsrMode::Async />
                    <Route path=path!("brands") view={Lazy::<lazy::AdminBrandsList>::new()} ssr=SsrMode::Async />
                    <Route path=path!("brands/new") view={Lazy::<lazy::AdminBrandsAdd>::new()} ssr=SsrMode::Async />
                    <Route path=path!("start") view={Lazy::<lazy::AdminStartStart>::new()} ssr=SsrMode::Async />
                    <Route path=path!("tiles") view={Lazy::<lazy::AdminTilesChoose>::new()} ssr=SsrMode::Async />
                    <Route path=path!("delete") view={Lazy::<lazy::ListsConfirm>::new()} ssr=SsrMode::Async />
                    // The first that fits is taken: `groups/new` must stand before `groups/:id`.
                    <Route path=path!("domains/:id") view={Lazy::<lazy::AdminDomainDetail>::new()} ssr=SsrMode::Async />
                    <Route path=path!("accounts/:id") view={Lazy::<lazy::AdminAccountDetail>::new()} ssr=SsrMode::Async />
                    <Route path=path!("mailboxes/:id") view={Lazy::<lazy::AdminMailboxDetail>::new()} ssr=SsrMode::Async />
                    <Route path=path!("groups/:id") view={Lazy::<lazy::AdminGroupDetail>::new()} ssr=SsrMode::Async />
                    <Route path=path!("outbound-ips/:id") view={Lazy::<lazy::AdminOutboundIpDetail>::new()} ssr=SsrMode::Async />
                    <Route path=path!("defaults/:kind") view={Lazy::<lazy::AdminDefaultsDefaults>::new()} ssr=SsrMode::Async />
                    <Route path=path!("bulk/:id") view={Lazy::<lazy::AdminBulkDetail>::new()} ssr=SsrMode::Async />
                    <Route path=path!("quarantine/:id") view={Lazy::<lazy::AdminMessageDetail>::new()} ssr=SsrMode::Async />
                    <Route path=path!("messages/:id") view={Lazy::<lazy::AdminLogMessageDetail>::new()} ssr=SsrMode::Async />
                    <Route path=path!("administrators/:id") view={Lazy::<lazy::AdminAdministratorsEdit>::new()} ssr=SsrMode::Async />
                    <Route path=path!("content-filters/:id") view={Lazy::<lazy::AdminContentFiltersEdit>::new()} ssr=SsrMode::Async />
                    <Route path=path!("verifiers/:id") view={Lazy::<lazy::AdminVerifiersEdit>::new()} ssr=SsrMode::Async />
                    <Route path=path!("notifications/:id") view={Lazy::<lazy::AdminNotificationsEdit>::new()} ssr=SsrMode::Async />
                    <Route path=path!("brands/:id") view={Lazy::<lazy::AdminBrandDetail>::new()} ssr=SsrMode::Async />
                    <Route path=path!("help/:topic") view={Lazy::<lazy::AdminHelpHelp>::new()} ssr=SsrMode::Async />
                </ParentRoute>
                <ParentRoute path=path!("/my") view=personal::Dashboard ssr=SsrMode::Async>
                    <Route path=path!("") view={Lazy::<lazy::MyHomeHome>::new()} ssr=SsrMode::Async />
                    <Route path=path!("sessions") view={Lazy::<lazy::SessionsList>::new()} ssr=SsrMode::Async />
                    <Route path=path!("delete") view={Lazy::<lazy::MyConfirmDelete>::new()} ssr=SsrMode::Async />
                    <Route path=path!("message/:id") view={Lazy::<lazy::MyMessageDetail>::new()} ssr=SsrMode::Async />
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
                <p class="brand mb-6"><Brand /></p>
                <h1 class="mb-2">"There is no such page"</h1>
                <p class="mb-5">"The address may be mistyped, or the page has moved."</p>
                <a class="btn" href="/" rel="external"><Icon name="home" />"Go to the start"</a>
            </div>
        </main>
    }
}
