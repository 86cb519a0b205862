//! Work that comes round by itself: picking up changes, sending digests, dropping what is old.

use flow::LiveKnowledge;
use model::{Actor, Timestamp};
use service::{Service, SnapshotStore};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::time::{MissedTickBehavior, interval};

/// How soon a change by another process is seen at the latest, also where the database does not tell of it: within a
/// second.
const REFRESH: Duration = Duration::from_millis(300);
const DIGESTS: Duration = Duration::from_secs(60);
const BULK: Duration = Duration::from_secs(1);
const PURGE: Duration = Duration::from_secs(3_600);

pub struct Jobs {
    pub service: Service,
    pub snapshots: SnapshotStore,
    pub knowledge: Arc<LiveKnowledge>,
    /// Files and folders whose change means new knowledge.
    pub watched: Vec<PathBuf>,
}

impl Jobs {
    /// Starts all of them; they end with the runtime.
    pub fn start(self) {
        let Jobs { service, snapshots, knowledge, watched } = self;
        tokio::spawn(refresh(service.store().changes(), snapshots, knowledge, watched));
        tokio::spawn(digests(service.clone()));
        tokio::spawn(bulk(service.clone()));
        tokio::spawn(purge(service));
    }
}

async fn refresh(
    mut changes: store::Changes,
    snapshots: SnapshotStore,
    knowledge: Arc<LiveKnowledge>,
    watched: Vec<PathBuf>,
) {
    let mut seen = newest(&watched);
    let mut failing = false;
    loop {
        changes.wait(REFRESH).await;
        match snapshots.refresh_if_changed().await {
            Ok(_) => failing = false,
            Err(error) if !failing => {
                failing = true;
                tracing::error!(%error, "the configuration cannot be read again; the one in force stays");
            }
            Err(_) => {}
        }
        let now = newest(&watched);
        if now != seen {
            seen = now;
            let knowledge = knowledge.clone();
            let loaded = tokio::task::spawn_blocking(move || knowledge.reload()).await;
            match loaded {
                Ok(Ok(())) => tracing::info!("rules, signatures and classifier were read again"),
                Ok(Err(error)) => tracing::error!(error, "the filter's knowledge is wrong; the old one stays"),
                Err(error) => tracing::error!(%error, "reading the filter's knowledge failed"),
            }
        }
    }
}

/// The latest change among files, the folders they are in, and the files of watched folders.
fn newest(watched: &[PathBuf]) -> Option<(SystemTime, usize)> {
    let mut latest = None;
    let mut count = 0;
    let mut see = |path: &std::path::Path| {
        if let Ok(changed) = std::fs::metadata(path).and_then(|m| m.modified()) {
            count += 1;
            latest = latest.max(Some(changed));
        }
    };
    for path in watched {
        see(path);
        for entry in std::fs::read_dir(path).into_iter().flatten().flatten().take(1_000) {
            see(&entry.path());
        }
    }
    latest.map(|l| (l, count))
}

async fn digests(service: Service) {
    let actor = Actor::system("job");
    let mut ticks = interval(DIGESTS);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        match alone(&service, &actor, "digests", service.send_due_digests(&actor, Timestamp::now())).await {
            None | Some(Ok(0)) => {}
            Some(Ok(sent)) => tracing::info!(sent, "digests sent"),
            Some(Err(error)) => tracing::error!(%error, "digests could not be sent; tried again in a minute"),
        }
    }
}

/// Works bulk operations off, on one node at a time. A look at what waits costs one statement.
async fn bulk(service: Service) {
    let actor = Actor::system("job");
    let mut ticks = interval(BULK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        match service.bulk_waits(&actor).await {
            Ok(true) => {}
            Ok(false) => continue,
            Err(error) => {
                tracing::error!(%error, "bulk operations cannot be looked at; tried again in a second");
                continue;
            }
        }
        match alone(&service, &actor, "bulk", service.run_bulk(&actor)).await {
            None | Some(Ok(0)) => {}
            Some(Ok(ended)) => tracing::info!(ended, "bulk operations ended"),
            Some(Err(error)) => tracing::error!(%error, "a bulk operation was held up; it goes on in a second"),
        }
    }
}

async fn purge(service: Service) {
    let actor = Actor::system("job");
    let mut ticks = interval(PURGE);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let clock = model::ClockWatch::start();
    loop {
        ticks.tick().await;
        // A clock that runs wrong must not cost what people would still look for; one that was put right did it once.
        let jumped = clock.jumped();
        if jumped > model::time::DAY {
            let days = jumped / model::time::DAY;
            tracing::error!(days, "the clock was set forward: nothing old is dropped until a restart confirms it");
            continue;
        }
        let keep = service::Retention::default();
        if let Some(Err(error)) = alone(&service, &actor, "purge", service.purge(&actor, &keep)).await {
            tracing::error!(%error, "old records could not be dropped; tried again in an hour");
        }
    }
}

/// How long the others wait for a node that has died at a job.
const LEASE: Duration = Duration::from_secs(300);

/// Does the work where this node gets, and keeps, the lease of the job; None where another node does it.
async fn alone<T>(service: &Service, actor: &Actor, job: &str, work: impl Future<Output = T>) -> Option<T> {
    match service.take_lease(actor, job, LEASE).await {
        Ok(true) => {}
        Ok(false) => return None,
        Err(error) => {
            tracing::error!(job, %error, "the lease of a job cannot be taken; tried again when it next comes round");
            return None;
        }
    }
    let lost = async {
        loop {
            tokio::time::sleep(LEASE / 3).await;
            if !matches!(service.take_lease(actor, job, LEASE).await, Ok(true)) {
                break;
            }
        }
    };
    let result = tokio::select! {
        result = work => Some(result),
        () = lost => {
            tracing::warn!(job, "another node has taken the job over");
            None
        }
    };
    if let Err(error) = service.give_lease_back(actor, job).await {
        tracing::warn!(job, %error, "the lease of a job was not given back; it expires by itself");
    }
    result
}
