//! Aliases: other names of a mailbox, in its own domain or another of its account (guide chapter 8).

use crate::Error;
use model::{DomainName, EmailAddress, FieldError};
use store::Connection;
use store::domain::Domain;

/// `rob` as an address of the domain, or an address of whatever domain. Plus signs are refused: they mark tags of an
/// address.
pub(crate) fn alias_address(domain: &DomainName, name: &str) -> Result<EmailAddress, String> {
    let name = name.trim();
    let text = if name.contains('@') { name.to_owned() } else { format!("{name}@{domain}") };
    let address = EmailAddress::parse(&text).map_err(|e| e.to_string())?;
    match address.without_tag() == address {
        true => Ok(address),
        false => Err("a name with + is a tag of another mailbox".into()),
    }
}

/// A new alias of a mailbox of the domain, or why it cannot be one: it may be in any domain of the account.
pub(crate) async fn one(
    c: &mut Connection,
    domain: &Domain,
    name: &str,
) -> Result<Result<EmailAddress, String>, Error> {
    let address = match alias_address(&domain.name, name) {
        Ok(address) => address,
        Err(problem) => return Ok(Err(problem)),
    };
    let of = address.domain();
    let ours = of == domain.name || store::domain::by_name(c, &of).await?.is_some_and(|d| d.account == domain.account);
    Ok(if ours { Ok(address) } else { Err(format!("{of} is no domain of this account")) })
}

/// The aliases of a mailbox of the domain, each once and without `primary`; what is wrong goes to `wrong`, as `aliases`.
pub(crate) async fn read(
    c: &mut Connection,
    domain: &Domain,
    primary: Option<&EmailAddress>,
    names: &[&str],
    wrong: &mut Vec<FieldError>,
) -> Result<Vec<EmailAddress>, Error> {
    let mut out: Vec<EmailAddress> = Vec::new();
    for name in names {
        match one(c, domain, name).await? {
            Ok(a) if primary.is_some_and(|p| p.key() == a.key()) || out.iter().any(|x| x.key() == a.key()) => {}
            Ok(address) => out.push(address),
            Err(problem) => wrong.push(FieldError { field: "aliases".into(), message: format!("{name}: {problem}") }),
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_alias_is_a_name_of_the_domain_or_an_address_of_any() {
        let domain = DomainName::parse("acme.test").unwrap();
        assert_eq!(alias_address(&domain, " rob ").unwrap().as_str(), "rob@acme.test");
        assert_eq!(alias_address(&domain, "rob@Acme.Example").unwrap().as_str(), "rob@acme.example");
        assert!(alias_address(&domain, "rob+x@acme.example").is_err() && alias_address(&domain, "@").is_err());
    }
}
