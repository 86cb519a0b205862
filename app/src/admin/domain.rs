//! One domain: its gateways, its lists, and what differs from the defaults.

use crate::api::domains::domain;
use crate::ui::{Icon, PageHead, Time, format, load, use_refresh};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use model::settings::{Definition, Kind};
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
    pub definition: &'static Definition,
    pub value: String,
}

/// The settings that differ from what lies below, with their help, in the order of the pages.
pub fn own_settings(settings: &Settings) -> Vec<Own> {
    settings.iter().map(|(definition, value)| Own { definition, value: words(&definition.kind, value) }).collect()
}

/// A setting's value as people read it.
fn words(kind: &Kind, value: &serde_json::Value) -> String {
    use serde_json::Value;
    let label = |choices: &[(&str, &str)], word: &str| {
        choices
            .iter()
            .find(|(w, _)| *w == word)
            .map_or_else(|| word.replace('_', " "), |(_, label)| (*label).to_owned())
    };
    match (kind, value) {
        (Kind::Optional { word, label, .. }, Value::String(s)) if s == word => (*label).to_owned(),
        (Kind::Optional { inner, .. }, value) => words(inner, value),
        (Kind::Choice(choices), Value::String(s)) => label(choices, s),
        (Kind::Int { unit, .. } | Kind::OneOf { unit, .. }, Value::Number(n)) => format!("{n} {unit}"),
        (Kind::Action { .. }, Value::String(s)) => s.replace('_', " "),
        (_, Value::Null) => "not set".into(),
        (_, Value::Bool(on)) => if *on { "on" } else { "off" }.into(),
        (_, Value::String(s)) => s.clone(),
        (_, Value::Number(n)) => n.to_string(),
        (_, Value::Array(list)) => list.iter().map(|v| words(kind, v)).collect::<Vec<_>>().join(", "),
        (_, Value::Object(map)) => match (map.get("action"), map.get("tag")) {
            (Some(Value::String(action)), Some(Value::String(tag))) => {
                format!("{} with {tag}", action.replace('_', " "))
            }
            (Some(action), None) if map.len() == 1 => words(kind, action),
            _ => {
                let inner = if let Kind::Map { value, .. } = kind { value } else { kind };
                map.iter().map(|(k, v)| format!("{k}: {}", words(inner, v))).collect::<Vec<_>>().join(", ")
            }
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
        Unrecognized::Forward => "Forwarded to one address",
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
                            <tr><th scope="row">{o.definition.label}<div class="soft small font-normal">{o.definition.help}</div></th><td>{o.value}</td></tr>
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

    #[test]
    fn only_what_the_domain_sets_itself_is_listed() {
        let mut settings = Settings::default();
        assert!(own_settings(&settings).is_empty());
        let document = r#"{"filtering":{"junk":{"action":"markup","tag":"ADV:"},"attachments":{"pdf":"strip"}},
            "spf":{"softfail":"quarantine"},"personal":{"delete":false},"routing":{"encryption":"always","spool_hours":7},
            "digest":{"token_days":"automatic"}}"#;
        settings = settings.with(&serde_json::from_str(document).expect("settings"));
        let values: Vec<_> = own_settings(&settings).into_iter().map(|o| (o.definition.name, o.value)).collect();
        assert_eq!(
            values,
            [
                ("token_days", "Default Settings".into()),
                ("delete", "off".into()),
                ("junk", "markup with ADV:".into()),
                ("attachments", "pdf: strip".into()),
                ("softfail", "quarantine".into()),
                ("encryption", "Always Encrypt (any certificate)".into()),
                ("spool_hours", "7 hours".to_owned()),
            ]
        );
    }
}
