//! Opening a session with one of a route's hosts: who may be used, and what each must prove.

use super::worker::{NoSession, no_session};
use super::{Shared, Way};
use crate::Encryption;
use crate::client::{Connection, OpenError};
use crate::route::{self, Hosts, NoAddress};
use crate::security::{self, Demand, DomainSecurity, FailureKind, TlsResult};
use model::{HostPort, TlsWish};
use std::net::{IpAddr, SocketAddr};

/// Addresses that are tried for one host, and for one attempt.
const ADDRESSES_MAX: usize = 8;

/// What is learnt while one host after the other is tried.
struct Tried {
    /// Hosts without an address.
    missing: usize,
    /// The last host, and what went wrong there.
    last: (String, String),
    /// Something went wrong that may be otherwise at another time, whatever the hosts offer.
    temporary: bool,
    /// A host is as it should be but for REQUIRETLS.
    no_require_tls: bool,
}

/// The first host and address that takes a session.
pub(super) async fn dial(shared: &Shared, way: &Way, hosts: &Hosts) -> Result<Connection, NoSession> {
    let o = &shared.options;
    let domain = match &hosts.public {
        Some(public) => Some(
            security::of_domain(
                &public.domain,
                public.secure,
                &hosts.encryption,
                way.wish,
                &hosts.names,
                &shared.sts,
                o.timeouts,
            )
            .await,
        ),
        None => None,
    };
    note(shared, domain.as_ref().and_then(DomainSecurity::policy_trouble));
    let last = (String::new(), format!("no host is known for {way}"));
    let mut tried = Tried { missing: 0, last, temporary: false, no_require_tls: false };
    for host in &hosts.hosts {
        if let Some(connection) = one_host(shared, way, hosts, domain.as_ref(), host, &mut tried).await {
            return Ok(connection);
        }
    }
    if domain.is_some() && tried.missing == hosts.hosts.len() {
        return Err(NoSession::Never("5.4.4", format!("no mail exchanger of {} has an address", way.route)));
    }
    let (host, text) = tried.last;
    if way.wish == TlsWish::Required && !tried.temporary {
        // No host of this destination will do (RFC 8689 §4.2.1).
        let status = if tried.no_require_tls { "5.7.30" } else { "5.7.10" };
        let host = if host.is_empty() { host } else { format!("{host}: ") };
        return Err(NoSession::Never(status, format!("REQUIRETLS cannot be met: {host}{text}")));
    }
    Err(no_session(host, text))
}

async fn one_host(
    shared: &Shared,
    way: &Way,
    hosts: &Hosts,
    domain: Option<&DomainSecurity<'_>>,
    host: &HostPort,
    tried: &mut Tried,
) -> Option<Connection> {
    let found = match route::addresses(&host.host, domain.is_some(), &hosts.names, &shared.options).await {
        Ok(found) => found,
        Err(NoAddress::NotFound(text)) => {
            tried.missing += 1;
            tried.last = (String::new(), text);
            return None;
        }
        Err(NoAddress::Temporary(text)) => {
            tried.temporary = true;
            tried.last = (String::new(), text);
            return None;
        }
    };
    let demand = match domain {
        Some(domain) => match domain.of_host(host, found.secure, &found.name).await {
            Ok(demand) => demand,
            Err(unfit) => {
                tried.temporary |= unfit.temporary;
                tried.last = (host.to_string(), unfit.text.clone());
                note(shared, domain.results(host, None, None, Some((unfit.kind, unfit.text))));
                return None;
            }
        },
        None => Demand { require: way.wish == TlsWish::Required, ..Demand::from(hosts.encryption.clone()) },
    };
    for ip in found.ips.into_iter().take(ADDRESSES_MAX) {
        let address = SocketAddr::new(ip, host.port);
        match Connection::open(host, address, &demand, &shared.setup).await {
            Ok(connection) => {
                metrics::counter!("postern_delivery_connections_total").increment(1);
                if let Some(domain) = domain {
                    note(shared, session_results(shared, domain, &connection, host, ip, &demand));
                }
                return Some(connection);
            }
            Err(error) => {
                tracing::debug!(destination = %way, %host, %address, %error, "cannot connect");
                if let (Some(domain), Some(failure)) = (domain, security::failure(&error)) {
                    note(shared, domain.results(host, Some(ip), Some(&demand), Some(failure)));
                }
                match error {
                    OpenError::NoRequireTls => tried.no_require_tls = true,
                    OpenError::NotOffered | OpenError::Certificate(_) => {}
                    _ => tried.temporary = true,
                }
                tried.last = (host.to_string(), explained(&error, &demand));
            }
        }
    }
    None
}

/// Who asks for what was not met, where that is not the administrator.
fn explained(error: &OpenError, demand: &Demand) -> String {
    let tls = matches!(error, OpenError::NotOffered | OpenError::Certificate(_) | OpenError::Tls(_));
    let by = match demand {
        _ if !tls => None,
        Demand { tlsa: Some(_), named: true, .. } => Some("DANE and MTA-STS"),
        Demand { tlsa: Some(_), .. } => Some("DANE"),
        Demand { named: true, .. } => Some("MTA-STS"),
        Demand { require: true, .. } => Some("REQUIRETLS"),
        _ => None,
    };
    by.map_or_else(|| error.to_string(), |by| format!("{error} (asked for by {by})"))
}

/// What to report of a session that was taken.
fn session_results(
    shared: &Shared,
    domain: &DomainSecurity<'_>,
    connection: &Connection,
    host: &HostPort,
    ip: IpAddr,
    demand: &Demand,
) -> Vec<TlsResult> {
    let encrypted = connection.tls.is_some();
    let judged =
        shared.setup.tls.judge(&Encryption::Named(String::new()).into(), &host.host, connection.certificates());
    let clear = (!encrypted)
        .then(|| (FailureKind::StarttlsNotSupported, "the host does not offer TLS, or it fails".to_owned()));
    let failure = domain.tested(host, encrypted, judged).or(clear);
    domain.results(host, Some(ip), Some(demand), failure)
}

fn note(shared: &Shared, results: impl IntoIterator<Item = TlsResult>) {
    if let Some(counter) = &shared.options.tls_results {
        results.into_iter().for_each(|result| counter.note(result));
    }
}
