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
}
