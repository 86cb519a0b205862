//! The content filters of a domain or an outbound IP: which are on, in which order, with which action (guide chapter 10
//! "Adding a Content Filter to a Domain or Outbound IP").
//!
//! A filter is on where the place's settings name it with an action; the order is kept beside them.

use super::content_filter::action_problem;
use crate::domain_change::domain_in;
use crate::outbound::outbound_in;
use crate::{Error, Service, UseCase};
use model::definition::ContentFilter;
use model::settings::Level;
use model::view::Feature;
use model::{AccountId, Action, ActionSetting, Actor, DomainId, FieldError, Settings};
use serde_json::{Map, Value as Json};
use std::collections::HashMap;
use store::change::Touched;
use store::definition::{Definition, Kind, Place};
use store::domain::Domain;
use store::outbound::OutboundIp;
use store::{Connection, Scope};

/// Where filters are active.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FilterPlace {
    Domain(DomainId),
    OutboundIp(i64),
}

/// A filter at a place.
#[derive(Debug, Clone, PartialEq)]
pub struct FilterUse {
    pub filter: i64,
    pub name: String,
    pub action: ActionSetting,
}

enum Row {
    Domain(Domain),
    OutboundIp(OutboundIp),
}

impl FilterPlace {
    fn stored(self) -> Place {
        match self {
            FilterPlace::Domain(id) => Place::Domain(id),
            FilterPlace::OutboundIp(id) => Place::Outbound(id),
        }
    }
    fn reading(self) -> UseCase {
        match self {
            FilterPlace::Domain(_) => UseCase::ListDomains,
            FilterPlace::OutboundIp(_) => UseCase::ListOutbound,
        }
    }
    fn writing(self) -> UseCase {
        match self {
            FilterPlace::Domain(_) => UseCase::EditDomain,
            FilterPlace::OutboundIp(_) => UseCase::EditOutbound,
        }
    }
    async fn find(self, c: &mut Connection, scope: Scope) -> Result<Row, Error> {
        Ok(match self {
            FilterPlace::Domain(id) => Row::Domain(domain_in(c, scope, id).await?),
            FilterPlace::OutboundIp(id) => Row::OutboundIp(outbound_in(c, scope, id).await?),
        })
    }
}

impl Row {
    fn account(&self) -> AccountId {
        match self {
            Row::Domain(d) => d.account,
            Row::OutboundIp(o) => o.account,
        }
    }
    fn name(&self) -> String {
        match self {
            Row::Domain(d) => d.name.to_string(),
            Row::OutboundIp(o) => o.range.to_string(),
        }
    }
    fn settings(&mut self) -> &mut Settings {
        match self {
            Row::Domain(d) => &mut d.settings,
            Row::OutboundIp(o) => &mut o.settings,
        }
    }
    fn path(&self) -> (&'static str, Level) {
        match self {
            Row::Domain(_) => ("filtering.content_filters", Level::Domain),
            Row::OutboundIp(_) => ("outbound_filtering.content_filters", Level::OutboundIp),
        }
    }
    /// By name in lower case, what the place's settings do with each filter.
    fn actions(&mut self) -> HashMap<String, ActionSetting> {
        let path = self.path().0;
        let Some(Json::Object(map)) = self.settings().get(path) else { return HashMap::new() };
        let action = |json| serde_json::from_value(json).ok();
        map.into_iter().filter_map(|(name, json)| Some((name.to_lowercase(), action(json)?))).collect()
    }
}

/// Ids and names of the content filters whose order is kept for a place.
pub(crate) async fn names_in_order(c: &mut Connection, place: Place) -> Result<Vec<(i64, String)>, Error> {
    let mut out = Vec::new();
    for id in store::definition::used_filters(c, place).await? {
        let found = store::definition::get::<ContentFilter>(c, Kind::ContentFilter, id).await?;
        out.extend(found.map(|f| (f.id, f.name)));
    }
    Ok(out)
}

impl Service {
    /// In the order in which they are looked at.
    pub async fn filters_of(&self, actor: &Actor, place: FilterPlace) -> Result<Vec<FilterUse>, Error> {
        let scope = self.permit(actor, place.reading())?;
        let mut c = self.inner.store.read().await?;
        let mut row = place.find(&mut c, scope).await?;
        let mut actions = row.actions();
        let all: Vec<Definition<ContentFilter>> =
            store::definition::of(&mut c, Kind::ContentFilter, Some(row.account())).await?;
        let mut order = store::definition::used_filters(&mut c, place.stored()).await?;
        // Those that only the settings name come last, by name.
        order.extend(all.iter().map(|f| f.id).filter(|id| !order.contains(id)).collect::<Vec<_>>());
        let by_id: HashMap<i64, Definition<ContentFilter>> = all.into_iter().map(|f| (f.id, f)).collect();
        let found = order.iter().filter_map(|id| by_id.get(id));
        let used = found.filter_map(|f| {
            Some(FilterUse { filter: f.id, name: f.name.clone(), action: actions.remove(&f.name.to_lowercase())? })
        });
        Ok(used.collect())
    }

    /// Makes these the filters of the place, in this order, and no others.
    pub async fn set_filters(
        &self,
        actor: &Actor,
        place: FilterPlace,
        filters: &[(i64, ActionSetting)],
    ) -> Result<(), Error> {
        let scope = self.permit(actor, place.writing())?;
        let mut tx = self.inner.store.begin().await?;
        let mut row = place.find(&mut tx, scope).await?;
        let account = row.account();
        let off = crate::layers::off(&mut tx, Some(account)).await?;
        let (mut map, mut names, mut wrong) = (Map::new(), Vec::new(), Vec::new());
        for (i, (id, action)) in filters.iter().enumerate() {
            let found = store::definition::get::<ContentFilter>(&mut tx, Kind::ContentFilter, *id).await?;
            let Some(filter) = found.filter(|f| f.account == Some(account)) else {
                let message = format!("The account has no content filter {id}.");
                wrong.push(FieldError { field: format!("filters[{i}].filter"), message });
                continue;
            };
            let json = serde_json::to_value(action).unwrap_or_default();
            wrong.extend(action_problem(&filter.name, &filter.body, &json, &format!("filters[{i}].action")));
            if action.action == Action::AttachEncrypted && off.contains(Feature::Encryption) {
                let message = format!("The account does not have {}.", Feature::Encryption.label());
                wrong.push(FieldError { field: format!("filters[{i}].action"), message });
            }
            if map.insert(filter.name.clone(), json).is_some() {
                let message = format!("{} is there twice.", filter.name);
                wrong.push(FieldError { field: format!("filters[{i}].filter"), message });
            }
            names.push(format!("{} ({})", filter.name, action.action.label()));
        }
        Error::fields(wrong)?;
        let (path, level) = row.path();
        let json = if map.is_empty() { Json::Null } else { Json::Object(map) };
        let changed = row.settings().patch(level, [(path, json)]).map_err(|mut wrong| {
            // A single field of this request holds what the setting is made of.
            wrong.iter_mut().for_each(|p| p.field = "filters".into());
            Error::fields(wrong).err().unwrap_or_else(|| Error::field("filters", "This is not accepted."))
        })?;
        let order: Vec<i64> = filters.iter().map(|(id, _)| *id).collect();
        let before = store::definition::used_filters(&mut tx, place.stored()).await?;
        if changed.is_empty() && before == order {
            return Ok(());
        }
        match &row {
            Row::Domain(d) => store::domain::update(&mut tx, d).await?,
            Row::OutboundIp(o) => drop(store::outbound::put(&mut tx, o).await?),
        }
        store::definition::use_filters(&mut tx, place.stored(), &order).await?;
        let act = if matches!(row, Row::Domain(_)) { "domain.content_filters" } else { "outbound.content_filters" };
        let detail = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
        self.note(&mut tx, actor, act, &row.name(), &detail, Some(account)).await?;
        let touched = match &row {
            Row::Domain(d) => Touched::Domain(d.id),
            Row::OutboundIp(_) => Touched::Outbound,
        };
        store::change::touch(&mut tx, &[touched]).await?;
        Ok(tx.commit().await?)
    }
}
