//! Lists of addresses in the DNS (RFC 5782), those that the operator names. None is asked unless one is named.

use super::Authenticator;
use futures::future::join_all;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

/// Time for all lists together; one that does not answer by then lists nothing.
const TIME: Duration = Duration::from_secs(3);

impl Authenticator {
    /// Which of the lists, by their zones, list the address. An address of a private network is not asked about.
    pub async fn listed(&self, ip: IpAddr, zones: &[String]) -> Vec<String> {
        let ip = ip.to_canonical();
        if zones.is_empty() || matches!(ip, IpAddr::V4(v4) if v4.is_private() || v4.is_link_local()) {
            return Vec::new();
        }
        let reversed = reversed(ip);
        let ask = |zone: &String| {
            let (name, zone) = (format!("{reversed}.{zone}"), zone.clone());
            async move { self.dns.a(&name).await.is_ok_and(|found| found.iter().any(says_listed)).then_some(zone) }
        };
        let all = tokio::time::timeout(TIME, join_all(zones.iter().map(ask))).await;
        all.unwrap_or_default().into_iter().flatten().collect()
    }
}

/// Answers are in 127.0.0.0/8; 127.255.255.0/24 says that the question was refused.
fn says_listed(answer: &Ipv4Addr) -> bool {
    let [a, b, c, _] = answer.octets();
    a == 127 && !(b == 255 && c == 255)
}

/// The address as labels, last part first (RFC 5782 §2.1, §2.4).
fn reversed(ip: IpAddr) -> String {
    let mut labels: Vec<String> = match ip {
        IpAddr::V4(v4) => v4.octets().iter().map(u8::to_string).collect(),
        IpAddr::V6(v6) => v6.octets().iter().flat_map(|b| [format!("{:x}", b >> 4), format!("{:x}", b & 15)]).collect(),
    };
    labels.reverse();
    labels.join(".")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::auth::Zone;
    use crate::auth::dns::Record;
    use model::Timestamp;
    use std::sync::Arc;

    #[tokio::test]
    async fn an_address_is_listed_where_the_answer_says_so() {
        let mut zone = Zone::default();
        zone.add("9.113.0.203.bl.test", Record::A([127, 0, 0, 4].into()));
        zone.add("9.113.0.203.refuses.test", Record::A([127, 255, 255, 254].into()));
        zone.add("9.113.0.203.wrong.test", Record::A([192, 0, 2, 1].into()));
        zone.add("9.113.0.203.slow.test", Record::Timeout);
        let six = format!("{}.bl.test", "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2");
        zone.add(&six, Record::A([127, 0, 0, 2].into()));
        let auth = Authenticator::with_zone(zone, Arc::new(Timestamp::now));
        let zones: Vec<String> = ["bl.test", "refuses.test", "wrong.test", "none.test"].map(String::from).into();
        assert_eq!(auth.listed("203.0.113.9".parse().unwrap(), &zones).await, ["bl.test"]);
        assert_eq!(auth.listed("2001:db8::1".parse().unwrap(), &zones).await, ["bl.test"]);
        assert!(auth.listed("10.0.0.1".parse().unwrap(), &zones).await.is_empty());
    }
}
