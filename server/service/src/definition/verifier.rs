//! What is particular about verifiers (guide chapter 9).

use super::{Defined, in_use, reference};
use crate::{Error, Service, UseCase, password};
use model::definition::Verifier;
use model::definition::verifier::Method;
use model::{AccountId, FieldError};
use std::collections::HashMap;
use store::Connection;
use store::change::Touched;
use store::definition::{Definition, Kind};

/// Passwords of static verifiers that one request may set: each takes some hundredths of a second to hash.
const PASSWORDS_MAX: usize = 500;

/// The verifier that this name means in this account: its own, or one of the whole system.
pub(crate) async fn named(
    c: &mut Connection,
    account: Option<AccountId>,
    name: &str,
) -> Result<Option<Definition<Verifier>>, Error> {
    if let Some(own) = account {
        let found = store::definition::by_name(c, Kind::Verifier, Some(own), name).await?;
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(store::definition::by_name(c, Kind::Verifier, None, name).await?)
}

/// The hash of a password; of the present one the present hash.
async fn hash_or_keep(service: &Service, password: &str, now: Option<String>) -> Result<String, Error> {
    let hasher = &service.inner.hasher;
    match now {
        Some(hash) if hasher.verify(password.to_owned(), Some(hash.clone())).await? => Ok(hash),
        _ => hasher.hash(password.to_owned()).await,
    }
}

/// Composites that ask this verifier in turn.
async fn composites(c: &mut Connection, d: &Definition<Verifier>) -> Result<Vec<String>, Error> {
    let near: Vec<Definition<Verifier>> = match d.account {
        Some(_) => store::definition::of(c, Kind::Verifier, d.account).await?,
        None => store::definition::all(c, Kind::Verifier).await?,
    };
    let key = d.name.to_lowercase();
    let mut out = Vec::new();
    for other in near.iter().filter(|o| o.id != d.id) {
        let asks = other.body.members().any(|m| m.verifier.to_lowercase() == key);
        if asks && named(c, other.account, &d.name).await?.is_some_and(|n| n.id == d.id) {
            out.push(format!("composite verifier {}", other.name));
        }
    }
    Ok(out)
}

impl Defined for Verifier {
    const KIND: Kind = Kind::Verifier;
    const WHAT: &'static str = "verifier";
    const OF_SYSTEM: bool = true;
    const LIST: UseCase = UseCase::ListVerifiers;
    const ADD: UseCase = UseCase::AddVerifier;
    const EDIT: UseCase = UseCase::EditVerifier;
    const DELETE: UseCase = UseCase::DeleteVerifier;

    fn detail(&self) -> String {
        self.method.label().to_owned()
    }

    /// Passwords of a static verifier become hashes; the present password keeps its present hash.
    async fn prepare(&mut self, service: &Service, before: Option<&Self>) -> Result<Vec<FieldError>, Error> {
        let Method::Static(list) = &mut self.method else { return Ok(Vec::new()) };
        let mut present = HashMap::new();
        if let Some(Verifier { method: Method::Static(old), .. }) = before {
            let hashes = old.users.iter().filter_map(|u| Some((u.address.key(), u.password.clone()?)));
            present.extend(hashes);
        }
        let mut wrong = Vec::new();
        let mut plain = Vec::new();
        for (i, user) in list.users.iter_mut().enumerate() {
            let Some(secret) = &user.password else { continue };
            if password::is_hash(secret.reveal()) {
                continue;
            }
            // What another server has as a password may be shorter than we would take for our own.
            match secret.reveal().chars().count() {
                1..=password::LONGEST => plain.push(user),
                _ => wrong.push(FieldError {
                    field: format!("static.users[{i}].password"),
                    message: format!("a password has 1 to {} characters", password::LONGEST),
                }),
            }
        }
        if plain.len() > PASSWORDS_MAX {
            let message = format!(
                "{} passwords at once, at most {PASSWORDS_MAX} are accepted: hashing takes time; set the others in further changes",
                plain.len()
            );
            wrong.push(FieldError { field: "static.users".into(), message });
        }
        if !wrong.is_empty() {
            return Ok(wrong);
        }
        for user in plain {
            let Some(secret) = &user.password else { continue };
            let now = present.get(&user.address.key()).map(|s| s.reveal().to_owned());
            user.password = Some(model::definition::Secret::new(hash_or_keep(service, secret.reveal(), now).await?));
        }
        Ok(Vec::new())
    }

    async fn misfits(c: &mut Connection, d: &Definition<Self>) -> Result<Vec<FieldError>, Error> {
        let mut wrong = Vec::new();
        for (i, member) in d.body.members().enumerate() {
            let message = match named(c, d.account, &member.verifier).await? {
                None => format!("there is no verifier {} in this account or the whole system", member.verifier),
                Some(m) if m.id == d.id || m.body.members().next().is_some() => {
                    format!("{} is a composite itself; name the verifiers that it has", member.verifier)
                }
                Some(_) => continue,
            };
            wrong.push(FieldError { field: format!("composite.verifiers[{i}].verifier"), message });
        }
        if d.body.members().next().is_some() && d.id != 0 {
            let above = composites(c, d).await?;
            if let Some(first) = above.first() {
                let message = format!("{first} has it: a verifier of a composite cannot become one");
                wrong.push(FieldError { field: "composite".into(), message });
            }
        }
        Ok(wrong)
    }

    async fn uses(c: &mut Connection, d: &Definition<Self>) -> Result<Vec<String>, Error> {
        let mut out = reference::of_verifier(c, d).await?;
        out.extend(composites(c, d).await?);
        Ok(out)
    }

    async fn rename(c: &mut Connection, before: &Definition<Self>, name: &str) -> Result<Vec<Touched>, Error> {
        let uses = Self::uses(c, before).await?;
        if uses.is_empty() || name.to_lowercase() == before.name.to_lowercase() {
            return Ok(Vec::new());
        }
        Err(in_use(Self::WHAT, &before.name, &uses, "it keeps its name as long"))
    }

    /// A custom verifier stays one (guide chapter 9 "Custom Verifier").
    fn change_problem(&self, after: &Self) -> Option<FieldError> {
        let custom = |v: &Verifier| matches!(v.method, Method::Custom(_));
        (custom(self) && !custom(after)).then(|| FieldError {
            field: after.method.as_str().to_owned(),
            message: "a custom verifier stays custom: delete it and add one of another type".into(),
        })
    }
}
