//! What lies below domains and networks.

use crate::Error;
use model::Settings;
use store::{Connection, change};

/// Settings of all levels below domains and outbound IPs. A change of one makes this anew, and by that everything
/// that is worked out from it.
#[derive(Debug, Default)]
pub(super) struct Levels {
    pub(super) brand: Settings,
}

impl Levels {
    pub(super) async fn load(c: &mut Connection) -> Result<Levels, Error> {
        Ok(Levels { brand: change::settings(c).await? })
    }
}
