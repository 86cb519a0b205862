//! Notifications: list, add, edit (guide chapter 11).

use super::choose::{Choices, WithOwner};
use crate::api::notifications::{NotificationForm, SaveNotification, notification};
use crate::lists::{ListKind, ListPage};
use crate::ui::form::{complaint, kept};
use crate::ui::{ActForm, Field, FormErrors, Icon, PageHead, load, use_act, use_refresh};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};
use model::definition::notification::EventType;

const PATH: &str = "/admin/notifications";

#[component]
pub fn List() -> impl IntoView {
    view! { <ListPage kind=ListKind::Notifications /> }
}

/// The event is chosen first, by a link: each has conditions of its own.
#[component]
pub fn Add() -> impl IntoView {
    let query = use_query_map();
    let event = Memo::new(move |_| query.read().get("event").and_then(|e| e.parse::<EventType>().ok()));
    view! {
        <PageHead title="Add notification" up=vec![(PATH.into(), "Notifications".into())] />
        {move || events(event.get())}
        {move || match event.get() {
            None => view! { <p class="soft">"Choose what it is to tell of."</p> }.into_any(),
            Some(event) => {
                let new = NotificationForm { event: event.as_str().into(), frequency: "1h".into(), may_edit: true, ..NotificationForm::default() };
                view! { <WithOwner form=std::sync::Arc::new(move |owner| form(&new, Some(owner))) /> }.into_any()
            }
        }}
    }
}

fn events(now: Option<EventType>) -> AnyView {
    let links: Vec<AnyView> = EventType::ALL
        .iter()
        .map(|e| {
            let current = (Some(*e) == now).then_some("page");
            view! { <a href=format!("{PATH}/new?event={e}") aria-current=current>{e.label()}</a> }.into_any()
        })
        .collect();
    view! { <nav class="segments wrap mb-5" aria-label="Event">{links}</nav> }.into_any()
}

#[component]
pub fn Edit() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.read().get("id").and_then(|i| i.parse::<i64>().ok()).unwrap_or(0));
    let refresh = use_refresh();
    let data = Resource::new_blocking(move || (id.get(), refresh.get()), |(id, _)| notification(id));
    load(data, |n| {
        let delete = format!("/admin/delete?list=notifications&ids={}&names={}", n.id, crate::query::encode(&n.name));
        let event = n.event.parse::<EventType>().map(EventType::label).unwrap_or_default();
        view! {
            <PageHead title=n.name.clone() up=vec![(PATH.into(), "Notifications".into())]>
                {n.may_edit.then(|| view! { <a class="btn danger" href=delete><Icon name="trash" />"Delete"</a> })}
            </PageHead>
            <dl class="facts mb-5">
                <dt>"Event"</dt><dd>{event}</dd>
                <dt>"Account"</dt><dd>{n.whose.clone()}</dd>
            </dl>
            {form(&n, None)}
        }
        .into_any()
    })
}

fn form(n: &NotificationForm, owner: Option<Choices>) -> AnyView {
    let act = use_act::<SaveNotification>();
    let new = n.id == 0;
    let n = n.clone();
    view! {
        <ActForm act class="form wide">
            <FormErrors />
            <input type="hidden" name="id" value=n.id />
            <input type="hidden" name="event" value=n.event.clone() />
            {owner.map(Choices::field)}
            <Field name="name" label="Name" value=n.name.clone() required=true maxlength=100 help="The subject of its mail." />
            <Field name="sender" label="Sender" kind="email" value=n.sender.clone() required=true maxlength=320 />
            <Field name="recipients" label="Recipients" kind="textarea" value=n.recipients.clone() required=true
                help="One a line: addresses, also those of a provider's mail to text messages." />
            <Field name="frequency" label="At most one mail every" value=n.frequency.clone() required=true maxlength=40 help="Such as 1h, 30m or 1w 3d." />
            <fieldset class="card mb-3">
                <legend class="legend">"Conditions"</legend>
                <p class="help mb-3">"All must hold. What is empty is no condition."</p>
                {conditions(&n)}
            </fieldset>
            {n.may_edit.then(|| view! {
                <div class="form-acts">
                    <button class="btn primary" type="submit">{if new { "Add notification" } else { "Save" }}</button>
                    <a class="btn quiet" href=PATH>"Cancel"</a>
                </div>
            })}
        </ActForm>
    }
    .into_any()
}

/// A condition's fields: name, label, help, whether it takes an entry a line.
fn inputs(condition: &str) -> &'static [(&'static str, &'static str, &'static str, bool)] {
    match condition {
        "action" => &[("action", "Action", "One a line, such as quarantine or block.", true)],
        "category" => &[("category", "Category", "One a line, such as SPAM or VIRUS.", true)],
        "count" => &[("count", "Count", "How often it must happen.", false)],
        "domain_name" => &[("domain_name", "Domain name", "One a line.", true)],
        "enabled" => &[("enabled", "Enabled", "true: when it is switched on; false: when it is switched off.", false)],
        "failure_count" => &[("failure_count", "Failure count", "How often connecting must fail.", false)],
        "ip_address" => &[("ip_address", "IP address", "Addresses or networks, one a line.", true)],
        "number_of_messages" => &[("number_of_messages", "Number of messages", "In the hour.", false)],
        "offline_duration" => &[("offline_duration", "Offline duration", "Such as 5m or 1:40.35.", false)],
        "outbound_ip" => &[("outbound_ip", "Outbound IP", "Addresses or networks, one a line.", true)],
        "recipient_email" => &[("recipient_email", "Recipient email", "One a line.", true)],
        "sender_email" => &[("sender_email", "Sender email", "One a line.", true)],
        "size" => &[
            ("size.from", "Size, from", "Such as 4.3K (thousands) or 10Mi (of 1024).", false),
            ("size.to", "Size, to", "", false),
        ],
        _ => &[],
    }
}

/// Called within the form, so that what was typed is kept when it fails.
fn conditions(n: &NotificationForm) -> AnyView {
    let Ok(event) = n.event.parse::<EventType>() else { return ().into_any() };
    let typed = kept("event").is_some();
    let all = event.conditions().iter().flat_map(|c| inputs(c));
    all.map(|(key, label, help, many)| {
        let name = format!("conditions[{key}]");
        let saved = n.conditions.get(*key).cloned().unwrap_or_default();
        let value = if typed { kept(&name).unwrap_or_default() } else { saved };
        let (id, help_id) = (format!("f-{name}"), format!("f-{name}-help"));
        let said = complaint(name.clone());
        let wrong = move || said.get().map(|m| view! { <p class="wrong"><Icon name="alert" />{m}</p> });
        let control = if *many {
            view! { <textarea class="input" id=id.clone() name=name rows="3" spellcheck="false" aria-describedby=help_id.clone()>{value}</textarea> }.into_any()
        } else {
            view! { <input class="input" id=id.clone() name=name value=value autocomplete="off" aria-describedby=help_id.clone() /> }.into_any()
        };
        view! { <div class="field"><label for=id>{*label}</label>{control}{wrong}<p class="help" id=help_id>{*help}</p></div> }.into_any()
    })
    .collect::<Vec<_>>()
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_condition_has_its_field() {
        for event in EventType::ALL {
            assert!(event.conditions().iter().all(|c| !inputs(c).is_empty()), "{event}");
        }
    }
}
