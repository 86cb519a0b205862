//! One mailbox (guide chapter 8).

use super::parts;
use super::settings::form::{Extra, SettingsState, settings_page, use_settings};
use crate::api::delete::DeleteObject;
use crate::api::mailbox::{ChangeMailbox, SendMailboxDigest, SetMailboxGroups, mailbox};
use crate::api::senders::SetSenders;
use crate::ui::form::{Act, Select};
use crate::ui::{ActForm, Field, FormErrors, Icon, PageHead, Time, format, load, use_act, use_refresh};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use model::MailboxId;
use model::view::detail::{MailboxDetail, Named};
use model::view::{MailboxAccess, MailboxRow, MailboxState};

#[derive(Clone, Copy)]
struct Acts {
    settings: SettingsState,
    change: Act<ChangeMailbox>,
    aliases: Act<ChangeMailbox>,
    password: Act<ChangeMailbox>,
    groups: Act<SetMailboxGroups>,
    senders: Act<SetSenders>,
    delete: Act<DeleteObject>,
    digest: Act<SendMailboxDigest>,
}

#[component]
pub fn Detail() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| MailboxId(params.read().get("id").and_then(|i| i.parse().ok()).unwrap_or(0)));
    let refresh = use_refresh();
    let data = Resource::new_blocking(move || (id.get(), refresh.get()), |(id, _)| mailbox(id));
    let acts = Acts {
        settings: use_settings(),
        change: use_act(),
        aliases: use_act(),
        password: use_act(),
        groups: use_act(),
        senders: use_act(),
        delete: use_act(),
        digest: use_act(),
    };
    load(data, move |mailbox| page(acts, mailbox))
}

fn word(state: MailboxState) -> (&'static str, &'static str) {
    match state {
        MailboxState::Active => ("active", "Active: mail is filtered"),
        MailboxState::Inactive => ("inactive", "Inactive: mail is refused, nobody logs in"),
        MailboxState::Unprotected => ("unprotected", "Unprotected: mail is delivered unfiltered"),
    }
}

fn page(acts: Acts, m: MailboxDetail) -> AnyView {
    let (id, place) = (m.row.id, m.settings.place.clone());
    let goes = match m.row.aliases.as_slice() {
        [] => "It has no aliases. Held messages stay until they are too old.".to_owned(),
        all => format!(
            "With it go its {}: {}. Mail to them is then for unknown addresses.",
            format::count(all.len() as u64, "alias", "aliases"),
            all.join(", ")
        ),
    };
    let mut extras = vec![Extra::new("general", "General Settings", "", general(acts.change, m.clone()))];
    if m.may.edit {
        extras.push(Extra::new("login", "Change Login Password", "", password(acts.password, m.row.clone())));
    }
    if m.may.edit {
        extras.push(Extra::new("instant-digest", "Instant Spam Digest", "digest", instant_digest(acts.digest, id)));
    }
    extras.push(Extra::new("groups", "Groups", "", groups(acts.groups, id, m.groups, m.may.edit)));
    extras.push(Extra::new(
        "lists",
        "Friends and Enemies",
        "dmarc",
        parts::senders(acts.senders, place.clone(), m.senders, m.may.edit),
    ));
    extras.push(Extra::new("aliases", "Mailbox Aliases", "-", aliases(acts.aliases, m.row.clone(), m.may.edit)));
    if m.may.delete {
        extras.push(Extra::new(
            "delete",
            "Deleting the mailbox",
            "-",
            parts::delete(acts.delete, place, m.row.address.clone(), goes),
        ));
    }
    let up =
        vec![("/admin/mailboxes".into(), "Mailboxes".into()), (format!("/admin/domains/{}", m.row.domain), m.domain)];
    view! {
        <PageHead title=m.row.address.clone() up>
            <a class="btn" href=format!("/admin/quarantine?mailbox={id}")><Icon name="inbox" />{format!("Held messages ({})", format::thousands(m.row.quarantined))}</a>
        </PageHead>
        {settings_page(acts.settings, m.settings, extras)}
    }
    .into_any()
}

fn general(act: Act<ChangeMailbox>, m: MailboxDetail) -> AnyView {
    let row = m.row.clone();
    let facts = view! {
        <dl class="facts mb-5">
            <dt>"Domain"</dt><dd><a href=format!("/admin/domains/{}", row.domain)>{m.domain.clone()}</a></dd>
            <dt>"Added"</dt><dd><Time at=row.created /></dd>
            {row.invalid_since.map(|at| view! { <dt>"Found invalid"</dt><dd><Time at /></dd> })}
            {(!m.may.edit).then(|| view! {
                <dt>"State"</dt><dd>{word(row.state).1}</dd>
                <dt>"Access"</dt><dd>{row.access.label()}</dd>
                <dt>"Full name"</dt><dd>{row.full_name.clone()}</dd>
            })}
        </dl>
    };
    if !m.may.edit {
        return facts.into_any();
    }
    let owned = |(v, l): (&str, &str)| (v.to_owned(), l.to_owned());
    let states = [MailboxState::Active, MailboxState::Inactive, MailboxState::Unprotected].map(word).map(owned);
    let access: Vec<(String, String)> = MailboxAccess::CHOICES.iter().copied().map(owned).collect();
    view! {
        {facts}
        <ActForm act>
            <FormErrors />
            <input type="hidden" name="id" value=row.id.to_string() />
            <Field name="full_name" label="Full name" value=row.full_name.clone() maxlength=200 />
            <Select name="state" label="State" options=states.to_vec() value=word(row.state).0 />
            <Select name="access" label="Access to the Personal Dashboard" options=access value=row.access.as_str() />
            <label class="choice"><input type="checkbox" name="keep" value="on" checked=row.keep /><span>"Do Not Auto-Remove"</span></label>
            // A box that is not ticked is not sent: this says that it was there.
            <input type="hidden" name="has_keep" value="on" />
            <button class="btn" type="submit">"Save general settings"</button>
        </ActForm>
    }
    .into_any()
}

fn password(act: Act<ChangeMailbox>, row: MailboxRow) -> AnyView {
    let has = if row.has_password {
        "The owner has a password."
    } else {
        "The owner has no password and logs in by the digest's link."
    };
    view! {
        <ActForm act>
            <FormErrors />
            <p class="mb-3">{has}</p>
            <input type="hidden" name="id" value=row.id.to_string() />
            <Field name="password" label="New password" kind="password" required=true autocomplete="new-password" />
            <label class="choice mb-3"><input type="checkbox" name="must_change" value="on" checked /><span>"The owner must choose another at the next login"</span></label>
            <button class="btn" type="submit">"Set password"</button>
        </ActForm>
    }
    .into_any()
}

fn instant_digest(act: Act<SendMailboxDigest>, id: MailboxId) -> AnyView {
    view! {
        <ActForm act>
            <FormErrors />
            <p class="mb-3">"Sends what was held in the last days, and still is, to the mailbox now. Its own digests come all the same."</p>
            <input type="hidden" name="id" value=id.to_string() />
            <Field name="days" label="Days" kind="number" value="1" required=true help="1 to 35." />
            <button class="btn" type="submit">"Send a digest now"</button>
        </ActForm>
    }
    .into_any()
}

fn aliases(act: Act<ChangeMailbox>, row: MailboxRow, may_edit: bool) -> AnyView {
    if !may_edit {
        let all = if row.aliases.is_empty() { "None".to_owned() } else { row.aliases.join(", ") };
        return view! { <p>{all}</p> }.into_any();
    }
    view! {
        <ActForm act>
            <FormErrors />
            <input type="hidden" name="id" value=row.id.to_string() />
            <Field name="aliases" label="Aliases" kind="textarea" value=row.aliases.join("\n")
                help="One a line: a name of this domain, or a whole address in any domain of the account. What is not listed is taken away." />
            <button class="btn" type="submit">"Save aliases"</button>
        </ActForm>
    }
    .into_any()
}

fn groups(act: Act<SetMailboxGroups>, id: MailboxId, groups: Vec<(Named, bool)>, may_edit: bool) -> AnyView {
    if groups.is_empty() {
        return view! { <p class="soft">"The domain has no groups."</p> }.into_any();
    }
    let boxes: Vec<AnyView> = groups
        .into_iter()
        .map(|(g, is_in)| view! { <label class="choice"><input type="checkbox" name="groups[]" value=g.id.to_string() checked=is_in disabled=!may_edit /><span>{g.name}</span></label> }.into_any())
        .collect();
    view! {
        <ActForm act>
            <FormErrors />
            <input type="hidden" name="id" value=id.to_string() />
            <fieldset><legend class="legend">"Member of"</legend>{boxes}</fieldset>
            {may_edit.then(|| view! { <button class="btn mt-3" type="submit">"Save groups"</button> })}
        </ActForm>
    }
    .into_any()
}
