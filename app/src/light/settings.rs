//! What owners set of their digest and pages, and their friends and enemies.

use super::act::done;
use super::page::{Page, failed, problem, respond, token};
use super::visit::{Change, Visit};
use crate::api::Notice;
use crate::api::personal::{FREQUENCIES, OwnSettings, digest_set, frequency, own};
use crate::personal::settings::{contents, formats};
use crate::text::named;
use crate::ui::format;
use axum::http::StatusCode;
use axum::response::Response;
use leptos::prelude::*;
use texts::Language;

/// Bytes of both lists on one page.
const LISTS_MAX: usize = 7_000;

fn page(visit: &Visit, title: &str, full: &str, body: AnyView) -> Response {
    respond(Page { status: StatusCode::OK, title: title.to_owned(), visit: Some(visit), full: full.to_owned(), body })
}

fn choice(name: &'static str, label: &'static str, list: &[(&'static str, &'static str)], value: &str) -> AnyView {
    let options =
        list.iter().map(|(v, l)| view! { <option value=*v selected=*v == value>{*l}</option> }).collect_view();
    view! { <p><label for=name>{label}</label><select id=name name=name>{options}</select></p> }.into_any()
}

fn tick(name: &'static str, label: &'static str, on: bool) -> AnyView {
    view! { <p><label><input type="checkbox" name=name value="on" checked=on />{format!(" {label}")}</label></p> }
        .into_any()
}

/// `GET /light/settings`.
pub async fn show(visit: Visit) -> Response {
    let home = match visit.service.owner_home(&visit.actor).await {
        Ok(home) => home,
        Err(error) => return failed(&visit, error),
    };
    let settings = match own::settings(&visit.service, &visit.actor).await {
        Ok(settings) => settings,
        Err(error) => return failed(&visit, error),
    };
    let last = home.last_digest.map(|at| filled!(" The last one was sent at {time}.", time = format::minute(at)));
    let form = match settings {
        None => view! { <p class="soft">{t!("Your administrator keeps these settings.")}</p> }.into_any(),
        Some(s) => view! {
            <form method="post" action="/light/settings">
                {token(&visit)}
                <fieldset>
                    <legend><h2>{t!("How often a digest of held mail is sent")}</h2></legend>
                    {FREQUENCIES.iter().map(|(_, word, label)| view! {
                        <label><input type="radio" name="digest" value=*word checked=*word == s.frequency />{format!(" {}", named(label))}</label>
                    }).collect_view()}
                </fieldset>
                {choice("format", t!("Report format"), &formats(), &s.format)}
                {choice("content", t!("What is listed"), &contents(), &s.content)}
                {tick("ascending", t!("Oldest messages first"), s.ascending)}
                {tick("send_empty", t!("A digest also when nothing was held"), s.send_empty)}
                <p><label for="time_zone">{t!("Time zone")}</label><input id="time_zone" type="text" name="time_zone" value=s.time_zone required maxlength="64" /></p>
                {choice("language", t!("Language"), &Language::ALL.map(|l| (l.code(), l.name())), &s.language)}
                <p><button class="go">{t!("Save")}</button></p>
            </form>
        }
        .into_any(),
    };
    let body = view! {
        <h1>{t!("Settings")}</h1>
        <p class="soft">{format!("{}{}", filled!("It goes to {address}.", address = home.address), last.unwrap_or_default())}</p>
        {form}
        <p><a href="/light/policies">{t!("Policies")}</a></p>
        <p><a href="/light/senders">{t!("Friends and enemies")}</a></p>
        <p><a href="/password">{t!("Change password")}</a></p>
    };
    page(&visit, t!("Settings"), "/my/settings", body.into_any())
}

/// `POST /light/settings`.
pub async fn save(Change { visit, fields }: Change) -> Response {
    let Some(wanted) = frequency(fields.get("digest")) else {
        return problem(Some(&visit), StatusCode::UNPROCESSABLE_ENTITY, t!("Choose how often the digest is sent."));
    };
    let text = |name: &str| fields.get(name).to_owned();
    // A form that has but the one field leaves the others as they are.
    if fields.get("time_zone").is_empty() {
        return match visit.service.set_digest(&visit.actor, wanted).await {
            Ok(()) => done(&visit, "/light/settings", Notice::new(digest_set(wanted))),
            Err(error) => failed(&visit, error),
        };
    }
    let settings = OwnSettings {
        frequency: wanted.as_str().to_owned(),
        format: text("format"),
        content: text("content"),
        ascending: fields.get("ascending") == "on",
        send_empty: fields.get("send_empty") == "on",
        time_zone: text("time_zone"),
        language: text("language"),
    };
    match own::set_settings(&visit.service, &visit.actor, &settings).await {
        Ok(()) => done(&visit, "/light/settings", Notice::new(digest_set(wanted))),
        Err(error) => failed(&visit, error),
    }
}

/// `GET /light/senders`.
pub async fn senders(visit: Visit) -> Response {
    let all = match own::senders(&visit.service, &visit.actor).await {
        Ok(all) => all,
        Err(error) => return failed(&visit, error),
    };
    let domain = [all.domain_friends.as_deref(), all.domain_enemies.as_deref()];
    let own_bytes = all.own.as_ref().map_or(0, |(f, e)| f.len() + e.len());
    let bytes: usize = own_bytes + domain.iter().flatten().map(|l| l.len()).sum::<usize>();
    let form = match (&all.own, bytes > LISTS_MAX) {
        (_, true) => view! { <p class="soft">{t!("These lists are too long for this version.")}</p> }.into_any(),
        (None, _) => view! { <p class="soft">{t!("Your administrator keeps these settings.")}</p> }.into_any(),
        (Some((friends, enemies)), _) => view! {
            <form method="post" action="/light/senders">
                {token(&visit)}
                <p class="soft">{t!("One address, domain, IP address or network a line; a comment after //.")}</p>
                <p><label for="friends">{t!("Friends")}</label><textarea id="friends" name="friends" rows="6" cols="40">{friends.clone()}</textarea></p>
                <p><label for="enemies">{t!("Enemies")}</label><textarea id="enemies" name="enemies" rows="6" cols="40">{enemies.clone()}</textarea></p>
                <p><button class="go">{t!("Save")}</button></p>
            </form>
        }
        .into_any(),
    };
    let titles = [t!("Friends of the domain"), t!("Enemies of the domain")];
    let lists = domain.into_iter().zip(titles).filter(|_| bytes <= LISTS_MAX).filter_map(|(list, title)| {
        let list = list?;
        let text = if list.is_empty() { t!("None") } else { list }.to_owned();
        Some(view! { <h2>{title}</h2><pre>{text}</pre> })
    });
    let body = view! { <h1>{t!("Friends and enemies")}</h1>{form}{lists.collect_view()} };
    page(&visit, t!("Friends and enemies"), "/my/senders", body.into_any())
}

/// `POST /light/senders`.
pub async fn save_senders(Change { visit, fields }: Change) -> Response {
    match own::set_senders(&visit.service, &visit.actor, fields.get("friends"), fields.get("enemies")).await {
        Ok(()) => done(&visit, "/light/senders", Notice::new(t!("Saved"))),
        Err(error) => failed(&visit, error),
    }
}
