//! RCPT TO (RFC 5321 §4.1.1.3).

use super::mail::NEEDS_SMTPUTF8;
use crate::{Asked, Reply, command::after_keyword, param, path, session::Session};
use model::{EmailAddress, Recipient};

pub async fn run(session: &mut Session, argument: &str) -> Reply {
    add(session, argument).await.map_or_else(|reply| reply, |()| Reply::new(250, "2.1.5", "Ok"))
}

async fn add(session: &mut Session, argument: &str) -> Result<(), Reply> {
    let shared = &session.shared;
    let transaction = session.transaction.as_mut().filter(|t| t.chunks.is_none()).ok_or(Reply::SEQUENCE)?;
    let path = after_keyword(argument, "TO:").ok_or(Reply::SYNTAX)?;
    let (address, params) = path::parse(path).ok_or(Reply::SYNTAX)?;
    let address = if address.eq_ignore_ascii_case("postmaster") {
        // The one address that needs no domain (RFC 5321 §4.5.1): ours.
        EmailAddress::parse(&format!("{address}@{}", shared.options.hostname))
    } else {
        EmailAddress::parse(address)
    };
    let address = address.map_err(|_| Reply::SYNTAX)?;
    let params = param::rcpt(params)?;
    if !address.is_ascii() && !transaction.params.smtputf8 {
        return Err(NEEDS_SMTPUTF8);
    }
    if transaction.recipients.iter().any(|r| r.address == address) {
        return Ok(());
    }
    if transaction.recipients.len() >= shared.options.limits.recipients {
        return Err(Reply::new(452, "4.5.3", "Too many recipients"));
    }
    let asked = Asked {
        session: &session.info,
        admitted: transaction.admitted,
        from: &transaction.from,
        to: &address,
        earlier: transaction.recipients.len(),
    };
    let ok = shared.reception.rcpt(asked).await?;
    if let Some(size) = transaction.params.size.filter(|size| *size > ok.max_size) {
        return Err(Reply::too_big(size, ok.max_size));
    }
    transaction.max_size = transaction.max_size.min(ok.max_size);
    transaction.recipients.push(Recipient { address, orcpt: params.orcpt, notify: params.notify });
    Ok(())
}
