//! Who is logged in, what the last form came to, and how pages look here. All come with the page, not with a call.

use super::Flash;
use model::view::Me;
use model::view::look::Look;
use serde::{Deserialize, Serialize};

/// What the form shows that changes one's own password.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    /// Why one must, as a sentence.
    pub must: Option<String>,
    /// What a password must be like.
    pub policy: String,
}

/// On the server: from the request. In the browser this runs only where no page was hydrated.
pub fn page_state() -> (Option<Me>, Flash, Option<Asked>, Look) {
    #[cfg(feature = "ssr")]
    {
        use crate::web::{LoggedIn, PageFlash};
        use axum::http::request::Parts;
        let state = leptos::prelude::use_context::<crate::web::AppState>();
        let parts = leptos::prelude::use_context::<Parts>();
        let flash = parts.as_ref().and_then(|p| p.extensions.get::<PageFlash>().cloned());
        // Only this page is for who must choose another password.
        let here = parts.as_ref().filter(|p| p.uri.path() == crate::web::PASSWORD);
        let login = here.and_then(|p| p.extensions.get::<LoggedIn>().cloned());
        let session = login.as_ref().map(|l| l.view.clone()).or_else(|| super::context::current().0);
        let me = session.zip(state).map(|(session, state)| state.service.me(&session));
        let asked = login.map(|l| Asked { must: l.must_change.map(|m| m.sentence().into()), policy: l.policy.clone() });
        let look = parts.as_ref().and_then(|p| p.extensions.get::<crate::web::look::PageLook>().map(|l| l.0.clone()));
        (me, flash.map(|f| f.0).unwrap_or_default(), asked, look.unwrap_or_default())
    }
    #[cfg(not(feature = "ssr"))]
    (None, Flash::default(), None, Look::default())
}
