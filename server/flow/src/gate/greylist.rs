//! The tests of greylisting (guide chapter 2 "Greylisting"). A DNS that does not answer fails nobody.

use filter::auth::{Dns, dns::Failure};
use model::settings::{GreylistTest, GreylistingValues};
use model::{Direction, EmailAddress, SessionInfo};
use smtp::HeaderFaults;
use std::net::IpAddr;
use std::time::Duration;
use tokio::time::timeout;

/// For all questions about one client.
const PATIENCE: Duration = Duration::from_secs(5);

/// The first test that client and sender fail, of those that the settings make.
pub async fn envelope(
    dns: &dyn Dns,
    g: &GreylistingValues,
    session: &SessionInfo,
    from: Option<&EmailAddress>,
) -> Option<GreylistTest> {
    let makes = |test: GreylistTest| g.level.makes(test, &g.tests);
    let helo = session.helo.trim_end_matches('.');
    let literal = helo.trim_start_matches('[').trim_end_matches(']');
    let literal = literal.get(..5).filter(|t| t.eq_ignore_ascii_case("IPv6:")).map_or(literal, |_| &literal[5..]);
    let literal = literal.parse::<IpAddr>().ok().map(|ip| ip.to_canonical());
    use GreylistTest::*;
    if makes(HeloName) && literal.is_none() && !helo.contains('.') {
        return Some(HeloName);
    }
    if makes(HeloTld) && literal.is_none() && !filter::hosts::has_known_tld(helo) {
        return Some(HeloTld);
    }
    let sender = from.map(EmailAddress::domain_str);
    if makes(MailName) && sender.is_some_and(|d| !d.contains('.')) {
        return Some(MailName);
    }
    if makes(MailTld) && sender.is_some_and(|d| !filter::hosts::has_known_tld(d)) {
        return Some(MailTld);
    }
    let asked = async {
        if makes(MailFdns)
            && let Some(domain) = sender
            && !exists(dns, domain).await
        {
            return Some(MailFdns);
        }
        let addresses = match literal {
            Some(ip) => Ok(vec![ip]),
            None if makes(HeloIp) || makes(HeloRdns) || makes(HeloFdns) => addresses(dns, helo).await,
            None => return None,
        };
        // Undecided for now.
        let Ok(addresses) = addresses else { return None };
        if makes(HeloIp) && !addresses.contains(&session.client_ip.to_canonical()) {
            return Some(HeloIp);
        }
        if !(makes(HeloRdns) || makes(HeloFdns)) {
            return None;
        }
        let mut names = Vec::new();
        for ip in addresses.iter().take(4) {
            match dns.ptr(*ip).await {
                Ok(found) => names.extend(found),
                Err(Failure::Temporary(_)) => return None,
                Err(_) => {}
            }
        }
        if makes(HeloRdns) && names.is_empty() {
            return Some(HeloRdns);
        }
        let same = |name: &String| name.trim_end_matches('.').eq_ignore_ascii_case(helo);
        (makes(HeloFdns) && literal.is_none() && !names.iter().any(same)).then_some(HeloFdns)
    };
    timeout(PATIENCE, asked).await.unwrap_or_default()
}

/// The first test that the header of a message fails.
pub fn header(g: &GreylistingValues, direction: Direction, faults: HeaderFaults) -> Option<GreylistTest> {
    use GreylistTest::*;
    let tests = match direction {
        Direction::Inbound => [InEmpty, InIllegal, InUnterminated],
        Direction::Outbound => [OutEmpty, OutIllegal, OutUnterminated],
    };
    let failed = [faults.empty, faults.illegal, faults.unterminated];
    tests.into_iter().zip(failed).find(|(test, failed)| *failed && g.level.makes(*test, &g.tests)).map(|(test, _)| test)
}

/// All addresses of a name; empty where there are none.
async fn addresses(dns: &dyn Dns, name: &str) -> Result<Vec<IpAddr>, Failure> {
    let (a, aaaa) = tokio::join!(dns.a(name), dns.aaaa(name));
    let mut out = Vec::new();
    for found in
        [a.map(|l| l.into_iter().map(IpAddr::V4).collect()), aaaa.map(|l| l.into_iter().map(IpAddr::V6).collect())]
    {
        let found: Result<Vec<IpAddr>, Failure> = found;
        match found {
            Ok(found) => out.extend(found),
            Err(Failure::Temporary(why)) if out.is_empty() => return Err(Failure::Temporary(why)),
            Err(_) => {}
        }
    }
    Ok(out)
}

/// Whether a domain has a mail exchanger or an address.
async fn exists(dns: &dyn Dns, domain: &str) -> bool {
    match dns.mx(domain).await {
        Ok(_) | Err(Failure::Temporary(_)) => return true,
        Err(Failure::NxDomain) => return false,
        Err(Failure::NoData) => {}
    }
    addresses(dns, domain).await.map_or(true, |found| !found.is_empty())
}

/// What a try is remembered by: the client's network, sender and recipient.
pub fn key(ip: IpAddr, from: Option<&EmailAddress>, to: &EmailAddress) -> String {
    let network = match ip.to_canonical() {
        IpAddr::V4(ip) => u128::from(u32::from(ip) >> 8),
        IpAddr::V6(ip) => u128::from(ip) >> 64,
    };
    format!("{network:x} <{}> <{}>", from.map(EmailAddress::key).unwrap_or_default(), to.key())
}
