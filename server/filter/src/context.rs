//! What an analyser sees.

use crate::auth::Authentication;
use message::Parsed;
use model::{Direction, EmailAddress, ReversePath, Timestamp};
use std::net::IpAddr;

/// The envelope and session, as far as the filter uses them.
#[derive(Debug, Clone)]
pub struct Session {
    pub direction: Direction,
    pub client_ip: IpAddr,
    pub helo: String,
    /// Our own name, for Authentication-Results.
    pub hostname: String,
    pub return_path: ReversePath,
    pub recipients: Vec<EmailAddress>,
    pub received: Timestamp,
}

/// What the outside said of the message: gathered before the analysers run, so that they need no network.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    /// SPF, DKIM and DMARC; nothing for outbound mail.
    pub auth: Authentication,
    /// What clamd said; asked of mail in both directions.
    pub clamd: crate::av::ClamdResult,
}

/// What analysers know beforehand: rules, the classifier's model, hashes. Immutable; swapped as a whole.
#[derive(Debug, Default)]
pub struct Knowledge {
    /// What the embedded virus engine knows.
    pub signatures: crate::av::Signatures,
}

/// Everything an analyser may look at.
pub struct Context<'a> {
    pub message: &'a Parsed,
    pub session: &'a Session,
    pub evidence: &'a Evidence,
    pub knowledge: &'a Knowledge,
}
