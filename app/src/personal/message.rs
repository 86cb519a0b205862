//! One held message, for its owner: the sentence, what can be done, a safe look inside, why it was held.

use super::why::{Headline, Why};
use super::{PATH, ToLight};
use crate::admin::home::subject;
use crate::admin::message::{Acts, Attachments, Body, Headers};
use crate::api::personal::{OwnMessage, own_message};
use crate::ui::{CategoryBadge, DispositionTag, PageHead, Time, format, load, use_refresh};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

#[component]
pub fn Detail() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.read().get("id").and_then(|i| i.parse::<i64>().ok()).unwrap_or(0));
    let refresh = use_refresh();
    let data = Resource::new_blocking(move || (id.get(), refresh.get()), |(id, _)| own_message(id));
    load(data, |own| view! { <Page own /> }.into_any())
}

#[component]
fn Page(own: OwnMessage) -> impl IntoView {
    let OwnMessage { message: m, view_body, download } = own;
    let row = m.row.clone();
    view! {
        <PageHead title=subject(&row.subject) up=vec![(PATH.into(), t!("Held mail").into())]>
            <ToLight href=format!("/light/message/{}", row.id) />
        </PageHead>
        <section class="card mb-4" aria-label=t!("Summary")>
            <p class="headline mb-3" data-testid="headline"><Headline message=m.clone() /></p>
            <p class="flex flex-wrap gap-2 mb-4">
                <CategoryBadge category=row.category />
                <DispositionTag disposition=row.disposition />
            </p>
            <dl class="facts mb-4">
                <dt>{t!("From")}</dt><dd>{row.sender.clone()}</dd>
                <dt>{t!("To")}</dt><dd>{row.recipient.clone()}</dd>
                <dt>{t!("Received")}</dt><dd><Time at=row.received /></dd>
                <dt>{t!("Size")}</dt><dd>{format::size(row.size)}</dd>
            </dl>
            <Acts id=row.id may_release=m.may_release may_delete=m.may_delete list=PATH to_sender=false download />
        </section>
        <div class="split">
            <div class="grid gap-4">
                {if view_body {
                    view! { <Body message=m.clone() /> }.into_any()
                } else {
                    view! { <section class="card"><h2>{t!("Preview")}</h2><p class="soft">{t!("Your administrator does not show the text of held messages.")}</p></section> }.into_any()
                }}
                <Attachments list=m.attachments.clone() />
                <Headers list=m.headers.clone() />
            </div>
            <Why message=m />
        </div>
    }
}
