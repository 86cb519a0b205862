//! One held message: the sentence, what can be done, the evidence, the preview.

use super::home::subject;
use super::quarantine::PATH;
use super::why::Why;
use crate::api::quarantine::{ActOnMessages, ReleaseWith, message};
use crate::ui::{
    ActForm, ActionTag, CategoryBadge, DispositionTag, FormErrors, Icon, PageHead, Time, format, load, use_act,
    use_refresh,
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use model::view::{AttachmentView, AuditRow, MessageView};
use model::{Direction, MessageId};

#[component]
pub fn Detail() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.read().get("id").and_then(|i| i.parse::<i64>().ok()).unwrap_or(0));
    let refresh = use_refresh();
    let data = Resource::new_blocking(move || (id.get(), refresh.get()), |(id, _)| message(id));
    load(data, |message| view! { <Page message /> }.into_any())
}

#[component]
fn Page(message: MessageView) -> impl IntoView {
    let m = message;
    let row = m.row.clone();
    view! {
        <PageHead title=subject(&row.subject) up=vec![(PATH.into(), t!("Quarantine").into())] />
        <section class="card mb-4" aria-label=t!("Summary")>
            <p class="headline mb-3" data-testid="headline">{m.headline.clone()}</p>
            <p class="flex flex-wrap gap-2 mb-4">
                <CategoryBadge category=row.category />
                <ActionTag action=row.action />
                <DispositionTag disposition=row.disposition />
                {row.system.then(|| view! { <span class="tag">"System quarantine"</span> })}
            </p>
            <dl class="facts mb-4">
                <dt>{t!("From")}</dt><dd>{row.sender.clone()}</dd>
                <dt>{t!("To")}</dt><dd>{row.recipient.clone()}</dd>
                <dt>{t!("Received")}</dt><dd><Time at=row.received /></dd>
                <dt>{t!("Size")}</dt><dd>{format::size(row.size)}</dd>
            </dl>
            <Acts id=row.id may_release=m.may_release may_delete=m.may_delete />
            {m.may_release.then(|| besides(&m))}
        </section>
        <div class="split">
            <div class="grid gap-4">
                <Body message=m.clone() />
                <Attachments list=m.attachments.clone() />
                <Headers list=m.headers.clone() />
            </div>
            <div class="grid gap-4">
                <Why ran=m.ran.clone() findings=m.findings.clone() decided_by=m.decided_by notes=m.notes.clone() />
                <Facts message=m.clone() />
                <History list=m.history.clone() />
            </div>
        </div>
    }
}

/// What can be done with the message. `list`: the page to return to when it is gone.
#[component]
pub(crate) fn Acts(
    id: i64,
    may_release: bool,
    may_delete: bool,
    #[prop(default = PATH)] list: &'static str,
    #[prop(default = true)] to_sender: bool,
    #[prop(default = true)] download: bool,
) -> impl IntoView {
    let (release, delete) = (use_act::<ActOnMessages>(), use_act::<ActOnMessages>());
    view! {
        <div class="flex flex-wrap gap-2 no-print">
            {may_release.then(|| view! {
                <ActForm act=release class="contents">
                    <FormErrors />
                    <input type="hidden" name="ids[]" value=id />
                    <button class="btn primary" type="submit" name="act" value="release"><Icon name="release" />{t!("Release")}</button>
                    {to_sender.then(|| view! { <button class="btn" type="submit" name="act" value="release_sender"><Icon name="reply" />{t!("Release to sender")}</button> })}
                </ActForm>
            })}
            {may_delete.then(|| view! {
                <ActForm act=delete class="contents">
                    <input type="hidden" name="ids[]" value=id />
                    <input type="hidden" name="back" value=list />
                    <button class="btn danger" type="submit" name="act" value="delete"><Icon name="trash" />{t!("Delete")}</button>
                </ActForm>
            })}
            {download.then(|| view! {
                <a class="btn" href=format!("/message/{id}/raw") download rel="external"><Icon name="download" />{t!("Download")}</a>
                <a class="btn" href=format!("/message/{id}/source") rel="external" target="_blank"><Icon name="letters" />{t!("View source")}</a>
                {print()}
            })}
        </div>
    }
}

/// Releasing, and seeing to it that the next one like it comes through.
fn besides(m: &MessageView) -> AnyView {
    let act = use_act::<ReleaseWith>();
    let rule = m.decided_by.and_then(|n| m.findings.get(n)).and_then(|f| f.rule);
    let inbound = m.row.direction == Direction::Inbound;
    let id = m.row.id;
    let from = if m.row.envelope_from.is_empty() { m.row.sender.clone() } else { m.row.envelope_from.clone() };
    view! {
        <details class="mt-3 no-print">
            <summary>"Release, and let the next one through"</summary>
            <ActForm act class="form mt-3">
                <FormErrors />
                <input type="hidden" name="id" value=id />
                <label class="choice"><input type="checkbox" name="learn" value="on" checked=true /><span>"Learn it as wanted mail"</span></label>
                {inbound.then(|| view! {
                    <div class="field mt-3">
                        <label for="f-friend">{format!("Make {from} a friend")}</label>
                        <select class="input" id="f-friend" name="friend">
                            <option value="">"No"</option>
                            <option value="mailbox">"Of this recipient"</option>
                            <option value="domain">"Of everybody in the recipient's domain"</option>
                        </select>
                        <p class="help">"Mail of a friend is not held as spam. A sender's name is easily forged; viruses are stopped all the same."</p>
                    </div>
                })}
                {rule.filter(|_| inbound).map(|n| view! {
                    <label class="choice mb-3"><input type="checkbox" name="exception" value="on" /><span>{format!("Filter exception: rule {n} is not applied to {from} in the recipient's domain")}</span></label>
                })}
                <button class="btn" type="submit"><Icon name="release" />"Release with these"</button>
            </ActForm>
        </details>
    }
    .into_any()
}

/// Prints the page; only where there is script.
fn print() -> AnyView {
    let can = RwSignal::new(false);
    Effect::new(move |_| can.set(true));
    let print = |_| {
        let _ = window().print();
    };
    view! { <button class="btn" type="button" hidden=move || !can.get() on:click=print><Icon name="page" />{t!("Print")}</button> }.into_any()
}

#[component]
pub(crate) fn Body(message: MessageView) -> impl IntoView {
    let id = message.row.id;
    let has_html = !message.preview_html.is_empty();
    let text =
        if message.preview_text.trim().is_empty() { t!("(no text)").to_owned() } else { message.preview_text.clone() };
    view! {
        <section class="card" aria-labelledby="body">
            <h2 id="body">{t!("Preview")}</h2>
            {has_html.then(|| view! {
                <p class="soft small mb-2">{t!("Scripts, forms and everything from the network are removed.")}</p>
                <iframe class="preview" sandbox="" src=format!("/message/{id}/preview") title=t!("Body of the message")></iframe>
            })}
            <details open=!has_html class=has_html.then_some("mt-3")>
                <summary>{t!("Text")}</summary>
                <pre class="preview-text mt-2" tabindex="0" aria-label=t!("Text of the message")>{text}</pre>
            </details>
        </section>
    }
}

#[component]
pub(crate) fn Attachments(list: Vec<AttachmentView>) -> impl IntoView {
    (!list.is_empty()).then(|| view! {
        <section class="card" aria-labelledby="attachments">
            <h2 id="attachments">{t!("Attachments")}</h2>
            <div class="scroll-x" role="region" aria-label=t!("Attachments") tabindex="0">
                <table class="plain">
                    <thead><tr><th scope="col">{t!("Name")}</th><th scope="col">{t!("Type by content")}</th><th scope="col">{t!("Declared")}</th><th scope="col" class="num">{t!("Size")}</th></tr></thead>
                    <tbody>{list.into_iter().map(|a| view! {
                        <tr><td>{a.name}</td><td>{a.kind}</td><td class="mono">{a.mime}</td><td class="num nowrap">{format::size(a.size)}</td></tr>
                    }).collect_view()}</tbody>
                </table>
            </div>
        </section>
    })
}

#[component]
pub(crate) fn Headers(list: Vec<(String, String)>) -> impl IntoView {
    view! {
        <section class="card" aria-labelledby="headers">
            <h2 id="headers">{t!("Headers")}</h2>
            <details>
                <summary>{counted!("{n} header|{n} headers", list.len() as u64)}</summary>
                <table class="plain small mt-2">
                    <thead class="sr-only"><tr><th scope="col">{t!("Name")}</th><th scope="col">{t!("Value")}</th></tr></thead>
                    <tbody>{list.into_iter().map(|(name, value)| view! {
                        <tr><th scope="row" class="nowrap">{name}</th><td class="mono">{value}</td></tr>
                    }).collect_view()}</tbody>
                </table>
            </details>
        </section>
    }
}

fn or_none(s: &str) -> String {
    if s.is_empty() { "–".to_owned() } else { s.to_owned() }
}

#[component]
fn Facts(message: MessageView) -> impl IntoView {
    let m = message;
    let more = view! {
        <dt>"Recipient"</dt><dd class="mono">{m.row.recipient.clone()}</dd>
        <dt>"Filter"</dt><dd>{or_none(&m.filter)}</dd>
        <dt>"Info"</dt><dd>{or_none(&m.info)}</dd>
    };
    let tls = m.tls.as_deref().unwrap_or("None");
    let said = [&m.client_ip, &m.helo, tls, &m.row.envelope_from];
    view! {
        {envelope_facts(said, m.row.direction, m.row.message, m.row.score, Some(more.into_any()))}
        <Authentication spf=m.spf.clone() dkim=m.dkim.clone() dmarc=m.dmarc.clone() />
    }
}

/// How it came: client, HELO, TLS and envelope sender, and what else there is to say.
pub(crate) fn envelope_facts(
    [client, helo, tls, sender]: [&str; 4],
    direction: Direction,
    message: MessageId,
    score: f32,
    more: Option<AnyView>,
) -> AnyView {
    let sender = if sender.is_empty() { "<> (a bounce)".to_owned() } else { sender.to_owned() };
    view! {
        <section class="card" aria-labelledby="envelope">
            <h2 id="envelope">"Envelope"</h2>
            <dl class="facts">
                <dt>"Client"</dt><dd class="mono">{or_none(client)}</dd>
                <dt>"HELO"</dt><dd class="mono">{or_none(helo)}</dd>
                <dt>"TLS"</dt><dd>{tls.to_owned()}</dd>
                <dt>"Sender"</dt><dd class="mono">{sender}</dd>
                {more}
                <dt>{t!("Direction")}</dt><dd>{crate::text::named(direction.label())}</dd>
                <dt>{t!("Message")}</dt><dd class="mono">{message.to_string()}</dd>
                <dt>"Score"</dt><dd>{format!("{score:.1}")}</dd>
            </dl>
        </section>
    }
    .into_any()
}

#[component]
pub(crate) fn Authentication(spf: String, dkim: String, dmarc: String) -> impl IntoView {
    view! {
        <section class="card" aria-labelledby="authentication">
            <h2 id="authentication">"Sender authentication"</h2>
            <dl class="facts">
                <dt>"SPF"</dt><dd>{or_none(&spf)}</dd>
                <dt>"DKIM"</dt><dd>{or_none(&dkim)}</dd>
                <dt>"DMARC"</dt><dd>{or_none(&dmarc)}</dd>
            </dl>
        </section>
    }
}

#[component]
pub(crate) fn History(list: Vec<AuditRow>) -> impl IntoView {
    view! {
        <section class="card" aria-labelledby="history">
            <h2 id="history">"History"</h2>
            {if list.is_empty() {
                view! { <p class="soft">"Nobody has done anything with it."</p> }.into_any()
            } else {
                view! { <ul class="grid gap-2">{list.into_iter().map(|a| view! {
                    <li><Time at=a.at />" "<strong>{a.actor}</strong>" "<code>{a.act}</code>" "<span class="soft small">{a.detail}</span></li>
                }).collect_view()}</ul> }.into_any()
            }}
        </section>
    }
}
