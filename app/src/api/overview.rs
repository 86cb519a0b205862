//! The home page's figures.

use super::{ApiError, Notice};
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use model::Tile;
use model::view::HomeData;

/// The figures and tiles of the last `hours` (1 to 168).
#[server(name = GetHome, prefix = "/fn", endpoint = "home", input = GetUrl)]
pub async fn home(hours: u16) -> Result<HomeData, ApiError> {
    use super::context::{fail, reader};
    let (service, actor) = reader()?;
    service.home(&actor, hours).await.map_err(fail)
}

/// The tiles that one chose, and those that one may choose from.
#[server(name = GetTiles, prefix = "/fn", endpoint = "tiles", input = GetUrl)]
pub async fn tiles() -> Result<(Vec<Tile>, Vec<Tile>), ApiError> {
    use super::context::{fail, reader};
    let (service, actor) = reader()?;
    Ok((service.tiles(&actor).await.map_err(fail)?, service::tiles_for(actor.role)))
}

/// Moves a tile one place: `way` is `back` or `on`.
#[server(name = MoveTile, prefix = "/fn", endpoint = "tile_move")]
pub async fn move_tile(
    form_token: String,
    #[server(default)] tile: String,
    #[server(default)] way: String,
) -> Result<Notice, ApiError> {
    use super::context::{fail, writer};
    let (service, actor) = writer(&form_token)?;
    let mut tiles = service.tiles(&actor).await.map_err(fail)?;
    let at = tiles.iter().position(|t| t.as_str() == tile);
    let to = match (at, way.as_str()) {
        (Some(at), "back") => at.checked_sub(1),
        (Some(at), _) => Some(at + 1).filter(|to| *to < tiles.len()),
        _ => None,
    };
    if let (Some(at), Some(to)) = (at, to) {
        tiles.swap(at, to);
        service.set_tiles(&actor, &tiles).await.map_err(fail)?;
    }
    Ok(Notice::new("Tiles saved").to("/admin"))
}

/// Six words of tiles, in their order.
#[server(name = ChooseTiles, prefix = "/fn", endpoint = "tiles_choose")]
pub async fn choose_tiles(form_token: String, #[server(default)] tiles: Vec<String>) -> Result<Notice, ApiError> {
    use super::context::{fail, writer};
    let (service, actor) = writer(&form_token)?;
    let tiles: Vec<Tile> = tiles.iter().filter_map(|t| t.parse().ok()).collect();
    service.set_tiles(&actor, &tiles).await.map_err(fail)?;
    Ok(Notice::new("Tiles saved").to("/admin"))
}

/// Tries every destination that waits, now.
#[server(name = RetryQueue, prefix = "/fn", endpoint = "queue_retry")]
pub async fn retry_queue(form_token: String) -> Result<Notice, ApiError> {
    use super::context::{fail, writer};
    let (service, actor) = writer(&form_token)?;
    service.retry_queue(&actor).await.map_err(fail)?;
    Ok(Notice::new("Trying every destination now"))
}
