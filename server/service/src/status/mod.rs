//! The status of a domain (guide chapter 6) and of a sending network (chapter 7): what the DNS says now, and what it should
//! say; whether the gateways answer. Nothing is changed.

mod outbound;
pub(crate) mod records;

use crate::domain_change::domain_in;
use crate::{Error, Service, UseCase};
use filter::auth::dns::{Answer, Dns, Failure};
use filter::auth::{Spf, spf};
use model::view::status::{DomainStatus, RecordCheck};
use model::{Actor, Direction, DomainId, DomainName};
use records::Found;
use std::net::IpAddr;
use std::time::Duration;
use tokio::time::timeout;

/// For one question, of somebody who waits.
const PATIENCE: Duration = Duration::from_secs(5);
/// For the evaluation of one SPF record, which asks several.
const SPF_PATIENCE: Duration = Duration::from_secs(8);
/// Addresses of this server that are tried.
const ADDRESSES: usize = 4;
/// Names above a domain that may have its DMARC record.
const ABOVE: usize = 4;

/// The answer; nothing where there is no such name or record.
async fn ask<T>(answer: Answer<'_, T>) -> Result<Vec<T>, String> {
    match timeout(PATIENCE, answer).await {
        Ok(Ok(found)) => Ok(found),
        Ok(Err(Failure::NxDomain | Failure::NoData)) => Ok(Vec::new()),
        Ok(Err(Failure::Temporary(why))) => Err(format!("The DNS does not answer: {why}.")),
        Err(_) => Err(format!("The DNS does not answer within {} seconds.", PATIENCE.as_secs())),
    }
}

async fn texts(dns: &dyn Dns, name: &str) -> Found {
    let found = ask(dns.txt(name)).await?;
    Ok(found.iter().map(|t| String::from_utf8_lossy(t).into_owned()).collect())
}

/// Of both kinds; an error only where neither came.
async fn addresses(dns: &dyn Dns, name: &str) -> Result<Vec<IpAddr>, String> {
    let (v4, v6) = tokio::join!(ask(dns.a(name)), ask(dns.aaaa(name)));
    let failed = v4.as_ref().err().or(v6.as_ref().err()).cloned();
    let mut all: Vec<IpAddr> = v4.unwrap_or_default().into_iter().map(IpAddr::V4).collect();
    all.extend(v6.unwrap_or_default().into_iter().map(IpAddr::V6));
    all.truncate(ADDRESSES);
    match failed {
        Some(why) if all.is_empty() => Err(why),
        _ => Ok(all),
    }
}

impl Service {
    /// What receivers would say of mail of the domain from each of these addresses, by the code that judges our own mail.
    async fn spf_of(&self, dns: &dyn Dns, domain: &DomainName, ips: &[IpAddr]) -> Vec<(IpAddr, Spf)> {
        let hostname = &self.config().hostname;
        let sender = format!("postmaster@{domain}");
        let tried = ips.iter().map(|ip| {
            let query = spf::Query {
                ip: *ip,
                domain: domain.as_str(),
                sender: &sender,
                helo: hostname,
                receiver: hostname,
                now: self.now(),
            };
            async move {
                let late = || Spf {
                    result: model::finding::AuthResult::TempError,
                    problem: Some("the DNS does not answer in time".into()),
                    ..Spf::default()
                };
                (*ip, timeout(SPF_PATIENCE, spf::check_host(dns, query)).await.unwrap_or_else(|_| late()))
            }
        });
        futures::future::join_all(tried).await
    }

    /// The check of a domain's SPF from where this server sends.
    async fn spf_check(&self, dns: &dyn Dns, domain: &DomainName, ips: &[IpAddr], sends: bool) -> RecordCheck {
        let (found, evaluated) = tokio::join!(texts(dns, domain.as_str()), self.spf_of(dns, domain, ips));
        records::spf(domain, &found, &evaluated, &self.config().hostname, sends)
    }

    /// Asks the DNS and the gateways now; some seconds where nobody answers.
    pub async fn domain_status(&self, actor: &Actor, id: DomainId) -> Result<DomainStatus, Error> {
        let scope = self.permit(actor, UseCase::ListDomains)?;
        let mut c = self.inner.store.read().await?;
        let row = domain_in(&mut c, scope, id).await?;
        let keys = store::dkim::of_domain(&mut c, id).await?;
        let sends = store::outbound::is_member(&mut c, id).await?;
        let signs = crate::layers::of_domain(&mut c, &row).await?.resolve(Direction::Inbound).dkim.sign;
        drop(c);

        let dns = self.dns();
        let (dns, domain, hostname) = (&*dns, &row.name, self.config().hostname.as_str());
        let spf = async {
            let ips = addresses(dns, hostname).await.unwrap_or_default();
            self.spf_check(dns, domain, &ips, sends).await
        };
        let above = std::iter::successors(Some(domain.clone()), parent).take(ABOVE);
        let dmarc = above.map(|at| async move {
            let found = texts(dns, &format!("_dmarc.{at}")).await;
            (at, found)
        });
        let signing = keys.iter().map(|k| async move { records::dkim(&k.key, &self.published(&k.key).await, signs) });
        let (sts, sts_host) = (format!("_mta-sts.{domain}"), format!("mta-sts.{domain}"));
        let rpt = format!("_smtp._tls.{domain}");
        let (mx, spf, dmarc, mut dkim, sts, sts_host, rpt, gateways) = tokio::join!(
            ask(dns.mx(domain.as_str())),
            spf,
            futures::future::join_all(dmarc),
            futures::future::join_all(signing),
            texts(dns, &sts),
            addresses(dns, &sts_host),
            texts(dns, &rpt),
            self.try_gateways(&row.gateways),
        );
        if dkim.is_empty() {
            dkim.push(records::no_dkim(sends));
        }
        let day: String = self.now().rfc3339().chars().take(10).filter(char::is_ascii_digit).collect();
        let sts_host = sts_host.map(|ips| ips.iter().map(ToString::to_string).collect());
        let mut checks = vec![records::mx(domain, mx, hostname), spf];
        checks.extend(dkim);
        checks.push(records::dmarc(domain, &dmarc));
        checks.push(records::mta_sts(domain, &sts, &sts_host, hostname, &day));
        checks.push(records::tls_rpt(domain, &rpt));
        Ok(DomainStatus {
            id,
            domain: domain.to_string(),
            checked: self.now(),
            sends,
            records: checks,
            gateways: gateways?,
        })
    }
}

/// The domain above, as long as it has two labels.
fn parent(domain: &DomainName) -> Option<DomainName> {
    let (_, above) = domain.as_str().split_once('.')?;
    DomainName::parse(above).ok().filter(|d| d.as_str().contains('.'))
}
