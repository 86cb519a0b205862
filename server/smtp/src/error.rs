//! What can go wrong before a session starts.

use std::{io, path::PathBuf};

/// An error of setting up: certificates and keys. What goes wrong within a session is answered on the wire.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("cannot {action} {}: {source}; check that the data directory exists and belongs to the server", path.display())]
    File { action: &'static str, path: PathBuf, source: io::Error },
    #[error("{} holds no usable PEM {what}: {reason}; replace it, or remove it to have a new one made", path.display())]
    Pem { what: &'static str, path: PathBuf, reason: String },
    #[error("cannot make a certificate for {hostname}: {source}")]
    Certificate { hostname: String, source: rcgen::Error },
    #[error("the TLS certificate and its key do not work together: {0}")]
    Tls(#[from] rustls::Error),
}
