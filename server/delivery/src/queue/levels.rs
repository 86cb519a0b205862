//! What each encryption that can be chosen would make of a host (guide chapter 7 "Domain-Specific Delivery Exceptions").

use crate::Encryption;
use crate::client::Connection;
use crate::client::Setup;
use model::settings::{DeliveryException, ExceptionEncryption};

/// By word; empty: mail would go. `Manual` is left out: it takes the certificate that is trusted, and only that.
pub(super) fn all(connection: &Connection, host: &str, setup: &Setup) -> Vec<(String, String)> {
    let choices = ExceptionEncryption::ALL.iter().filter(|w| **w != ExceptionEncryption::Manual);
    let judged = choices.map(|word| {
        let level = Encryption::from(&DeliveryException { encryption: *word, ..DeliveryException::default() });
        (word.as_str().to_owned(), problem(&level, connection, host, setup))
    });
    judged.collect()
}

/// Why mail would not go at this level; empty: it would.
pub(super) fn problem(level: &Encryption, connection: &Connection, host: &str, setup: &Setup) -> String {
    match (&connection.tls, level.is_required()) {
        (None, true) => "TLS is required, but the host does not offer it, or it fails".to_owned(),
        (None, false) => String::new(),
        (Some(_), _) => {
            let judged = setup.tls.judge(&level.clone().into(), host, connection.certificates());
            judged.err().map(|p| p.to_string()).unwrap_or_default()
        }
    }
}
