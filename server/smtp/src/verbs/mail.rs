//! MAIL FROM (RFC 5321 §4.1.1.2).

use crate::{
    Reply,
    command::after_keyword,
    param, path,
    session::{Session, Transaction},
};
use model::EmailAddress;
use tokio::time::Instant;

/// Non-ASCII addresses have to be announced (RFC 6531 §3.4).
pub(super) const NEEDS_SMTPUTF8: Reply = Reply::new(553, "5.6.7", "Address needs SMTPUTF8");

pub fn run(session: &mut Session, argument: &str) -> Reply {
    start(session, argument).map_or_else(|reply| reply, |()| Reply::new(250, "2.1.0", "Ok"))
}

fn start(session: &mut Session, argument: &str) -> Result<(), Reply> {
    if !session.greeted || session.transaction.is_some() {
        return Err(Reply::SEQUENCE);
    }
    let path = after_keyword(argument, "FROM:").ok_or(Reply::SYNTAX)?;
    let (address, params) = path::parse(path).ok_or(Reply::SYNTAX)?;
    let from = match address {
        "" => None,
        address => Some(EmailAddress::parse(address).map_err(|_| Reply::SYNTAX)?),
    };
    let params = param::mail(params)?;
    if from.as_ref().is_some_and(|a| !a.is_ascii()) && !params.smtputf8 {
        return Err(NEEDS_SMTPUTF8);
    }
    let shared = &session.shared;
    let max_size = shared.options.limits.message;
    if let Some(size) = params.size.filter(|size| *size > max_size) {
        return Err(Reply::too_big(size, max_size));
    }
    shared.reception.mail(&session.info, shared.direction, &from)?;
    let since = Instant::now();
    session.transaction = Some(Transaction { from, since, params, recipients: Vec::new(), max_size, chunks: None });
    Ok(())
}
