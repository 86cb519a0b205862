//! What every page may ask for: who is logged in, what the last act came to, when to load again.

use crate::api::session::Asked;
use crate::api::{Flash, Notice};
use leptos::prelude::*;
use model::view::Me;

#[derive(Clone)]
struct Session(Option<Me>);

/// What a form that was sent without script came to; shown once by the page after it.
#[derive(Clone)]
pub struct LastFlash(pub Flash);

/// Bumped after each act that changed something: lists load again.
#[derive(Clone, Copy)]
pub struct Refresh(pub RwSignal<u32>);

/// Notices on the screen now.
#[derive(Clone, Copy)]
pub struct Notices(pub RwSignal<Vec<(u32, Notice)>>);

/// Called once by the root of the application.
pub fn provide_state() {
    let (me, flash, asked, look) = SharedValue::new(crate::api::session::page_state).into_inner();
    provide_context(Session(me));
    provide_context(super::brand::LookHere(look));
    provide_context(AskedHere(asked));
    let first = flash.notice.clone().map(|n| (0, n)).into_iter().collect();
    provide_context(Notices(RwSignal::new(first)));
    provide_context(LastFlash(flash));
    provide_context(Refresh(RwSignal::new(0)));
    super::time::provide_clock();
}

/// Who is logged in.
pub fn me() -> Option<Me> {
    use_context::<Session>().and_then(|s| s.0)
}

#[derive(Clone)]
struct AskedHere(Option<Asked>);

/// What the form shows that changes one's own password; None elsewhere, and where nobody is logged in.
pub fn asked() -> Option<Asked> {
    use_context::<AskedHere>().and_then(|a| a.0)
}

/// A value that changes whenever data must be loaded again.
pub fn use_refresh() -> RwSignal<u32> {
    use_context::<Refresh>().map_or_else(|| RwSignal::new(0), |r| r.0)
}

/// Shows a notice.
pub fn notify(notice: Notice) {
    if let Some(Notices(list)) = use_context() {
        list.update(|l| {
            let next = l.last().map_or(1, |(id, _)| id + 1);
            l.push((next, notice));
        });
    }
}
