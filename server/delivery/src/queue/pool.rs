//! Sessions that wait for the next message.

use super::{Shared, Way};
use crate::client::Connection;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// Sessions that are kept for one route, at most.
const EACH: usize = 20;

pub(super) struct Pool {
    max_idle: Duration,
    idle: Mutex<HashMap<Way, Vec<(Instant, Connection)>>>,
}

impl Pool {
    pub fn new(max_idle: Duration) -> Self {
        Pool { max_idle, idle: Mutex::new(HashMap::new()) }
    }

    /// The session that was used last for this route, if one is alive.
    pub fn get(&self, route: &Way) -> Option<Connection> {
        let mut idle = self.idle.lock();
        let list = idle.get_mut(route)?;
        while let Some((since, connection)) = list.pop() {
            if since.elapsed() < self.max_idle && connection.is_alive() {
                return Some(connection);
            }
        }
        idle.remove(route);
        None
    }

    /// Keeps a session, or gives it back when there are enough.
    pub fn put(&self, route: &Way, connection: Connection) -> Option<Connection> {
        if self.max_idle.is_zero() {
            return Some(connection);
        }
        let mut idle = self.idle.lock();
        let list = idle.entry(route.clone()).or_default();
        if list.len() >= EACH {
            return Some(connection);
        }
        list.push((Instant::now(), connection));
        None
    }

    fn expired(&self) -> Vec<Connection> {
        let mut gone = Vec::new();
        self.idle.lock().retain(|_, list| {
            let (old, fresh) =
                std::mem::take(list).into_iter().partition(|(since, _)| since.elapsed() >= self.max_idle);
            *list = fresh;
            gone.extend(Vec::into_iter(old).map(|(_, connection)| connection));
            !list.is_empty()
        });
        gone
    }

    pub async fn close(&self) {
        let all: Vec<_> = self.idle.lock().drain().flat_map(|(_, list)| list).collect();
        futures::future::join_all(all.into_iter().map(|(_, connection)| connection.quit())).await;
    }
}

/// Says goodbye to sessions that nobody needed for `Options::max_idle`.
pub(super) async fn reap(shared: Arc<Shared>) {
    let pause = (shared.pool.max_idle / 2).max(Duration::from_millis(10));
    loop {
        tokio::select! {
            () = shared.ended.cancelled() => return,
            () = tokio::time::sleep(pause) => {}
        }
        futures::future::join_all(shared.pool.expired().into_iter().map(Connection::quit)).await;
    }
}
