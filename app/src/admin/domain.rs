//! One domain: its gateways, its lists, and what differs from the defaults.

use crate::api::domains::domain;
use crate::ui::{Icon, PageHead, Time, format, load, use_refresh};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use model::settings::DEFINITIONS;
use model::view::{DomainView, Unrecognized};
use model::{DomainId, SenderEntry, Settings};

#[component]
pub fn Detail() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| DomainId(params.read().get("id").and_then(|i| i.parse().ok()).unwrap_or(0)));
    let refresh = use_refresh();
    let data = Resource::new_blocking(move || (id.get(), refresh.get()), |(id, _)| domain(id));
    load(data, |domain| view! { <Page domain /> }.into_any())
}

/// A setting that the domain sets itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Own {
    pub section: &'static str,
    pub name: &'static str,
    pub help: &'static str,
    pub value: String,
}

/// The settings that differ from what lies below, with their help, in the order of the pages.
pub fn own_settings(settings: &Settings) -> Vec<Own> {
    let Ok(tree) = serde_json::to_value(settings) else { return Vec::new() };
    DEFINITIONS
        .iter()
        .filter_map(|d| {
            let value = tree.get(d.section)?.get(d.name)?;
            Some(Own { section: d.section, name: d.name, help: d.help, value: words(value) })
        })
        .collect()
}

/// A setting's value as people read it.
fn words(value: &serde_json::Value) -> String {
    use serde_json::Value;
    match value {
        Value::Null => "not set".into(),
        Value::Bool(on) => if *on { "on" } else { "off" }.into(),
        Value::String(s) => s.replace('_', " "),
        Value::Number(n) => n.to_string(),
        Value::Array(list) => list.iter().map(words).collect::<Vec<_>>().join(", "),
        Value::Object(map) => match (map.get("action"), map.get("tag")) {
            (Some(action), Some(Value::String(tag))) if !tag.is_empty() => format!("{} with {tag}", words(action)),
            (Some(action), _) => words(action),
            _ => map.iter().map(|(k, v)| format!("{k}: {}", words(v))).collect::<Vec<_>>().join(", "),
        },
    }
}

#[component]
fn Page(domain: DomainView) -> impl IntoView {
    let d = domain;
    let own = own_settings(&d.settings);
    let unrecognized = match d.unrecognized {
        Unrecognized::Accept => "Accepted, filtered and handed to the gateway",
        Unrecognized::Reject => "Rejected, so that the sender is told at once",
        Unrecognized::Discard => "Taken and dropped silently",
    };
    view! {
        <PageHead title=d.row.name.clone() up=vec![("/admin/domains".into(), "Domains".into())]>
            <a class="btn" href=format!("/admin/quarantine?domain={}", d.row.id)><Icon name="inbox" />"Held messages"</a>
            <a class="btn" href=format!("/admin/mailboxes?domain={}", d.row.id)><Icon name="mailbox" />{format::count(d.row.mailboxes, "mailbox", "mailboxes")}</a>
            <a class="btn primary" href=format!("/admin/mailboxes/new?domain={}", d.row.id)><Icon name="plus" />"Add mailbox"</a>
        </PageHead>
        <div class="grid gap-4">
            <section class="card" aria-labelledby="about">
                <h2 id="about">"About"</h2>
                <dl class="facts">
                    <dt>"Account"</dt><dd>{d.row.account_name.clone()}</dd>
                    <dt>"Added"</dt><dd><Time at=d.row.created /></dd>
                    <dt>"Unknown addresses"</dt><dd>{unrecognized}</dd>
                    <dt>"Blocked messages"</dt><dd>{d.blocked_messages.label()}</dd>
                </dl>
            </section>
            <section class="card" aria-labelledby="gateways">
                <h2 id="gateways">"Mail gateways"</h2>
                <ol class="list-decimal pl-5 mono">{d.row.gateways.iter().map(|g| view! { <li>{g.to_string()}</li> }).collect_view()}</ol>
            </section>
            <div class="split">
                <Senders id="friends" title="Friends" none="No friends: every sender is filtered." list=d.friends />
                <Senders id="enemies" title="Enemies" none="No enemies." list=d.enemies />
            </div>
            <section class="card" aria-labelledby="settings">
                <h2 id="settings">"Settings of this domain"</h2>
                {if own.is_empty() {
                    view! { <p class="soft">"None: the defaults hold."</p> }.into_any()
                } else {
                    view! { <table class="plain">
                        <thead><tr><th scope="col">"Setting"</th><th scope="col">"Value"</th></tr></thead>
                        <tbody>{own.into_iter().map(|o| view! {
                            <tr><th scope="row">{format::capital(&format!("{}: {}", o.section, o.name.replace('_', " ")))}<div class="soft small font-normal">{o.help}</div></th><td>{o.value}</td></tr>
                        }).collect_view()}</tbody>
                    </table> }.into_any()
                }}
            </section>
        </div>
    }
}

#[component]
fn Senders(id: &'static str, title: &'static str, none: &'static str, list: Vec<SenderEntry>) -> impl IntoView {
    view! {
        <section class="card" aria-labelledby=id>
            <h2 id=id>{title}</h2>
            {if list.is_empty() {
                view! { <p class="soft">{none}</p> }.into_any()
            } else {
                view! { <ul>{list.into_iter().map(|e| {
                    let pattern = SenderEntry { comment: String::new(), ..e.clone() }.to_string();
                    view! { <li><span class="mono">{pattern}</span>" "<span class="soft small">{e.comment}</span></li> }
                }).collect_view()}</ul> }.into_any()
            }}
        </section>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{Action, ActionSetting};

    #[test]
    fn only_what_the_domain_sets_itself_is_listed() {
        let mut settings = Settings::default();
        assert!(own_settings(&settings).is_empty());
        settings.filtering.junk = Some(ActionSetting::markup("ADV:"));
        settings.spf.softfail = Some(ActionSetting::of(Action::Quarantine));
        settings.personal.delete = Some(false);
        let values: Vec<_> = own_settings(&settings).into_iter().map(|o| (o.name, o.value)).collect();
        assert_eq!(
            values,
            [("junk", "markup with ADV:".into()), ("softfail", "quarantine".into()), ("delete", "off".into())]
        );
    }
}
