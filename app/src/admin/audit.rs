//! The audit trail: who did what, when, from where.

use crate::lists::{ListKind, ListPage};
use leptos::prelude::*;

#[component]
pub fn List() -> impl IntoView {
    view! { <ListPage kind=ListKind::Audit /> }
}
