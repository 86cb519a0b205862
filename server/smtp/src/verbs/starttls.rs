//! STARTTLS (RFC 3207).

use crate::{
    Reply, metric,
    session::Session,
    stream::Io,
    wire::{End, Wire},
};

pub async fn run<T: Io>(session: &mut Session, wire: &mut Wire<T>, argument: &str) -> Result<(), End> {
    let options = &session.shared.options;
    if !argument.is_empty() {
        return session.answer(wire, &Reply::SYNTAX);
    }
    if session.info.tls.is_some() {
        return session.answer(wire, &Reply::SEQUENCE);
    }
    let config = if session.offers_tls() { options.tls.load_full() } else { None };
    let Some(config) = config else {
        return session.answer(wire, &Reply::new(502, "5.5.1", "STARTTLS is not offered"));
    };
    wire.say(&Reply::new(220, "2.0.0", "Ready to start TLS"));
    let result = wire.upgrade(config, options.timeouts.handshake).await;
    metric::handshake(result.is_ok());
    let about = result.inspect_err(|end| tracing::info!(?end, "TLS handshake failed"))?;
    tracing::debug!(tls = about, "TLS established");
    // All that was said in clear text is forgotten (§4.2).
    session.info.tls = Some(about);
    session.info.helo.clear();
    session.info.esmtp = false;
    session.greeted = false;
    session.login = None;
    session.info.authenticated = None;
    session.transaction = None;
    Ok(())
}
