//! Outbound IPs: servers that may send through the gateway (guide chapter 7).

use super::choose::{Choices, WithAccount};
use crate::api::outbound::AddOutboundIp;
use crate::lists::{ListKind, ListPage};
use crate::ui::{ActForm, Field, FormErrors, PageHead, use_act};
use leptos::prelude::*;

const PATH: &str = "/admin/outbound-ips";

#[component]
pub fn List() -> impl IntoView {
    view! { <ListPage kind=ListKind::OutboundIps /> }
}

#[component]
pub fn Add() -> impl IntoView {
    view! {
        <PageHead title="Add outbound IP" up=vec![(PATH.into(), "Outbound IPs".into())] />
        <WithAccount form />
    }
}

fn form(account: Choices) -> AnyView {
    let act = use_act::<AddOutboundIp>();
    view! {
        <ActForm act>
            <FormErrors />
            {account.field()}
            <Field name="range" label="Address or network" required=true maxlength=50
                help="Such as 192.0.2.7, 192.0.2.0/24 or 2001:db8::/64. Its servers may send mail through this gateway." />
            <Field name="nickname" label="Nickname" maxlength=100 help="What people call the server." />
            <div class="form-acts">
                <button class="btn primary" type="submit">"Add outbound IP"</button>
                <a class="btn quiet" href=PATH>"Cancel"</a>
            </div>
        </ActForm>
    }
    .into_any()
}
