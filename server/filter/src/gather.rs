//! Asks the outside about a message, before the analysers run.

use crate::auth::Authenticator;
use crate::{Evidence, Session};
use message::Parsed;
use model::Direction;

/// The outside, as far as the filter asks it.
#[derive(Clone)]
pub struct Services {
    pub auth: Authenticator,
}

impl Services {
    /// With DNS alone.
    pub fn new(auth: Authenticator) -> Self {
        Services { auth }
    }
}

/// Evidence for [`crate::inspect`]. Never fails: what does not answer in time is a temporary error in the evidence.
pub async fn gather(p: &Parsed, s: &Session, services: &Services) -> Evidence {
    let mut evidence = Evidence::default();
    if s.direction == Direction::Inbound {
        let from = p.from.as_ref().and_then(|m| m.address.as_ref());
        evidence.auth = services.auth.verify(&p.raw, s, from).await;
    }
    evidence
}
