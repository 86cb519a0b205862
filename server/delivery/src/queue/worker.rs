//! A worker: one connection to a destination, over which deliveries go one after another.

use super::report::{Report, Said, Verdict};
use super::schedule::{DestinationId, Failed, ItemId, Start, Taken};
use super::{Shared, Task, Way, dial};
use crate::client::{Answer, Connection, Mail};
use crate::route::{self, NoHosts};
use crate::{Delivery, Route};
use model::{Recipient, Timestamp, TlsWish};
use std::collections::VecDeque;
use std::sync::Arc;

struct Worker {
    shared: Arc<Shared>,
    destination: DestinationId,
    route: Way,
    connection: Option<Connection>,
    /// What is being tried.
    current: Option<ItemId>,
}

/// Why there is no session.
pub(super) enum NoSession {
    /// Mail for this route can never go (status, text).
    Never(&'static str, String),
    /// Host that was tried last (may be empty), and what went wrong. `hung_up`: there was a session, and the host
    /// ended it before it answered anything about the message.
    Unreachable { host: String, text: String, hung_up: bool },
}

pub(super) async fn run(shared: Arc<Shared>, start: Start) {
    let mut worker =
        Worker { shared, destination: start.destination, route: start.route, connection: None, current: None };
    let mut first = true;
    while let Some(taken) = worker.shared.with(|s, _| s.take(worker.destination, first)) {
        first = false;
        worker.current = Some(taken.item);
        // Reports are written down more slowly than they come: wait, so that they do not pile up.
        let Ok(permit) = worker.shared.room.clone().acquire_owned().await else { break };
        let abort = worker.shared.abort.clone();
        let report = tokio::select! {
            report = worker.attempt(&taken) => report,
            // Nothing is known of the transaction: the delivery stays as it is in the spool.
            () = abort.cancelled() => break,
        };
        worker.current = None;
        match report {
            Some(mut report) => {
                report.permit = Some(permit);
                let _ = worker.shared.reports.send(super::settle::Message::Report(report));
            }
            None => break,
        }
    }
    worker.end(first).await;
}

impl Drop for Worker {
    /// Also after a panic: the schedule must not believe in a worker that is gone, nor the delivery be forgotten.
    fn drop(&mut self) {
        let connected = self.connection.is_some();
        let destination = self.destination;
        let current = self.current;
        self.shared.with(|s, now| {
            if let Some(item) = current {
                s.again(item, Some(now.plus(s.pause(1))), now);
            }
            if connected {
                s.disconnected(destination);
            }
            s.release(destination, now);
        });
    }
}

impl Worker {
    async fn end(mut self, unused: bool) {
        debug_assert!(!unused || self.connection.is_none());
        if let Some(connection) = self.drop_connection()
            && let Some(extra) = self.shared.pool.put(&self.route, connection)
        {
            extra.quit().await;
        }
    }

    fn drop_connection(&mut self) -> Option<Connection> {
        let connection = self.connection.take()?;
        self.shared.schedule.lock().disconnected(self.destination);
        Some(connection)
    }

    /// Tries one delivery. None: the host wants fewer connections, and the delivery was put back.
    async fn attempt(&mut self, taken: &Taken) -> Option<Report> {
        let task = &taken.task;
        let mut report = Report::new(taken.item, task.clone());
        let Some(delivery) = task.delivery() else { return Some(report) };
        let open = delivery.recipients.iter().enumerate().filter(|(_, t)| !t.done);
        let mut left: VecDeque<usize> = open.map(|(i, _)| i).collect();

        if let Err(why) = self.session().await {
            return self.unreachable(taken, report, left, why);
        }
        let body = match self.shared.spool.read(task.held.id).await {
            Ok(body) => body,
            Err(error) => {
                tracing::error!(id = %task.held.id, %error, "a queued message cannot be read");
                report.give(
                    left,
                    &Verdict::deferred(
                        String::new(),
                        format!("{}: the message cannot be read at present", self.shared.options.hostname),
                    ),
                );
                return Some(report);
            }
        };
        let pieces = model::edit::pieces(&body, &delivery.edits);
        let utf8_header = task.held.envelope.smtputf8 && !header_is_ascii(&pieces);
        let mut heard = false;
        while !left.is_empty() {
            if self.connection.is_none()
                && let Err(why) = self.session().await
            {
                if !heard {
                    return self.unreachable(taken, report, left, why);
                }
                let (host, text) = match why {
                    NoSession::Never(_, text) => (String::new(), text),
                    NoSession::Unreachable { host, text, .. } => (host, text),
                };
                report.give(left, &Verdict::deferred(host, text));
                break;
            }
            let Some(connection) = &mut self.connection else { break };
            let reused = connection.used > 0;
            let chunk: Vec<usize> =
                left.drain(..left.len().min(self.shared.options.recipients_per_transaction.max(1))).collect();
            let sent = transmit(connection, task, &delivery, &chunk, &pieces, utf8_header, &self.shared).await;
            let (host, tls, dsn) = (connection.to_string(), connection.tls.clone(), connection.capabilities.dsn);
            let spent = connection.used >= self.shared.options.messages_per_connection;
            if !sent.alive {
                self.drop_connection();
            } else if spent && let Some(connection) = self.drop_connection() {
                connection.quit().await;
            }
            if sent.early && reused {
                // The host had closed a session that we kept. Nothing was sent, so this does not count.
                chunk.into_iter().rev().for_each(|i| left.push_front(i));
                continue;
            }
            let fault = sent.fault.unwrap_or_default();
            if sent.early && !heard {
                chunk.into_iter().rev().for_each(|i| left.push_front(i));
                return self.unreachable(
                    taken,
                    report,
                    left,
                    NoSession::Unreachable { host, text: fault, hung_up: true },
                );
            }
            heard = true;
            for (index, answer) in chunk.into_iter().zip(sent.answers) {
                let (said, reply, replied) = match answer {
                    Answer::Delivered { reply } => (Said::Delivered { dsn }, reply, true),
                    // A reply of ours, about what the host offers, has no code in front.
                    Answer::Permanent { status, reply } => {
                        let replied = reply.starts_with('5');
                        (Said::Bounced { status }, reply, replied)
                    }
                    Answer::Temporary { reply } => (Said::Deferred, reply, true),
                    Answer::Unknown => (Said::Deferred, fault.clone(), false),
                    Answer::Overflow { .. } => {
                        left.push_back(index);
                        continue;
                    }
                };
                report.verdicts.push((index, Verdict { said, host: host.clone(), reply, replied, tls: tls.clone() }));
            }
        }
        report.at = Timestamp::now();
        self.shared.schedule.lock().good(self.destination);
        if let Some((_, v)) = report.verdicts.iter().find(|(_, v)| v.said == Said::Deferred) {
            self.shared.schedule.lock().note(self.destination, &v.reply);
        }
        Some(report)
    }

    fn unreachable(
        &mut self,
        taken: &Taken,
        mut report: Report,
        left: VecDeque<usize>,
        why: NoSession,
    ) -> Option<Report> {
        report.at = Timestamp::now();
        match why {
            NoSession::Never(status, text) => {
                let said = Said::Bounced { status: status.to_owned() };
                report.give(left, &Verdict { said, host: String::new(), reply: text, replied: false, tls: None });
                Some(report)
            }
            NoSession::Unreachable { host, text, hung_up } => {
                metrics::counter!("postern_delivery_unreachable_total").increment(1);
                let shown = if host.is_empty() { text.clone() } else { format!("{host}: {text}") };
                match self.shared.with(|s, now| s.failed(self.destination, taken.epoch, &shown, now)) {
                    Failed::Down(next) => {
                        tracing::info!(destination = %self.route, error = shown, "destination is down");
                        report.next = Some(next);
                        report.with_destination = true;
                        report.give(left, &Verdict::deferred(host, text));
                        Some(report)
                    }
                    // The host was heard and hung up on this very message: it must not be offered again at once.
                    Failed::Crowded if hung_up => {
                        report.give(left, &Verdict::deferred(host, text));
                        Some(report)
                    }
                    Failed::Crowded => {
                        self.shared.with(|s, now| s.again(taken.item, None, now));
                        None
                    }
                }
            }
        }
    }

    /// Makes sure that there is a session: the one we have, an idle one, or a new one.
    async fn session(&mut self) -> Result<(), NoSession> {
        if let Some(connection) = &self.connection {
            if self.still_right(connection) {
                return Ok(());
            }
            if let Some(connection) = self.drop_connection() {
                connection.quit().await;
            }
        }
        while let Some(connection) = self.shared.pool.get(&self.route) {
            if self.still_right(&connection) {
                self.use_connection(connection);
                return Ok(());
            }
            connection.quit().await;
        }
        let connection = self.dial().await?;
        self.use_connection(connection);
        Ok(())
    }

    fn use_connection(&mut self, connection: Connection) {
        self.connection = Some(connection);
        let destination = self.destination;
        self.shared.with(|s, now| s.connected(destination, now));
    }

    /// A gateway may have been changed while we were connected to the old one.
    fn still_right(&self, connection: &Connection) -> bool {
        match &self.route.route {
            Route::Gateway(domain) => self.shared.routing.gateway(domain).is_some_and(|gateway| {
                gateway.encryption == connection.encryption && gateway.hosts.contains(&connection.host)
            }),
            Route::Outbound { network, domain, special } => {
                let onward = self.shared.routing.onward(*network, domain, *special);
                onward.is_none_or(|onward| {
                    onward.encryption == connection.encryption && onward.host.is_none_or(|host| host == connection.host)
                })
            }
            Route::Mx(_) | Route::Host(_) => true,
        }
    }

    /// The first host and address that takes a session.
    async fn dial(&self) -> Result<Connection, NoSession> {
        let hosts = match route::hosts(&self.route, &*self.shared.routing, &self.shared.options).await {
            Ok(hosts) => hosts,
            Err(NoHosts::Permanent(status, text)) => return Err(NoSession::Never(status, text)),
            Err(NoHosts::Temporary(text)) => return Err(no_session(String::new(), text)),
        };
        dial::dial(&self.shared, &self.route, &hosts).await
    }
}

pub(super) fn no_session(host: String, text: String) -> NoSession {
    NoSession::Unreachable { host, text, hung_up: false }
}

async fn transmit(
    connection: &mut Connection,
    task: &Task,
    delivery: &Delivery,
    chunk: &[usize],
    pieces: &[&[u8]],
    utf8_header: bool,
    shared: &Shared,
) -> crate::client::Sent {
    let envelope = &task.held.envelope;
    let to: Vec<(_, &Recipient)> =
        chunk.iter().filter_map(|i| delivery.recipients.get(*i)).map(|t| (&t.rcpt_to, &t.recipient)).collect();
    let mail = Mail {
        from: &delivery.return_path,
        to: &to,
        pieces,
        eight_bit: envelope.eight_bit,
        smtputf8: envelope.smtputf8,
        utf8_header,
        return_headers_only: envelope.return_headers_only,
        envid: envelope.envid.as_deref(),
        require_tls: envelope.tls_wish == TlsWish::Required,
    };
    connection.send(mail, &shared.options.timeouts).await
}

/// Whether the header section, which may be cut into pieces anywhere, is ASCII.
fn header_is_ascii(pieces: &[&[u8]]) -> bool {
    let mut line_is_empty = true;
    for piece in pieces {
        for &byte in *piece {
            match byte {
                b'\n' if line_is_empty => return true,
                b'\n' => line_is_empty = true,
                b'\r' => {}
                128.. => return false,
                _ => line_is_empty = false,
            }
        }
    }
    true
}
