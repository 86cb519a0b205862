//! Many small writes, few transactions: callers hand over records and wait until the transaction that holds them is
//! committed. SQLite's cost is the fsync of each commit, so what arrives while one runs goes into the next.

use crate::{Error, MessageRecord, OutcomeRecord, Store, traffic};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

#[derive(Debug, Clone, Copy)]
pub struct BatchOptions {
    /// Records in one transaction, about.
    pub max_rows: usize,
    /// How long the first record waits for company.
    pub max_wait: Duration,
}

impl Default for BatchOptions {
    fn default() -> Self {
        BatchOptions { max_rows: 500, max_wait: Duration::from_millis(20) }
    }
}

enum Work {
    Messages(Vec<MessageRecord>),
    Outcomes(Vec<OutcomeRecord>),
}

impl Work {
    fn len(&self) -> usize {
        match self {
            Work::Messages(m) => m.len(),
            Work::Outcomes(o) => o.len(),
        }
    }
    async fn write(&self, c: &mut crate::Connection) -> Result<(), Error> {
        match self {
            Work::Messages(m) => traffic::messages(c, m).await,
            Work::Outcomes(o) => traffic::outcomes(c, o).await,
        }
    }
}

type Request = (Work, oneshot::Sender<Result<(), Error>>);

/// The writing task's handle. Cheap to clone; the task ends, all written, when the last one is dropped.
#[derive(Debug, Clone)]
pub struct Batcher {
    requests: mpsc::Sender<Request>,
}

impl Batcher {
    pub fn start(store: Store, options: BatchOptions) -> Batcher {
        let (requests, inbox) = mpsc::channel(options.max_rows.max(1) * 4);
        tokio::spawn(run(store, options, inbox));
        Batcher { requests }
    }

    /// Durable when it returns.
    pub async fn messages(&self, records: Vec<MessageRecord>) -> Result<(), Error> {
        self.submit(Work::Messages(records)).await
    }

    /// Durable when it returns.
    pub async fn outcomes(&self, records: Vec<OutcomeRecord>) -> Result<(), Error> {
        self.submit(Work::Outcomes(records)).await
    }

    async fn submit(&self, work: Work) -> Result<(), Error> {
        if work.len() == 0 {
            return Ok(());
        }
        let (done, committed) = oneshot::channel();
        self.requests.send((work, done)).await.map_err(|_| Error::Stopped)?;
        committed.await.map_err(|_| Error::Stopped)?
    }
}

async fn run(store: Store, options: BatchOptions, mut inbox: mpsc::Receiver<Request>) {
    while let Some(first) = inbox.recv().await {
        let mut rows = first.0.len();
        let mut batch = vec![first];
        let deadline = tokio::time::Instant::now() + options.max_wait;
        while rows < options.max_rows {
            match tokio::time::timeout_at(deadline, inbox.recv()).await {
                Ok(Some(next)) => {
                    rows += next.0.len();
                    batch.push(next);
                }
                Ok(None) | Err(_) => break,
            }
        }
        commit(&store, batch).await;
    }
}

/// All in one transaction; should that fail, each in its own, so that a bad record fails only its sender.
async fn commit(store: &Store, batch: Vec<Request>) {
    let whole = async {
        let mut tx = store.begin_traffic().await?;
        for (work, _) in &batch {
            work.write(&mut tx).await?;
        }
        tx.commit().await
    };
    let failed = whole.await.err();
    if let Some(e) = &failed {
        tracing::warn!(error = %e, requests = batch.len(), "a batch of the message log failed; writing each by itself");
    }
    for (work, done) in batch {
        let result = if failed.is_none() { Ok(()) } else { alone(store, &work).await };
        // A caller that no longer waits needs no answer.
        let _ = done.send(result);
    }
}

async fn alone(store: &Store, work: &Work) -> Result<(), Error> {
    let mut tx = store.begin_traffic().await?;
    work.write(&mut tx).await?;
    tx.commit().await
}
