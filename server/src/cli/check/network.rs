//! Who is asked about mail: DNS and clamd.

use super::finding::Finding;
use crate::config::Config;
use crate::serve::{filter_services, resolver};
use std::time::Duration;

/// Longer than this nobody waits for an answer about a message.
const PATIENCE: Duration = Duration::from_secs(10);

pub async fn dns(config: &Config) -> Finding {
    const NAME: &str = "DNS";
    let advice =
        "set dns.servers to a resolver that answers: without one SPF, DKIM, block lists and delivery by MX do not work";
    let made = config.dns_servers().map_err(|e| e.to_string()).and_then(|s| resolver(&s).map_err(|e| e.to_string()));
    let resolver = match made {
        Ok(resolver) => resolver,
        Err(error) => return Finding::fail(NAME, error, advice),
    };
    match tokio::time::timeout(PATIENCE, resolver.ns_lookup(".")).await {
        Err(_) => return Finding::fail(NAME, format!("no answer within {} s", PATIENCE.as_secs()), advice),
        // That there is no such name is an answer.
        Ok(Err(error)) if !error.is_no_records_found() => return Finding::fail(NAME, error, advice),
        Ok(_) => {}
    }
    match tokio::time::timeout(PATIENCE, resolver.lookup_ip(format!("{}.", config.hostname))).await {
        Ok(Ok(_)) => Finding::ok(NAME, format!("answers, and knows {}", config.hostname)),
        _ => Finding::warn(
            NAME,
            format!("answers, but has no address for {}", config.hostname),
            "give the host name an address: other servers look whether it has one",
        ),
    }
}

pub async fn clamd(config: &Config) -> Finding {
    const NAME: &str = "clamd";
    let clamd = match filter_services(config) {
        Ok(services) => services.clamd,
        Err(error) => return Finding::fail(NAME, error, "correct scan.clamd"),
    };
    let Some(clamd) = clamd else {
        return Finding::ok(NAME, "not configured; the embedded engine alone looks for viruses");
    };
    match clamd.scan(b"Subject: check\r\n\r\ncheck\r\n").await {
        filter::av::ClamdResult::Error(why) => {
            Finding::fail(NAME, why, "start clamd, correct scan.clamd, or set it to \"\"")
        }
        _ => Finding::ok(NAME, format!("answers at {}", clamd.address())),
    }
}
