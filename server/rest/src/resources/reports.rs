//! Figures: the home page's overview, and reports by name.

use super::words::{ActionWord, CategoryWord, DirectionWord};
use crate::api::Api;
use crate::auth::Caller;
use crate::body::Json;
use crate::error::ApiError;
use crate::params::Query;
use crate::time::Time;
use axum::extract::{Path, State};
use model::time::DAY;
use model::view::TrafficHour;
use model::{Action, Category, Direction, Timestamp};
use serde::{Deserialize, Serialize};
use service::Service;
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

/// Recipients of one hour with the same category, action and direction.
#[derive(Debug, Serialize, ToSchema)]
pub struct TrafficRow {
    /// The hour's start; in the report `categories` the start of the period.
    pub hour: Time,
    #[schema(value_type = CategoryWord)]
    pub category: Category,
    #[schema(value_type = ActionWord)]
    pub action: Action,
    #[schema(value_type = DirectionWord)]
    pub direction: Direction,
    pub count: u64,
}

impl From<TrafficHour> for TrafficRow {
    fn from(r: TrafficHour) -> Self {
        TrafficRow {
            hour: Time(r.hour),
            category: r.category,
            action: r.action,
            direction: r.direction,
            count: r.count,
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Report {
    pub name: ReportName,
    pub from: Time,
    pub to: Time,
    pub rows: Vec<TrafficRow>,
}

/// What there are reports of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReportName {
    /// Recipients by hour, category, action and direction.
    Traffic,
    /// The same summed over the period.
    Categories,
}

/// What there is, and what waits.
#[derive(Debug, Serialize, ToSchema)]
pub struct Totals {
    pub accounts: u64,
    pub domains: u64,
    pub mailboxes: u64,
    /// Messages held now.
    pub quarantined: u64,
    /// What needs attention, in sentences.
    pub alerts: Vec<String>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Period {
    /// The start, down to the whole hour; a day before `to` unless given.
    #[param(inline, nullable = false)]
    from: Option<Time>,
    /// The end; now unless given.
    #[param(inline, nullable = false)]
    to: Option<Time>,
}

/// The longest period of one report.
const PERIOD_MAX: i64 = 366 * DAY;

impl Period {
    fn bounds(self) -> Result<(Timestamp, Timestamp), ApiError> {
        let to = self.to.map_or_else(Timestamp::now, |t| t.0);
        let from = self.from.map_or_else(|| to.plus(-DAY), |t| t.0).hour();
        if from >= to {
            return Err(ApiError::field("from", "The period must begin before it ends."));
        }
        if to.since(from) > PERIOD_MAX {
            return Err(ApiError::field("from", "A report covers at most 366 days."));
        }
        Ok((from, to))
    }
}

pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(totals)).routes(routes!(report))
}

/// Shows totals and what needs attention
#[utoipa::path(
    get, path = "/overview", operation_id = "get_overview", tag = "reports",
    responses((status = 200, description = "Totals of what the token may see", body = Totals)),
    security(("token" = ["reports:read"])),
)]
async fn totals(State(service): State<Service>, caller: Caller) -> Result<Json<Totals>, ApiError> {
    let now = Timestamp::now();
    let seen = service.overview(&caller.actor, now, now).await?;
    Ok(Json(Totals {
        accounts: seen.accounts,
        domains: seen.domains,
        mailboxes: seen.mailboxes,
        quarantined: seen.quarantined,
        alerts: seen.alerts,
    }))
}

/// Makes a report
#[utoipa::path(
    get, path = "/reports/{name}", operation_id = "get_report", tag = "reports",
    params(("name" = inline(ReportName), Path), Period),
    responses((status = 200, description = "The report", body = Report)),
    security(("token" = ["reports:read"])),
)]
async fn report(
    State(service): State<Service>,
    caller: Caller,
    Path(name): Path<String>,
    Query(period): Query<Period>,
) -> Result<Json<Report>, ApiError> {
    let name = match name.as_str() {
        "traffic" => ReportName::Traffic,
        "categories" => ReportName::Categories,
        _ => return Err(ApiError::not_found("report; there are traffic and categories")),
    };
    let (from, to) = period.bounds()?;
    let hours = service.traffic(&caller.actor, from, to).await?;
    let rows = match name {
        ReportName::Traffic => hours.into_iter().map(TrafficRow::from).collect(),
        ReportName::Categories => summed(hours, from),
    };
    Ok(Json(Report { name, from: Time(from), to: Time(to), rows }))
}

fn summed(hours: Vec<TrafficHour>, from: Timestamp) -> Vec<TrafficRow> {
    let mut sums: BTreeMap<(Category, Action, Direction), u64> = BTreeMap::new();
    for h in hours {
        *sums.entry((h.category, h.action, h.direction)).or_default() += h.count;
    }
    let row =
        |((category, action, direction), count)| TrafficRow { hour: Time(from), category, action, direction, count };
    sums.into_iter().map(row).collect()
}
