//! One domain: its settings in the order of the guide, and among them its gateways, lists, groups and filters (guide
//! chapter 6).

use super::parts;
use super::settings::form::{Extra, SettingsState, settings_page, use_settings};
use crate::api::delete::DeleteObject;
use crate::api::domain::{ChangeDomain, MoveDomain, domain};
use crate::api::group::ChangeGroup;
use crate::api::senders::SetSenders;
use crate::ui::form::{Act, Select};
use crate::ui::{ActForm, Field, FormErrors, Icon, PageHead, Time, format, load, use_act, use_refresh};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use model::DomainId;
use model::view::Unrecognized;
use model::view::detail::{DomainDetail, FilterLine, GroupLine};

#[derive(Clone, Copy)]
struct Acts {
    settings: SettingsState,
    change: Act<ChangeDomain>,
    gateways: Act<ChangeDomain>,
    senders: Act<SetSenders>,
    order: Act<ChangeGroup>,
    move_it: Act<MoveDomain>,
    delete: Act<DeleteObject>,
}

#[component]
pub fn Detail() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| DomainId(params.read().get("id").and_then(|i| i.parse().ok()).unwrap_or(0)));
    let refresh = use_refresh();
    let data = Resource::new_blocking(move || (id.get(), refresh.get()), |(id, _)| domain(id));
    let acts = Acts {
        settings: use_settings(),
        change: use_act(),
        gateways: use_act(),
        senders: use_act(),
        order: use_act(),
        move_it: use_act(),
        delete: use_act(),
    };
    load(data, move |domain| page(acts, domain))
}

const UNRECOGNIZED: [(&str, &str); 4] = [
    ("reject", "Reject: the sender is told at once"),
    ("accept", "Accept: filter it and hand it to the gateway"),
    ("discard", "Discard: take it and drop it silently"),
    ("forward", "Forward: to the address that the settings of this domain name"),
];

fn word(u: Unrecognized) -> &'static str {
    match u {
        Unrecognized::Accept => "accept",
        Unrecognized::Reject => "reject",
        Unrecognized::Discard => "discard",
        Unrecognized::Forward => "forward",
    }
}

fn page(acts: Acts, d: DomainDetail) -> AnyView {
    let (id, place) = (d.row.id, d.settings.place.clone());
    let about = view! {
        <dl class="facts">
            <dt>"Account"</dt><dd><a href=format!("/admin/accounts/{}", d.row.account)>{d.row.account_name.clone()}</a></dd>
            <dt>"Added"</dt><dd><Time at=d.row.created /></dd>
            <dt>"Mailboxes"</dt><dd>{format::thousands(d.row.mailboxes)}</dd>
            <dt>"Defaults"</dt><dd><a href=format!("/admin/defaults/inbound?account={}", d.row.account)>"Default inbound domain of the account"</a></dd>
        </dl>
    }
    .into_any();
    let mut extras = vec![
        Extra::new("about", "About", "", about),
        Extra::new("groups", "Domain Group Options", "", groups(acts.order, id, d.groups, d.may.edit)),
        Extra::new("filters", "Content Filters in use", "filtering", filters(d.filters)),
        Extra::new(
            "lists",
            "Friends and Enemies",
            "senders",
            parts::senders(acts.senders, place.clone(), d.senders, d.may.edit),
        ),
        Extra::new(
            "unrecognized",
            "Unrecognized Recipients",
            "recipients",
            unrecognized(acts.change, id, d.unrecognized, d.may.edit),
        ),
        Extra::new("gateways", "Mail Gateways", "recipients", gateways(acts.gateways, id, &d.row.gateways, d.may.edit)),
    ];
    if d.may.move_it {
        let accounts = d.accounts.into_iter().map(|a| (a.id.to_string(), a.name)).collect();
        extras.push(Extra::new("move", "Moving to another account", "-", moving(acts.move_it, id, accounts)));
    }
    if d.may.delete {
        let goes = format!(
            "With the domain go its {}, their aliases, its groups, friends, enemies and settings, and aliases in it of mailboxes elsewhere. Held messages stay until they are too old.",
            format::count(d.row.mailboxes, "mailbox", "mailboxes")
        );
        extras.push(Extra::new(
            "delete",
            "Deleting the domain",
            "-",
            parts::delete(acts.delete, place, d.row.name.clone(), goes),
        ));
    }
    view! {
        <PageHead title=d.row.name.clone() up=vec![("/admin/domains".into(), "Domains".into())]>
            <a class="btn" href=format!("/admin/domains/{id}/status")><Icon name="globe" />"Status"</a>
            <a class="btn" href=format!("/admin/domains/{id}/dkim")><Icon name="seal" />"DKIM keys"</a>
            {d.may.edit.then(|| view! { <a class="btn" href=format!("/admin/domains/{id}/test")><Icon name="send" />"Test connection"</a> })}
            <a class="btn" href=format!("/admin/quarantine?domain={id}")><Icon name="inbox" />"Held messages"</a>
            <a class="btn" href=format!("/admin/mailboxes?domain={id}")><Icon name="mailbox" />{format::count(d.row.mailboxes, "mailbox", "mailboxes")}</a>
            <a class="btn primary" href=format!("/admin/mailboxes/new?domain={id}")><Icon name="plus" />"Add mailbox"</a>
        </PageHead>
        {settings_page(acts.settings, d.settings, extras)}
    }
    .into_any()
}

fn gateways(act: Act<ChangeDomain>, id: DomainId, gateways: &[model::HostPort], may_edit: bool) -> AnyView {
    let lines: Vec<String> = gateways.iter().map(ToString::to_string).collect();
    if !may_edit {
        let items: Vec<AnyView> = lines.into_iter().map(|g| view! { <li>{g}</li> }.into_any()).collect();
        return view! { <ol class="list-decimal pl-5 mono">{items}</ol> }.into_any();
    }
    view! {
        <ActForm act>
            <FormErrors />
            <input type="hidden" name="id" value=id.to_string() />
            <Field name="gateways" label="Mail gateways" kind="textarea" required=true value=lines.join("\n")
                help="One a line, tried in this order: host, host:port, IP or IP:port. Without a port it is 25." />
            <button class="btn" type="submit">"Save mail gateways"</button>
        </ActForm>
    }
    .into_any()
}

fn unrecognized(act: Act<ChangeDomain>, id: DomainId, now: Unrecognized, may_edit: bool) -> AnyView {
    let options: Vec<(String, String)> = UNRECOGNIZED.iter().map(|(v, l)| ((*v).to_owned(), (*l).to_owned())).collect();
    if !may_edit {
        let said = options.into_iter().find(|(v, _)| v == word(now)).map(|(_, l)| l);
        return view! { <p>{said}</p> }.into_any();
    }
    view! {
        <ActForm act>
            <FormErrors />
            <input type="hidden" name="id" value=id.to_string() />
            <Select name="unrecognized" label="Mail for addresses that do not exist" options value=word(now) />
            <button class="btn" type="submit">"Save unrecognized recipients"</button>
        </ActForm>
    }
    .into_any()
}

fn filters(lines: Vec<FilterLine>) -> AnyView {
    if lines.is_empty() {
        return view! { <p class="soft">"None. Add one under Filtering Options, Content Filters, by its name."</p> }
            .into_any();
    }
    let rows: Vec<AnyView> = lines
        .into_iter()
        .map(|l| {
            view! { <tr><th scope="row">{l.name}</th><td>{l.action}</td><td class="soft">{l.from}</td></tr> }.into_any()
        })
        .collect();
    view! {
        <div class="scroll-x"><table class="plain">
            <thead><tr><th scope="col">"Content filter"</th><th scope="col">"Action"</th><th scope="col">"Comes from"</th></tr></thead>
            <tbody>{rows}</tbody>
        </table></div>
    }
    .into_any()
}

/// The first goes before the others; each may be moved up or down.
fn groups(act: Act<ChangeGroup>, domain: DomainId, lines: Vec<GroupLine>, may_edit: bool) -> AnyView {
    let add = may_edit.then(|| view! { <p class="mt-3"><a class="btn" href=format!("/admin/groups/new?domain={domain}")><Icon name="plus" />"Add group"</a></p> });
    if lines.is_empty() {
        return view! { <p class="soft">"No groups. A group gives some mailboxes settings of their own."</p>{add} }
            .into_any();
    }
    let last = lines.len() - 1;
    let step = move |id: i64, name: &str, to: usize, up: bool| {
        let label = format!("Move {name} {}", if up { "up" } else { "down" });
        view! {
            <ActForm act class="inline-form">
                <input type="hidden" name="id" value=id.to_string() />
                <button class="btn quiet icon-only" type="submit" name="position" value=(to + 1).to_string() aria-label=label><Icon name=if up { "up" } else { "down" } /></button>
            </ActForm>
        }
        .into_any()
    };
    let rows: Vec<AnyView> = lines
        .into_iter()
        .enumerate()
        .map(|(n, g)| {
            let up = (may_edit && n > 0).then(|| step(g.id, &g.name, n.saturating_sub(1), true));
            let down = (may_edit && n < last).then(|| step(g.id, &g.name, n + 1, false));
            view! {
                <tr>
                    <td class="num">{n + 1}</td>
                    <th scope="row"><a href=format!("/admin/groups/{}", g.id)>{g.name}</a></th>
                    <td>{format::count(g.members, "member", "members")}</td>
                    <td class="soft">{g.ldap_group}</td>
                    <td class="nowrap">{up}{down}</td>
                </tr>
            }
            .into_any()
        })
        .collect();
    view! {
        <p class="help mb-3">"Where a mailbox is in several groups, the one that stands first wins."</p>
        <div class="scroll-x"><table class="plain">
            <thead><tr><th scope="col" class="num">"Order"</th><th scope="col">"Group"</th><th scope="col">"Members"</th><th scope="col">"Directory group"</th><th scope="col"><span class="sr-only">"Move"</span></th></tr></thead>
            <tbody>{rows}</tbody>
        </table></div>
        {add}
    }
    .into_any()
}

fn moving(act: Act<MoveDomain>, id: DomainId, accounts: Vec<(String, String)>) -> AnyView {
    if accounts.is_empty() {
        return view! { <p class="soft">"There is no other account to move it to."</p> }.into_any();
    }
    let mut options = vec![(String::new(), "Choose an account".to_owned())];
    options.extend(accounts);
    view! {
        <ActForm act>
            <FormErrors />
            <p class="mb-3">"The domain goes with its mailboxes, groups and lists. It can be moved only while it uses no content filters or verifiers of its account, and no aliases lie across its border. What is held or was logged stays with the account that it was held for."</p>
            <input type="hidden" name="id" value=id.to_string() />
            <Select name="account" label="To account" options />
            <button class="btn" type="submit">"Move domain"</button>
        </ActForm>
    }
    .into_any()
}
