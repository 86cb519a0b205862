//! One group of a domain (guide chapters 5 and 6).

use super::parts;
use super::settings::form::{Extra, SettingsState, settings_page, use_settings};
use crate::api::delete::DeleteObject;
use crate::api::group::{ChangeGroup, ChangeMembers, group};
use crate::api::senders::SetSenders;
use crate::ui::form::Act;
use crate::ui::{ActForm, Field, FormErrors, PageHead, Time, format, load, use_act, use_refresh};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use model::view::detail::GroupDetail;

#[derive(Clone, Copy)]
struct Acts {
    settings: SettingsState,
    change: Act<ChangeGroup>,
    members: Act<ChangeMembers>,
    senders: Act<SetSenders>,
    delete: Act<DeleteObject>,
}

#[component]
pub fn Detail() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.read().get("id").and_then(|i| i.parse().ok()).unwrap_or(0));
    let refresh = use_refresh();
    let data = Resource::new_blocking(move || (id.get(), refresh.get()), |(id, _)| group(id));
    let acts =
        Acts { settings: use_settings(), change: use_act(), members: use_act(), senders: use_act(), delete: use_act() };
    load(data, move |group| page(acts, group))
}

fn page(acts: Acts, g: GroupDetail) -> AnyView {
    let place = g.settings.place.clone();
    let mut extras = vec![
        Extra::new("general", "Group", "", general(acts.change, g.clone())),
        Extra::new("members", "Members", "", members(acts.members, g.clone())),
    ];
    extras.push(Extra::new(
        "lists",
        "Friends and Enemies",
        "dmarc",
        parts::senders(acts.senders, place.clone(), g.senders.clone(), g.may.edit),
    ));
    if g.may.delete {
        let goes = format!(
            "Its {} stay as mailboxes and take what the domain and their other groups say.",
            format::count(g.line.members, "member", "members")
        );
        extras.push(Extra::new(
            "delete",
            "Deleting the group",
            "-",
            parts::delete(acts.delete, place, format!("the group {}", g.line.name), goes),
        ));
    }
    let domain = format!("/admin/domains/{}", g.domain.id);
    let up = vec![("/admin/domains".into(), "Domains".into()), (domain, g.domain.name.clone())];
    view! { <PageHead title=g.line.name.clone() up />{settings_page(acts.settings, g.settings, extras)} }.into_any()
}

fn general(act: Act<ChangeGroup>, g: GroupDetail) -> AnyView {
    let facts = view! {
        <dl class="facts mb-5">
            <dt>"Domain"</dt><dd><a href=format!("/admin/domains/{}#groups", g.domain.id)>{g.domain.name.clone()}</a></dd>
            <dt>"Priority"</dt><dd>{format!("{} of {}", g.position, g.of)}</dd>
            <dt>"Added"</dt><dd><Time at=g.created /></dd>
        </dl>
    };
    if !g.may.edit {
        return facts.into_any();
    }
    view! {
        {facts}
        <ActForm act>
            <FormErrors />
            <input type="hidden" name="id" value=g.line.id.to_string() />
            <Field name="name" label="Name" required=true maxlength=100 value=g.line.name.clone() />
            <Field name="ldap_group" label="Directory group" maxlength=500 value=g.line.ldap_group.clone()
                help="The name or DN of a group of the domain's directory whose members are members of this one." />
            <Field name="position" label="Priority" kind="number" required=true value=g.position.to_string()
                help="Of several groups of a mailbox, the one with the smallest number wins." />
            <button class="btn" type="submit">"Save group"</button>
        </ActForm>
    }
    .into_any()
}

fn members(act: Act<ChangeMembers>, g: GroupDetail) -> AnyView {
    let shown = g.members.len() as u64;
    let more = (g.line.members > shown).then(
        || view! { <p class="soft small">{format!("and {} more", format::thousands(g.line.members - shown))}</p> },
    );
    let items: Vec<AnyView> = g
        .members
        .iter()
        .map(|m| view! { <li><a href=format!("/admin/mailboxes/{}", m.id)>{m.name.clone()}</a></li> }.into_any())
        .collect();
    let none = items.is_empty().then(|| view! { <p class="soft mb-3">"No members yet."</p> });
    let form = g.may.edit.then(|| view! {
        <ActForm act>
            <FormErrors />
            <input type="hidden" name="id" value=g.line.id.to_string() />
            <Field name="members" label="Mailboxes" kind="textarea" required=true help="Addresses, or the parts before @, one a line or separated by commas." />
            <div class="form-acts mt-0">
                <button class="btn" type="submit" name="act" value="add">"Add members"</button>
                <button class="btn" type="submit" name="act" value="remove">"Take out"</button>
            </div>
        </ActForm>
    });
    view! { {none}<ul class="columns mb-5">{items}</ul>{more}{form} }.into_any()
}
