//! MAIL FROM (RFC 5321 §4.1.1.2).

use crate::{
    Reply,
    command::after_keyword,
    param, path,
    session::{Session, Transaction},
};
use model::EmailAddress;
use model::settings::OfferedEncryption;
use tokio::time::Instant;

/// Non-ASCII addresses have to be announced (RFC 6531 §3.4).
pub(super) const NEEDS_SMTPUTF8: Reply = Reply::new(553, "5.6.7", "Address needs SMTPUTF8");

pub async fn run(session: &mut Session, argument: &str) -> Reply {
    start(session, argument).await.map_or_else(|reply| reply, |()| Reply::new(250, "2.1.0", "Ok"))
}

async fn start(session: &mut Session, argument: &str) -> Result<(), Reply> {
    if !session.greeted || session.transaction.is_some() {
        return Err(Reply::SEQUENCE);
    }
    if session.terms.tls == OfferedEncryption::Always && session.info.tls.is_none() {
        return Err(Reply::NEEDS_TLS);
    }
    let path = after_keyword(argument, "FROM:").ok_or(Reply::SYNTAX)?;
    let (address, params) = path::parse(path).ok_or(Reply::SYNTAX)?;
    let from = match address {
        "" => None,
        address => Some(EmailAddress::parse(address).map_err(|_| Reply::SYNTAX)?),
    };
    let params = param::mail(params, session.offered())?;
    if from.as_ref().is_some_and(|a| !a.is_ascii()) && !params.smtputf8 {
        return Err(NEEDS_SMTPUTF8);
    }
    let shared = &session.shared;
    let max_size = shared.options.limits.message;
    if let Some(size) = params.size.filter(|size| *size > max_size) {
        return Err(Reply::too_big(size, max_size));
    }
    let admitted = shared.reception.mail(&session.info, shared.kind, session.login.as_ref(), &from).await?;
    let since = Instant::now();
    session.transaction =
        Some(Transaction { from, since, admitted, params, recipients: Vec::new(), max_size, chunks: None });
    Ok(())
}
