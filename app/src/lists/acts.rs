//! What can be done with chosen rows: at once, or after a question that names what will go.

use super::ListKind;
use crate::api::lists::ActOnRows;
use crate::ui::select::start;
use crate::ui::time::Clock;
use crate::ui::{ActForm, FormErrors, Icon, PageHead, format, use_act};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    Activate,
    Deactivate,
    Unprotect,
    Invite,
    Delete,
}

impl Act {
    pub const ALL: [Act; 5] = [Act::Activate, Act::Deactivate, Act::Unprotect, Act::Invite, Act::Delete];

    pub fn word(self) -> &'static str {
        match self {
            Act::Activate => "activate",
            Act::Deactivate => "deactivate",
            Act::Unprotect => "unprotect",
            Act::Invite => "invite",
            Act::Delete => "delete",
        }
    }
    fn label(self) -> &'static str {
        match self {
            Act::Activate => "Make active",
            Act::Deactivate => "Make inactive",
            Act::Unprotect => "Make unprotected",
            Act::Invite => "Send activation again",
            Act::Delete => "Delete",
        }
    }
    /// As a result tells it: `3 deleted`.
    pub fn done(self) -> &'static str {
        match self {
            Act::Activate => "made active",
            Act::Deactivate => "made inactive",
            Act::Unprotect => "made unprotected",
            Act::Invite => "invited again",
            Act::Delete => "deleted",
        }
    }
}

/// What a deletion takes along.
fn goes_with(kind: ListKind) -> &'static str {
    match kind {
        ListKind::Accounts => "Its administrators go too. An account that has domains stays.",
        ListKind::Administrators => "They can log in no more, and are told.",
        ListKind::Domains => "Mailboxes, groups and settings of the domain go too; its mail is refused from then on.",
        ListKind::Groups => "Its members keep their own settings and lose those of the group.",
        ListKind::Mailboxes => {
            "Aliases and settings go too. Mail that is held stays for administrators until it is too old."
        }
        ListKind::OutboundIps => "Servers at this address can send through the gateway no more.",
        ListKind::ContentFilters => "A filter that a domain uses stays, and is named.",
        ListKind::Verifiers => "A verifier that a domain or a composite verifier uses stays, and they are named.",
        ListKind::Notifications => "Nobody is told of their events any more.",
        ListKind::Brands => "Accounts that have it go back to the system's own look; its host name shows that too.",
        ListKind::Audit => "",
    }
}

/// The bar below a list with rows chosen. A deletion leads to the page that asks.
#[component]
pub fn ActBar(
    kind: ListKind,
    acts: Vec<Act>,
    selected: RwSignal<usize>,
    /// Where many are changed at once; none: nowhere.
    bulk: Option<String>,
) -> impl IntoView {
    start(selected);
    let clock = use_context::<Clock>();
    let none = move || clock.is_some_and(|c| c.0.read().is_some()) && selected.get() == 0;
    let many = kind.spec().what.1;
    view! {
        <div class="bulk" class:none=none role="group" aria-label=format!("With the selected {many}")>
            <span data-testid="selected" class="soft">
                {move || match selected.get() { 0 => format!("Select {many} to change or delete them"), n => format!("{n} selected") }}
            </span>
            <span class="flex flex-wrap gap-2 ml-auto">
                {acts.into_iter().map(|act| {
                    let delete = act == Act::Delete;
                    view! {
                        <button class=if delete { "btn danger" } else { "btn" } type="submit" name="act" value=act.word() disabled=none>
                            {delete.then(|| view! { <Icon name="trash" /> })}{act.label()}
                        </button>
                    }
                }).collect_view()}
                {bulk.map(|to| view! { <a class="btn" href=to>"Change many"</a> })}
            </span>
        </div>
    }
    .into_any()
}

/// `/admin/delete?list=mailboxes&ids=1,2&names=…&back=…`: asks before rows of a list are deleted.
#[component]
pub fn Confirm() -> impl IntoView {
    let map = use_query_map().get_untracked();
    let kind = map.get("list").and_then(|l| ListKind::by_slug(&l));
    let ids: Vec<i64> = map.get("ids").unwrap_or_default().split(',').filter_map(|i| i.parse().ok()).collect();
    let names = map.get("names").unwrap_or_default();
    let act = use_act::<ActOnRows>();
    let (Some(kind), false) = (kind, ids.is_empty()) else {
        return view! { <PageHead title="Delete" /><p>"Nothing is selected."</p> }.into_any();
    };
    let spec = kind.spec();
    let back = map.get("back").filter(|b| b.starts_with(spec.path)).unwrap_or_else(|| spec.path.to_owned());
    let what = format::count(ids.len() as u64, spec.what.0, spec.what.1);
    view! {
        <PageHead title=format!("Delete {what}?") up=vec![(spec.path.into(), spec.title.into())] />
        <ActForm act>
            <FormErrors />
            {(!names.is_empty()).then(|| view! { <p class="mb-2"><strong>{names}</strong></p> })}
            <p>{goes_with(kind)}" This cannot be undone."</p>
            <input type="hidden" name="list" value=kind.slug() />
            <input type="hidden" name="act" value="delete_confirmed" />
            <input type="hidden" name="back" value=back.clone() />
            {ids.into_iter().map(|id| view! { <input type="hidden" name="ids[]" value=id /> }).collect_view()}
            <div class="form-acts">
                <a class="btn" href=back>"Keep"</a>
                <button class="btn danger fill" type="submit"><Icon name="trash" />{format!("Delete {what}")}</button>
            </div>
        </ActForm>
    }
    .into_any()
}
