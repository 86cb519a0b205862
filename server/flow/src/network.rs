//! What the service asks of the network while somebody waits for the answer.

use crate::greeting::greeting;
use delivery::{Queue, Route};
use filter::auth::dns::{Answer, Dns, Failure};
use model::HostPort;
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

/// The answer, or none after as long as one waits for a page.
async fn in_time<T>(answer: Answer<'_, T>) -> Result<Vec<T>, Failure> {
    let late = |_| Err(Failure::Temporary("the DNS does not answer".into()));
    tokio::time::timeout(PATIENCE, answer).await.unwrap_or_else(late)
}

impl Network for LiveNetwork {
    fn mx<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Vec<String>, Failure>> {
        Box::pin(async move {
            let hosts = in_time(self.dns.mx(name)).await?;
            Ok(hosts.iter().map(|host| host.trim_end_matches('.').to_owned()).collect())
        })
    }
    fn greeting<'a>(&'a self, gateway: &'a HostPort) -> BoxFuture<'a, Result<String, String>> {
        Box::pin(greeting(gateway))
    }
    fn txt<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Vec<String>, String>> {
        Box::pin(async move {
            match in_time(self.dns.txt(name)).await {
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
            };
            self.queue.probe(&route).await
        })
    }
}
