//! `postern scan`: the filter over files, without a server.

use super::{CliResult, Where, log};
use clap::Args;
use filter::{Evidence, Knowledge, Policy, Services, Session};
use message::{Limits, Parsed};
use model::{Direction, DomainName, EmailAddress, Finding, ReversePath, Timestamp, Values};
use serde::Serialize;
use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

#[derive(Args)]
pub struct Scan {
    #[command(flatten)]
    at: Where,
    #[arg(long, default_value = "inbound")]
    direction: Direction,
    /// Envelope sender; the message's Return-Path or From unless given.
    #[arg(long, value_name = "ADDRESS")]
    from: Option<String>,
    /// Envelope recipient; the message's first To unless given.
    #[arg(long, value_name = "ADDRESS")]
    to: Option<EmailAddress>,
    /// Address that the message came from, for SPF and lists.
    #[arg(long, value_name = "IP")]
    client_ip: Option<IpAddr>,
    #[arg(long, default_value = "")]
    helo: String,
    /// Threads; one a core unless given.
    #[arg(long, default_value_t = 0)]
    jobs: usize,
    /// One JSON object a line.
    #[arg(long)]
    json: bool,
    /// Ask DNS and clamd, as the server does.
    #[arg(long)]
    online: bool,
    /// Files, directories, mailboxes in mbox format, or - for standard input.
    #[arg(required = true)]
    paths: Vec<PathBuf>,
}

/// A line of the output.
#[derive(Serialize)]
struct Line<'a> {
    file: &'a str,
    bytes: usize,
    category: String,
    action: &'a str,
    score: f32,
    findings: Vec<Shown<'a>>,
    elapsed_us: u64,
}

#[derive(Serialize)]
struct Shown<'a> {
    analyser: &'a str,
    category: String,
    rule: Option<u32>,
    info: &'a str,
    score: f32,
}

impl<'a> From<&'a Finding> for Shown<'a> {
    fn from(f: &'a Finding) -> Self {
        Shown {
            analyser: &f.analyser,
            category: f.category.to_string(),
            rule: f.rule,
            info: &f.info,
            score: round(f.score),
        }
    }
}

fn round(score: f32) -> f32 {
    (score * 100.0).round() / 100.0
}

impl Scan {
    pub fn run(self) -> CliResult {
        log("warn");
        let config = self.at.load()?;
        let knowledge = Knowledge::load(&config.data)?;
        let services = if self.online { Some(crate::serve::filter_services(&config)?) } else { None };
        let mut sources = Vec::new();
        for path in &self.paths {
            collect(path, &mut sources)?;
        }
        let jobs = match self.jobs {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            n => n,
        };
        let next = AtomicUsize::new(0);
        let failed = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..jobs.min(sources.len().max(1)) {
                scope.spawn(|| {
                    while let Some(source) = sources.get(next.fetch_add(1, Ordering::Relaxed)) {
                        if let Err(error) = self.scan_source(source, &knowledge, services.as_ref()) {
                            failed.fetch_add(1, Ordering::Relaxed);
                            eprintln!("postern: {}: {error}", source.display());
                        }
                    }
                });
            }
        });
        Ok(if failed.into_inner() == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    fn scan_source(&self, path: &Path, knowledge: &Knowledge, services: Option<&Services>) -> std::io::Result<()> {
        let raw = if path == Path::new("-") {
            let mut raw = Vec::new();
            std::io::stdin().read_to_end(&mut raw)?;
            raw
        } else {
            std::fs::read(path)?
        };
        let name = path.to_string_lossy();
        let messages = split_mbox(&raw);
        let many = messages.len() > 1;
        for (n, message) in messages.into_iter().enumerate() {
            let name = if many { format!("{name}#{}", n + 1) } else { name.to_string() };
            let line = self.scan_message(&name, message, knowledge, services)?;
            let mut out = std::io::stdout().lock();
            match out.write_all(line.as_bytes()) {
                // Whoever reads us has enough, as `head` does.
                Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe => std::process::exit(0),
                other => other?,
            }
        }
        Ok(())
    }

    fn scan_message(
        &self,
        name: &str,
        raw: &[u8],
        knowledge: &Knowledge,
        services: Option<&Services>,
    ) -> std::io::Result<String> {
        let started = Instant::now();
        let parsed = Parsed::parse(bytes::Bytes::copy_from_slice(raw), &Limits::default());
        let session = self.session(&parsed);
        let evidence = match services {
            Some(services) => super::block_on(filter::gather(&parsed, &session, services))?,
            None => Evidence::default(),
        };
        let findings = filter::inspect(&parsed, &session, &evidence, knowledge);
        let recipient = session.recipients.first().cloned();
        let domain = recipient.as_ref().map(EmailAddress::domain).or_else(|| DomainName::parse("localhost").ok());
        let verdict = domain.map(|domain| {
            let policy = Policy::new(Values::default(), domain.clone());
            let recipient = recipient.or_else(|| EmailAddress::parse(&format!("postmaster@{domain}")).ok());
            recipient.map(|r| filter::decide(&findings, &policy, &r))
        });
        let elapsed_us = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
        let Some(verdict) = verdict.flatten() else { return Ok(String::new()) };
        if self.json {
            let line = Line {
                file: name,
                bytes: raw.len(),
                category: verdict.category.to_string(),
                action: verdict.action.as_str(),
                score: round(findings.score),
                findings: findings.list.iter().map(Shown::from).collect(),
                elapsed_us,
            };
            return Ok(serde_json::to_string(&line)? + "\n");
        }
        let info = if verdict.info.is_empty() { String::new() } else { format!("  ({})", verdict.info) };
        Ok(format!("{:<10} {:<10} {:>6.1}  {name}{info}\n", verdict.category, verdict.action, findings.score))
    }

    fn session(&self, parsed: &Parsed) -> Session {
        let header = |name: &str| parsed.header(name).unwrap_or("").trim().trim_matches(['<', '>']).to_owned();
        let sender = parsed.from.as_ref().and_then(|f| f.address.clone());
        let return_path: ReversePath = match &self.from {
            Some(given) => EmailAddress::parse(given.trim_matches(['<', '>'])).ok(),
            None if parsed.header("return-path").is_some() => EmailAddress::parse(&header("return-path")).ok(),
            None => sender,
        };
        let to = self.to.clone().or_else(|| parsed.to.iter().find_map(|m| m.address.clone()));
        Session {
            direction: self.direction,
            client_ip: self.client_ip.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST)),
            helo: self.helo.clone(),
            hostname: "localhost".into(),
            return_path,
            recipients: to.into_iter().collect(),
            received: Timestamp::now(),
        }
    }
}

/// The files below a path, in name order.
pub(super) fn collect(path: &Path, out: &mut Vec<PathBuf>) -> Result<(), Box<dyn std::error::Error>> {
    if path == Path::new("-") {
        out.push(path.to_owned());
        return Ok(());
    }
    let meta = std::fs::metadata(path).map_err(|e| format!("{}: {e}", path.display()))?;
    if meta.is_file() {
        out.push(path.to_owned());
    } else if meta.is_dir() {
        let mut names = std::fs::read_dir(path)?.collect::<Result<Vec<_>, _>>()?;
        names.sort_by_key(std::fs::DirEntry::file_name);
        for entry in names {
            // A link could lead in a circle.
            if !entry.file_type()?.is_symlink() {
                collect(&entry.path(), out)?;
            }
        }
    }
    Ok(())
}

/// The messages of an mbox file (RFC 4155), or the one message that the file is.
pub(super) fn split_mbox(raw: &[u8]) -> Vec<&[u8]> {
    if !raw.starts_with(b"From ") {
        return vec![raw];
    }
    let mut starts = vec![0];
    let mut at = 0;
    while let Some(found) = find(&raw[at..], b"\n\nFrom ").or_else(|| find(&raw[at..], b"\n\r\nFrom ")) {
        let start = at + found + raw[at + found..].windows(5).position(|w| w == b"From ").unwrap_or(2);
        starts.push(start);
        at = start;
    }
    let ends = starts.iter().skip(1).copied().chain([raw.len()]);
    starts.iter().zip(ends).map(|(s, e)| after_from_line(&raw[*s..e])).collect()
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|w| w == needle)
}

fn after_from_line(message: &[u8]) -> &[u8] {
    let end = message.iter().position(|b| *b == b'\n').map_or(message.len(), |n| n + 1);
    &message[end..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_mbox_is_split_and_a_message_stays_whole() {
        let mbox = b"From a Mon\nSubject: 1\n\nbody\n\nFrom b Tue\nSubject: 2\n\nbody\n";
        let parts = split_mbox(mbox);
        assert_eq!(parts.len(), 2);
        assert!(parts[0].starts_with(b"Subject: 1") && parts[1].starts_with(b"Subject: 2"));
        assert_eq!(split_mbox(b"Subject: x\n\nFrom here\n").len(), 1);
    }
}
