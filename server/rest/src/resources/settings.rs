//! Settings: the catalogue, and what each level sets.

use super::words::FeatureWord;
use crate::api::Api;
use crate::auth::Caller;
use crate::body::Json;
use crate::error::ApiError;
use crate::schema::schema_of;
use axum::extract::{Path, State};
use model::settings::{DEFINITIONS, Definition, Level};
use model::view::Feature;
use model::{AccountId, DomainId, MailboxId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use service::{Service, SettingsOf, SettingsView};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Where settings are set. Of the defaults, id 0 is the whole system's, any other that of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SettingsScope {
    /// How mail is received; its id is 0.
    Appliance,
    /// The whole system; its id is 0. As the place that a value comes from also a brand.
    System,
    Brand,
    Account,
    /// What domains have that set nothing else.
    DefaultInbound,
    /// What outbound IPs have that set nothing else.
    DefaultOutbound,
    /// What senders have who log in.
    DefaultRelay,
    Domain,
    OutboundIp,
    Group,
    Mailbox,
}

impl From<Level> for SettingsScope {
    fn from(level: Level) -> Self {
        match level {
            Level::Appliance => SettingsScope::Appliance,
            Level::Brand => SettingsScope::System,
            Level::Account => SettingsScope::Account,
            Level::DefaultInbound => SettingsScope::DefaultInbound,
            Level::DefaultOutbound => SettingsScope::DefaultOutbound,
            Level::OutboundRelay => SettingsScope::DefaultRelay,
            Level::Domain => SettingsScope::Domain,
            Level::OutboundIp => SettingsScope::OutboundIp,
            Level::Group => SettingsScope::Group,
            Level::Mailbox => SettingsScope::Mailbox,
        }
    }
}

/// What is known of a setting.
#[derive(Debug, Serialize, ToSchema)]
pub struct SettingDefinition {
    /// Its name everywhere: section and key.
    #[schema(example = "filtering.junk")]
    pub path: String,
    #[schema(example = "Junk")]
    pub label: String,
    /// What it does, in a sentence.
    pub help: String,
    /// Where it may be set by this API.
    pub scopes: Vec<SettingsScope>,
    /// Accounts without this feature do not have the setting; null: every account has it.
    #[schema(value_type = Option<FeatureWord>)]
    pub feature: Option<Feature>,
    /// What holds where nothing sets it.
    pub default: Value,
    /// JSON Schema of its values.
    pub schema: Value,
}

impl From<&Definition> for SettingDefinition {
    fn from(d: &Definition) -> Self {
        SettingDefinition {
            path: d.path(),
            label: d.label.to_owned(),
            help: d.help.to_owned(),
            scopes: d.levels.iter().map(SettingsScope::from).collect(),
            feature: d.feature,
            default: d.default(),
            schema: schema_of(&d.kind),
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct SettingsCatalogue {
    pub items: Vec<SettingDefinition>,
}

/// What holds for one setting.
#[derive(Debug, Serialize, ToSchema)]
pub struct EffectiveSetting {
    pub value: Value,
    /// Where it is set; null: nowhere, it is the product's default.
    pub from: Option<SettingsScope>,
}

/// The settings of one place.
#[derive(Debug, Serialize, ToSchema)]
pub struct SettingsState {
    /// What is set here, by path.
    #[schema(example = json!({ "filtering.junk": "quarantine" }))]
    pub set: BTreeMap<String, Value>,
    /// What holds here, by path.
    pub effective: BTreeMap<String, EffectiveSetting>,
}

impl From<SettingsView> for SettingsState {
    fn from(v: SettingsView) -> Self {
        let effective = v.effective.into_iter().map(|(path, source)| {
            let from = source.level.map(SettingsScope::from);
            (path, EffectiveSetting { value: source.value, from })
        });
        SettingsState {
            set: v.set.iter().map(|(d, value)| (d.path(), value.clone())).collect(),
            effective: effective.collect(),
        }
    }
}

/// Values by path; null takes a setting back to what holds below.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(example = json!({ "filtering.junk": "quarantine", "digest.frequency": null }))]
pub struct SettingsChange(pub BTreeMap<String, Value>);

pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(catalogue)).routes(routes!(get, change))
}

fn place(scope: &str, id: &str) -> Result<SettingsOf, ApiError> {
    let none = || {
        ApiError::not_found(
            "place of settings; there are appliance/0, system/0, brand/{id}, account/{id}, default-inbound/{account or 0}, \
             default-outbound/{account or 0}, default-relay/{account or 0}, domain/{id}, outbound-ip/{id}, group/{id} \
             and mailbox/{id}",
        )
    };
    let digits = !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit());
    let id: i64 = digits.then(|| id.parse().ok()).flatten().ok_or_else(none)?;
    let account = (id != 0).then_some(AccountId(id));
    match (scope, id) {
        ("appliance", 0) => Ok(SettingsOf::Appliance),
        ("system", 0) => Ok(SettingsOf::System),
        ("brand", id) => Ok(SettingsOf::Brand(id)),
        ("account", id) => Ok(SettingsOf::Account(AccountId(id))),
        ("default-inbound", _) => Ok(SettingsOf::DefaultInbound(account)),
        ("default-outbound", _) => Ok(SettingsOf::DefaultOutbound(account)),
        ("default-relay", _) => Ok(SettingsOf::DefaultRelay(account)),
        ("group", id) => Ok(SettingsOf::Group(id)),
        ("domain", id) => Ok(SettingsOf::Domain(DomainId(id))),
        ("outbound-ip", id) => Ok(SettingsOf::OutboundIp(id)),
        ("mailbox", id) => Ok(SettingsOf::Mailbox(MailboxId(id))),
        _ => Err(none()),
    }
}

/// Lists what can be set, and where
#[utoipa::path(
    get, path = "/settings", operation_id = "list_settings", tag = "settings",
    responses((status = 200, description = "All settings", body = SettingsCatalogue)),
    security(("token" = ["settings:read"])),
)]
async fn catalogue(State(service): State<Service>, caller: Caller) -> Result<Json<SettingsCatalogue>, ApiError> {
    service.may_read_settings(&caller.actor)?;
    Ok(Json(SettingsCatalogue { items: DEFINITIONS.iter().map(SettingDefinition::from).collect() }))
}

/// Shows the settings of one place
#[utoipa::path(
    get, path = "/settings/{scope}/{id}", operation_id = "get_settings", tag = "settings",
    params(("scope" = inline(SettingsScope), Path), ("id" = i64, Path)),
    responses((status = 200, description = "What is set there, and what holds there", body = SettingsState)),
    security(("token" = ["settings:read"])),
)]
async fn get(
    State(service): State<Service>,
    caller: Caller,
    Path((scope, id)): Path<(String, String)>,
) -> Result<Json<SettingsState>, ApiError> {
    Ok(Json(service.settings(&caller.actor, place(&scope, &id)?).await?.into()))
}

/// Changes settings of one place
///
/// All that are named or none: where one is wrong, the answer names every wrong one.
#[utoipa::path(
    patch, path = "/settings/{scope}/{id}", operation_id = "change_settings", tag = "settings",
    params(("scope" = inline(SettingsScope), Path), ("id" = i64, Path)), request_body = SettingsChange,
    responses((status = 200, description = "What is set there now, and what holds there", body = SettingsState)),
    security(("token" = ["settings:write"])),
)]
async fn change(
    State(service): State<Service>,
    caller: Caller,
    Path((scope, id)): Path<(String, String)>,
    Json(SettingsChange(changes)): Json<SettingsChange>,
) -> Result<Json<SettingsState>, ApiError> {
    let changes: Vec<(String, Value)> = changes.into_iter().collect();
    Ok(Json(service.change_settings(&caller.actor, place(&scope, &id)?, &changes).await?.into()))
}
