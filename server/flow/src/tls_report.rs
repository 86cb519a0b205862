//! TLS reports (RFC 8460): counting what became of sessions, and telling the recipients' domains that ask for it.

use crate::signing::Signer;
use delivery::client::{Authorities, Tls};
use delivery::https::{self, Request};
use delivery::security::{TlsResult, TlsResults};
use delivery::{Delivery, Plan, Queue, Routing, Target};
use filter::auth::dns::{Dns, Failure};
use flate2::{Compression, write::GzEncoder};
use mail_auth::common::parse::TxtRecordParser;
use mail_auth::mta_sts::{ReportUri, TlsRpt};
use mail_auth::report::tlsrpt::{DateRange, FailureDetails, Policy, PolicyDetails, Summary, TlsReport};
use model::time::DAY;
use model::{
    Actor, Direction, DomainName, EmailAddress, Envelope, MessageId, Notify, Recipient, SessionInfo, Timestamp, TlsWish,
};
use parking_lot::Mutex;
use service::{Service, SnapshotStore};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io::Write;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use store::tls_result::{TlsReportRow, TlsResultRow};

/// Different results between two times of writing down; what comes beyond is not counted.
const KEPT: usize = 20_000;
/// Lines of a policy that are quoted, and characters of one.
const LINES: usize = 100;
const LINE: usize = 300;
/// Domains that are told in one go; the next go is soon.
const AT_ONCE: i64 = 200;
/// Addresses of a domain that are told.
const ADDRESSEES: usize = 5;
/// Failures of one policy that are told one by one.
const DETAILS: usize = 500;
/// A domain whose record cannot be had for so many days is not told.
const PATIENCE: i64 = 3;
/// For a report over HTTPS.
const POST: Duration = Duration::from_secs(30);
/// How long a report is tried.
const LIFETIME: i64 = DAY;

/// Counts in memory until it is written down.
#[derive(Default)]
pub struct Tally {
    counts: Mutex<BTreeMap<Key, (String, i64)>>,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    day: i64,
    domain: String,
    kind: &'static str,
    policy: String,
    mx: String,
    host: String,
    address: String,
    failure: &'static str,
}

impl TlsResults for Tally {
    fn note(&self, r: TlsResult) {
        let lines = |lines: &[String]| {
            let cut = lines.iter().take(LINES).map(|l| l.chars().take(LINE).collect::<String>());
            cut.collect::<Vec<_>>().join("\n")
        };
        let (failure, detail) = r.failure.as_ref().map_or(("", ""), |(kind, detail)| (kind.name(), detail.as_str()));
        let key = Key {
            day: Timestamp::now().0.div_euclid(DAY),
            domain: r.domain,
            kind: r.kind.name(),
            policy: lines(&r.policy),
            mx: lines(&r.mx),
            // Good sessions are counted together.
            host: if failure.is_empty() { String::new() } else { r.host },
            address: r.address.filter(|_| !failure.is_empty()).map(|ip| ip.to_string()).unwrap_or_default(),
            failure,
        };
        let mut counts = self.counts.lock();
        if counts.len() >= KEPT && !counts.contains_key(&key) {
            metrics::counter!("postern_tls_results_dropped_total").increment(1);
            return;
        }
        counts.entry(key).or_insert_with(|| (detail.chars().take(LINE).collect(), 0)).1 += 1;
    }
}

impl Tally {
    /// What was counted since the last time.
    fn take(&self) -> Vec<TlsResultRow> {
        let counts = std::mem::take(&mut *self.counts.lock());
        counts
            .into_iter()
            .map(|(k, (detail, sessions))| TlsResultRow {
                policy_key: digest(&[k.kind, &k.policy, &k.mx])[..32].to_owned(),
                day: k.day,
                domain: k.domain,
                kind: k.kind.to_owned(),
                policy: k.policy,
                mx: k.mx,
                host: k.host,
                address: k.address,
                failure: k.failure.to_owned(),
                detail,
                sessions,
            })
            .collect()
    }
}

/// Writes counts down and sends reports.
pub struct TlsReporter {
    pub tally: Arc<Tally>,
    pub service: Service,
    pub queue: Queue,
    pub routing: Arc<dyn Routing>,
    pub signer: Signer,
    pub snapshots: SnapshotStore,
    pub dns: Arc<dyn Dns>,
    pub hostname: String,
    pub authorities: Authorities,
    /// 443 but in tests.
    pub https_port: u16,
}

impl TlsReporter {
    /// Writes down what this node has counted. What cannot be written is lost: these are figures, not mail.
    pub async fn flush(&self, actor: &Actor) -> Result<(), service::Error> {
        let rows = self.tally.take();
        if rows.is_empty() { Ok(()) } else { self.service.note_tls_results(actor, &rows).await }
    }

    /// Reports the days that are over, on one node at a time; how many reports went out.
    pub async fn send_due(&self, actor: &Actor) -> Result<usize, service::Error> {
        let mut sent = 0;
        for (day, domain) in self.service.tls_reports_due(actor, AT_ONCE).await? {
            let rows = self.service.tls_results(actor, day, &domain).await?;
            let count = |ok: bool| rows.iter().filter(|r| r.failure.is_empty() == ok).map(|r| r.sessions).sum();
            let mut done = TlsReportRow {
                day,
                domain: domain.clone(),
                successes: count(true),
                failures: count(false),
                sent_to: String::new(),
                problem: String::new(),
                at: Timestamp::now(),
            };
            match self.addressees(&domain).await {
                Ok(to) => {
                    let (went, problems) = self.send(day, &domain, &rows, &to).await;
                    sent += usize::from(!went.is_empty());
                    (done.sent_to, done.problem) = (went.join(" "), problems.join("; "));
                }
                Err(_) if Timestamp::now().0.div_euclid(DAY) - day <= PATIENCE => continue,
                Err(why) => done.problem = why,
            }
            self.service.tls_reported(actor, &done).await?;
        }
        Ok(sent)
    }

    /// Where a domain wants its reports (§3); none: nowhere.
    async fn addressees(&self, domain: &str) -> Result<Vec<ReportUri>, String> {
        let records = match self.dns.txt(&format!("_smtp._tls.{domain}")).await {
            Ok(records) => records,
            Err(Failure::NxDomain | Failure::NoData) => return Ok(Vec::new()),
            Err(Failure::Temporary(why)) => return Err(why),
        };
        let ours: Vec<_> = records.iter().filter_map(|r| TlsRpt::parse(r).ok()).collect();
        // More than one is as none.
        Ok(match ours.as_slice() {
            [one] => one.rua.iter().take(ADDRESSEES).cloned().collect(),
            _ => Vec::new(),
        })
    }

    /// Sends a day's report; where it went, and what was wrong with the rest.
    async fn send(
        &self,
        day: i64,
        domain: &str,
        rows: &[TlsResultRow],
        to: &[ReportUri],
    ) -> (Vec<String>, Vec<String>) {
        let (mut went, mut problems) = (Vec::new(), Vec::new());
        if to.is_empty() {
            return (went, problems);
        }
        let report = self.report(day, domain, rows);
        let packed = match gzip(report.to_json().as_bytes()) {
            Ok(packed) => packed,
            Err(error) => return (went, vec![error.to_string()]),
        };
        for uri in to {
            let (name, result) = match uri {
                ReportUri::Mail(address) => (address, self.mail(day, domain, address, &report, &packed).await),
                ReportUri::Http(url) => (url, self.post(url, &packed).await),
            };
            match result {
                Ok(()) => went.push(name.chars().filter(|c| !c.is_whitespace()).take(LINE).collect()),
                Err(why) => problems.push(format!("{}: {why}", name.chars().take(LINE).collect::<String>())),
            }
        }
        (went, problems)
    }

    fn report(&self, day: i64, domain: &str, rows: &[TlsResultRow]) -> TlsReport {
        let mut policies: BTreeMap<&str, Vec<&TlsResultRow>> = BTreeMap::new();
        rows.iter().for_each(|r| policies.entry(&r.policy_key).or_default().push(r));
        let start = day * 24 * 3_600;
        TlsReport {
            organization_name: Some(self.hostname.clone()),
            date_range: DateRange::from_timestamps(start, start + 24 * 3_600 - 1),
            contact_info: Some(format!("postmaster@{}", self.sender().0)),
            report_id: format!("{}@{}", &digest(&[&day.to_string(), domain])[..24], self.hostname),
            policies: policies.into_values().filter_map(|rows| policy(domain, &rows)).collect(),
        }
    }

    /// The domain in whose name we speak: the nearest protected one above this host, which then signs; else the host.
    fn sender(&self) -> (String, Option<model::AccountId>) {
        let snapshot = self.snapshots.get();
        let mut name = self.hostname.as_str();
        loop {
            if let Some(domain) = snapshot.domain(name) {
                return (name.to_owned(), Some(domain.account));
            }
            match name.split_once('.') {
                Some((_, above)) => name = above,
                None => return (self.hostname.clone(), None),
            }
        }
    }

    async fn mail(&self, day: i64, domain: &str, to: &str, report: &TlsReport, packed: &[u8]) -> Result<(), String> {
        let to = EmailAddress::parse(to).map_err(|e| e.to_string())?;
        let (sender, account) = self.sender();
        let from = format!("postmaster@{sender}");
        // A report about TLS that fails must arrive where TLS fails (RFC 8460 §3, RFC 8689 §5).
        let mut raw = b"TLS-Required: No\r\n".to_vec();
        let addressee = std::iter::once(to.as_str());
        report
            .write_rfc5322_from_bytes(domain, &self.hostname, from.as_str(), addressee, packed, &mut raw)
            .map_err(|e| e.to_string())?;
        let mut edits = Vec::new();
        if let (Some(account), Ok(sender)) = (account, DomainName::parse(&sender)) {
            self.signer.sign(&self.snapshots.get(), account, &sender, &raw, &mut edits);
        }
        let now = Timestamp::now();
        let recipient =
            Recipient { address: to.clone(), orcpt: None, notify: Notify { never: true, ..Notify::default() } };
        let delivery = Delivery {
            edits,
            tracked: false,
            bounce: false,
            ..Delivery::new(
                self.routing.route(&to),
                None,
                vec![Target::new(recipient.clone())],
                now,
                now.plus(LIFETIME),
            )
        };
        // The same report has the same id, so that a crash between sending and noting it sends no second one.
        let id = u128::from_str_radix(&digest(&["tls-report", &day.to_string(), domain, to.as_str()])[..32], 16);
        let envelope = Envelope {
            id: MessageId::new(Timestamp((day + 1) * DAY), id.unwrap_or_default()),
            received: now,
            direction: Direction::Outbound,
            session: SessionInfo::own(&self.hostname),
            return_path: None,
            recipients: vec![recipient],
            eight_bit: !raw.is_ascii(),
            smtputf8: !to.is_ascii(),
            return_headers_only: true,
            envid: None,
            size: raw.len() as u64,
            tls_wish: TlsWish::Optional,
            sending: None,
        };
        match self.queue.send(envelope, raw, Plan::new(vec![delivery])).await {
            Ok(()) | Err(delivery::Error::Spool { source: spool::Error::Exists(_), .. }) => Ok(()),
            Err(error) => Err(error.to_string()),
        }
    }

    async fn post(&self, target: &str, packed: &[u8]) -> Result<(), String> {
        let target = url::Url::parse(target).map_err(|e| e.to_string())?;
        let host =
            target.domain().filter(|_| target.scheme() == "https").ok_or("it is no https:// with a host name")?;
        let mut addresses: Vec<IpAddr> =
            self.dns.a(host).await.unwrap_or_default().into_iter().map(IpAddr::V4).collect();
        addresses.extend(self.dns.aaaa(host).await.unwrap_or_default().into_iter().map(IpAddr::V6));
        let ip = addresses.first().ok_or("the host has no address")?;
        let path = target.query().map_or_else(|| target.path().to_owned(), |q| format!("{}?{q}", target.path()));
        let request =
            Request { method: "POST", host, path: &path, content_type: "application/tlsrpt+gzip", body: packed };
        let tls = Tls::new(self.authorities.clone()).map_err(|e| e.to_string())?;
        let address = SocketAddr::new(*ip, target.port().unwrap_or(self.https_port));
        match https::send(request, address, &tls, 16 << 10, POST).await {
            Ok(r) if (200..300).contains(&r.status) => Ok(()),
            Ok(r) => Err(format!("the answer is {}", r.status)),
            Err(error) => Err(error.to_string()),
        }
    }
}

/// The part of a report about one policy.
fn policy(domain: &str, rows: &[&TlsResultRow]) -> Option<Policy> {
    let first = rows.first()?;
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    let named = |text: &str| serde_json::Value::String(text.to_owned());
    let number = |n: i64| u32::try_from(n).unwrap_or(u32::MAX);
    let total = |ok: bool| number(rows.iter().filter(|r| r.failure.is_empty() == ok).map(|r| r.sessions).sum());
    let failures = rows.iter().filter(|r| !r.failure.is_empty()).take(DETAILS).map(|r| FailureDetails {
        result_type: serde_json::from_value(named(&r.failure)).unwrap_or_default(),
        sending_mta_ip: None,
        receiving_mx_hostname: Some(r.host.clone()).filter(|h| !h.is_empty()),
        receiving_mx_helo: None,
        receiving_ip: r.address.parse().ok(),
        failed_session_count: number(r.sessions),
        additional_information: Some(r.detail.clone()).filter(|d| !d.is_empty()),
        failure_reason_code: None,
    });
    Some(Policy {
        policy: PolicyDetails {
            policy_type: serde_json::from_value(named(&first.kind)).unwrap_or_default(),
            policy_string: lines(&first.policy),
            policy_domain: domain.to_owned(),
            mx_host: lines(&first.mx),
        },
        summary: Summary { total_success: total(true), total_failure: total(false) },
        failure_details: failures.collect(),
    })
}

fn gzip(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::default());
    packer.write_all(bytes)?;
    packer.finish()
}

/// 64 hexadecimal digits of these texts.
fn digest(texts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for text in texts {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text);
    }
    hash.finalize().iter().map(|b| format!("{b:02x}")).collect()
}
