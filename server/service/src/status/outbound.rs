//! The status of a network that sends through this server (guide chapter 7).

use super::{addresses, ask, records};
use crate::outbound::outbound_in;
use crate::{Error, Service, UseCase};
use filter::auth::dns::Dns;
use model::view::status::OutboundStatus;
use model::{Actor, DomainId, DomainName};
use std::net::IpAddr;
use store::outbound::Member;

/// Member domains that are looked at.
const MEMBERS: usize = 20;

impl Service {
    /// Whether this server's name is sound, who the network is, and whether its member domains let this server send.
    pub async fn outbound_status(&self, actor: &Actor, id: i64) -> Result<OutboundStatus, Error> {
        let scope = self.permit(actor, UseCase::ListOutbound)?;
        let mut c = self.inner.store.read().await?;
        let row = outbound_in(&mut c, scope, id).await?;
        let members = store::outbound::members(&mut c, id).await?;
        drop(c);

        let dns = self.dns();
        let dns = &*dns;
        let hostname = self.config().hostname.as_str();
        let ours = addresses(dns, hostname).await;
        let ips = ours.clone().unwrap_or_default();
        let back = futures::future::join_all(ips.iter().map(|ip| async move { (*ip, ask(dns.ptr(*ip)).await) }));
        let client = async { if row.range.is_single() { Some(client(dns, row.range.address()).await) } else { None } };
        let named = members.iter().take(MEMBERS).map(|m| {
            let (id, name): (Option<DomainId>, &DomainName) = match m {
                Member::Domain(id, name) => (Some(*id), name),
                Member::External(name) => (None, name),
            };
            let ips = &ips;
            async move {
                let mut check = self.spf_check(dns, name, ips, true).await;
                check.key = format!("spf-{}", name.as_str().replace('.', "-"));
                check.title = name.to_string();
                (id, check)
            }
        });
        let (back, client, named) = tokio::join!(back, client, futures::future::join_all(named));
        let mut checks = vec![records::name(hostname, &ours, &back)];
        checks.extend(client);
        Ok(OutboundStatus {
            id,
            range: row.range.to_string(),
            nickname: row.nickname,
            checked: self.now(),
            records: checks,
            more: members.len().saturating_sub(named.len()),
            members: named,
        })
    }
}

async fn client(dns: &dyn Dns, ip: IpAddr) -> model::view::status::RecordCheck {
    let names = ask(dns.ptr(ip)).await;
    let mut confirmed = None;
    // A stranger's zone may have very many names.
    for name in names.iter().flatten().take(4) {
        if addresses(dns, name).await.is_ok_and(|all| all.contains(&ip.to_canonical())) {
            confirmed = Some(name.as_str());
            break;
        }
    }
    records::client(ip, &names, confirmed)
}
