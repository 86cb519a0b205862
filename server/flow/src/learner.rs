//! Learning from what people release, beside the mail that runs through: one message at a time, into the file that the
//! filter reads again when it changes.

use crate::LiveKnowledge;
use bytes::Bytes;
use filter::classifier::Local;
use message::{Limits, Parsed};
use service::{BoxFuture, Learner};
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::Mutex;

pub struct LocalLearner {
    knowledge: Arc<LiveKnowledge>,
    file: PathBuf,
    /// The file is read, changed and written as a whole.
    turn: Arc<Mutex<()>>,
}

impl LocalLearner {
    /// `file`: what `postern learn` writes too.
    pub fn new(knowledge: Arc<LiveKnowledge>, file: PathBuf) -> LocalLearner {
        LocalLearner { knowledge, file, turn: Arc::default() }
    }
}

impl Learner for LocalLearner {
    fn learn(&self, body: Bytes, spam: bool) -> BoxFuture<'_, Result<(), String>> {
        Box::pin(async move {
            let turn = self.turn.clone().lock_owned().await;
            let (knowledge, file) = (self.knowledge.current(), self.file.clone());
            let work = move || {
                let _turn = turn;
                let parsed = Parsed::parse(body, &Limits::default());
                let mut local = Local::load(&file).map_err(|e| e.to_string())?;
                local.learn(&knowledge.model, &parsed, spam);
                local.save(&file).map_err(|e| e.to_string())
            };
            tokio::task::spawn_blocking(work).await.map_err(|e| e.to_string())?
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[tokio::test]
    async fn what_is_learned_at_the_same_time_is_all_in_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("classifier").join("local.bin");
        let knowledge = Arc::new(LiveKnowledge::load(dir.path().to_owned()).unwrap());
        let learner = Arc::new(LocalLearner::new(knowledge, file.clone()));
        let mail = |n: u32| Bytes::from(format!("Subject: minutes {n}\r\n\r\nThe minutes of meeting number {n}.\r\n"));
        let learn = |n: u32| {
            let learner = learner.clone();
            tokio::spawn(async move { learner.learn(mail(n), n == 0).await })
        };
        for task in (0..8).map(learn).collect::<Vec<_>>() {
            task.await.unwrap().unwrap();
        }
        let local = Local::load(&file).unwrap();
        assert_eq!((local.spam, local.ham), (1, 7));
    }
}
