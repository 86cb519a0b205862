//! Settings that name verifiers and content filters: whether what they name is there, and who names what.

use super::verifier::named;
use crate::Error;
use model::definition::{ContentFilter, Verifier};
use model::{AccountId, ErrorCode, FieldError, Settings};
use serde_json::{Map, Value as Json};
use store::Connection;
use store::definition::{Definition, Kind, Place};

/// Settings whose value is the name of a verifier.
const VERIFIERS: &[&str] = &["discovery.verifier", "login.verifier", "outbound_login.verifier"];
/// Settings whose keys are names of content filters.
pub(super) const FILTERS: &[&str] = &["filtering.content_filters", "outbound_filtering.content_filters"];

/// The names of verifiers that these settings have, each with its path.
fn verifiers(settings: &Settings) -> impl Iterator<Item = (&'static str, String)> {
    let name = |path: &str| settings.get(path)?.as_str().map(str::to_owned).filter(|n| !n.is_empty());
    VERIFIERS.iter().filter_map(move |path| Some((*path, name(path)?)))
}

/// The content filters that these settings have, each with its path and action.
fn filters(settings: &Settings) -> Vec<(&'static str, String, Json)> {
    let mut out = Vec::new();
    for path in FILTERS {
        if let Some(Json::Object(map)) = settings.get(path) {
            out.extend(map.into_iter().map(|(name, action)| (*path, name, action)));
        }
    }
    out
}

/// What the settings of a place in this account name and is not there. None: settings of the whole system, whose content
/// filters are looked up in each account by name.
pub(crate) async fn problems(
    c: &mut Connection,
    account: Option<AccountId>,
    settings: &Settings,
) -> Result<Vec<FieldError>, Error> {
    let mut wrong = Vec::new();
    for (path, name) in verifiers(settings) {
        match named(c, account, &name).await? {
            None => {
                let message = match account {
                    Some(_) => format!("there is no verifier {name} in this account or the whole system"),
                    None => format!("there is no verifier {name} of the whole system"),
                };
                wrong.push(FieldError { field: path.into(), message });
            }
            Some(v) if path == "discovery.verifier" && !v.body.finds_recipients() => {
                let message = format!("{name} ({}) cannot say which mailboxes exist", v.body.method.label());
                wrong.push(FieldError { field: path.into(), message });
            }
            Some(_) => {}
        }
    }
    let Some(account) = account else { return Ok(wrong) };
    for (path, name, action) in filters(settings) {
        let found = store::definition::by_name::<ContentFilter>(c, Kind::ContentFilter, Some(account), &name).await?;
        match found {
            None => {
                let message = format!("there is no content filter {name} in this account");
                wrong.push(FieldError { field: path.into(), message });
            }
            Some(f) => wrong.extend(super::content_filter::action_problem(&f.name, &f.body, &action, path)),
        }
    }
    Ok(wrong)
}

/// Places whose settings name this verifier and mean it.
pub(super) async fn of_verifier(c: &mut Connection, d: &Definition<Verifier>) -> Result<Vec<String>, Error> {
    let key = d.name.to_lowercase();
    let names = |s: &Settings| verifiers(s).any(|(_, name)| name.to_lowercase() == key);
    let mut out = Vec::new();
    if names(&store::change::settings(c).await?) {
        out.push("settings of the whole system".to_owned());
    }
    for p in store::reference::setting(c, d.account, "verifier").await? {
        if names(&p.settings) && named(c, p.account, &d.name).await?.is_some_and(|v| v.id == d.id) {
            out.push(p.place);
        }
    }
    Ok(out)
}

/// Places whose settings name this content filter, or that have it in their order.
pub(super) async fn of_filter(c: &mut Connection, d: &Definition<ContentFilter>) -> Result<Vec<String>, Error> {
    let key = d.name.to_lowercase();
    let mut out = Vec::new();
    for p in store::reference::setting(c, d.account, "content_filters").await? {
        if filters(&p.settings).iter().any(|(_, name, _)| name.to_lowercase() == key) {
            out.push(p.place);
        }
    }
    for place in store::definition::places(c, d.id).await? {
        let name = match place {
            Place::Domain(id) => store::domain::get(c, id).await?.map(|d| format!("domain {}", d.name)),
            Place::Outbound(id) => store::outbound::get(c, id).await?.map(|o| format!("outbound IP {}", o.range)),
        };
        out.extend(name.filter(|n| !out.contains(n)));
    }
    Ok(out)
}

/// Calls a content filter by its new name in settings of a place.
pub(super) fn rename_filter(settings: &mut Settings, before: &str, after: &str) -> Result<bool, Error> {
    let mut changed = false;
    for path in FILTERS {
        let Some(Json::Object(map)) = settings.get(path) else { continue };
        let is_it = |name: &String| name.to_lowercase() == before.to_lowercase();
        if !map.keys().any(is_it) {
            continue;
        }
        let renamed =
            map.into_iter().map(|(name, action)| (if is_it(&name) { after.to_owned() } else { name }, action));
        settings.set(path, Json::Object(renamed.collect::<Map<_, _>>())).map_err(Error::of_field)?;
        changed = true;
    }
    Ok(changed)
}

/// What ties a domain or outbound IP to its account: content filters and verifiers of the account (guide chapter 6
/// "Moving Domains Between Accounts", chapter 7 "Moving Outbound IPs Between Accounts").
pub(crate) async fn ties(
    c: &mut Connection,
    account: AccountId,
    place: Place,
    settings: &Settings,
) -> Result<Vec<String>, Error> {
    let mut out = Vec::new();
    for id in store::definition::used_filters(c, place).await? {
        let found = store::definition::get::<ContentFilter>(c, Kind::ContentFilter, id).await?;
        out.extend(found.map(|f| format!("content filter {}", f.name)));
    }
    for (_, name, _) in filters(settings) {
        let line = format!("content filter {name}");
        if !out.contains(&line) {
            out.push(line);
        }
    }
    for (path, name) in verifiers(settings) {
        if named(c, Some(account), &name).await?.is_some_and(|v| v.account.is_some()) {
            out.push(format!("verifier {name} ({path})"));
        }
    }
    Ok(out)
}

/// A place with ties stays where it is.
pub(crate) async fn untied(
    c: &mut Connection,
    (account, name): (AccountId, &str),
    place: Place,
    settings: &Settings,
) -> Result<(), Error> {
    let ties = ties(c, account, place, settings).await?;
    if ties.is_empty() {
        return Ok(());
    }
    let message = format!("{name} uses what belongs to its account ({}): take that out first.", ties.join(", "));
    Err(Error::new(ErrorCode::Conflict, message))
}
