//! Points in time on a page: exact from the server, relative once the browser's clock is known.

use crate::ui::format;
use leptos::prelude::*;
use model::Timestamp;

/// The browser's clock, none until hydrated, so that the first rendering equals the server's.
#[derive(Clone, Copy)]
pub struct Clock(pub RwSignal<Option<Timestamp>>);

/// Provides [`Clock`] and lets it tick in the browser.
pub fn provide_clock() {
    let clock = Clock(RwSignal::new(None));
    provide_context(clock);
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| {
        let tick = move || clock.0.set(Some(Timestamp(js_sys::Date::now() as i64)));
        tick();
        set_interval(tick, std::time::Duration::from_secs(30));
    });
}

/// A clock for a page that is loaded, and hydrates, later than what stands round it: none until then.
pub fn provide_page_clock() {
    let around = use_context::<Clock>();
    let clock = Clock(RwSignal::new(None));
    provide_context(clock);
    Effect::new(move |_| clock.0.set(around.and_then(|c| c.0.get())));
}

/// The document says `data-hydrated` once the page answers to script.
pub fn mark_hydrated() {
    #[cfg(feature = "hydrate")]
    Effect::new(|_| {
        if let Some(root) = document().document_element() {
            let _ = root.set_attribute("data-hydrated", "");
        }
    });
}

/// A time: relative where the clock is known, with the exact one on hover.
#[component]
pub fn Time(at: Timestamp) -> impl IntoView {
    let clock = use_context::<Clock>();
    view! {
        <time class="nowrap" datetime=at.rfc3339() title=format::exact(at)>
            {move || match clock.and_then(|c| c.0.get()) {
                Some(now) => format::relative(at, now),
                None => format::minute(at),
            }}
        </time>
    }
}
