//! What the service asks of the network while somebody waits for the answer.

use delivery::{Queue, Route};
use filter::auth::dns::{Dns, Failure};
use model::view::HostTest;
use service::{BoxFuture, Network, Way};
use std::sync::Arc;
use std::time::Duration;

/// Longer nobody waits for a page.
const PATIENCE: Duration = Duration::from_secs(8);

pub struct LiveNetwork {
    dns: Arc<dyn Dns>,
    queue: Queue,
}

impl LiveNetwork {
    pub fn new(dns: Arc<dyn Dns>, queue: Queue) -> LiveNetwork {
        LiveNetwork { dns, queue }
    }
}

impl Network for LiveNetwork {
    fn txt<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Vec<String>, String>> {
        Box::pin(async move {
            let answer = tokio::time::timeout(PATIENCE, self.dns.txt(name)).await;
            match answer.unwrap_or_else(|_| Err(Failure::Temporary("the DNS does not answer".into()))) {
                Ok(found) => Ok(found.iter().map(|text| String::from_utf8_lossy(text).into_owned()).collect()),
                Err(Failure::NxDomain | Failure::NoData) => Ok(Vec::new()),
                Err(Failure::Temporary(why)) => Err(why),
            }
        })
    }
    fn try_way(&self, way: Way) -> BoxFuture<'_, Vec<HostTest>> {
        Box::pin(async move {
            let route = match way {
                Way::Gateways(domain) => Route::Gateway(domain),
                Way::Onward(network, domain) => Route::Outbound { network, domain, special: false },
                Way::Special(network, domain) => Route::Outbound { network, domain, special: true },
            };
            self.queue.probe(&route).await
        })
    }
}
