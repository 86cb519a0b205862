//! Who is logged in, and what the last form came to. Both come with the page, not with a call.

use super::Flash;
use model::view::Me;

/// On the server: from the request. In the browser this runs only where no page was hydrated.
pub fn page_state() -> (Option<Me>, Flash) {
    #[cfg(feature = "ssr")]
    {
        use crate::web::PageFlash;
        use axum::http::request::Parts;
        let state = leptos::prelude::use_context::<crate::web::AppState>();
        let me = super::context::current().0.zip(state).map(|(session, state)| state.service.me(&session));
        let flash = leptos::prelude::use_context::<Parts>().and_then(|p| p.extensions.get::<PageFlash>().cloned());
        (me, flash.map(|f| f.0).unwrap_or_default())
    }
    #[cfg(not(feature = "ssr"))]
    (None, Flash::default())
}
