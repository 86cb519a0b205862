//! The queue: everything that waits for delivery, in memory over the spool's durable state.
//!
//! A message's way through it: [`Queue::submit`] makes its plan durable and gives each delivery to the `schedule`;
//! a `worker`, which is a connection to one destination, takes one delivery after another and reports what the host
//! said; `settle` notes in the spool at once what a host took (of what is given up, a notice to the sender comes first);
//! `record` tells the message log, many outcomes at a time, and only then is a delivery forgotten or scheduled again. So
//! a crash repeats what was on the wire at that moment, and loses nothing.

mod notice;
mod pool;
mod probe;
mod record;
mod report;
mod schedule;
mod settle;
mod suspension;
mod worker;

pub use schedule::DestinationView;
pub use suspension::{AddressBy, Suspension};

use crate::client::{Setup, Tls};
use crate::{Delivery, Error, Options, Outcomes, Plan, Route, Routing};
use model::{ClockWatch, DomainName, Envelope, MessageId, Timestamp};
use parking_lot::Mutex;
use pool::Pool;
use schedule::{Limits, Schedule};
use spool::{Entry, Spool};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use tokio::sync::{Notify, Semaphore, mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Reports that wait to be written down before workers wait too.
const REPORTS_MAX: usize = 2_048;

/// A message with deliveries left.
pub(crate) struct Held {
    id: MessageId,
    envelope: Arc<Envelope>,
    /// What the spool has, or is about to have.
    plan: Mutex<Plan>,
}

/// One delivery of a message.
#[derive(Clone)]
pub(crate) struct Task {
    held: Arc<Held>,
    index: usize,
}

impl Task {
    /// The delivery as it is now.
    fn delivery(&self) -> Option<Delivery> {
        self.held.plan.lock().deliveries.get(self.index).cloned()
    }
}

struct Shared {
    spool: Spool,
    options: Options,
    setup: Setup,
    routing: Arc<dyn Routing>,
    outcomes: Arc<dyn Outcomes>,
    schedule: Mutex<Schedule>,
    clock: Mutex<ClockWatch>,
    pool: Pool,
    workers: TaskTracker,
    /// Ends transactions that `stop` does not wait for any longer.
    abort: CancellationToken,
    /// Ends what runs beside the workers.
    ended: CancellationToken,
    reports: mpsc::UnboundedSender<settle::Message>,
    room: Arc<Semaphore>,
    /// When the timer wakes; it is woken when something is due before.
    armed: AtomicI64,
    wake: Notify,
}

/// Mail on its way out. Cheap to clone.
#[derive(Clone)]
pub struct Queue {
    shared: Arc<Shared>,
}

impl Queue {
    /// Starts an empty queue; give it what the spool has by [`Queue::resume`]. Must be called within a Tokio runtime.
    pub fn start(spool: Spool, mut options: Options, routing: Arc<dyn Routing>, outcomes: Arc<dyn Outcomes>) -> Queue {
        if options.resolver.is_none() {
            options.resolver = system_resolver();
        }
        #[expect(clippy::expect_used, reason = "the provider is a constant of ours")]
        let tls = Tls::new(options.authorities.clone()).expect("ring has the cipher suites of TLS 1.2 and 1.3");
        let (reports, inbox) = mpsc::unbounded_channel();
        let limits = Limits { each: options.connections_per_destination.max(1), all: options.connections.max(1) };
        let shared = Arc::new(Shared {
            setup: Setup { hostname: options.hostname.clone(), timeouts: options.timeouts, tls },
            schedule: Mutex::new(Schedule::new(limits, options.pauses(), options.patience())),
            clock: Mutex::new(ClockWatch::start()),
            pool: Pool::new(options.max_idle),
            spool,
            options,
            routing,
            outcomes,
            workers: TaskTracker::new(),
            abort: CancellationToken::new(),
            ended: CancellationToken::new(),
            reports,
            room: Arc::new(Semaphore::new(REPORTS_MAX)),
            armed: AtomicI64::new(i64::MAX),
            wake: Notify::new(),
        });
        let (settled, outcomes) = mpsc::unbounded_channel();
        tokio::spawn(settle::run(shared.clone(), inbox, settled));
        tokio::spawn(record::run(shared.clone(), outcomes));
        tokio::spawn(timer(shared.clone()));
        tokio::spawn(pool::reap(shared.clone()));
        Queue { shared }
    }

    /// Gives a message of the spool its plan: durable when this returns `Ok`. A plan with nothing to do finishes the entry.
    pub async fn submit(&self, entry: &Entry, plan: Plan) -> Result<(), Error> {
        let id = entry.id;
        let stored = if plan.is_done() {
            self.shared.spool.finish(id).await
        } else {
            self.shared.spool.update(id, plan.encode()).await
        };
        stored.map_err(|source| Error::Spool { id, source })?;
        if plan.is_done() {
            return Ok(());
        }
        self.shared.hold(id, entry.envelope.clone(), plan);
        Ok(())
    }

    /// Takes a message of our own with its plan in one durable step: releases, digests, notices. It is never filtered.
    pub async fn send(&self, envelope: Envelope, body: Vec<u8>, plan: Plan) -> Result<(), Error> {
        self.shared.send(envelope, &body, plan).await
    }

    /// Goes on with a message that the spool had when it was opened. Fails when its state is no plan that this
    /// version knows; the entry then stays in the spool.
    pub fn resume(&self, entry: Entry) -> Result<(), Error> {
        let plan = Plan::decode(&entry.state).map_err(|reason| Error::Plan { id: entry.id, reason })?;
        self.shared.hold(entry.id, entry.envelope, plan);
        Ok(())
    }

    /// Destinations that mail waits for, by name.
    pub fn view(&self) -> Vec<DestinationView> {
        self.shared.schedule.lock().view(Timestamp::now())
    }

    /// Deliveries in the queue.
    pub fn waiting(&self) -> u64 {
        self.shared.schedule.lock().len() as u64
    }

    /// Tries the hosts of a route without sending anything. Bounded in time.
    pub async fn probe(&self, route: &Route) -> Vec<model::view::HostTest> {
        probe::probe(&self.shared, route).await
    }

    /// Tries again now what waits: for the gateway or the exchangers of this domain, or all of it.
    pub fn retry_now(&self, domain: Option<&DomainName>) {
        let which = |route: &Route| match (domain, route) {
            (None, _) => true,
            (Some(domain), Route::Gateway(d) | Route::Mx(d) | Route::Outbound { domain: d, .. }) => d == domain,
            (Some(_), Route::Host(_)) => false,
        };
        self.shared.with(|s, now| s.retry_now(which, now));
    }

    /// Starts nothing more, waits for running transactions up to `Options::stop_within`, writes down their results.
    /// What is left is in the spool. Mail that is submitted afterwards is stored and waits for the next start.
    pub async fn stop(&self) {
        let shared = &self.shared;
        shared.schedule.lock().stop();
        shared.workers.close();
        if tokio::time::timeout(shared.options.stop_within, shared.workers.wait()).await.is_err() {
            tracing::warn!("giving up transactions that are still running");
            shared.abort.cancel();
            shared.workers.wait().await;
        }
        let (done, settled) = oneshot::channel();
        if shared.reports.send(settle::Message::Flush(done)).is_ok() {
            let _ = settled.await;
        }
        shared.ended.cancel();
        shared.pool.close().await;
    }
}

impl Shared {
    /// Changes the schedule and does what follows from it.
    fn with<T>(self: &Arc<Self>, change: impl FnOnce(&mut Schedule, Timestamp) -> T) -> T {
        let (result, todo, early, waiting) = {
            let mut schedule = self.schedule.lock();
            let jumped = self.clock.lock().take();
            if jumped != 0 {
                tracing::warn!(seconds = jumped / model::time::SECOND, "the clock was set; what waits goes on waiting");
                schedule.shift(jumped);
                self.wake.notify_one();
            }
            let now = Timestamp::now();
            let result = change(&mut schedule, now);
            let early = schedule.next().is_some_and(|next| next.0 < self.armed.load(Ordering::Acquire));
            (result, schedule.take_todo(), early, schedule.len())
        };
        metrics::gauge!("postern_delivery_waiting").set(waiting as f64);
        for start in todo.starts {
            self.workers.spawn(worker::run(self.clone(), start));
        }
        if !todo.notices.is_empty() {
            let _ = self.reports.send(settle::Message::Notices(todo.notices));
        }
        if early {
            self.wake.notify_one();
        }
        result
    }

    /// Schedules what a plan has left, and reports what it says happened. Each is tried once, even if it has expired.
    fn hold(self: &Arc<Self>, id: MessageId, envelope: Arc<Envelope>, plan: Plan) {
        let held = Arc::new(Held { id, envelope, plan: Mutex::new(plan) });
        let left: Vec<_> = {
            let plan = held.plan.lock();
            let open = plan.deliveries.iter().enumerate().filter(|(_, d)| !d.is_done());
            open.map(|(index, d)| (index, d.route.clone(), d.created, d.next_attempt, d.expires)).collect()
        };
        if left.is_empty() || !held.plan.lock().unreported.is_empty() {
            let _ = self.reports.send(settle::Message::Store(held.clone()));
        }
        self.with(|s, now| {
            for (index, route, created, at, expires) in left {
                let expires = expires.max(now.plus(s.pause(1)));
                s.add(Task { held: held.clone(), index }, &route, created, at, expires, now);
            }
        });
    }

    async fn send(self: &Arc<Self>, envelope: Envelope, body: &[u8], plan: Plan) -> Result<(), Error> {
        let id = envelope.id;
        let failed = |source| Error::Spool { id, source };
        if plan.is_done() {
            return Ok(());
        }
        let mut writer = self.spool.body();
        writer.write(body).await.map_err(failed)?;
        let entry = self.spool.accept(envelope, writer, plan.encode()).await.map_err(failed)?;
        self.hold(id, entry.envelope, plan);
        Ok(())
    }
}

/// Wakes for deliveries whose time has come, probes, and expiry.
async fn timer(shared: Arc<Shared>) {
    loop {
        let next = {
            let schedule = shared.schedule.lock();
            let next = schedule.next();
            shared.armed.store(next.map_or(i64::MAX, |t| t.0), Ordering::Release);
            next
        };
        // The clock of the timestamps may be set, so a long sleep is cut into short ones.
        let pause = next.map_or(i64::MAX, |t| t.since(Timestamp::now())).clamp(0, 60_000);
        tokio::select! {
            () = shared.ended.cancelled() => return,
            () = shared.wake.notified() => {}
            () = tokio::time::sleep(Duration::from_millis(pause.unsigned_abs())) => {}
        }
        let due = shared.with(|s, now| s.due(now));
        for one in due.late {
            let _ = shared.reports.send(settle::Message::Late(report::Report::late(one)));
        }
        for one in due.expired {
            let _ = shared.reports.send(settle::Message::Report(report::Report::expired(one)));
        }
    }
}

fn system_resolver() -> Option<hickory_resolver::TokioResolver> {
    let built = hickory_resolver::TokioResolver::builder_tokio().and_then(|b| b.build());
    built
        .inspect_err(|error| tracing::error!(%error, "no DNS: the system's resolver configuration cannot be read"))
        .ok()
}
