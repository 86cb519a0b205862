//! One outbound IP (guide chapter 7).

use super::parts;
use super::settings::form::{Extra, SettingsState, settings_page, use_settings};
use crate::api::delete::DeleteObject;
use crate::api::outbound_ip::{ChangeOutboundIp, MoveOutboundIp, outbound_ip};
use crate::ui::form::{Act, Select};
use crate::ui::{ActForm, Field, FormErrors, PageHead, load, use_act, use_refresh};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use model::view::detail::OutboundDetail;

#[derive(Clone, Copy)]
struct Acts {
    settings: SettingsState,
    name: Act<ChangeOutboundIp>,
    members: Act<ChangeOutboundIp>,
    move_it: Act<MoveOutboundIp>,
    delete: Act<DeleteObject>,
}

#[component]
pub fn Detail() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.read().get("id").and_then(|i| i.parse().ok()).unwrap_or(0));
    let refresh = use_refresh();
    let data = Resource::new_blocking(move || (id.get(), refresh.get()), |(id, _)| outbound_ip(id));
    let acts =
        Acts { settings: use_settings(), name: use_act(), members: use_act(), move_it: use_act(), delete: use_act() };
    load(data, move |ip| page(acts, ip))
}

fn page(acts: Acts, o: OutboundDetail) -> AnyView {
    let title = if o.nickname.is_empty() { o.range.clone() } else { format!("{} ({})", o.nickname, o.range) };
    let mut extras = vec![
        Extra::new("about", "About", "", about(&o)),
        Extra::new("members", "Member Domains", "", members(acts.members, o.clone())),
    ];
    if o.may.edit {
        extras.push(Extra::new("nickname", "Nickname", "-", nickname(acts.name, o.clone())));
    }
    if o.may.move_it {
        let accounts = o.accounts.iter().map(|a| (a.id.to_string(), a.name.clone())).collect();
        extras.push(Extra::new("move", "Moving to another account", "-", moving(acts.move_it, o.id, accounts)));
    }
    if o.may.delete {
        let goes = "Mail from it is then refused, unless another outbound IP or the authenticated relay takes it. Its member domains stay.".to_owned();
        extras.push(Extra::new(
            "delete",
            "Deleting the outbound IP",
            "-",
            parts::delete(acts.delete, o.settings.place.clone(), o.range.clone(), goes),
        ));
    }
    view! {
        <PageHead title up=vec![("/admin/outbound-ips".into(), "Outbound IPs".into())] />
        {settings_page(acts.settings, o.settings, extras)}
    }
    .into_any()
}

fn about(o: &OutboundDetail) -> AnyView {
    view! {
        <dl class="facts">
            <dt>"Address or range"</dt><dd class="mono">{o.range.clone()}</dd>
            <dt>"Account"</dt><dd><a href=format!("/admin/accounts/{}", o.account.id)>{o.account.name.clone()}</a></dd>
            <dt>"Defaults"</dt><dd><a href=format!("/admin/defaults/outbound?account={}", o.account.id)>"Default outbound of the account"</a></dd>
        </dl>
    }
    .into_any()
}

fn nickname(act: Act<ChangeOutboundIp>, o: OutboundDetail) -> AnyView {
    view! {
        <ActForm act>
            <FormErrors />
            <input type="hidden" name="id" value=o.id.to_string() />
            <Field name="nickname" label="Nickname" value=o.nickname.clone() maxlength=100 />
            <button class="btn" type="submit">"Save nickname"</button>
        </ActForm>
    }
    .into_any()
}

fn members(act: Act<ChangeOutboundIp>, o: OutboundDetail) -> AnyView {
    if !o.may.edit {
        let items: Vec<AnyView> = o.members.lines().map(|m| view! { <li>{m.to_owned()}</li> }.into_any()).collect();
        return view! { <ul>{items}</ul> }.into_any();
    }
    view! {
        <ActForm act>
            <FormErrors />
            <input type="hidden" name="id" value=o.id.to_string() />
            <Field name="members" label="Domains that send from here" kind="textarea" value=o.members.clone()
                help="One a line: domains of the account, or external ones with all below them. What is not listed is taken out." />
            <button class="btn" type="submit">"Save member domains"</button>
        </ActForm>
    }
    .into_any()
}

fn moving(act: Act<MoveOutboundIp>, id: i64, accounts: Vec<(String, String)>) -> AnyView {
    if accounts.is_empty() {
        return view! { <p class="soft">"There is no other account to move it to."</p> }.into_any();
    }
    let mut options = vec![(String::new(), "Choose an account".to_owned())];
    options.extend(accounts);
    view! {
        <ActForm act>
            <FormErrors />
            <p class="mb-3">"Its settings go with it. It can be moved only while it uses no content filters or verifiers of its account; domains of this account are its members no longer."</p>
            <input type="hidden" name="id" value=id.to_string() />
            <Select name="account" label="To account" options />
            <button class="btn" type="submit">"Move outbound IP"</button>
        </ActForm>
    }
    .into_any()
}
