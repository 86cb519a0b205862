//! Trying the hosts of a route without sending anything (guide chapters 6 and 7 "Test Connection").

use super::Shared;
use crate::client::{Connection, Setup};
use crate::route::{self, NoAddress, NoHosts};
use crate::{Encryption, Route, Timeouts};
use model::HostPort;
use model::view::{CertificateView, HostTest};
use std::net::SocketAddr;
use std::time::Duration;

/// Hosts that are tried, at the same time.
const HOSTS_MAX: usize = 5;
/// Each step of it, for somebody who waits.
const PATIENCE: Duration = Duration::from_secs(8);

pub(super) async fn probe(shared: &Shared, route: &Route) -> Vec<HostTest> {
    let hosts = match route::hosts(route, &*shared.routing, &shared.options).await {
        Ok(hosts) => hosts,
        Err(NoHosts::Permanent(_, problem) | NoHosts::Temporary(problem)) => {
            return vec![HostTest { problem, ..HostTest::default() }];
        }
    };
    let t = shared.setup.timeouts;
    let timeouts = Timeouts {
        connect: t.connect.min(PATIENCE),
        greeting: t.greeting.min(PATIENCE),
        hello: t.hello.min(PATIENCE),
        ..t
    };
    let setup = &Setup { timeouts, ..shared.setup.clone() };
    let (level, public, names) = (&hosts.encryption, hosts.public.is_some(), &hosts.names);
    let tests = hosts.hosts.iter().take(HOSTS_MAX).map(|host| async move {
        let ips = route::addresses(&host.host, public, names, &shared.options).await;
        let found = ips.map(|found| found.ips.into_iter().next());
        match found {
            Ok(Some(ip)) => one(host, SocketAddr::new(ip, host.port), level, setup).await,
            Ok(None) => HostTest { host: host.to_string(), problem: "it has no address".into(), ..HostTest::default() },
            Err(NoAddress::NotFound(problem) | NoAddress::Temporary(problem)) => {
                HostTest { host: host.to_string(), problem, ..HostTest::default() }
            }
        }
    });
    futures::future::join_all(tests).await
}

/// Greets and encrypts whatever the certificate, so that it can be shown; then says what the level would say of it.
async fn one(host: &HostPort, address: SocketAddr, level: &Encryption, setup: &Setup) -> HostTest {
    let look = if *level == Encryption::Never { Encryption::Never } else { Encryption::Attempt };
    let connection = match Connection::open(host, address, &look.into(), setup).await {
        Ok(connection) => connection,
        Err(error) => {
            return HostTest { host: host.to_string(), problem: error.to_string(), ..HostTest::default() };
        }
    };
    let chain = connection.certificates();
    let problem = match (&connection.tls, level.is_required()) {
        (None, true) => "TLS is required, but the host does not offer it, or it fails".to_owned(),
        (None, false) => String::new(),
        (Some(_), _) => {
            setup.tls.judge(&level.clone().into(), &host.host, chain).err().map(|p| p.to_string()).unwrap_or_default()
        }
    };
    let certificate: Option<CertificateView> = chain.first().and_then(crate::client::certificate_view);
    let test = HostTest {
        host: connection.to_string(),
        tls: connection.tls.clone().unwrap_or_default(),
        certificate,
        problem,
    };
    connection.quit().await;
    test
}
