//! Trying the hosts of a route without sending anything (guide chapters 6 and 7 "Test Connection").

use super::{Shared, levels};
use crate::client::{Connection, Setup};
use crate::route::{self, NoAddress, NoHosts};
use crate::{Encryption, Route, Timeouts};
use model::HostPort;
use model::view::{CheckLine, HostTest};
use std::net::SocketAddr;
use std::time::Duration;

/// Hosts that are tried, at the same time.
const HOSTS_MAX: usize = 5;
/// Each step of it, for somebody who waits.
const PATIENCE: Duration = Duration::from_secs(8);
/// Certificates of a host that are shown.
const CHAIN_MAX: usize = 8;

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
    let step = |good: bool, said: String| CheckLine { good, said };
    let mut steps = vec![step(true, format!("{} has the address {}.", host.host, address.ip()))];
    let look = if *level == Encryption::Never { Encryption::Never } else { Encryption::Attempt };
    let connection = match Connection::open(host, address, &look.clone().into(), setup).await {
        Ok(connection) => connection,
        Err(error) => {
            steps.push(step(false, format!("Connection to {address}: {error}.")));
            return HostTest { host: host.to_string(), problem: error.to_string(), steps, ..HostTest::default() };
        }
    };
    steps.push(step(true, format!("It greets at port {}, and answers EHLO.", address.port())));
    steps.push(match (&connection.tls, &look) {
        (Some(tls), _) => step(true, format!("STARTTLS: {tls}.")),
        (None, Encryption::Never) => step(true, "TLS is not tried: the setting is Never Encrypt.".to_owned()),
        (None, _) if connection.capabilities.starttls => {
            step(false, "STARTTLS is offered, but it fails; the session went on in clear text.".to_owned())
        }
        (None, _) => step(!level.is_required(), "It does not offer STARTTLS: clear text.".to_owned()),
    });
    let chain = connection.certificates();
    let problem = levels::problem(level, &connection, &host.host, setup);
    if !chain.is_empty() {
        let said = if problem.is_empty() { "Its certificate is taken.".to_owned() } else { format!("{problem}.") };
        steps.push(step(problem.is_empty(), said));
    }
    let mut views = chain.iter().take(CHAIN_MAX).filter_map(crate::client::certificate_view);
    let test = HostTest {
        host: connection.to_string(),
        tls: connection.tls.clone().unwrap_or_default(),
        certificate: views.next(),
        problem,
        chain: views.collect(),
        steps,
        levels: if look == Encryption::Never { Vec::new() } else { levels::all(&connection, &host.host, setup) },
    };
    connection.quit().await;
    test
}
