//! Asks the outside about a message, before the analysers run.

use crate::auth::Authenticator;
use crate::av::{Clamd, ClamdResult};
use crate::{Evidence, Session};
use message::Parsed;
use model::Direction;

/// The outside, as far as the filter asks it.
#[derive(Clone)]
pub struct Services {
    pub auth: Authenticator,
    /// The virus daemon, where one is configured.
    pub clamd: Option<Clamd>,
    /// Zones of block lists that are asked about the source of inbound mail.
    pub block_lists: Vec<String>,
}

impl Services {
    /// With DNS alone.
    pub fn new(auth: Authenticator) -> Self {
        Services { auth, clamd: None, block_lists: Vec::new() }
    }
}

/// Evidence for [`crate::inspect`]. Never fails: what does not answer in time is a temporary error in the evidence.
pub async fn gather(p: &Parsed, s: &Session, services: &Services) -> Evidence {
    let authentication = async {
        if s.direction != Direction::Inbound {
            return Default::default();
        }
        let from = p.from.as_ref().and_then(|m| m.address.as_ref());
        services.auth.verify(&p.raw, s, from).await
    };
    let scan = async {
        match &services.clamd {
            Some(clamd) => clamd.scan(&p.raw).await,
            None => ClamdResult::NotAsked,
        }
    };
    let listed = async {
        match s.direction {
            Direction::Inbound => services.auth.listed(s.client_ip, &services.block_lists).await,
            Direction::Outbound => Vec::new(),
        }
    };
    let (auth, clamd, block_lists) = tokio::join!(authentication, scan, listed);
    Evidence { auth, clamd, block_lists }
}
