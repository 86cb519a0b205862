//! Asking verifiers (guide chapter 9): SMTP VRFY, SMTP RCPT TO, lists of users, and several of them in turn. The other
//! types cannot be asked here and count as not answering.

use super::Discovery;
use super::callout::{self, By, Said};
use model::definition::verifier::{Method, Server, Ssl};
use model::{AccountId, EmailAddress, HostPort};
use service::Service;

/// Servers of one verifier that are tried.
const SERVERS: usize = 3;
const SMTP: u16 = 25;

/// Whether the account's verifier of this name knows the recipient: the first of its members that does says so, and
/// all must have answered for it not to exist.
pub(super) async fn recipient(
    service: &Service,
    discovery: &Discovery,
    account: AccountId,
    name: &str,
    to: &EmailAddress,
) -> Said {
    let methods = methods(service, account, name).await;
    let mut all = if methods.is_empty() { Said::Nothing } else { Said::Unknown };
    for method in methods {
        let said = match &method {
            Method::Static(list) => {
                let key = to.without_tag().key();
                if list.users.iter().any(|u| u.address.key() == key) { Said::Exists } else { Said::Unknown }
            }
            Method::Vrfy(v) => discovery.question(&hosts(&v.servers), By::Vrfy, to).await,
            Method::RcptTo(v) => discovery.question(&hosts(&v.servers), By::Rcpt, to).await,
            other => unable(name, other),
        };
        match said {
            Said::Exists => return said,
            Said::Nothing => all = said,
            Said::Unknown => {}
        }
    }
    all
}

/// Whether the password is right; none where no verifier could say so.
pub(super) async fn password(
    service: &Service,
    discovery: &Discovery,
    account: AccountId,
    verifier: &str,
    name: &str,
    word: &str,
) -> Option<bool> {
    let mut answer = None;
    for method in methods(service, account, verifier).await {
        let right = match &method {
            Method::Static(list) => service.static_password(list, name, word).await.ok(),
            Method::Vrfy(v) => ask_servers(discovery, &v.servers, name, word).await,
            Method::RcptTo(v) => ask_servers(discovery, &v.servers, name, word).await,
            other => {
                unable(verifier, other);
                None
            }
        };
        match right {
            Some(true) => return Some(true),
            Some(false) => answer = Some(false),
            None => {}
        }
    }
    answer
}

async fn methods(service: &Service, account: AccountId, name: &str) -> Vec<Method> {
    service.verifier_methods(account, name).await.unwrap_or_else(|error| {
        tracing::error!(%error, verifier = name, "a verifier cannot be read");
        Vec::new()
    })
}

fn unable(verifier: &str, method: &Method) -> Said {
    tracing::error!(verifier, kind = method.label(), "verifiers of this type cannot be asked");
    Said::Nothing
}

/// TLS at once and TLS or nothing are not what these questions do: such servers are left out.
fn hosts(servers: &[Server]) -> Vec<HostPort> {
    let plain = servers.iter().filter(|s| matches!(s.ssl, Ssl::False | Ssl::TryStartTls));
    let host = |s: &Server| HostPort { host: s.address.host.clone(), port: s.address.port.unwrap_or(SMTP) };
    plain.map(host).take(SERVERS).collect()
}

async fn ask_servers(discovery: &Discovery, servers: &[Server], name: &str, word: &str) -> Option<bool> {
    let may_encrypt = servers.iter().filter(|s| s.ssl != Ssl::True);
    for server in may_encrypt.take(SERVERS) {
        let host = HostPort { host: server.address.host.clone(), port: server.address.port.unwrap_or(SMTP) };
        let only_tls = server.ssl == Ssl::StartTls;
        match callout::password(&**discovery.dns(), &host, discovery.hostname(), name, word, only_tls).await {
            Ok(right) => return Some(right),
            Err(error) => tracing::warn!(%host, %error, "a verifier's server cannot be asked about a password"),
        }
    }
    None
}
