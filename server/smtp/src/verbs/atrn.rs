//! ATRN (RFC 2645): a mail server that called us takes the mail that waits for its domains, over this connection.

use crate::{
    Reply,
    session::Session,
    stream::Io,
    wire::{End, Wire},
};
use model::DomainName;
use model::settings::ServiceKind;

/// Domains that one command may name.
const MOST: usize = 50;

pub async fn run<T: Io>(session: &mut Session, wire: &mut Wire<T>, argument: &str) -> Result<Reply, End> {
    if session.shared.kind != ServiceKind::Odmr {
        return Ok(Reply::new(502, "5.5.1", "ATRN is not offered"));
    }
    if !session.greeted || session.transaction.is_some() {
        return Ok(Reply::SEQUENCE);
    }
    let Some(domains) = parse(argument) else { return Ok(Reply::SYNTAX) };
    let shared = session.shared.clone();
    match shared.reception.turn(session.login.as_ref(), &domains).await {
        Ok(turned) => {
            wire.say(&Reply::new(250, "2.0.0", "Ok, now reversing the connection"));
            Err(End::Turned(turned))
        }
        Err(reply) => Ok(reply),
    }
}

/// Names with commas between them; none is all.
fn parse(argument: &str) -> Option<Vec<DomainName>> {
    if argument.is_empty() {
        return Some(Vec::new());
    }
    let names = argument.split(',').map(|name| DomainName::parse(name.trim()).ok());
    names.collect::<Option<Vec<_>>>().filter(|names| names.len() <= MOST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_are_separated_by_commas() {
        assert_eq!(parse("").map(|d| d.len()), Some(0));
        assert_eq!(parse("a.test, b.test").map(|d| d.len()), Some(2));
        for bad in ["a.test,", "a b", ",", "<>"] {
            assert_eq!(parse(bad), None, "{bad}");
        }
        assert_eq!(parse(&vec!["a.test"; 51].join(",")), None);
    }
}
