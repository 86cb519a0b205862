//! Pages that the browser loads when they are opened: each is a part of the WebAssembly module of its own, so that the
//! first visit brings only what it shows. On the server they are pages like all others. The build splits the module
//! (`cargo leptos build --split`).

use crate::ui::time::provide_page_clock;
use crate::{admin, passwords, personal, sessions};
use leptos::prelude::*;
use leptos_router::{LazyRoute, lazy_route};

/// `Name: component;` makes `Name` a route's view, as in `view={Lazy::<Name>::new()}`.
macro_rules! lazy_pages {
    ($($name:ident: $page:path;)*) => {$(
        pub struct $name;

        #[lazy_route]
        impl LazyRoute for $name {
            fn data() -> Self {
                Self
            }
            fn view(_this: Self) -> AnyView {
                provide_page_clock();
                $page().into_any()
            }
        }
    )*};
}

lazy_pages! {
    AccountAdd: admin::accounts::Add;
    AuditList: admin::audit::List;
    DomainAdd: admin::domains::Add;
    DomainDetail: admin::domain::Detail;
    MailboxAdd: admin::mailboxes::Add;
    MessageDetail: admin::message::Detail;
    ConfirmDelete: admin::quarantine::ConfirmDelete;
    SearchPage: admin::search::Search;
    LogList: admin::log::List;
    LogMessage: admin::log::message::Detail;
    SessionsList: sessions::List;
    PasswordChange: passwords::Change;
    PasswordForgot: passwords::Forgot;
    PasswordByLink: passwords::ByLink;
    OwnerHome: personal::home::Home;
    OwnerConfirmDelete: personal::ConfirmDelete;
    OwnerMessage: personal::message::Detail;
}
