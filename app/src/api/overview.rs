//! The home page's figures.

use super::{ApiError, Notice};
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use model::view::Overview;

/// Traffic of the last `hours` (1 to 168) and what is held and waiting now.
#[server(name = GetOverview, prefix = "/fn", endpoint = "overview", input = GetUrl)]
pub async fn overview(hours: u16) -> Result<Overview, ApiError> {
    use super::context::{fail, reader};
    use model::{Timestamp, time::HOUR};
    let (service, actor) = reader()?;
    let to = Timestamp::now();
    let from = to.hour().plus(-HOUR * (i64::from(hours.clamp(1, 168)) - 1));
    service.overview(&actor, from, to).await.map_err(fail)
}

/// Tries every destination that waits, now.
#[server(name = RetryQueue, prefix = "/fn", endpoint = "queue_retry")]
pub async fn retry_queue(form_token: String) -> Result<Notice, ApiError> {
    use super::context::{fail, writer};
    let (service, actor) = writer(&form_token)?;
    service.retry_queue(&actor).await.map_err(fail)?;
    Ok(Notice::new("Trying every destination now"))
}
