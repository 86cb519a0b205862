//! What is done with an owner's mail, by message type.

use super::act::done;
use super::page::{Page, failed, respond, token};
use super::visit::{Change, Visit};
use crate::api::Notice;
use crate::api::personal::{POLICIES, POLICY_ACTIONS, own};
use crate::text::named;
use axum::http::StatusCode;
use axum::response::Response;
use leptos::prelude::*;

/// `GET /light/policies`.
pub async fn show(visit: Visit) -> Response {
    let all = match own::policies(&visit.service, &visit.actor).await {
        Ok(all) => all,
        Err(error) => return failed(&visit, error),
    };
    let rows = POLICIES.iter().filter_map(|(name, category)| {
        let now = all.iter().find(|(n, _)| n == name)?.1.clone();
        let options = POLICY_ACTIONS.map(|a| view! { <option value=a.as_str() selected=a.as_str() == now>{named(a.label())}</option> });
        let options = options.into_iter().collect_view();
        Some(view! { <p><label for=*name>{named(category.label())}</label><select id=*name name=*name>{options}</select></p> })
    });
    let rows = rows.collect_view();
    let form = match all.is_empty() {
        true => view! { <p class="soft">{t!("Your administrator keeps these settings.")}</p> }.into_any(),
        false => view! {
            <form method="post" action="/light/policies">
                {token(&visit)}
                <p class="soft">{t!("What is done with mail to you, by what it is found to be.")}" "{t!("What your organisation blocks stays blocked.")}</p>
                {rows}
                <p><button class="go">{t!("Save")}</button></p>
            </form>
        }
        .into_any(),
    };
    let body = view! { <h1>{t!("Policies")}</h1>{form}<p><a href="/light/senders">{t!("Friends and enemies")}</a></p> };
    respond(Page {
        status: StatusCode::OK,
        title: t!("Policies").to_owned(),
        visit: Some(&visit),
        full: "/my/policies".to_owned(),
        body: body.into_any(),
    })
}

/// `POST /light/policies`.
pub async fn save(Change { visit, fields }: Change) -> Response {
    let given = POLICIES.iter().map(|(name, _)| ((*name).to_owned(), fields.get(name).to_owned()));
    let wanted = given.filter(|(_, action)| !action.is_empty()).collect();
    match own::set_policies(&visit.service, &visit.actor, &wanted).await {
        Ok(()) => done(&visit, "/light/policies", Notice::new(t!("Saved"))),
        Err(error) => failed(&visit, error),
    }
}
