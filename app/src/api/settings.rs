//! Settings of every level (guide chapters 5 to 8 and 14).

use super::{ApiError, Notice};
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use model::view::place::PlaceSettings;
use std::collections::BTreeMap;

/// All settings of a place such as `domain:5`, `default_inbound`, `default_inbound:3` (of an account), `system`.
#[server(name = GetSettings, prefix = "/fn", endpoint = "settings", input = GetUrl)]
pub async fn settings(place: String) -> Result<PlaceSettings, ApiError> {
    use super::context::{fail, reader};
    let (service, actor) = reader()?;
    place::read(&service, &actor, place::parse(&place).map_err(fail)?).await.map_err(fail)
}

/// Changes what the form's fields say differently from when it was shown; all or nothing. `take_back`: the path of a setting
/// that goes back to what is below, whatever its fields say.
#[server(name = ChangeSettings, prefix = "/fn", endpoint = "settings_change")]
pub async fn change_settings(
    form_token: String,
    place: String,
    #[server(default)] values: BTreeMap<String, String>,
    #[server(default)] take_back: String,
) -> Result<Notice, ApiError> {
    use super::context::{fail, writer};
    let (service, actor) = writer(&form_token)?;
    let of = place::parse(&place).map_err(fail)?;
    let before = service.settings(&actor, of).await.map_err(fail)?;
    let changes = place::changes(before.level, &values, &take_back).map_err(fail)?;
    if changes.is_empty() {
        return Ok(Notice::new("Nothing was changed."));
    }
    let after = service.change_settings(&actor, of, &changes).await.map_err(fail)?;
    Ok(Notice::new(place::said(&before, &after)))
}

#[cfg(feature = "ssr")]
pub(crate) mod place {
    //! Between forms and the service: places, changes, and what is said of them.

    use crate::admin::settings::fields::{self, Fields, Posted};
    use crate::admin::settings::words::short;
    use model::settings::{DEFINITIONS, Level};
    use model::view::place::{PlaceSettings, SettingState};
    use model::{AccountId, Actor, DomainId, ErrorCode, FieldError, MailboxId, UserError};
    use serde_json::Value as Json;
    use service::{Error, Service, SettingsOf, SettingsView};

    /// Changes that a notice names one by one.
    const NAMED: usize = 4;

    pub fn parse(place: &str) -> Result<SettingsOf, UserError> {
        let (word, id) = place.split_once(':').map_or((place, None), |(w, id)| (w, Some(id)));
        let id = id.map(str::parse::<i64>).transpose();
        let account = id.clone().map(|i| i.map(AccountId));
        let of = match (word, id, account) {
            ("appliance", Ok(None), _) => Some(SettingsOf::Appliance),
            ("system", Ok(None), _) => Some(SettingsOf::System),
            ("default_inbound", _, Ok(account)) => Some(SettingsOf::DefaultInbound(account)),
            ("default_outbound", _, Ok(account)) => Some(SettingsOf::DefaultOutbound(account)),
            ("default_relay", _, Ok(account)) => Some(SettingsOf::DefaultRelay(account)),
            ("brand", Ok(Some(id)), _) => Some(SettingsOf::Brand(id)),
            ("account", Ok(Some(id)), _) => Some(SettingsOf::Account(AccountId(id))),
            ("domain", Ok(Some(id)), _) => Some(SettingsOf::Domain(DomainId(id))),
            ("outbound_ip", Ok(Some(id)), _) => Some(SettingsOf::OutboundIp(id)),
            ("group", Ok(Some(id)), _) => Some(SettingsOf::Group(id)),
            ("mailbox", Ok(Some(id)), _) => Some(SettingsOf::Mailbox(MailboxId(id))),
            _ => None,
        };
        of.ok_or_else(|| UserError::new(ErrorCode::NotFound, "There are no settings of that name."))
    }

    fn name(of: SettingsOf) -> String {
        let of_account =
            |word: &str, a: Option<AccountId>| a.map_or_else(|| word.to_owned(), |a| format!("{word}:{a}"));
        match of {
            SettingsOf::Appliance => "appliance".into(),
            SettingsOf::System => "system".into(),
            SettingsOf::Brand(id) => format!("brand:{id}"),
            SettingsOf::Account(id) => format!("account:{id}"),
            SettingsOf::DefaultInbound(a) => of_account("default_inbound", a),
            SettingsOf::DefaultOutbound(a) => of_account("default_outbound", a),
            SettingsOf::DefaultRelay(a) => of_account("default_relay", a),
            SettingsOf::Domain(id) => format!("domain:{id}"),
            SettingsOf::OutboundIp(id) => format!("outbound_ip:{id}"),
            SettingsOf::Group(id) => format!("group:{id}"),
            SettingsOf::Mailbox(id) => format!("mailbox:{id}"),
        }
    }

    pub async fn read(service: &Service, actor: &Actor, of: SettingsOf) -> Result<PlaceSettings, Error> {
        let view = service.settings(actor, of).await?;
        let rows = view.effective.iter().zip(view.below).zip(view.held);
        let settings = rows.map(|(((path, _), below), held)| SettingState {
            path: path.clone(),
            own: view.set.get(path),
            below: below.value,
            from: below.level,
            held: held.all,
            held_keys: held.keys,
        });
        Ok(PlaceSettings {
            place: name(of),
            level: view.level,
            may_edit: service.may_change_settings(actor, of),
            off: view.off.iter().collect(),
            settings: settings.collect(),
        })
    }

    /// Settings of a level that a form's fields change: null takes one back to what is below.
    ///
    /// # Errors
    /// Every setting whose fields cannot be read, with what would be accepted.
    pub fn changes(level: Level, fields: &Fields, reset: &str) -> Result<Vec<(String, Json)>, UserError> {
        let (mut changes, mut wrong) = (Vec::new(), Vec::new());
        for d in DEFINITIONS.iter().filter(|d| d.levels.contains(level)) {
            let path = d.path();
            if path == reset {
                changes.push((path, Json::Null));
                continue;
            }
            let value = match fields::read(&d.kind, &path, fields) {
                Ok(Posted::Keep) => continue,
                Ok(Posted::Default) => None,
                Ok(Posted::Own(value)) => Some(value),
                Err(message) => {
                    wrong.push(FieldError { field: path, message: format!("{}: {message}", d.label) });
                    continue;
                }
            };
            // As it was when the form was shown: whoever changed it since then did so on purpose.
            if fields.get(&format!("{path}.was")).is_some_and(|was| *was == fields::mark(value.as_ref())) {
                continue;
            }
            changes.push((path, value.unwrap_or(Json::Null)));
        }
        match wrong.first() {
            None => Ok(changes),
            Some(first) => {
                let message = if wrong.len() == 1 {
                    first.message.clone()
                } else {
                    "Some values are not accepted; nothing was saved.".into()
                };
                Err(UserError { code: ErrorCode::Invalid, message, fields: wrong })
            }
        }
    }

    /// `Saved. Junk: Markup → Quarantine`.
    pub fn said(before: &SettingsView, after: &SettingsView) -> String {
        let mut all = Vec::new();
        for (d, (was, now)) in DEFINITIONS
            .iter()
            .filter(|d| d.levels.contains(before.level))
            .zip(before.effective.iter().zip(&after.effective))
        {
            let (set_before, set_after) = (before.set.get(&was.0), after.set.get(&now.0));
            if set_before == set_after {
                continue;
            }
            let back = if set_after.is_none() { " (default)" } else { "" };
            all.push(format!(
                "{}: {} \u{2192} {}{back}",
                d.label,
                short(&d.kind, &was.1.value),
                short(&d.kind, &now.1.value)
            ));
        }
        let more = all.len().saturating_sub(NAMED);
        all.truncate(NAMED);
        let tail = if more > 0 { format!("; and {more} more") } else { String::new() };
        if all.is_empty() { "Nothing was changed.".into() } else { format!("Saved. {}{tail}", all.join("; ")) }
    }
}
