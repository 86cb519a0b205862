//! Pages that the browser loads when they are opened: each is a part of the WebAssembly module of its own, so that the
//! first visit brings only what it shows. On the server they are pages like all others. The build splits the module
//! (`cargo leptos build --split`).

use crate::ui::time::provide_page_clock;
use crate::{admin, lists, passwords, personal, sessions};
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
    AdminAccountDetail: admin::account::Detail;
    AdminAccountsAdd: admin::accounts::Add;
    AdminAccountsList: admin::accounts::List;
    AdminAdministratorsAdd: admin::administrators::Add;
    AdminAdministratorsEdit: admin::administrators::Edit;
    AdminAdministratorsList: admin::administrators::List;
    AdminAuditList: admin::audit::List;
    AdminBrandDetail: admin::brand::Detail;
    AdminBrandsAdd: admin::brands::Add;
    AdminBrandsList: admin::brands::List;
    AdminBulkDetail: admin::bulk::Detail;
    AdminBulkList: admin::bulk::List;
    AdminBulkNew: admin::bulk::New;
    AdminContentFiltersAdd: admin::content_filters::Add;
    AdminContentFiltersEdit: admin::content_filters::Edit;
    AdminContentFiltersList: admin::content_filters::List;
    AdminDefaultsDefaults: admin::defaults::Defaults;
    AdminDefaultsReception: admin::defaults::Reception;
    AdminDefaultsSystem: admin::defaults::System;
    AdminDomainDetail: admin::domain::Detail;
    AdminDomainsAdd: admin::domains::Add;
    AdminDomainsList: admin::domains::List;
    AdminGroupDetail: admin::group::Detail;
    AdminGroupsAdd: admin::groups::Add;
    AdminGroupsList: admin::groups::List;
    AdminHelpHelp: admin::help::Help;
    AdminLogList: admin::log::List;
    AdminLogMessageDetail: admin::log::message::Detail;
    AdminMailboxDetail: admin::mailbox::Detail;
    AdminMailboxesAdd: admin::mailboxes::Add;
    AdminMailboxesList: admin::mailboxes::List;
    AdminMessageDetail: admin::message::Detail;
    AdminNotificationsAdd: admin::notifications::Add;
    AdminNotificationsEdit: admin::notifications::Edit;
    AdminNotificationsList: admin::notifications::List;
    AdminOutboundIpDetail: admin::outbound_ip::Detail;
    AdminOutboundIpsAdd: admin::outbound_ips::Add;
    AdminOutboundIpsList: admin::outbound_ips::List;
    AdminQuarantineConfirmDelete: admin::quarantine::ConfirmDelete;
    AdminQuarantineList: admin::quarantine::List;
    AdminSearchSearch: admin::search::Search;
    AdminStartStart: admin::start::Start;
    AdminTilesChoose: admin::tiles::Choose;
    AdminVerifiersAdd: admin::verifiers::Add;
    AdminVerifiersEdit: admin::verifiers::Edit;
    AdminVerifiersList: admin::verifiers::List;
    ListsConfirm: lists::Confirm;
    PasswordsByLink: passwords::ByLink;
    PasswordsChange: passwords::Change;
    PasswordsForgot: passwords::Forgot;
    MyConfirmDelete: personal::ConfirmDelete;
    MyHomeHome: personal::home::Home;
    MyMessageDetail: personal::message::Detail;
    SessionsList: sessions::List;
}
