//! One message of the log: the sentence, what became of it for each recipient, and why.

use super::PATH;
use crate::admin::home::subject;
use crate::admin::message::{Authentication, History, envelope_facts};
use crate::admin::why::Why;
use crate::api::log::logged_message;
use crate::ui::{ActionTag, CategoryBadge, DispositionTag, PageHead, Time, format, load, use_refresh};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use model::MessageId;
use model::view::{LogRow, LoggedMessage};

#[component]
pub fn Detail() -> impl IntoView {
    let params = use_params_map();
    let nothing = || MessageId::new(model::Timestamp(0), 0);
    let id = Memo::new(move |_| params.read().get("id").and_then(|i| i.parse().ok()).unwrap_or_else(nothing));
    let refresh = use_refresh();
    let data = Resource::new_blocking(move || (id.get(), refresh.get()), |(id, _)| logged_message(id));
    load(data, |message| page(message).into_any())
}

fn page(m: LoggedMessage) -> impl IntoView {
    let Some(first) = m.recipients.first().cloned() else { return ().into_any() };
    let facts = envelope_facts(
        [&m.client_ip, &m.helo, m.tls.as_deref().unwrap_or("None"), &first.envelope_from],
        first.direction,
        first.message,
        first.score,
        None,
    );
    view! {
        <PageHead title=subject(&first.subject) up=vec![(PATH.into(), "Message log".into())] />
        <section class="card mb-4" aria-label="Summary">
            {(!m.headline.is_empty()).then(|| view! { <p class="headline mb-3" data-testid="headline">{m.headline.clone()}</p> })}
            <dl class="facts">
                <dt>"From"</dt><dd>{first.header_from.clone()}</dd>
                <dt>"Received"</dt><dd><Time at=first.received /></dd>
                <dt>"Size"</dt><dd>{format::size(first.size)}</dd>
            </dl>
        </section>
        <section class="card mb-4" aria-labelledby="recipients">
            <h2 id="recipients">{format::count(m.recipients.len() as u64, "recipient", "recipients")}</h2>
            <div class="scroll-x" role="region" aria-label="Recipients" tabindex="0">
                <table class="plain" data-testid="recipients">
                    <thead><tr>
                        <th scope="col">"Recipient"</th><th scope="col">"Category"</th><th scope="col">"Action"</th>
                        <th scope="col">"Outcome"</th><th scope="col">"Server's answer"</th>
                    </tr></thead>
                    <tbody>{m.recipients.iter().map(|r| recipient(r, &m.held)).collect_view()}</tbody>
                </table>
            </div>
            {m.more.then(|| view! { <p class="soft small mt-2">"There are more recipients; the API lists them all."</p> })}
        </section>
        <div class="split">
            <Why ran=m.ran findings=m.findings />
            <div class="grid gap-4">
                {facts}
                <Authentication spf=m.spf dkim=m.dkim dmarc=m.dmarc />
                <History list=m.history />
            </div>
        </div>
    }
    .into_any()
}

fn recipient(r: &LogRow, held: &[(String, i64)]) -> impl IntoView {
    let copy = held.iter().find(|(address, _)| *address == r.recipient).map(|(_, id)| *id);
    let by = match (r.filter.is_empty(), r.info.is_empty()) {
        (true, _) => String::new(),
        (false, true) => r.filter.clone(),
        (false, false) => format!("{}: {}", r.filter, r.info),
    };
    view! {
        <tr>
            <th scope="row">
                {r.recipient.clone()}
                {copy.map(|id| view! { <br/><a class="small" href=format!("/admin/quarantine/{id}")>"Held copy"</a> })}
                {r.kept.map(|id| view! { <br/><a class="small" href=format!("/admin/messages/copy/{id}")>"Kept copy"</a> })}
            </th>
            <td><CategoryBadge category=r.category /></td>
            <td><ActionTag action=r.action />{(!by.is_empty()).then(|| view! { <div class="soft small">{by}</div> })}</td>
            <td><DispositionTag disposition=r.disposition /><div class="soft small"><Time at=r.updated /></div></td>
            <td>{(!r.host.is_empty()).then(|| view! { <div class="mono">{r.host.clone()}</div> })}<div class="soft small">{r.reply.clone()}</div></td>
        </tr>
    }
}
