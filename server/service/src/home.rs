//! The tiles of an administrator's home page: which they chose, and what stands in them.

use crate::{Error, Service, UseCase, permits};
use model::time::HOUR;
use model::view::{HomeData, ListQuery, Overview};
use model::{Actor, AdministratorId, ErrorCode, Principal, Role, TILES, Tile, Timestamp};
use store::quarantine::HeldBy;

/// Rows of a tile that lists something.
const ROWS: u32 = 6;
/// The name of the choice among an administrator's preferences.
const PREFERENCE: &str = "tiles";

/// The tiles that a role may see, the usual ones first.
pub fn tiles_for(role: Role) -> Vec<Tile> {
    use Tile::*;
    let usual = [Traffic, Quarantine, Queue, Categories, TopSenders, Domains, Mailboxes, Alerts, Audit, System];
    let may = |tile: &Tile| match tile {
        Queue | Alerts | System => permits(role, UseCase::ViewQueue),
        Audit => permits(role, UseCase::ReadAudit),
        _ => true,
    };
    usual.into_iter().filter(may).collect()
}

fn person(actor: &Actor) -> Option<AdministratorId> {
    match actor.principal {
        Principal::Administrator { id, .. } => Some(id),
        _ => None,
    }
}

impl Service {
    /// The tiles that the actor chose, without those that their role may see no more, filled up with the usual ones.
    pub async fn tiles(&self, actor: &Actor) -> Result<Vec<Tile>, Error> {
        self.permit(actor, UseCase::Overview)?;
        let stored = match person(actor) {
            Some(id) => {
                let mut c = self.inner.store.read().await?;
                store::preference::get(&mut c, id, PREFERENCE).await?
            }
            None => None,
        };
        let allowed = tiles_for(actor.role);
        let mut tiles: Vec<Tile> = Vec::new();
        let chosen = stored.unwrap_or_default();
        for tile in chosen.split(',').filter_map(|w| w.parse().ok()).chain(allowed.iter().copied()) {
            if tiles.len() < TILES && allowed.contains(&tile) && !tiles.contains(&tile) {
                tiles.push(tile);
            }
        }
        Ok(tiles)
    }

    /// Keeps the choice of one's own tiles, each once, in this order.
    pub async fn set_tiles(&self, actor: &Actor, tiles: &[Tile]) -> Result<(), Error> {
        self.permit(actor, UseCase::Overview)?;
        let Some(id) = person(actor) else {
            return Err(Error::new(ErrorCode::Forbidden, "Only administrators have a home page."));
        };
        let allowed = tiles_for(actor.role);
        let once = tiles.iter().enumerate().all(|(n, t)| !tiles[..n].contains(t));
        if tiles.len() != TILES.min(allowed.len()) || !once || tiles.iter().any(|t| !allowed.contains(t)) {
            return Err(Error::field("tiles", format!("Choose {TILES} tiles, each once.")));
        }
        let words: Vec<&str> = tiles.iter().map(|t| t.as_str()).collect();
        let mut tx = self.inner.store.begin().await?;
        store::preference::set(&mut tx, id, PREFERENCE, &words.join(",")).await?;
        Ok(tx.commit().await?)
    }

    /// The home page of the last `hours`. Only what the chosen tiles show is looked up.
    pub async fn home(&self, actor: &Actor, hours: u16) -> Result<HomeData, Error> {
        let to = self.now();
        let from = to.hour().plus(-HOUR * (i64::from(hours.clamp(1, 168)) - 1));
        let overview = self.overview(actor, from, to).await?;
        let tiles = self.tiles(actor).await?;
        let has = |tile| tiles.contains(&tile);
        let top_senders =
            if has(Tile::TopSenders) { self.most_held(actor, HeldBy::Sender, from).await? } else { vec![] };
        let top_recipients =
            if has(Tile::Mailboxes) { self.most_held(actor, HeldBy::Recipient, from).await? } else { vec![] };
        let rows = |sort: &str, desc| ListQuery { sort: sort.into(), desc, per_page: ROWS, ..ListQuery::default() };
        let domains =
            if has(Tile::Domains) { self.domains(actor, &rows("mailboxes", true)).await?.rows } else { vec![] };
        let audit = if has(Tile::Audit) { self.audit(actor, &rows("", false)).await?.rows } else { vec![] };
        let system = if has(Tile::System) { self.system_facts(&overview) } else { vec![] };
        Ok(HomeData { overview, tiles, top_senders, top_recipients, domains, audit, system })
    }

    async fn most_held(&self, actor: &Actor, by: HeldBy, since: Timestamp) -> Result<Vec<(String, u64)>, Error> {
        let scope = self.permit(actor, UseCase::ListQuarantine)?;
        let mut c = self.inner.store.read().await?;
        Ok(store::quarantine::most_held(&mut c, scope, by, since, ROWS).await?)
    }

    fn system_facts(&self, o: &Overview) -> Vec<(String, String)> {
        let config = self.config();
        let database = match self.inner.store.dialect() {
            store::Dialect::Sqlite => "SQLite",
            store::Dialect::Postgres => "PostgreSQL",
        };
        [
            ("Version", config.version.clone()),
            ("Host name", config.hostname.clone()),
            ("Node", config.node.clone()),
            ("Database", database.to_owned()),
            ("Waiting for the filter", o.waiting_filter.to_string()),
            ("Waiting for delivery", o.waiting_delivery.to_string()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tile_is_for_somebody_and_each_role_has_a_page_full() {
        assert_eq!(tiles_for(Role::System).len(), Tile::ALL.len());
        for role in [Role::Account, Role::Operator, Role::Dashboard] {
            assert!(tiles_for(role).len() >= TILES, "{role:?}");
        }
    }
}
