//! A delivered message of which a copy is kept: its header, why it passed, and sending it again.

use super::PATH;
use crate::admin::home::subject;
use crate::admin::message::{Attachments, Authentication, Headers, History, envelope_facts};
use crate::admin::why::Why;
use crate::api::log::{ReleaseKept, kept_message};
use crate::ui::{
    ActForm, ActionTag, CategoryBadge, DispositionTag, FormErrors, Icon, PageHead, Time, format, load, use_act,
    use_refresh,
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use model::view::MessageView;

#[component]
pub fn Detail() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.read().get("id").and_then(|i| i.parse::<i64>().ok()).unwrap_or(0));
    let refresh = use_refresh();
    let data = Resource::new_blocking(move || (id.get(), refresh.get()), |(id, _)| kept_message(id));
    load(data, |message| view! { <Page message /> }.into_any())
}

#[component]
fn Page(message: MessageView) -> impl IntoView {
    let m = message;
    let row = m.row.clone();
    let release = use_act::<ReleaseKept>();
    let facts = envelope_facts(
        [&m.client_ip, &m.helo, m.tls.as_deref().unwrap_or("None"), &row.envelope_from],
        row.direction,
        row.message,
        row.score,
        None,
    );
    view! {
        <PageHead title=subject(&row.subject) up=vec![
            (PATH.into(), "Message log".into()),
            (format!("{PATH}/{}", row.message), subject(&row.subject)),
        ] />
        <section class="card mb-4" aria-label="Summary">
            {(!m.headline.is_empty()).then(|| view! { <p class="headline mb-3" data-testid="headline">{m.headline.clone()}</p> })}
            <p class="flex flex-wrap gap-2 mb-4">
                <CategoryBadge category=row.category />
                <ActionTag action=row.action />
                <DispositionTag disposition=row.disposition />
                <span class="tag">"Kept copy"</span>
            </p>
            <dl class="facts mb-4">
                <dt>"From"</dt><dd>{row.sender.clone()}</dd>
                <dt>"To"</dt><dd>{row.recipient.clone()}</dd>
                <dt>"Received"</dt><dd><Time at=row.received /></dd>
                <dt>"Size"</dt><dd>{format::size(row.size)}</dd>
            </dl>
            {m.may_release.then(|| view! {
                <ActForm act=release>
                    <FormErrors />
                    <input type="hidden" name="id" value=row.id />
                    <button class="btn primary" type="submit"><Icon name="release" />"Send again"</button>
                </ActForm>
            })}
            <p class="soft small mt-3">"It goes to its recipient once more, as it was delivered. Administrators see the header of delivered mail, not its content."</p>
        </section>
        <div class="split">
            <div class="grid gap-4">
                <Attachments list=m.attachments.clone() />
                <Headers list=m.headers.clone() />
                <Why ran=m.ran.clone() findings=m.findings.clone() decided_by=m.decided_by notes=m.notes.clone() />
            </div>
            <div class="grid gap-4">
                {facts}
                <Authentication spf=m.spf.clone() dkim=m.dkim.clone() dmarc=m.dmarc.clone() />
                <History list=m.history.clone() />
            </div>
        </div>
    }
}
