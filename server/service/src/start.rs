//! Whether a new domain is ready to filter (guide chapter 4 "Quick Start"): its gateways answer, its MX record leads here,
//! and its SPF record lets this server send.

use crate::{Error, Service, UseCase};
use filter::auth::dns::Failure;
use model::view::{CheckLine, GatewayCheck, StartCheck};
use model::{Actor, DomainId, HostPort};

/// Said where the installation cannot ask, as on the command line.
const UNKNOWN: &str = "The server cannot look this up.";
/// Gateways that are tried at once.
const GATEWAYS: usize = 20;

/// The SPF record that lets `hostname` send: what is there, with one more mechanism; or a new one.
fn spf_wanted(now: Option<&str>, hostname: &str) -> String {
    match now {
        Some(text) if spf_names(text, hostname) => text.to_owned(),
        Some(text) => format!("v=spf1 a:{hostname}{}", text.get("v=spf1".len()..).unwrap_or_default()),
        None => format!("v=spf1 a:{hostname} -all"),
    }
}

/// Whether a record names the host itself, or the domain's mail exchangers.
fn spf_names(text: &str, hostname: &str) -> bool {
    let own = format!("a:{}", hostname.to_lowercase());
    text.to_lowercase().split_ascii_whitespace().map(|m| m.trim_start_matches('+')).any(|m| m == own || m == "mx")
}

fn is_spf(text: &str) -> bool {
    let lower = text.to_lowercase();
    lower == "v=spf1" || lower.starts_with("v=spf1 ")
}

fn mx_line(found: Result<Vec<String>, String>, hostname: &str) -> CheckLine {
    match found {
        Err(why) => CheckLine { good: false, said: why },
        Ok(hosts) if hosts.is_empty() => CheckLine { good: false, said: "There is no MX record yet.".into() },
        Ok(hosts) => {
            let ours = |h: &String| h.trim_end_matches('.').eq_ignore_ascii_case(hostname);
            let others: Vec<_> = hosts.iter().filter(|h| !ours(h)).cloned().collect();
            match (others.len() < hosts.len(), others.is_empty()) {
                (true, true) => CheckLine { good: true, said: format!("Mail comes here: {}.", hosts.join(", ")) },
                (true, false) => {
                    let said = format!("Mail comes here, but may go around the filter by {}.", others.join(", "));
                    CheckLine { good: false, said }
                }
                _ => CheckLine { good: false, said: format!("Mail still goes to {}.", others.join(", ")) },
            }
        }
    }
}

fn spf_line(found: &Result<Vec<String>, String>, hostname: &str) -> CheckLine {
    let records: Vec<_> = found.iter().flatten().filter(|t| is_spf(t)).collect();
    let (good, said) = match (found, records.as_slice()) {
        (Err(why), _) => (false, why.clone()),
        (_, []) => (false, "There is no SPF record yet.".into()),
        (_, [one]) if spf_names(one, hostname) => (true, format!("This server may send: {one}")),
        (_, [one]) => (false, format!("The record does not name this server: {one}")),
        (_, many) => {
            (false, format!("There are {} SPF records; there must be one (RFC 7208 section 3.2).", many.len()))
        }
    };
    CheckLine { good, said }
}

impl Service {
    /// Asks the gateways and the DNS now; some seconds where nobody answers.
    pub async fn check_domain(&self, actor: &Actor, id: DomainId) -> Result<StartCheck, Error> {
        self.permit(actor, UseCase::AddDomain)?;
        let row = self.domain(actor, id).await?.row;
        let hostname = self.config().hostname.clone();
        let network = self.network().ok();
        let gateways: Vec<HostPort> = row.gateways.iter().take(GATEWAYS).cloned().collect();
        let mut tried = tokio::task::JoinSet::new();
        for (n, gateway) in gateways.iter().cloned().enumerate() {
            if let Some(network) = network.cloned() {
                tried.spawn(async move { (n, network.greeting(&gateway).await) });
            }
        }
        let (mx, txt) = match network {
            Some(network) => tokio::join!(network.mx(&row.name), network.txt(&row.name)),
            None => (Err(Failure::Temporary(UNKNOWN.to_owned())), Err(UNKNOWN.to_owned())),
        };
        let mx = mx.or_else(|failure| match failure {
            Failure::NxDomain => Err(format!("The DNS knows no {}.", row.name)),
            Failure::NoData => Ok(Vec::new()),
            Failure::Temporary(why) => Err(why),
        });
        let mut answers: Vec<Result<String, String>> = vec![Err(UNKNOWN.to_owned()); gateways.len()];
        while let Some(answer) = tried.join_next().await {
            let (n, answer) = answer.map_err(|e| Error::Internal(format!("asking a gateway: {e}")))?;
            answers[n] = answer;
        }
        let spf_now = txt.iter().flatten().find(|t| is_spf(t)).cloned();
        let line = |answer: Result<String, String>| match answer {
            Ok(said) => CheckLine { good: true, said },
            Err(said) => CheckLine { good: false, said },
        };
        Ok(StartCheck {
            domain: row.name,
            gateways: gateways
                .iter()
                .zip(answers)
                .map(|(g, a)| GatewayCheck { gateway: g.to_string(), line: line(a) })
                .collect(),
            mx_wanted: format!("10 {hostname}."),
            mx: mx_line(mx, &hostname),
            spf_wanted: spf_wanted(spf_now.as_deref(), &hostname),
            spf: spf_line(&txt, &hostname),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mail_comes_here_only_where_every_exchanger_is_this_server() {
        let line = |hosts: &[&str]| mx_line(Ok(hosts.iter().map(|h| (*h).to_owned()).collect()), "mx.filter.test");
        assert!(line(&["MX.filter.test."]).good);
        assert!(!line(&["mx.filter.test", "old.acme.test"]).good && !line(&["old.acme.test"]).good && !line(&[]).good);
        assert!(line(&["mx.filter.test", "old.acme.test"]).said.contains("around the filter by old.acme.test"));
        assert_eq!(mx_line(Err("no answer".into()), "x").said, "no answer");
    }

    #[test]
    fn the_spf_record_keeps_what_is_there() {
        let host = "mx.filter.test";
        assert_eq!(spf_wanted(None, host), "v=spf1 a:mx.filter.test -all");
        assert_eq!(spf_wanted(Some("v=spf1 include:a.test ~all"), host), "v=spf1 a:mx.filter.test include:a.test ~all");
        assert_eq!(spf_wanted(Some("v=spf1 mx -all"), host), "v=spf1 mx -all");
        let line = |texts: &[&str]| spf_line(&Ok(texts.iter().map(|t| (*t).to_owned()).collect()), host);
        assert!(line(&["other", "v=spf1 a:MX.filter.test -all"]).good);
        assert!(!line(&["v=spf1 -all"]).good && !line(&["v=spf1 mx", "v=spf1 a"]).good && !line(&["v=spf10"]).good);
    }
}
