//! The job that lets go of what is too old.

use crate::{Error, Service, UseCase};
use model::Actor;
use store::purge::{Purged, Retention};

impl Service {
    /// Removes what is older than `keep` says, with the bodies that nothing names any more. A body that cannot be
    /// removed is logged and stays; it costs room, nothing else.
    pub async fn purge(&self, actor: &Actor, keep: &Retention) -> Result<Purged, Error> {
        self.permit(actor, UseCase::Job)?;
        let purged = self.inner.store.purge(self.now(), keep).await?;
        for blob in &purged.blobs {
            if let Err(why) = self.inner.bodies.remove(blob).await {
                tracing::warn!(blob, why, "a body that nothing names cannot be removed");
            }
        }
        Ok(purged)
    }

    /// Removes bodies that no row names, after asking once more; how many went. For `postern check --repair`: the caller
    /// knows that they are not of messages that are being held just now.
    pub async fn remove_unnamed_bodies(&self, actor: &Actor, blobs: &[String]) -> Result<u64, Error> {
        self.permit(actor, UseCase::Job)?;
        let mut removed = 0;
        for blob in blobs {
            let mut c = self.inner.store.read().await?;
            if store::health::is_named(&mut c, blob).await? {
                continue;
            }
            self.inner.bodies.remove(blob).await.map_err(Error::Internal)?;
            removed += 1;
        }
        if removed > 0 {
            let mut tx = self.inner.store.begin().await?;
            self.note(&mut tx, actor, "vault.clean", "vault", &format!("{removed} bodies that no row named"), None)
                .await?;
            tx.commit().await?;
        }
        Ok(removed)
    }
}
